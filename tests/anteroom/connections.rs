//! Connections that are of no use do not keep others out: each phase of one has a limit of time, and there are only so
//! many.

use std::{fs, io::ErrorKind, time::Duration};

use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::timeout,
};

use crate::support::Emulator;

/// Longer than any limit that these tests set.
pub const LONG: Duration = Duration::from_secs(20);

/// How long a connection is looked at that is closed at once.
const AT_ONCE: Duration = Duration::from_millis(50);

/// A server with these limits, and the folder of its settings.
pub fn limited(limits: &str) -> (Emulator, TempDir) {
    let folder = tempfile::tempdir().expect("a folder");
    let settings = folder.path().join("anteroom.toml");
    fs::write(&settings, format!("[limits]\n{limits}\n")).expect("written");
    let server = Emulator::start(&["--config", settings.to_str().expect("a path is text")]);
    (server, folder)
}

pub async fn connect(server: &Emulator) -> TcpStream {
    let url = url::Url::parse(&server.issuer).expect("an issuer is a URL");
    let host = format!("127.0.0.1:{}", url.port().expect("a port"));
    TcpStream::connect(host).await.expect("the server listens")
}

/// Reads until the server closes the connection.
async fn read_to_the_end(stream: &mut TcpStream) -> String {
    let mut answer = Vec::new();
    match timeout(LONG, stream.read_to_end(&mut answer))
        .await
        .expect("it is closed in time")
    {
        Ok(_) => {}
        Err(reset) => assert_eq!(reset.kind(), ErrorKind::ConnectionReset),
    }
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn a_connection_on_which_nothing_is_sent_is_closed() {
    let (server, _folder) = limited("first_byte_timeout = \"1s\"");
    let mut silent = connect(&server).await;

    assert_eq!(read_to_the_end(&mut silent).await, "");
}

#[tokio::test]
async fn a_head_that_does_not_end_is_not_waited_for() {
    let (server, _folder) = limited("header_timeout = \"1s\"");
    let mut slow = connect(&server).await;
    slow.write_all(b"GET / HTTP/1.1\r\nhost: x\r\n").await.expect("written");

    let answer = read_to_the_end(&mut slow).await;

    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 408"), "{answer}");
}

#[tokio::test]
async fn a_body_that_does_not_end_is_answered_and_its_connection_closed() {
    let (server, _folder) = limited("request_timeout = \"1s\"");
    let mut slow = connect(&server).await;
    let head = b"POST /oauth/token HTTP/1.1\r\nhost: x\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: 100\r\n\r\n";
    slow.write_all(head).await.expect("written");
    slow.write_all(b"grant_type=").await.expect("written");

    let answer = read_to_the_end(&mut slow).await;

    assert!(answer.starts_with("HTTP/1.1 503"), "{answer}");
    assert!(answer.contains("\r\nretry-after: 1\r\n"), "{answer}");
}

#[tokio::test]
async fn a_client_that_takes_nothing_of_its_answers_loses_the_connection() {
    let (server, _folder) = limited("send_timeout = \"1s\"");
    let mut stream = connect(&server).await;
    let request = b"GET /vsee/openapi.json HTTP/1.1\r\nhost: x\r\n\r\n";
    // Requests one after the other, whose answers fill every buffer on the way.
    let asking = async {
        loop {
            match timeout(Duration::from_secs(3), stream.write_all(request)).await {
                Ok(Ok(())) => {}
                Ok(Err(error)) => return error.kind(),
                Err(_) => {
                    let mut taken = vec![0; 1 << 20];
                    match stream.read(&mut taken).await {
                        Ok(0) => return ErrorKind::ConnectionReset,
                        Ok(_) => {}
                        Err(error) => return error.kind(),
                    }
                }
            }
        }
    };
    let ended = timeout(LONG, asking).await.expect("it is closed in time");

    assert!(
        matches!(ended, ErrorKind::ConnectionReset | ErrorKind::BrokenPipe),
        "{ended:?}"
    );
}

#[tokio::test]
async fn what_is_too_many_is_turned_away_and_those_that_end_make_room() {
    let (server, _folder) = limited("max_connections = 20");
    let mut silent = Vec::new();
    let mut turned_away = false;
    for _ in 0..25 {
        let mut stream = connect(&server).await;
        let mut nothing = [0];
        // Which of them is one too many depends on the order in which they are accepted.
        turned_away |= matches!(timeout(AT_ONCE, stream.read(&mut nothing)).await, Ok(Ok(0) | Err(_)));
        silent.push(stream);
    }
    assert!(turned_away);

    drop(silent);
    let asking = async {
        loop {
            let mut stream = connect(&server).await;
            let request = b"GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
            if stream.write_all(request).await.is_ok() && read_to_the_end(&mut stream).await.contains("200 OK") {
                return;
            }
        }
    };
    timeout(LONG, asking).await.expect("there is room again");
}

/// Sends a request without a body and reads the head of the answer.
async fn ask(stream: &mut TcpStream, path: &str) -> String {
    let request = format!("GET {path} HTTP/1.1\r\nhost: localhost\r\n\r\n");
    stream.write_all(request.as_bytes()).await.expect("written");
    let mut answer = Vec::new();
    while !answer.windows(4).any(|end| end == b"\r\n\r\n") {
        let read = timeout(LONG, stream.read_buf(&mut answer)).await.expect("in time");
        assert_ne!(read.expect("an answer"), 0, "closed without an answer");
    }
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn a_request_on_a_connection_that_was_idle_when_the_server_was_stopped_is_answered() {
    let mut server = Emulator::start(&[]);
    let mut idle = connect(&server).await;
    assert!(ask(&mut idle, "/healthz").await.starts_with("HTTP/1.1 200"));
    let address = idle.peer_addr().expect("it is connected");

    let stopping = tokio::task::spawn_blocking(move || server.stop());
    loop {
        let mut probe = TcpStream::connect(address).await.expect("still accepted");
        if ask(&mut probe, "/readyz").await.starts_with("HTTP/1.1 503") {
            break;
        }
    }
    let answer = ask(&mut idle, "/healthz").await;

    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(answer.to_lowercase().contains("connection: close"), "{answer}");
    assert_eq!(stopping.await.expect("no panic"), Some(0));
}
