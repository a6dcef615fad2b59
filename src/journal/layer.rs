//! Stands around everything and records it, without being in anybody's way.
//!
//! Bodies pass as they come: of each the first bytes are shared, never copied, and an answer that streams goes on streaming. An exchange is recorded
//! with the last byte of its answer, just before that byte goes out: whoever has read an answer finds its exchange.
//! Whoever hangs up is recorded, too.
//!
//! It is the outermost layer but the log's, so that it sees what really goes over the wire: also a timeout, a panic's answer, and what
//! a fault has made of an answer. The realm is found further in, which says so with [`Journal::begin`]; what belongs to no realm is not recorded,
//! nor is what is turned away before: a body that announces itself as too large.

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

#[cfg(test)]
mod tests {
    use axum::{Router, middleware, routing::get};
    use futures_util::FutureExt as _;
    use http_body_util::BodyExt as _;
    use jiff::Timestamp;
    use tokio::sync::mpsc;
    use tokio_stream::wrappers::ReceiverStream;
    use tower::ServiceExt as _;

    use super::*;
    use crate::model::RealmId;

    const HERE: RealmId = RealmId(1);

    /// The layer around a route, with the realm found in between.
    fn around(journal: &Journal, route: axum::routing::MethodRouter) -> Router {
        let found = async |State(journal): State<Journal>, request: Request, next: Next| {
            let recording = request.extensions().get::<Recording>().cloned();
            if let Some(recording) = recording {
                let path = request.uri().path();
                journal.begin(&recording, HERE, "http://localhost", path, Timestamp::UNIX_EPOCH);
            }
            next.run(request).await
        };
        Router::new()
            .route("/here", route)
            .layer(middleware::from_fn_with_state(journal.clone(), found))
            .layer(middleware::from_fn_with_state(journal.clone(), record))
    }

    fn request() -> Request {
        Request::get("/here").body(Body::empty()).unwrap()
    }

    /// A route that answers with what is sent to it, piece by piece.
    fn streaming() -> (mpsc::Sender<Result<Bytes, std::io::Error>>, axum::routing::MethodRouter) {
        let (sender, receiver) = mpsc::channel(4);
        let receiver = Mutex::new(Some(receiver));
        let answer = move || {
            let receiver = receiver.lock().unwrap().take().unwrap();
            let body = Body::from_stream(ReceiverStream::new(receiver));
            std::future::ready(([(header::CONTENT_TYPE, "application/json")], body))
        };
        let answer = Arc::new(answer);
        (sender, get(move || answer()))
    }

    fn endings(journal: &Journal) -> Vec<(Option<u16>, Ending)> {
        let (entries, _) = journal.list(HERE);
        entries
            .iter()
            .map(|entry| (entry.exchange.status(), entry.exchange.ending))
            .collect()
    }

    #[tokio::test]
    async fn an_answer_that_streams_is_handed_on_piece_by_piece_and_recorded_at_its_end() {
        let journal = Journal::default();
        let (sender, route) = streaming();
        let mut body = around(&journal, route).oneshot(request()).await.unwrap().into_body();

        sender.send(Ok(Bytes::from_static(b"{\"a\":"))).await.unwrap();
        let first = body.frame().await.unwrap().unwrap().into_data().unwrap();
        let meanwhile = endings(&journal);
        sender.send(Ok(Bytes::from_static(b"1}"))).await.unwrap();
        drop(sender);
        while body.frame().await.is_some() {}

        assert_eq!(&first[..], b"{\"a\":");
        assert_eq!(meanwhile, []);
        assert_eq!(endings(&journal), [(Some(200), Ending::Answered)]);
        let (entries, _) = journal.list(HERE);
        let response = entries[0].exchange.response.as_ref().unwrap();
        assert_eq!(response.body.text.as_deref(), Some("{\"a\":1}"));
    }

    #[tokio::test]
    async fn who_goes_away_while_the_answer_is_sent_is_recorded_once() {
        let journal = Journal::default();
        let (sender, route) = streaming();
        let mut body = around(&journal, route).oneshot(request()).await.unwrap().into_body();
        sender.send(Ok(Bytes::from_static(b"{"))).await.unwrap();
        body.frame().await.unwrap().unwrap();

        drop(body);

        assert_eq!(endings(&journal), [(Some(200), Ending::BrokenOff)]);
    }

    #[tokio::test]
    async fn an_answer_that_breaks_off_is_recorded_as_that() {
        let journal = Journal::default();
        let (sender, route) = streaming();
        let mut body = around(&journal, route).oneshot(request()).await.unwrap().into_body();
        sender.send(Err(std::io::Error::other("broken"))).await.unwrap();

        assert!(body.frame().await.unwrap().is_err());
        drop(body);

        assert_eq!(endings(&journal), [(Some(200), Ending::BrokenOff)]);
    }

    #[tokio::test]
    async fn who_goes_away_before_the_answer_is_recorded_without_one() {
        let journal = Journal::default();
        let mut answer = around(&journal, get(std::future::pending::<()>))
            .oneshot(request())
            .boxed();
        assert!((&mut answer).now_or_never().is_none());

        drop(answer);

        assert_eq!(endings(&journal), [(None, Ending::GoneBefore)]);
    }

    #[tokio::test]
    async fn whoever_has_the_last_byte_finds_the_exchange_even_if_nobody_asks_for_the_end() {
        let journal = Journal::default();
        let route = get(async || "{}");
        let mut body = around(&journal, route).oneshot(request()).await.unwrap().into_body();

        body.frame().await.unwrap().unwrap();

        assert_eq!(endings(&journal), [(Some(200), Ending::Answered)]);
    }

    #[tokio::test]
    async fn an_answer_without_a_body_is_recorded_at_once() {
        let journal = Journal::default();

        let answer = around(&journal, get(async || http::StatusCode::NO_CONTENT))
            .oneshot(request())
            .await
            .unwrap();

        assert_eq!(endings(&journal), [(Some(204), Ending::Answered)]);
        drop(answer);
        assert_eq!(endings(&journal).len(), 1);
    }

    #[tokio::test]
    async fn an_asset_is_not_recorded_unless_it_is_refused() {
        let journal = Journal::default();
        let script = [(header::CONTENT_TYPE, "text/javascript")];
        let good = get(move || std::future::ready((script.clone(), "x")));
        around(&journal, good).oneshot(request()).await.unwrap();

        assert_eq!(endings(&journal), []);

        let script = [(header::CONTENT_TYPE, "text/javascript")];
        let bad = get(move || std::future::ready((http::StatusCode::BAD_REQUEST, script.clone(), "x")));
        let answer = around(&journal, bad).oneshot(request()).await.unwrap();
        answer.into_body().collect().await.unwrap();

        assert_eq!(endings(&journal), [(Some(400), Ending::Answered)]);
    }

    #[tokio::test]
    async fn switched_off_it_leaves_requests_alone() {
        let journal = Journal::default();
        journal.switch(false);
        let noticed = get(async |request: Request| {
            let recording = request.extensions().get::<Recording>().is_some();
            recording.to_string()
        });

        let answer = around(&journal, noticed).oneshot(request()).await.unwrap();

        assert_eq!(&answer.into_body().collect().await.unwrap().to_bytes()[..], b"false");
        assert_eq!(endings(&journal), []);
    }
}
