//! A request's body on its way in. The pieces pass as they come; the first bytes are copied.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use http::HeaderMap;
use http_body::{Body, Frame, SizeHint};

use super::{body_kind::Kind, passed::Passed, recording::Recording};

/// A body whose pieces are noted for the journal.
pub struct RequestBody<B> {
    body: B,
    /// `None` where there is nothing to note.
    recording: Option<Recording>,
    /// What is done with a piece.
    note: fn(&mut Passed, &Bytes),
}

impl<B: Body> RequestBody<B> {
    /// A body that passes without being noted, so that all requests have one type.
    pub fn unrecorded(body: B) -> Self {
        Self {
            body,
            recording: None,
            note: Passed::count,
        }
    }

    pub(super) fn new(body: B, headers: &HeaderMap, recording: &Recording) -> Self {
        let kept = Kind::is_possible(headers);
        Self {
            recording: (!body.is_end_stream()).then(|| recording.clone()),
            body,
            note: if kept { Passed::take } else { Passed::count },
        }
    }
}

impl<B: Body<Data = Bytes> + Unpin> Body for RequestBody<B> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let polled = Pin::new(&mut self.body).poll_frame(context);
        if let Poll::Ready(Some(Ok(frame))) = &polled
            && let Some(recording) = &self.recording
            && let Some(piece) = frame.data_ref()
        {
            recording.pass(|passed| (self.note)(passed, piece));
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
