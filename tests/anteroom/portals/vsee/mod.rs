//! The VSee Clinic, from outside.

mod api_docs;
mod attachments;
mod availability;
mod bad_input;
mod booking;
mod documented_samples;
mod flows;
mod intakes;
mod next;
mod one_time_link;
mod pages;
mod races;
mod rooms;
mod sign_on;
mod users;
mod visits;
mod webhooks;

use serde_json::{Value, json};

use crate::support::{Answer, Arrival, Page, Realm, UserAgent};

/// Monday, 2 June 2025, nine in the morning in Los Angeles: the first free slot of the demo's Pat Doctor.
pub const MONDAY_NINE: i64 = 1_748_880_000;
pub const QUARTER: i64 = 15 * 60;
pub const DAY: i64 = 24 * 60 * 60;
pub const ADMIN_TOKEN: &str = "ad31000000000000000000000000ad31";

/// Somebody who calls the clinic's API, with a token or without.
#[derive(Debug, Clone)]
pub struct Caller {
    pub realm: Realm,
    pub token: Option<String>,
    /// `data.id` of the single sign-on.
    pub id: String,
}

/// A path of the API.
pub fn at(path: &str) -> String {
    format!("/vsee/vc/next/api_v3/{path}")
}

/// Nobody in particular.
pub fn public(realm: &Realm) -> Caller {
    Caller {
        realm: realm.clone(),
        token: None,
        id: String::new(),
    }
}

pub fn admin(realm: &Realm) -> Caller {
    Caller {
        token: Some(ADMIN_TOKEN.to_owned()),
        id: "1001".to_owned(),
        ..public(realm)
    }
}

/// Signs somebody in from outside, with the demo's key and secret.
pub async fn sign_on(realm: &Realm, body: &Value) -> Answer {
    let request = realm.http.post(realm.url(&at("users/sso"))).json(body);
    let request = request.header("X-AccountCode", "vclinic").header("X-ApiKey", "k");
    Answer::to(request.header("X-ApiSecret", "s")).await
}

async fn signed_on(realm: &Realm, body: &Value) -> Caller {
    let answer = sign_on(realm, body).await.is_ok().json();
    Caller {
        realm: realm.clone(),
        token: Some(text(&answer["data"]["token"], "token")),
        id: text(&answer["data"], "id"),
    }
}

/// John Smith, or somebody else of that code.
pub async fn patient(realm: &Realm, code: &str) -> Caller {
    let body = json!({"first_name": "John", "last_name": "Smith", "type": 200, "code": code});
    signed_on(realm, &body).await
}

/// A provider: `pat` and `robin` are the demo's.
pub async fn provider(realm: &Realm, code: &str) -> Caller {
    let body = json!({"first_name": "Pat", "last_name": "Doctor", "type": 400, "code": code});
    signed_on(realm, &body).await
}

impl Caller {
    fn dressed(&self, request: reqwest::RequestBuilder) -> reqwest::RequestBuilder {
        let request = request.header("X-AccountCode", "vclinic");
        match &self.token {
            Some(token) => request.header("X-ApiToken", token),
            None => request,
        }
    }

    pub fn getting(&self, path: &str) -> reqwest::RequestBuilder {
        self.dressed(self.realm.http.get(self.realm.url(&at(path))))
    }

    pub fn posting(&self, path: &str) -> reqwest::RequestBuilder {
        self.dressed(self.realm.http.post(self.realm.url(&at(path))))
    }

    pub async fn get(&self, path: &str) -> Answer {
        Answer::to(self.getting(path)).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        Answer::to(self.posting(path).json(body)).await
    }

    pub async fn form(&self, path: &str, form: &[(&str, &str)]) -> Answer {
        Answer::to(self.posting(path).form(form)).await
    }

    /// A body that is not JSON, or not well made.
    pub async fn post_raw(&self, path: &str, content_type: &str, body: impl Into<reqwest::Body>) -> Answer {
        let request = self.posting(path).header("content-type", content_type);
        Answer::to(request.body(body)).await
    }

    /// A form with files: name, type and content of each.
    pub async fn post_files(&self, path: &str, fields: &[(&str, &str)], files: &[(&str, &str, &[u8])]) -> Answer {
        let mut body = Vec::new();
        for (name, value) in fields {
            let part = format!("--parts\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
            body.extend(part.into_bytes());
        }
        for (name, kind, content) in files {
            let head = format!(
                "--parts\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\
                 Content-Type: {kind}\r\n\r\n"
            );
            body.extend(head.into_bytes());
            body.extend(*content);
            body.extend(b"\r\n");
        }
        body.extend(b"--parts--\r\n");
        self.post_raw(path, "multipart/form-data; boundary=parts", body).await
    }

    /// Fills in a form for the demo's room; its id.
    pub async fn intake(&self) -> String {
        let body = json!({"room_code": "clinic", "type": 1, "reason_for_visit": "followup"});
        text(&data(self.post("intakes", &body).await), "id")
    }

    /// Enters the demo's room; the visit.
    pub async fn walks_in(&self) -> Value {
        let body = json!({"intake_id": self.intake().await, "room_code": "clinic"});
        data(self.post("visits/add_walkin", &body).await)
    }

    /// Asks for an appointment with Pat Doctor.
    pub async fn books(&self, start: i64) -> Answer {
        let body = json!({
            "intake_id": self.intake().await, "room_code": "clinic", "member_id": self.id,
            "provider_id": "181883", "start": start, "end": start + QUARTER,
        });
        self.post("visits", &body).await
    }

    pub async fn asks_an_e_consult(&self) -> Value {
        let body = json!({"intake_id": self.intake().await, "room_code": "clinic"});
        data(self.post("visits/add_econsult", &body).await)
    }

    pub async fn visit(&self, id: &str) -> Value {
        data(self.get(&format!("visits/{id}")).await)
    }

    /// A browser that has come in with the token.
    pub async fn browser(&self) -> UserAgent {
        let browser = self.realm.user_agent();
        let page = open(&browser, &self.realm, &self.auth("/u/clinic", "")).await;
        assert!([200, 404].contains(&page.answer.status), "{}", page.answer);
        browser
    }

    /// The address that lets a browser in, below `/vsee`.
    pub fn auth(&self, next: &str, options: &str) -> String {
        let token = self.token.as_deref().unwrap_or_default();
        let next: String = form_urlencoded::byte_serialize(next.as_bytes()).collect();
        format!("/vc/next/auth?sso_token={token}&next={next}{options}")
    }
}

/// Opens a page of the portal and follows its redirects.
pub async fn open(browser: &UserAgent, realm: &Realm, path: &str) -> Page {
    match browser.open(&realm.url(&format!("/vsee{path}"))).await {
        Arrival::Page(page) => page,
        Arrival::Callback(callback) => panic!("it led out of the server: {callback:?}"),
    }
}

/// What a page says of itself: a `data-` attribute of its heading.
#[track_caller]
pub fn said(page: &Page, attribute: &str) -> String {
    let heading = page
        .all("h1")
        .next()
        .unwrap_or_else(|| panic!("no heading: {}", page.answer));
    let value = heading.attribute(attribute);
    value
        .unwrap_or_else(|| panic!("no {attribute} on this page: {}", page.answer))
        .to_owned()
}

/// The `data` of an answer.
#[track_caller]
pub fn data(answer: Answer) -> Value {
    let answer = answer.is_ok();
    answer.is_not_stored();
    answer.json()["data"].clone()
}

#[track_caller]
pub fn list(answer: Answer) -> Vec<Value> {
    let data = data(answer);
    data.as_array().unwrap_or_else(|| panic!("no list: {data}")).clone()
}

#[track_caller]
pub fn text(value: &Value, member: &str) -> String {
    value[member]
        .as_str()
        .unwrap_or_else(|| panic!("{member} of {value}"))
        .to_owned()
}

/// A refusal in the portal's form; its message.
#[track_caller]
pub fn refused(answer: &Answer, status: u16) -> String {
    assert_eq!(answer.status, status, "{answer}");
    answer.is_json();
    answer.is_not_stored();
    let body = answer.json();
    let members: Vec<_> = body.as_object().expect("an object").keys().collect();
    assert_eq!(members, ["code", "message"], "{answer}");
    assert_eq!(body["code"], status, "{answer}");
    text(&body, "message")
}

pub const NOT_FOUND: &str = "Sorry, this page is not available.";
