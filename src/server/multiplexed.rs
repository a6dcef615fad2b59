//! Requests that share a connection (HTTP/2), as bounded as those that have one each.
//!
//! Over HTTP/1.1 a connection brings one request at a time: the bound on connections is one on requests too, and a
//! client that takes nothing of its answer stalls the socket. Over HTTP/2 a connection brings many, and a client can
//! leave any answer where it is (RFC 9113 §5.2) while the connection is at work. So only so many requests are answered
//! at once, over all connections, until the last byte of each answer was taken; and an answer of which nothing is taken
//! for some time ends its connection.

use std::{
    pin::Pin,
    sync::{
        Arc, Weak,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    task::{Context, Poll, ready},
    time::Duration,
};

use axum::{
    body::{Body, Bytes, HttpBody},
    response::Response,
};
use http_body::{Frame, SizeHint};
use tokio::{sync::OwnedSemaphorePermit, task::AbortHandle};

use super::{admission::Admission, connection_kill::ConnectionKill};
use crate::config::Limits;

/// Bytes of an answer that are handed over at once: what a frame holds (RFC 9113 §6.5.2, SETTINGS_MAX_FRAME_SIZE).
const PIECE: usize = 16 * 1024;

/// The requests of all connections that are shared.
#[derive(Debug)]
pub struct Multiplexed {
    requests: Admission,
    send_timeout: Duration,
}

impl Multiplexed {
    pub fn new(limits: &Limits) -> Self {
        let refused = "requests over HTTP/2 are refused: as many are answered as limits.max_connections allows";
        Self {
            requests: Admission::new(limits.max_connections, refused),
            send_timeout: limits.send_timeout,
        }
    }

    /// One request more, until its answer was taken; `None` when as many are being answered as may be.
    pub fn admit(&self) -> Option<OwnedSemaphorePermit> {
        self.requests.admit()
    }

    /// Keeps the permit until the last byte of the answer was taken, and cuts the connection if it is not.
    pub fn until_taken(&self, response: Response, permit: OwnedSemaphorePermit, kill: ConnectionKill) -> Response {
        if response.body().is_end_stream() {
            return response;
        }
        response.map(|body| Body::new(AnswerBody::new(body, permit, kill, self.send_timeout)))
    }
}

/// An answer until its last byte was taken.
struct Unfinished {
    /// How many pieces the connection has asked for.
    pieces: AtomicU64,
    /// Whether the client waits for the server: an event stream without an event.
    client_waits: AtomicBool,
    watch: AbortHandle,
    _permit: OwnedSemaphorePermit,
}

impl Unfinished {
    /// What changes while something is taken; `None` while there is nothing to take.
    fn progress(&self) -> Option<u64> {
        let client_waits = self.client_waits.load(Ordering::Relaxed);
        (!client_waits).then(|| self.pieces.load(Ordering::Relaxed))
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        self.watch.abort();
    }
}

/// Cuts the connection of an answer that is not taken.
async fn watch(answer: Weak<Unfinished>, kill: ConnectionKill, send_timeout: Duration) {
    let mut before = None;
    loop {
        tokio::time::sleep(send_timeout).await;
        let Some(answer) = answer.upgrade() else {
            return;
        };
        let progress = answer.progress();
        if progress.is_some() && progress == before {
            return kill.cut();
        }
        before = progress;
    }
}

/// The body of an answer, handed over in pieces, so that it shows whether they are taken.
struct AnswerBody {
    body: Body,
    /// What was not handed over yet of the body's newest frame.
    rest: Bytes,
    answer: Arc<Unfinished>,
}

impl AnswerBody {
    fn new(body: Body, permit: OwnedSemaphorePermit, kill: ConnectionKill, send_timeout: Duration) -> Self {
        let answer = Arc::new_cyclic(|answer| Unfinished {
            pieces: AtomicU64::new(0),
            client_waits: AtomicBool::new(false),
            watch: tokio::spawn(watch(answer.clone(), kill, send_timeout)).abort_handle(),
            _permit: permit,
        });
        Self {
            body,
            rest: Bytes::new(),
            answer,
        }
    }
}

impl HttpBody for AnswerBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        self.answer.pieces.fetch_add(1, Ordering::Relaxed);
        while self.rest.is_empty() {
            let next = Pin::new(&mut self.body).poll_frame(context);
            self.answer.client_waits.store(next.is_pending(), Ordering::Relaxed);
            match ready!(next).transpose()?.map(Frame::into_data) {
                Some(Ok(data)) => self.rest = data,
                Some(Err(trailers)) => return Poll::Ready(Some(Ok(trailers))),
                None => return Poll::Ready(None),
            }
        }
        let length = self.rest.len().min(PIECE);
        let piece = Piece {
            bytes: self.rest.split_to(length),
            _answer: self.answer.clone(),
        };
        Poll::Ready(Some(Ok(Frame::data(Bytes::from_owner(piece)))))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty() && self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        let (mut hint, rest) = (self.body.size_hint(), self.rest.len() as u64);
        if let Some(upper) = hint.upper() {
            hint.set_upper(upper.saturating_add(rest));
        }
        hint.set_lower(hint.lower().saturating_add(rest));
        hint
    }
}

/// Keeps the answer unfinished until the connection has let go of the bytes.
struct Piece {
    bytes: Bytes,
    _answer: Arc<Unfinished>,
}

impl AsRef<[u8]> for Piece {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}
