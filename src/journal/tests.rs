//! Requests and answers as they pass: when an exchange is recorded, and as what.

use std::{future, io, sync::Arc};

use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    middleware::{self, Next},
    response::Response,
    routing::{MethodRouter, get},
};
use bytes::Bytes;
use futures_util::FutureExt as _;
use http::{StatusCode, header};
use http_body_util::BodyExt as _;
use jiff::Timestamp;
use parking_lot::Mutex;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tower::ServiceExt as _;

use super::{Journal, exchange::Ending};
use crate::{model::RealmId, web::endpoint::EndpointTable};

const HERE: RealmId = RealmId(1);

/// A route whose exchanges are recorded, as exchanges of one realm.
fn around(journal: &Journal, route: MethodRouter) -> Router {
    let record = middleware::from_fn_with_state(journal.clone(), record);
    Router::new().route("/here", route).layer(record)
}

async fn record(State(journal): State<Journal>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let endpoint = EndpointTable::new([]).find(parts.uri.path());
    let Some(exchange) = journal.start(endpoint, &parts) else {
        return next.run(Request::from_parts(parts, body)).await;
    };
    let recording = exchange.recording().clone();
    let body = Body::new(exchange.request_body(&parts.headers, body));
    exchange.begin(HERE, "http://localhost", parts.uri.path(), Timestamp::UNIX_EPOCH);
    let answer = recording.around(next.run(Request::from_parts(parts, body))).await;
    exchange.finish(answer).map(Body::new)
}

fn request() -> Request {
    Request::get("/here").body(Body::empty()).unwrap()
}

/// A route that answers with what is sent to it, piece by piece.
fn streaming() -> (mpsc::Sender<Result<Bytes, io::Error>>, MethodRouter) {
    let (sender, receiver) = mpsc::channel(4);
    let receiver = Mutex::new(Some(receiver));
    let answer = move || {
        let receiver = receiver.lock().take().unwrap();
        let body = Body::from_stream(ReceiverStream::new(receiver));
        future::ready(([(header::CONTENT_TYPE, "application/json")], body))
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
    let journal = Journal::default();
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
    let journal = Journal::default();
    let (sender, route) = streaming();
    let mut body = around(&journal, route).oneshot(request()).await.unwrap().into_body();
    sender.send(Ok(Bytes::from_static(b"{"))).await.unwrap();
    body.frame().await.unwrap().unwrap();

    drop(body);

    assert_eq!(endings(&journal).await, [(Some(200), Ending::BrokenOff)]);
}

#[tokio::test]
async fn an_answer_that_breaks_off_is_recorded_as_that() {
    let journal = Journal::default();
    let (sender, route) = streaming();
    let mut body = around(&journal, route).oneshot(request()).await.unwrap().into_body();
    sender.send(Err(io::Error::other("broken"))).await.unwrap();

    assert!(body.frame().await.unwrap().is_err());
    drop(body);

    assert_eq!(endings(&journal).await, [(Some(200), Ending::BrokenOff)]);
}

#[tokio::test]
async fn who_goes_away_before_the_answer_is_recorded_without_one() {
    let journal = Journal::default();
    let mut answer = around(&journal, get(future::pending::<()>)).oneshot(request()).boxed();
    assert!((&mut answer).now_or_never().is_none());

    drop(answer);

    assert_eq!(endings(&journal).await, [(None, Ending::GoneBefore)]);
}

#[tokio::test]
async fn whoever_has_the_last_byte_finds_the_exchange_even_if_nobody_asks_for_the_end() {
    let journal = Journal::default();
    let route = get(async || "{}");
    let mut body = around(&journal, route).oneshot(request()).await.unwrap().into_body();

    body.frame().await.unwrap().unwrap();

    assert_eq!(endings(&journal).await, [(Some(200), Ending::Answered)]);
}

#[tokio::test]
async fn an_answer_without_a_body_is_recorded_at_once() {
    let journal = Journal::default();

    let answer = around(&journal, get(async || StatusCode::NO_CONTENT))
        .oneshot(request())
        .await
        .unwrap();

    assert_eq!(endings(&journal).await, [(Some(204), Ending::Answered)]);
    drop(answer);
    assert_eq!(endings(&journal).await.len(), 1);
}

#[tokio::test]
async fn an_asset_is_not_recorded_unless_it_is_refused() {
    let journal = Journal::default();
    let script = [(header::CONTENT_TYPE, "text/javascript")];
    let good = get(move || future::ready((script.clone(), "x")));
    around(&journal, good).oneshot(request()).await.unwrap();

    assert_eq!(endings(&journal).await, []);

    let script = [(header::CONTENT_TYPE, "text/javascript")];
    let bad = get(move || future::ready((StatusCode::BAD_REQUEST, script.clone(), "x")));
    let answer = around(&journal, bad).oneshot(request()).await.unwrap();
    answer.into_body().collect().await.unwrap();

    assert_eq!(endings(&journal).await, [(Some(400), Ending::Answered)]);
}

#[tokio::test]
async fn a_journal_that_is_off_leaves_requests_alone() {
    let journal = Journal::default();
    journal.switch(false);
    let noticed = get(async || super::recording::address().is_some().to_string());

    let answer = around(&journal, noticed).oneshot(request()).await.unwrap();

    assert_eq!(&answer.into_body().collect().await.unwrap().to_bytes()[..], b"false");
    assert_eq!(endings(&journal).await, []);
}
