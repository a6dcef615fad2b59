//! Policy `portal`: what the emulated portal was seen to do, row by row of the design's policy table, in its own
//! words.

mod a_code_used_twice;
mod bearer_refusals;
mod consent;
mod introspecting;
mod pkce;
mod refreshing;
mod refusals_of_the_token_endpoint;
mod revoking;
mod subjects;
mod the_authorization_response;
mod the_token_response;
mod userinfo;

use serde_json::json;

use crate::support::{Answer, ClientApp, Realm, Tokens, UserAgent, client_app::ClientCall, jwt, portal_realm};

const SCOPE: &str = "openid profile_read appointment_read appointment_write";

const CLIENT_FAILED: &str = "Client authentication failed due to unknown client, no client authentication included, or unsupported authentication method.";
const GRANT_FAILED: &str = "The provided authorization grant is invalid, expired, revoked, does not match the redirection URI used in the authorization request, or was issued to another client.";
const SCOPE_FAILED: &str = "The requested scope is invalid, unknown, or malformed.";

fn client(realm: &Realm) -> ClientApp {
    realm.demo_client().asking_for(SCOPE)
}

/// A refusal of the token endpoint: its words, and the same words in the challenge of upstream.
#[track_caller]
fn refused(answer: Answer, error: &str, description: &str) {
    let answer = answer.is_refused_with(error).describes_it_as(description);
    let challenge = answer.challenge();
    assert_eq!(
        (challenge.scheme.as_str(), challenge.get("realm")),
        ("Bearer", Some("Doorkeeper")),
        "{answer}"
    );
    assert_eq!(
        (challenge.get("error"), challenge.get("error_description")),
        (Some(error), Some(description)),
        "{answer}"
    );
}

#[tokio::test]
async fn a_refused_client_reads_the_upstream_words_on_the_page_too() {
    let realm = portal_realm().await;

    let unknown = client(&realm)
        .request()
        .with("client_id", "nobody")
        .answer()
        .await
        .is_a_refusal_page();
    let redirect = client(&realm)
        .called_back_at("https://evil.example/")
        .request()
        .answer()
        .await
        .is_a_refusal_page();

    assert!(matches!(unknown.status, 400 | 401), "{unknown}");
    assert_eq!(redirect.status, 400);
}
