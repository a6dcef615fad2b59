//! Somebody who calls an API with a bearer token (RFC 6750 §2.1).

use reqwest::Method;
use serde_json::Value;

use super::{Answer, Realm, hang_up::hang_up};

#[derive(Debug, Clone)]
pub struct Caller {
    realm: Realm,
    token: String,
}

impl Caller {
    pub fn new(realm: &Realm, token: &str) -> Self {
        Self {
            realm: realm.clone(),
            token: token.to_owned(),
        }
    }

    /// The same token, sent another way.
    pub fn in_realm(&self, realm: &Realm) -> Self {
        Self::new(realm, &self.token)
    }

    /// Posts a form, whole, and is gone before the answer.
    pub async fn ask_and_hang_up(&self, path: &str, form: &[(String, String)]) {
        let authorization = format!("Bearer {}", self.token);
        hang_up(&self.realm, path, form, Some(&authorization)).await;
    }

    pub fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.realm
            .http
            .request(method, self.realm.url(path))
            .bearer_auth(&self.token)
    }

    pub async fn get(&self, path: &str) -> Answer {
        Answer::to(self.request(Method::GET, path)).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        Answer::to(self.request(Method::POST, path).json(body)).await
    }

    pub async fn put(&self, path: &str, body: &Value) -> Answer {
        Answer::to(self.request(Method::PUT, path).json(body)).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        Answer::to(self.request(Method::DELETE, path)).await
    }

    pub async fn userinfo(&self) -> Answer {
        self.get("/oauth/userinfo").await
    }
}
