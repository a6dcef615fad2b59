//! Requests over HTTP/2, which share a connection, do not keep others out: only so many are answered at once, and an
//! answer that is not taken costs the connection.

use std::time::Duration;

use bytes::Bytes;
use h2::{
    RecvStream,
    client::{Builder, SendRequest},
};
use http::{Request, Response, StatusCode, header};
use tokio::{net::TcpStream, task::JoinHandle, time::timeout};

use crate::{
    connections::{LONG, connect, limited},
    support::Emulator,
};

/// A document that does not fit into a window of [`NARROW`] bytes.
const DOCUMENT: &str = "http://localhost/vsee/openapi.json";
const NARROW: u32 = 1024;

struct Http2 {
    requests: SendRequest<Bytes>,
    connection: JoinHandle<Result<(), h2::Error>>,
}

/// A connection whose answers may be `window` bytes ahead of what was taken.
async fn http2(server: &Emulator, window: u32) -> Http2 {
    let stream: TcpStream = connect(server).await;
    let mut settings = Builder::new();
    settings
        .initial_window_size(window)
        .initial_connection_window_size(1 << 24);
    let (requests, connection) = settings.handshake(stream).await.expect("HTTP/2 is spoken");
    Http2 {
        requests,
        connection: tokio::spawn(connection),
    }
}

impl Http2 {
    async fn get(&mut self, url: &str) -> Result<Response<RecvStream>, h2::Error> {
        let mut requests = self.requests.clone().ready().await?;
        let request = Request::get(url).body(()).expect("a request");
        let (response, _) = requests.send_request(request, true)?;
        timeout(LONG, response).await.expect("an answer in time")
    }
}

/// Takes an answer to its end; how long it was.
async fn take(response: Response<RecvStream>) -> usize {
    let (mut body, mut length) = (response.into_body(), 0);
    while let Some(piece) = body.data().await {
        let piece = piece.expect("it is whole");
        length += piece.len();
        body.flow_control().release_capacity(piece.len()).expect("taken");
    }
    length
}

#[tokio::test]
async fn an_answer_that_is_taken_in_small_pieces_is_whole() {
    let (server, _folder) = limited("send_timeout = \"1s\"");
    let mut client = http2(&server, NARROW).await;

    let response = client.get(DOCUMENT).await.expect("an answer");

    let announced = response
        .headers()
        .get(header::CONTENT_LENGTH)
        .cloned()
        .expect("a length");
    assert_eq!(take(response).await.to_string(), announced.to_str().expect("a number"));
}

#[tokio::test]
async fn an_answer_that_is_not_taken_costs_the_connection() {
    let (server, _folder) = limited("send_timeout = \"1s\"");
    let mut client = http2(&server, NARROW).await;

    let left_where_it_is = client.get(DOCUMENT).await.expect("an answer");

    // Whether the client sees an error or the end depends on what it was doing.
    assert!(timeout(LONG, client.connection).await.is_ok(), "it stays open");
    drop(left_where_it_is);
}

#[tokio::test]
async fn an_event_stream_without_events_keeps_its_connection() {
    let (server, _folder) = limited("send_timeout = \"1s\"");
    let mut client = http2(&server, 1 << 16).await;

    let events = client.get("http://localhost/control/events").await.expect("an answer");

    assert_eq!(events.status(), StatusCode::OK);
    let ended = timeout(Duration::from_secs(4), &mut client.connection).await;
    assert!(ended.is_err(), "{ended:?}");
    drop(events);
}

#[tokio::test]
async fn as_many_requests_are_answered_at_once_as_connections_may_be_open() {
    let (server, _folder) = limited("max_connections = 20");
    let mut client = http2(&server, NARROW).await;
    let mut waiting = Vec::new();
    for _ in 0..20 {
        waiting.push(client.get(DOCUMENT).await.expect("an answer"));
    }
    assert!(waiting.iter().all(|response| response.status() == StatusCode::OK));

    let one_too_many = client.get(DOCUMENT).await.expect("an answer");

    assert_eq!(one_too_many.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(one_too_many.headers()[header::RETRY_AFTER], "1");
    let introspection = client
        .get("http://localhost/oauth/introspect")
        .await
        .expect("an answer");
    assert_eq!(introspection.headers()[header::CONTENT_TYPE], "application/json");

    take(waiting.pop().expect("twenty")).await;
    let there_is_room = client.get(DOCUMENT).await.expect("an answer");
    assert_eq!(there_is_room.status(), StatusCode::OK);
}

#[tokio::test]
async fn requests_that_are_taken_back_make_room_at_once() {
    let (server, _folder) = limited("max_connections = 20");
    let mut client = http2(&server, NARROW).await;

    for _ in 0..100 {
        let response = client.get(DOCUMENT).await.expect("an answer");
        assert_eq!(response.status(), StatusCode::OK);
        drop(response); // RST_STREAM
    }
}
