//! The table of rows against every combination of scopes, and what a refusal looks like (`spec` §2.10, §4, §6).

use anteroom::portals::mypatientportal::{access::Guests, call::Operation, calls::CALLS};
use reqwest::Method;
use serde_json::json;

use super::{Patient, at, guests, patient, patient_with, text};
use crate::support::{Answer, fresh_realm, portal_realm};

const PATIENTS_SCOPES: [&str; 3] = ["profile_read", "appointment_read", "appointment_write"];
const GUEST_SCOPES: [&str; 2] = ["appointment_guest_lookup", "appointment_guest_write"];

/// All combinations of some scopes, none included.
fn combinations(scopes: &[&'static str]) -> Vec<Vec<&'static str>> {
    let numbers = 0..(1_u32 << scopes.len());
    let chosen = |number: u32| move |(position, _): &(usize, &&str)| number >> position & 1 == 1;
    numbers
        .map(|number| {
            scopes
                .iter()
                .enumerate()
                .filter(chosen(number))
                .map(|(_, scope)| *scope)
                .collect()
        })
        .collect()
}

/// A request at a row, about things that exist.
async fn ask(caller: &Patient, row: &Operation, appointment: &str) -> Answer {
    let id = match row.path.split('/').nth(1) {
        Some("practices") => "9yrnjbqpcfwgsajr",
        Some("appointment_categories") => "53",
        Some("appointment_types") => "198",
        _ => appointment,
    };
    let path = at(&row.path.replace("{id}", id));
    let method = Method::from_bytes(row.method.as_str().as_bytes()).expect("a method");
    let query = [("appointment_category_id", "53"), ("appointment_type_id", "198")];
    let query: Vec<_> = query
        .iter()
        .filter(|(name, _)| row.documents(name) && row.method == "GET")
        .collect();
    let mut request = caller.0.request(method, &path).query(&query);
    if row.body.is_read() {
        request = request.json(&json!({}));
    }
    Answer::to(request).await
}

#[tokio::test]
async fn a_user_may_call_exactly_the_operations_whose_scopes_were_all_granted() {
    let realm = fresh_realm().await;
    let appointment = patient(&realm, "anne").await.books(0).await;
    for held in combinations(&PATIENTS_SCOPES) {
        let scopes = format!("openid {}", held.join(" "));
        let anne = patient_with(&realm, "anne", scopes.trim_end()).await;
        for row in CALLS {
            let answer = ask(&anne, row, &appointment).await;
            if row.access.scopes.iter().all(|scope| held.contains(scope)) {
                assert!(
                    answer.status < 500 && ![401, 403, 405].contains(&answer.status),
                    "with {held:?}: {answer}"
                );
            } else {
                must_name_the_scopes(&answer, &row.access.scopes.join(" "));
            }
        }
    }
}

#[tokio::test]
async fn a_client_without_a_user_may_call_exactly_the_operations_of_its_guest_scopes() {
    let realm = fresh_realm().await;
    let appointment = patient(&realm, "anne").await.books(0).await;
    for held in combinations(&GUEST_SCOPES) {
        let scopes = format!("profile_read appointment_read appointment_write {}", held.join(" "));
        let client = guests(&realm, scopes.trim_end()).await;
        for row in CALLS {
            let answer = ask(&client, row, &appointment).await;
            let open = match row.access.guests {
                Guests::Refused => false,
                Guests::With(any) => any.iter().any(|scope| held.contains(scope)),
            };
            if open {
                assert!(
                    answer.status < 500 && ![401, 403, 405].contains(&answer.status),
                    "with {held:?}: {answer}"
                );
            } else {
                answer.is_refused_as_bearer("insufficient_scope");
            }
        }
    }
}

/// The older Booking API quietly made guest bookings of such requests. This one does not.
#[tokio::test]
async fn a_user_with_guest_scopes_alone_is_refused_everywhere() {
    let realm = fresh_realm().await;
    let anne = patient_with(&realm, "anne", "appointment_guest_lookup appointment_guest_write").await;

    for row in CALLS {
        ask(&anne, row, "xbCuVVTNU6rT6E5m8p6Y8h7opzfo")
            .await
            .is_refused_as_bearer("insufficient_scope");
    }
}

#[tokio::test]
async fn without_a_valid_token_no_operation_is_allowed() {
    let realm = fresh_realm().await;
    let nobody = Patient(realm.caller("never-issued"));

    for row in CALLS {
        ask(&nobody, row, "x").await.is_refused_as_bearer("invalid_token");
        let method = Method::from_bytes(row.method.as_str().as_bytes()).expect("a method");
        let bare = Answer::to(
            realm
                .http
                .request(method, realm.url(&at(&row.path.replace("{id}", "1")))),
        )
        .await;
        let bare = bare.has_status(401);
        assert_eq!(
            bare.header("www-authenticate"),
            Some("Bearer realm=\"Anteroom\""),
            "{bare}"
        );
    }
}

#[tokio::test]
async fn unknown_expired_and_revoked_tokens_are_told_apart_in_the_documented_words() {
    let realm = portal_realm().await;
    let client = realm.demo_client().asking_for("openid profile_read");
    let (kept, revoked) = (client.tokens_for("anne").await, client.tokens_for("ben").await);
    client.revoke(&revoked.access_token).await.is_ok();
    let words = async |token: &str| {
        let answer = Patient(realm.caller(token))
            .get("/user")
            .await
            .is_refused_as_bearer("invalid_token");
        let description = answer.json()["error_description"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        let challenge =
            format!("Bearer realm=\"Doorkeeper\", error=\"invalid_token\", error_description=\"{description}\"");
        assert_eq!(answer.header("www-authenticate"), Some(challenge.as_str()));
        assert_eq!(answer.json()["error"], "invalid_token");
        description
    };

    assert_eq!(words("never-issued").await, "The access token is invalid");
    assert_eq!(words(&revoked.access_token).await, "The access token was revoked");
    realm.advance("PT2H").await;
    assert_eq!(words(&kept.access_token).await, "The access token expired");
}

#[tokio::test]
async fn under_the_portals_policy_a_missing_token_is_an_invalid_one() {
    let realm = portal_realm().await;

    let answer = realm.get(&at("/user")).await.is_refused_as_bearer("invalid_token");

    assert_eq!(
        answer.json(),
        json!({"error": "invalid_token", "error_description": "The access token is invalid"})
    );
}

#[tokio::test]
async fn a_missing_scope_is_named_in_the_documented_words() {
    let realm = portal_realm().await;
    let anne = patient_with(&realm, "anne", "openid profile_read").await;

    let answer = anne.get("/appointments").await.has_status(403);

    assert_eq!(
        answer.json(),
        json!({
            "error": "insufficient_scope",
            "error_description": "Access to this resource requires scope \"profile_read appointment_read\".",
        })
    );
    assert_eq!(
        answer.header("www-authenticate"),
        Some(
            "Bearer realm=\"Doorkeeper\", error=\"insufficient_scope\", \
             error_description=\"Access to this resource requires scope _profile_read appointment_read_.\""
        )
    );
}

#[tokio::test]
async fn what_is_no_bearer_token_is_refused_in_each_policys_way() {
    for (realm, malformed) in [(fresh_realm().await, 400), (portal_realm().await, 401)] {
        // Another scheme authenticates nobody (RFC 6750 §3.1).
        let of_another_scheme = ("Basic ZGVtby1jbGllbnQ6ZGVtby1zZWNyZXQ=", 401);
        for (authorization, status) in [of_another_scheme, ("Bearer", malformed), ("Bearer a b", malformed)] {
            let request = realm
                .http
                .get(realm.url(&at("/user")))
                .header("authorization", authorization);
            Answer::to(request).await.has_status(status);
        }
    }
}

/// The order of checks: the method, the token, the scope, and only then what is asked for.
#[tokio::test]
async fn a_bad_request_with_a_bad_token_is_told_of_its_token() {
    let realm = fresh_realm().await;
    let nobody = Patient(realm.caller("never-issued"));
    let reader = patient_with(&realm, "anne", "profile_read").await;

    nobody.get("/availabilities?from=nonsense").await.has_status(401);
    nobody
        .post_raw("/booking", "application/json", "{")
        .await
        .has_status(401);
    reader.get("/availabilities?from=nonsense").await.has_status(403);
    reader
        .get("/appointments/xbCuVVTNU6rT6E5m8p6Y8h7opzfo")
        .await
        .has_status(403);
    nobody.post("/user", &json!({})).await.has_status(405);
}

fn must_name_the_scopes(answer: &Answer, scopes: &str) {
    let answer = answer.clone().is_refused_as_bearer("insufficient_scope");
    let challenge = answer.challenge();
    assert_eq!(challenge.get("scope"), Some(scopes), "{answer}");
    let description = answer.json()["error_description"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    assert!(description.contains(&format!("\"{scopes}\"")), "{answer}");
}

/// The client holds the very scope: naming it again would send its developer looking in the wrong place.
#[tokio::test]
async fn a_client_on_its_own_is_told_that_a_row_needs_a_user_and_not_a_scope_it_has() {
    let realm = fresh_realm().await;
    let client = guests(&realm, "profile_read").await;

    let answer = client.get("/user").await.is_refused_as_bearer("insufficient_scope");

    let description = text(&answer.json(), "error_description");
    assert!(description.contains("user"), "{description}");
    assert!(!description.contains("profile_read"), "{description}");
    assert_eq!(answer.challenge().get("scope"), None, "{answer}");
}

#[tokio::test]
async fn under_the_portals_policy_a_client_on_its_own_is_refused_in_the_documented_words() {
    let realm = portal_realm().await;
    let client = guests(&realm, "profile_read").await;

    let answer = client.get("/user").await.is_refused_as_bearer("insufficient_scope");

    assert_eq!(
        answer.json()["error_description"],
        "Access to this resource requires scope \"profile_read\"."
    );
}
