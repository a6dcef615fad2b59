//! Stands around everything and records it, without being in anybody's way.
//!
//! Bodies pass as they come: of each the first bytes are shared, never copied, and an answer that streams goes on streaming. An exchange is recorded
//! with the last byte of its answer, just before that byte goes out: whoever has read an answer finds its exchange.
//! Whoever hangs up is recorded, too.
//!
//! It is the outermost layer but the log's, so that it sees what really goes over the wire: also a timeout, a panic's answer, and what
//! a fault has made of an answer. The realm is found further in, which says so with [`Journal::begin`]; what belongs to no realm is not recorded.

use std::{
    mem,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
    time::Instant,
};

use axum::{
    body::{Body, HttpBody},
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, header};
use http_body::{Frame, SizeHint};

use super::{
    Journal,
    exchange::{Answered, Asked, Ending, Facts, Passed},
    recording::Recording,
};
use crate::{
    clock::monotonic,
    model::{FaultMarks, Refusal},
};

/// Middleware around all realms.
pub async fn record(State(journal): State<Journal>, mut request: Request, next: Next) -> Response {
    if !journal.is_on() || !super::recorded(request.uri().path()) {
        return next.run(request).await;
    }
    let recording = Recording::default();
    request.extensions_mut().insert(recording.clone());
    let (request, sent) = watched(request);
    let mut unfinished = Unfinished {
        journal,
        recording: recording.clone(),
        asked: Some(Asked {
            method: request.method().clone(),
            query: request.uri().query().map(str::to_owned),
            version: request.version(),
            headers: request.headers().clone(),
        }),
        sent,
        answered: None,
        passed: Passed::default(),
        begin: monotonic(),
    };
    let mut response = recording.around(next.run(request)).await;
    if unfinished.recording.begun().is_none() || is_an_asset(&unfinished, &response) {
        unfinished.asked = None; // nothing of any realm
        return response;
    }
    let extensions = response.extensions_mut();
    unfinished.answered = Some(Answered {
        refusal: extensions.remove::<Refusal>(),
        faults: extensions.remove::<FaultMarks>().unwrap_or_default(),
        status: response.status().as_u16(),
        headers: response.headers().clone(),
    });
    response.map(|body| Body::new(Answer::new(body, unfinished)))
}

/// Scripts, styles, pictures and fonts are only fetched to look at something else.
fn is_an_asset(unfinished: &Unfinished, response: &Response) -> bool {
    let kind = response.headers().get(header::CONTENT_TYPE).map(HeaderValue::as_bytes);
    let kind = kind.unwrap_or_default();
    let asset = [&b"text/javascript"[..], b"text/css", b"image/", b"font/"]
        .iter()
        .any(|asset| kind.starts_with(asset));
    asset
        && (response.status().is_success() || response.status().is_redirection())
        && unfinished
            .asked
            .as_ref()
            .is_some_and(|asked| asked.method == Method::GET)
        && response.extensions().get::<FaultMarks>().is_none()
}

/// The same request, and what passes of its body.
fn watched(request: Request) -> (Request, Arc<Mutex<Passed>>) {
    let passed = Arc::default();
    if request.body().is_end_stream() {
        return (request, passed);
    }
    let watching = Arc::clone(&passed);
    let request = request.map(|body| Body::new(Sent { body, passed: watching }));
    (request, passed)
}

/// A request's body on its way in.
struct Sent {
    body: Body,
    passed: Arc<Mutex<Passed>>,
}

impl HttpBody for Sent {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let polled = Pin::new(&mut self.body).poll_frame(context);
        if let Poll::Ready(Some(Ok(frame))) = &polled
            && let Some(piece) = frame.data_ref()
        {
            self.passed.lock().unwrap_or_else(PoisonError::into_inner).take(piece);
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

/// An exchange that goes on. Dropped before its end, it is recorded as what it then is: somebody went away.
struct Unfinished {
    journal: Journal,
    recording: Recording,
    /// `None` once it is recorded, or need not be.
    asked: Option<Asked>,
    sent: Arc<Mutex<Passed>>,
    answered: Option<Answered>,
    /// What has gone out of the answer's body.
    passed: Passed,
    begin: Instant,
}

impl Unfinished {
    fn end(&mut self, ending: Ending) {
        let Some(asked) = self.asked.take() else { return };
        let Some(begun) = self.recording.begun() else { return };
        let passed = mem::take(&mut self.passed);
        let sent = mem::take(&mut *self.sent.lock().unwrap_or_else(PoisonError::into_inner));
        let facts = Facts {
            asked,
            sent,
            answered: self.answered.take().map(|answered| (answered, passed)),
            ending,
            duration: monotonic().saturating_duration_since(self.begin),
            parties: self.recording.parties(),
        };
        self.journal.record(begun, facts);
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        let ending = if self.answered.is_some() {
            Ending::BrokenOff
        } else {
            Ending::GoneBefore
        };
        self.end(ending);
    }
}

/// An answer's body on its way out.
struct Answer {
    body: Body,
    unfinished: Unfinished,
    /// Bytes that are still to come, where that is known.
    left: Option<u64>,
}

impl Answer {
    fn new(body: Body, mut unfinished: Unfinished) -> Self {
        let left = body.size_hint().exact().or_else(|| announced(&unfinished));
        // Of an empty body nobody asks for a piece.
        if body.is_end_stream() {
            unfinished.end(Ending::Answered);
        }
        Self { body, unfinished, left }
    }

    fn take(&mut self, piece: &Bytes) {
        self.unfinished.passed.take(piece);
        let length = u64::try_from(piece.len()).unwrap_or(u64::MAX);
        self.left = self.left.map(|left| left.saturating_sub(length));
        if self.left == Some(0) || self.body.is_end_stream() {
            self.unfinished.end(Ending::Answered);
        }
    }
}

/// `Content-Length`: with the last byte it announces nobody asks for another piece.
fn announced(unfinished: &Unfinished) -> Option<u64> {
    let headers: &HeaderMap = &unfinished.answered.as_ref()?.headers;
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

impl HttpBody for Answer {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let polled = Pin::new(&mut self.body).poll_frame(context);
        match &polled {
            Poll::Ready(Some(Ok(frame))) => {
                if let Some(piece) = frame.data_ref() {
                    let piece = piece.clone();
                    self.take(&piece);
                }
            }
            Poll::Ready(Some(Err(_))) => self.unfinished.end(Ending::BrokenOff),
            Poll::Ready(None) => self.unfinished.end(Ending::Answered),
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
