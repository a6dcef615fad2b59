//! Middleware around everything that is recorded.
//!
//! It is the outermost layer but the log's, so that it sees what really goes over the wire: also a timeout, a panic's answer, and what
//! a fault has made of an answer. What is turned away before is not recorded: a body that announces itself as too large.

use axum::{
    body::Body,
    extract::{Request, State},
    middleware::Next,
    response::Response,
};

use super::Journal;

/// Middleware around all realms.
pub async fn record(State(journal): State<Journal>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let Some(exchange) = journal.start(&parts) else {
        return next.run(Request::from_parts(parts, body)).await;
    };
    let recording = exchange.recording().clone();
    parts.extensions.insert(recording.clone());
    let body = Body::new(exchange.request_body(&parts.headers, body));
    let response = recording.around(next.run(Request::from_parts(parts, body))).await;
    exchange.finish(response).map(Body::new)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use axum::{Router, middleware, routing::get};
    use bytes::Bytes;
    use futures_util::FutureExt as _;
    use http::header;
    use http_body_util::BodyExt as _;
    use jiff::Timestamp;
    use parking_lot::Mutex;
    use tokio::sync::mpsc;
    use tokio_stream::wrappers::ReceiverStream;
    use tower::ServiceExt as _;

    use super::{
        super::{exchange::Ending, recording::Recording},
        *,
    };
    use crate::{model::RealmId, web::endpoint::EndpointTable};

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
            let receiver = receiver.lock().take().unwrap();
            let body = Body::from_stream(ReceiverStream::new(receiver));
            std::future::ready(([(header::CONTENT_TYPE, "application/json")], body))
        };
        let answer = Arc::new(answer);
        (sender, get(move || answer()))
    }

    async fn endings(journal: &Journal) -> Vec<(Option<u16>, Ending)> {
        let (entries, _) = journal.list(HERE).await;
        entries
            .iter()
            .map(|entry| (entry.exchange.status(), entry.exchange.ending))
            .collect()
    }

    #[tokio::test]
    async fn an_answer_that_streams_is_handed_on_piece_by_piece_and_recorded_at_its_end() {
        let journal = Journal::new(EndpointTable::new([]));
        let (sender, route) = streaming();
        let mut body = around(&journal, route).oneshot(request()).await.unwrap().into_body();

        sender.send(Ok(Bytes::from_static(b"{\"a\":"))).await.unwrap();
        let first = body.frame().await.unwrap().unwrap().into_data().unwrap();
        let meanwhile = endings(&journal).await;
        sender.send(Ok(Bytes::from_static(b"1}"))).await.unwrap();
        drop(sender);
        while body.frame().await.is_some() {}

        assert_eq!(&first[..], b"{\"a\":");
        assert_eq!(meanwhile, []);
        assert_eq!(endings(&journal).await, [(Some(200), Ending::Answered)]);
        let (entries, _) = journal.list(HERE).await;
        let response = entries[0].exchange.response.as_ref().unwrap();
        assert_eq!(response.body.text.as_deref(), Some("{\"a\":1}"));
    }

    #[tokio::test]
    async fn who_goes_away_while_the_answer_is_sent_is_recorded_once() {
        let journal = Journal::new(EndpointTable::new([]));
        let (sender, route) = streaming();
        let mut body = around(&journal, route).oneshot(request()).await.unwrap().into_body();
        sender.send(Ok(Bytes::from_static(b"{"))).await.unwrap();
        body.frame().await.unwrap().unwrap();

        drop(body);

        assert_eq!(endings(&journal).await, [(Some(200), Ending::BrokenOff)]);
    }

    #[tokio::test]
    async fn an_answer_that_breaks_off_is_recorded_as_that() {
        let journal = Journal::new(EndpointTable::new([]));
        let (sender, route) = streaming();
        let mut body = around(&journal, route).oneshot(request()).await.unwrap().into_body();
        sender.send(Err(std::io::Error::other("broken"))).await.unwrap();

        assert!(body.frame().await.unwrap().is_err());
        drop(body);

        assert_eq!(endings(&journal).await, [(Some(200), Ending::BrokenOff)]);
    }

    #[tokio::test]
    async fn who_goes_away_before_the_answer_is_recorded_without_one() {
        let journal = Journal::new(EndpointTable::new([]));
        let mut answer = around(&journal, get(std::future::pending::<()>))
            .oneshot(request())
            .boxed();
        assert!((&mut answer).now_or_never().is_none());

        drop(answer);

        assert_eq!(endings(&journal).await, [(None, Ending::GoneBefore)]);
    }

    #[tokio::test]
    async fn whoever_has_the_last_byte_finds_the_exchange_even_if_nobody_asks_for_the_end() {
        let journal = Journal::new(EndpointTable::new([]));
        let route = get(async || "{}");
        let mut body = around(&journal, route).oneshot(request()).await.unwrap().into_body();

        body.frame().await.unwrap().unwrap();

        assert_eq!(endings(&journal).await, [(Some(200), Ending::Answered)]);
    }

    #[tokio::test]
    async fn an_answer_without_a_body_is_recorded_at_once() {
        let journal = Journal::new(EndpointTable::new([]));

        let answer = around(&journal, get(async || http::StatusCode::NO_CONTENT))
            .oneshot(request())
            .await
            .unwrap();

        assert_eq!(endings(&journal).await, [(Some(204), Ending::Answered)]);
        drop(answer);
        assert_eq!(endings(&journal).await.len(), 1);
    }

    #[tokio::test]
    async fn an_asset_is_not_recorded_unless_it_is_refused() {
        let journal = Journal::new(EndpointTable::new([]));
        let script = [(header::CONTENT_TYPE, "text/javascript")];
        let good = get(move || std::future::ready((script.clone(), "x")));
        around(&journal, good).oneshot(request()).await.unwrap();

        assert_eq!(endings(&journal).await, []);

        let script = [(header::CONTENT_TYPE, "text/javascript")];
        let bad = get(move || std::future::ready((http::StatusCode::BAD_REQUEST, script.clone(), "x")));
        let answer = around(&journal, bad).oneshot(request()).await.unwrap();
        answer.into_body().collect().await.unwrap();

        assert_eq!(endings(&journal).await, [(Some(400), Ending::Answered)]);
    }

    #[tokio::test]
    async fn switched_off_it_leaves_requests_alone() {
        let journal = Journal::new(EndpointTable::new([]));
        journal.switch(false);
        let noticed = get(async |request: Request| {
            let recording = request.extensions().get::<Recording>().is_some();
            recording.to_string()
        });

        let answer = around(&journal, noticed).oneshot(request()).await.unwrap();

        assert_eq!(&answer.into_body().collect().await.unwrap().to_bytes()[..], b"false");
        assert_eq!(endings(&journal).await, []);
    }
}
