//! `GET|POST /oauth/userinfo` (OIDC Core §5.3), and what a bearer's refusal looks like (RFC 6750 §3).

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Answer, Realm, fresh_realm, jwt, realm_with};

async fn userinfo_with(realm: &Realm, scope: &str) -> Value {
    let tokens = realm.demo_client().asking_for(scope).tokens_for("anne").await;
    let answer = realm.caller(&tokens.access_token).userinfo().await.is_ok();
    answer.is_json();
    assert_eq!(answer.json()["sub"], jwt::claims(tokens.id_token())["sub"]);
    answer.json()
}

/// OIDC Core §5.4.
const SCOPES: [(&str, &[&str]); 4] = [
    (
        "profile",
        &[
            "name",
            "given_name",
            "family_name",
            "middle_name",
            "nickname",
            "profile",
            "picture",
            "website",
            "gender",
            "birthdate",
            "zoneinfo",
            "locale",
            "updated_at",
            "preferred_username",
        ],
    ),
    ("email", &["email", "email_verified"]),
    ("address", &["address"]),
    ("phone", &["phone_number", "phone_number_verified"]),
];

#[tokio::test]
async fn each_scope_brings_all_of_its_claims_and_no_others() {
    let realm = fresh_realm().await;

    for (scope, claims) in SCOPES {
        let userinfo = userinfo_with(&realm, &format!("openid {scope}")).await;
        for claim in claims {
            assert!(userinfo.get(claim).is_some(), "{scope} without {claim}: {userinfo}");
        }
        for (other, claims) in SCOPES.iter().filter(|(other, _)| *other != scope) {
            for claim in *claims {
                assert_eq!(userinfo.get(claim), None, "{scope} with {claim} of {other}");
            }
        }
    }
}

#[tokio::test]
async fn openid_alone_brings_nothing_but_the_subject() {
    let realm = fresh_realm().await;

    let userinfo = userinfo_with(&realm, "openid").await;

    assert_eq!(
        userinfo
            .as_object()
            .map(|claims| claims.keys().cloned().collect::<Vec<_>>()),
        Some(vec!["sub".to_owned()])
    );
}

#[tokio::test]
async fn every_claim_has_its_type() {
    let realm = fresh_realm().await;

    let userinfo = userinfo_with(&realm, "openid profile email address phone").await;

    for (name, value) in userinfo.as_object().expect("an object") {
        let right = match name.as_str() {
            "email_verified" | "phone_number_verified" => value.is_boolean(),
            "updated_at" => value
                .as_i64()
                .is_some_and(|seconds| (0..4_102_444_800).contains(&seconds)),
            "address" => value
                .as_object()
                .is_some_and(|address| !address.is_empty() && address.values().all(is_text)),
            _ => is_text(value),
        };
        assert!(right, "{name}: {value}");
    }
    assert_eq!(
        (&userinfo["name"], &userinfo["given_name"]),
        (&json!("Anne Rogers"), &json!("Anne"))
    );
    let birthdate: jiff::civil::Date = userinfo["birthdate"].as_str().unwrap().parse().expect("YYYY-MM-DD");
    assert!(birthdate.year() > 1850);
}

fn is_text(value: &Value) -> bool {
    value
        .as_str()
        .is_some_and(|text| !text.trim().is_empty() && text != "null")
}

#[tokio::test]
async fn the_token_may_come_in_the_header_of_get_and_post_or_in_the_form() {
    let realm = fresh_realm().await;
    let token = realm.demo_client().tokens_for("anne").await.access_token;
    let expected = realm.caller(&token).userinfo().await.is_ok().json();
    let address = realm.url("/oauth/userinfo");

    let header = Answer::to(realm.http.post(&address).bearer_auth(&token)).await.is_ok();
    let form = Answer::to(realm.http.post(&address).form(&[("access_token", &token)]))
        .await
        .is_ok();
    let scheme = Answer::to(
        realm
            .http
            .get(&address)
            .header("authorization", format!("bearer {token}")),
    )
    .await
    .is_ok();

    for answer in [header, form, scheme] {
        assert_eq!(answer.json(), expected);
    }
}

#[tokio::test]
async fn without_a_token_the_challenge_is_bare() {
    let realm = fresh_realm().await;

    let answer = realm.get("/oauth/userinfo").await.has_status(401);

    let challenge = answer.challenge();
    assert!(challenge.scheme.eq_ignore_ascii_case("Bearer"), "{answer}");
    assert!(challenge.get("realm").is_some());
    assert_eq!(
        challenge.get("error"),
        None,
        "RFC 6750 §3.1: no error information without a token"
    );
}

#[tokio::test]
async fn expired_revoked_and_unknown_are_told_apart() {
    let realm = fresh_realm().await;
    let client = realm.demo_client();
    let revoked = client.tokens_for("anne").await.access_token;
    client.revoke(&revoked).await.is_ok();
    let refuse = async |token: &str| {
        let answer = realm
            .caller(token)
            .userinfo()
            .await
            .is_refused_as_bearer("invalid_token");
        answer
            .challenge()
            .get("error_description")
            .unwrap_or_default()
            .to_owned()
    };

    let expired = client.tokens_for("anne").await.access_token;
    let revoked = refuse(&revoked).await;
    realm.advance("PT2H1S").await;
    let (expired, unknown) = (refuse(&expired).await, refuse("unknown").await);

    assert!(revoked.contains("revoked"), "{revoked}");
    assert!(expired.contains("expired"), "{expired}");
    assert!(unknown != expired && unknown != revoked, "{unknown}");
}

#[tokio::test]
async fn the_body_says_what_the_challenge_says() {
    let realm = fresh_realm().await;

    let answer = realm
        .caller("unknown")
        .userinfo()
        .await
        .is_refused_as_bearer("invalid_token");

    assert_eq!(answer.member("error"), "invalid_token");
    answer.is_not_stored();
}

#[tokio::test]
async fn a_token_without_openid_has_not_scope_enough() {
    let realm = fresh_realm().await;
    let token = realm
        .demo_client()
        .asking_for("profile_read")
        .tokens_for("anne")
        .await
        .access_token;

    let answer = realm
        .caller(&token)
        .userinfo()
        .await
        .is_refused_as_bearer("insufficient_scope");

    assert_eq!(answer.challenge().get("scope"), Some("openid"));
}

#[tokio::test]
async fn what_is_no_access_token_opens_nothing() {
    let realm = fresh_realm().await;
    let client = realm.demo_client();
    let code = client.code_for("anne").await;
    let tokens = client.tokens_for("anne").await;

    for token in [
        &code.code,
        tokens.refresh_token(),
        tokens.id_token(),
        "x",
        &"x".repeat(5000),
    ] {
        realm
            .caller(token)
            .userinfo()
            .await
            .is_refused_as_bearer("invalid_token");
    }
}

#[tokio::test]
async fn a_token_in_the_address_does_not_count() {
    let realm = fresh_realm().await;
    let token = realm.demo_client().tokens_for("anne").await.access_token;

    realm
        .get(&format!("/oauth/userinfo?access_token={token}"))
        .await
        .has_status(401);
}

#[tokio::test]
async fn two_ways_at_once_are_an_invalid_request() {
    let realm = fresh_realm().await;
    let token = realm.demo_client().tokens_for("anne").await.access_token;
    let request = realm.http.post(realm.url("/oauth/userinfo")).bearer_auth(&token);

    let answer = Answer::to(request.form(&[("access_token", &token)])).await;

    answer.is_refused_as_bearer("invalid_request");
}

#[tokio::test]
async fn other_authorization_is_no_authorization() {
    let realm = fresh_realm().await;
    let token = realm.demo_client().tokens_for("anne").await.access_token;

    for authorization in [
        "Bearer",
        "Bearer ",
        "Basic ZGVtby1jbGllbnQ6ZGVtby1zZWNyZXQ=",
        &token,
        "Bearer a b",
        "DPoP x",
    ] {
        let request = realm
            .http
            .get(realm.url("/oauth/userinfo"))
            .header("authorization", authorization);
        let answer = Answer::to(request).await;
        assert!(matches!(answer.status, 400 | 401), "{authorization}: {answer}");
        assert!(answer.challenge().scheme.eq_ignore_ascii_case("Bearer"), "{answer}");
    }
}

#[tokio::test]
async fn other_methods_are_not_allowed() {
    let realm = fresh_realm().await;
    let token = realm.demo_client().tokens_for("anne").await.access_token;

    realm.caller(&token).delete("/oauth/userinfo").await.has_status(405);
    realm
        .caller(&token)
        .put("/oauth/userinfo", &json!({}))
        .await
        .has_status(405);
}

/// A client that never asks userinfo can have the claims in its ID tokens instead.
#[tokio::test]
async fn the_claims_of_scopes_are_in_the_id_token_where_the_clients_metadata_says_so() {
    for (policy, expected) in [("default", Some("Anne Rogers")), ("portal", None)] {
        let realm = realm_with(json!({"policy": policy})).await;
        let client = realm.demo_client().asking_for("openid");
        let client = if policy == "default" {
            client.asking_for("openid profile")
        } else {
            client
        };
        let change = json!({"id_token_claims": "scopes"});
        realm
            .control(Method::PATCH, "clients/demo-client", &change)
            .await
            .is_ok();

        let tokens = client.tokens_for("anne").await;

        let claims = jwt::claims(tokens.id_token());
        assert_eq!(claims.get("name").and_then(|name| name.as_str()), expected, "{claims}");
        assert_eq!(claims.get("email"), None, "its scope was not granted");
        let refreshed = client.refresh(tokens.refresh_token()).await.brings_tokens();
        let claims = jwt::claims(&refreshed.id_token());
        assert_eq!(claims.get("name").and_then(|name| name.as_str()), expected, "{claims}");
    }
}
