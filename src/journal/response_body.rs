//! An answer's body on its way out. The pieces pass as they come; the first bytes are copied.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use http::{HeaderMap, Response, header};
use http_body::{Body, Frame, SizeHint};

use super::{body_kind::Kind, exchange::Ending, open_exchange::OpenExchange, passed::Passed};

/// A body that ends its exchange when it ends.
pub struct ResponseBody<B> {
    body: B,
    /// `None` where nothing is recorded.
    exchange: Option<OpenExchange>,
    /// Bytes that are still to come, where that is known.
    left: Option<u64>,
    /// What is done with a piece.
    note: fn(&mut Passed, &Bytes),
}

impl OpenExchange {
    /// Takes note of the answer. The exchange is recorded when the body has been sent.
    pub fn finish<B: Body>(mut self, answer: Response<B>) -> Response<ResponseBody<B>> {
        let (mut parts, body) = answer.into_parts();
        if !self.answer(&mut parts) {
            return Response::from_parts(parts, ResponseBody::unrecorded(body));
        }
        let body = ResponseBody::new(body, &parts.headers, self);
        Response::from_parts(parts, body)
    }
}

impl<B: Body> ResponseBody<B> {
    /// A body that passes without being recorded, so that all answers have one type.
    pub fn unrecorded(body: B) -> Self {
        Self {
            body,
            exchange: None,
            left: None,
            note: Passed::count,
        }
    }

    fn new(body: B, headers: &HeaderMap, mut exchange: OpenExchange) -> Self {
        let left = body.size_hint().exact().or_else(|| announced(headers));
        let kept = Kind::is_possible(headers);
        // Of an empty body nobody asks for a piece.
        if body.is_end_stream() {
            exchange.end(Ending::Answered);
        }
        Self {
            body,
            exchange: Some(exchange),
            left,
            note: if kept { Passed::take } else { Passed::count },
        }
    }

    fn take(&mut self, piece: &Bytes) {
        let Some(exchange) = &mut self.exchange else { return };
        let length = u64::try_from(piece.len()).unwrap_or(u64::MAX);
        self.left = self.left.map(|left| left.saturating_sub(length));
        let last = self.left == Some(0) || self.body.is_end_stream();
        if let Some(passed) = exchange.passed() {
            (self.note)(passed, piece);
        }
        if last {
            exchange.end(Ending::Answered);
        }
    }

    fn end(&mut self, ending: Ending) {
        if let Some(exchange) = &mut self.exchange {
            exchange.end(ending);
        }
    }
}

/// `Content-Length`: with the last byte it announces nobody asks for another piece.
fn announced(headers: &HeaderMap) -> Option<u64> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

impl<B: Body<Data = Bytes> + Unpin> Body for ResponseBody<B> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let polled = Pin::new(&mut self.body).poll_frame(context);
        match &polled {
            Poll::Ready(Some(Ok(frame))) => {
                if let Some(piece) = frame.data_ref() {
                    self.take(piece);
                }
            }
            Poll::Ready(Some(Err(_))) => self.end(Ending::BrokenOff),
            Poll::Ready(None) => self.end(Ending::Answered),
            Poll::Pending => {}
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
