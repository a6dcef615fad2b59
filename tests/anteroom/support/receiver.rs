//! Somebody who is told: an HTTP server that keeps what it receives and answers as a test wants.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, StatusCode, Uri};
use tokio::sync::{Semaphore, watch};

/// One request, as it arrived.
#[derive(Clone, Debug)]
pub struct Received {
    pub path: String,
    pub headers: HeaderMap,
    pub body: String,
}

impl Received {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .get(name)
            .map(|value| value.to_str().expect("headers are text here"))
    }
}

/// A server that lives as long as the test's runtime.
#[derive(Clone)]
pub struct Receiver {
    /// Where it listens, without a slash at the end.
    pub url: String,
    desk: Arc<Desk>,
}

struct Desk {
    answers: Mutex<VecDeque<Answering>>,
    received: watch::Sender<Vec<Received>>,
    /// One permit per answer while they are held back; closed while they are not.
    gate: Mutex<Option<Arc<Semaphore>>>,
    /// How many requests were given up by the client before they were answered.
    given_up: watch::Sender<usize>,
}

/// A request that is not answered yet.
struct Unanswered<'a>(Option<&'a Desk>);

impl Drop for Unanswered<'_> {
    fn drop(&mut self) {
        if let Some(desk) = self.0 {
            desk.given_up.send_modify(|count| *count += 1);
        }
    }
}

#[derive(Clone, Debug)]
struct Answering {
    status: StatusCode,
    location: Option<String>,
    body: String,
}

impl Receiver {
    /// Answers 200 to everything until it is told otherwise.
    pub async fn start() -> Self {
        let desk = Arc::new(Desk {
            answers: Mutex::default(),
            received: watch::Sender::default(),
            gate: Mutex::default(),
            given_up: watch::Sender::default(),
        });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("it is bound");
        let router = Router::new().fallback(take).with_state(desk.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self {
            url: format!("http://{address}"),
            desk,
        }
    }

    /// The next answers, one after the other; then 200 again.
    pub fn answers(&self, statuses: &[u16]) {
        self.answers_with(statuses.iter().map(|status| (*status, String::new())));
    }

    pub fn answers_with(&self, answers: impl IntoIterator<Item = (u16, String)>) {
        let answers = answers.into_iter().map(|(status, body)| Answering {
            status: StatusCode::from_u16(status).expect("a status"),
            location: None,
            body,
        });
        self.desk.answers.lock().expect("nobody panicked").extend(answers);
    }

    pub fn redirects_to(&self, location: &str) {
        self.desk.answers.lock().expect("nobody panicked").push_back(Answering {
            status: StatusCode::TEMPORARY_REDIRECT,
            location: Some(location.to_owned()),
            body: String::new(),
        });
    }

    /// From now on it takes requests and does not answer until [`release`](Self::release).
    pub fn holds_back(&self) {
        *self.desk.gate.lock().expect("nobody panicked") = Some(Arc::new(Semaphore::new(0)));
    }

    pub fn release(&self) {
        if let Some(gate) = self.desk.gate.lock().expect("nobody panicked").take() {
            gate.close();
        }
    }

    /// What has come so far.
    pub fn received(&self) -> Vec<Received> {
        self.desk.received.borrow().clone()
    }

    /// Waits until the client has given up so many requests, by closing their connections.
    pub async fn was_given_up(&self, count: usize) {
        let mut given_up = self.desk.given_up.subscribe();
        given_up
            .wait_for(|given_up| *given_up >= count)
            .await
            .expect("the receiver runs");
    }

    /// Waits until so many have come.
    pub async fn has_received(&self, count: usize) -> Vec<Received> {
        let mut received = self.desk.received.subscribe();
        let enough = received.wait_for(|received| received.len() >= count);
        let patience = std::time::Duration::from_secs(60);
        match tokio::time::timeout(patience, enough).await {
            Ok(received) => received.expect("the desk stands").clone(),
            Err(_) => panic!("{count} were expected, and these came: {:#?}", self.received()),
        }
    }
}

async fn take(State(desk): State<Arc<Desk>>, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    let received = Received {
        path: uri.to_string(),
        headers,
        body: String::from_utf8_lossy(&body).into_owned(),
    };
    let answering = desk.answers.lock().expect("nobody panicked").pop_front();
    desk.received.send_modify(|all| all.push(received));
    let gate = desk.gate.lock().expect("nobody panicked").clone();
    if let Some(gate) = gate {
        let mut unanswered = Unanswered(Some(&desk));
        let _ = gate.acquire().await; // an error says that it was opened
        unanswered.0 = None;
    }
    let Some(answering) = answering else {
        return StatusCode::OK.into_response();
    };
    let location = answering.location.map(|location| [("location", location)]);
    (answering.status, location, answering.body).into_response()
}
