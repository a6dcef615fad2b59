//! Who is calling the token endpoint, and in what form (RFC 6749 §2.3, §3.2).

mod by_secret;
mod that_fails;
mod the_form;
mod under_policy_portal;

use serde_json::json;

use crate::support::{Answer, ClientApp, Realm, client_app::ClientCall, fresh_realm, realm_with};

const SCOPE: &str = "appointment_guest_write";

/// A request that lacks nothing but the client's authentication.
fn request(realm: &Realm) -> ClientCall {
    ClientCall::new(realm, "/oauth/token")
        .with("grant_type", "client_credentials")
        .with("scope", SCOPE)
}

mod guessing {
    use super::*;

    #[tokio::test]
    async fn is_refused_with_the_time_to_wait_and_does_not_lock_the_client_out() {
        let realm = fresh_realm().await;
        let wrong = request(&realm).basic("demo-service", "a-guess");

        for _ in 0..10 {
            wrong.clone().send().await.is_refused_with("invalid_client");
        }
        let throttled = wrong.clone().send().await.has_status(429);

        let wait: u64 = throttled
            .header("retry-after")
            .unwrap_or_default()
            .parse()
            .expect("seconds");
        assert!((1..=60).contains(&wait), "{throttled}");
        assert_eq!(throttled.json()["error"], "invalid_client");
        request(&realm)
            .basic("demo-service", "demo-service-secret")
            .send()
            .await
            .brings_tokens();
        wrong.send().await.has_status(401);
    }
}
