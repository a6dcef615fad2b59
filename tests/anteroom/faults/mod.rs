//! Armed faults, seen from outside: every row of the catalogue is armed in a realm of its own, its alter is looked for
//! on the wire, and the answer after it must be clean.
//!
//! Each family has a table of cases; `every_fault_of_the_catalogue_has_a_case` holds the tables against the catalogue
//! the server itself gives.

mod a_foreign_client;
mod arming;
mod authorization;
mod discovery;
mod id_token;
mod narrowing;
mod portal;
mod refresh;
mod resource;
mod shape;
mod token_response;
mod transport;

use std::{collections::BTreeSet, pin::Pin};

use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::support::{
    Answer, Callback, ClientApp, Realm, Tokens, UserAgent, client_app::AuthorizationRequest, fresh_realm,
};

/// What one fault has to show.
pub struct Case {
    pub fault: &'static str,
    pub judge: fn(Scene) -> Pin<Box<dyn Future<Output = ()> + Send>>,
}

macro_rules! cases {
    ($($fault:ident: $judge:expr;)*) => {
        pub const CASES: &[crate::faults::Case] = &[
            $(crate::faults::Case { fault: stringify!($fault), judge: |scene| Box::pin($judge(scene)) },)*
        ];
    };
}
pub(crate) use cases;

/// A realm of one's own and the fault that is to be seen in it.
#[derive(Debug, Clone)]
pub struct Scene {
    pub realm: Realm,
    pub fault: &'static str,
}

impl Scene {
    /// Arms the fault for the next matching call.
    pub async fn once(&self) -> String {
        self.arm(json!({"times": 1})).await
    }

    /// The same, with parameters.
    pub async fn once_with(&self, parameters: Value) -> String {
        self.arm(json!({"times": 1, "parameters": parameters})).await
    }

    /// Arms the fault with whatever else is wished for.
    pub async fn arm(&self, mut wish: Value) -> String {
        wish["fault"] = json!(self.fault);
        arm(&self.realm, wish).await
    }

    pub async fn has_triggered(&self, id: &str, times: u64) {
        assert_eq!(shown(&self.realm, id).await["triggered"], times, "{}", self.fault);
    }

    pub async fn disarm(&self) {
        disarm_all(&self.realm).await;
    }
}

/// Arms a fault; its id.
pub async fn arm(realm: &Realm, wish: Value) -> String {
    try_to_arm(realm, wish).await.has_status(201).member("id")
}

pub async fn try_to_arm(realm: &Realm, wish: Value) -> Answer {
    Answer::to(realm.http.post(realm.url("/control/api/faults")).json(&wish)).await
}

pub async fn disarm_all(realm: &Realm) {
    Answer::to(realm.http.delete(realm.url("/control/api/faults")))
        .await
        .has_status(204);
}

/// What the control API says of all that is armed.
pub async fn armed(realm: &Realm) -> Vec<Value> {
    let answer = realm.get("/control/api/faults").await.is_ok();
    answer.json()["faults"].as_array().expect("a list").clone()
}

pub async fn shown(realm: &Realm, id: &str) -> Value {
    let armed = armed(realm).await;
    let found = armed.into_iter().find(|fault| fault["id"] == id);
    found.unwrap_or_else(|| panic!("{id} is not armed"))
}

pub async fn catalogue(realm: &Realm) -> Vec<Value> {
    let answer = realm.get("/control/api/faults/catalogue").await.is_ok();
    answer.json()["faults"].as_array().expect("a list").clone()
}

/// Judges every case in a realm of its own, a few at a time.
pub async fn judge(cases: &'static [Case]) {
    let mut judging = tokio::task::JoinSet::new();
    let mut waiting = cases.iter();
    let mut failed = Vec::new();
    loop {
        while judging.len() < 4
            && let Some(case) = waiting.next()
        {
            judging.spawn(async move {
                let realm = fresh_realm().await;
                let scene = Scene {
                    realm,
                    fault: case.fault,
                };
                let outcome = tokio::spawn((case.judge)(scene)).await;
                (case.fault, outcome.err())
            });
        }
        match judging.join_next().await {
            None => break,
            Some(judged) => {
                let (fault, panicked) = judged.expect("a case is not aborted");
                if panicked.is_some() {
                    failed.push(fault);
                }
            }
        }
    }
    assert!(failed.is_empty(), "what they said stands above: {failed:?}");
}

/// A browser in which `user` has signed in and agreed: from now on a request is answered at once.
pub async fn at_home(request: &AuthorizationRequest, user: &str) -> UserAgent {
    request.authorize_as(user).await.1
}

/// The answer to a request in a browser that is at home.
pub async fn called_back(request: &AuthorizationRequest, browser: &UserAgent) -> Callback {
    request.open(browser).await.callback()
}

/// Tokens by a code, in a browser that is at home; the answer as it is.
pub async fn redeemed(client: &ClientApp, browser: &UserAgent) -> Answer {
    let request = client.request();
    let code = request.code_in(&called_back(&request, browser).await);
    client.redeem(&code).await
}

pub async fn tokens(client: &ClientApp, browser: &UserAgent) -> Tokens {
    Tokens::read(redeemed(client, browser).await)
}

/// Everything that comes over a connection of one's own until it is closed.
pub async fn raw(realm: &Realm, request: &str) -> Vec<u8> {
    let mut stream = connect(realm).await;
    stream.write_all(request.as_bytes()).await.expect("it is written");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.ok(); // a reset is an end, too
    answer
}

pub async fn connect(realm: &Realm) -> TcpStream {
    let url = url::Url::parse(&realm.issuer).expect("an issuer");
    let port = url.port().expect("a port");
    TcpStream::connect(("127.0.0.1", port))
        .await
        .expect("the server listens")
}

/// A request as it stands on the wire, on a connection that is to be kept.
pub fn plain_request(realm: &Realm, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> String {
    let url = url::Url::parse(&realm.url(path)).expect("an address");
    let host = format!("{}:{}", url.host_str().expect("a host"), url.port().expect("a port"));
    let mut request = format!("{method} {} HTTP/1.1\r\nhost: {host}\r\n", url.path());
    for (name, value) in headers {
        request.push_str(&format!("{name}: {value}\r\n"));
    }
    request.push_str(&format!("content-length: {}\r\n\r\n{body}", body.len()));
    request
}

#[tokio::test]
async fn every_fault_of_the_catalogue_has_a_case() {
    let realm = fresh_realm().await;
    let tables = [
        authorization::CASES,
        discovery::CASES,
        portal::CASES,
        refresh::CASES,
        resource::CASES,
        shape::CASES,
        token_response::CASES,
        transport::CASES,
    ];
    let mut tested: Vec<_> = tables
        .iter()
        .flat_map(|cases| cases.iter().map(|case| case.fault))
        .collect();
    tested.extend(id_token::CASES.iter().map(|case| case.fault));

    let listed = catalogue(&realm).await;
    let listed: BTreeSet<_> = listed.iter().filter_map(|fault| fault["fault"].as_str()).collect();

    let once: BTreeSet<_> = tested.iter().copied().collect();
    assert_eq!(once.len(), tested.len(), "a fault is tested in one place");
    let untested: Vec<_> = listed.difference(&once).collect();
    let unlisted: Vec<_> = once.difference(&listed).collect();
    assert!(untested.is_empty() && unlisted.is_empty(), "{untested:?} {unlisted:?}");
    assert!(listed.len() > 100, "{}", listed.len());
}
