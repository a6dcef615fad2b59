//! The levers of a realm's control API, as a script pulls them.

use reqwest::Method;
use serde_json::Value;

use super::{Answer, Realm};

impl Realm {
    /// Asks the lever at this path: `users`, `keys/rotate`.
    pub async fn control(&self, method: Method, lever: &str, body: &Value) -> Answer {
        let address = self.url(&format!("/control/api/{lever}"));
        Answer::to(self.http.request(method, address).json(body)).await
    }

    pub async fn look_at(&self, lever: &str) -> Value {
        self.get(&format!("/control/api/{lever}")).await.is_ok().json()
    }

    /// Adds something with success; what was answered.
    pub async fn add(&self, lever: &str, body: Value) -> Value {
        self.control(Method::POST, lever, &body).await.has_status(201).json()
    }

    pub async fn change(&self, lever: &str, body: Value) -> Value {
        self.control(Method::PATCH, lever, &body).await.is_ok().json()
    }

    pub async fn take_away(&self, lever: &str) -> Answer {
        Answer::to(self.http.delete(self.url(&format!("/control/api/{lever}")))).await
    }

    /// Tries commands that must be refused, one after the other, and looks whether `seen` is still the same.
    pub async fn refuses(&self, method: Method, lever: &str, seen: &str, commands: &[(u16, Value)]) {
        let before = self.look_at(seen).await;
        for (status, command) in commands {
            self.control(method.clone(), lever, command).await.is_a_problem(*status);
            assert_eq!(
                self.look_at(seen).await,
                before,
                "{method} {lever} {command} left a trace"
            );
        }
    }
}

impl Answer {
    /// A refusal of the control API (RFC 9457), with a sentence for the person who asked.
    #[expect(
        clippy::wrong_self_convention,
        reason = "it reads like the sentence it is, and hands the answer on"
    )]
    #[track_caller]
    pub fn is_a_problem(self, status: u16) -> Value {
        let answer = self.has_status(status);
        assert_eq!(answer.media_type(), "application/problem+json", "{answer}");
        let problem = answer.json();
        assert!(
            problem["detail"].as_str().is_some_and(|detail| detail.len() > 10),
            "{answer}"
        );
        problem
    }
}
