//! Every refusal explains itself: the rule, the expected and received values, and how to fix it.

use serde_json::{Value, json};

use super::{last, text};
use crate::support::{
    Realm,
    client_app::{new_verifier, s256},
    fresh_realm,
};

async fn refusal(realm: &Realm) -> Value {
    let exchange = last(realm, "refused=true").await;
    exchange["refusal"].clone()
}

#[tokio::test]
async fn a_redirect_uri_is_compared_character_by_character() {
    let realm = fresh_realm().await;
    let request = realm
        .demo_client()
        .called_back_at("https://client.example.com/cb/")
        .request();
    request.answer().await.is_a_refusal_page();

    let refusal = refusal(&realm).await;

    assert_eq!(refusal["kind"], "redirect_uri.unregistered");
    assert_eq!(refusal["received"], "https://client.example.com/cb/");
    assert_eq!(
        refusal["difference"],
        json!([{"same": "https://client.example.com/cb"}, {"received": "/"}])
    );
    assert!(text(&refusal, "fix").contains("slash at the end"), "{refusal}");
}

#[tokio::test]
async fn the_redirect_uri_of_a_token_request_is_compared_with_that_of_its_code() {
    let realm = fresh_realm().await;
    let client = realm.demo_client();
    let code = client.code_for("anne").await;
    let other = code.redirect_uri.replace("127.0.0.1", "localhost");
    client
        .redemption(&code)
        .with("redirect_uri", &other)
        .send()
        .await
        .is_refused_with("invalid_grant");

    let refusal = refusal(&realm).await;

    assert_eq!(refusal["kind"], "code.redirect_uri");
    assert_eq!(refusal["section"], "RFC 6749 §4.1.3");
    assert_eq!(refusal["link"], "https://www.rfc-editor.org/rfc/rfc6749#section-4.1.3");
    assert_eq!(
        (&refusal["expected"], &refusal["received"]),
        (&json!(code.redirect_uri), &json!(other))
    );
    let pieces = refusal["difference"].as_array().expect("pieces");
    let side = |other: &str| -> String {
        let of_side = pieces.iter().filter(|piece| piece.get(other).is_none());
        of_side
            .flat_map(|piece| piece.as_object().expect("a piece").values())
            .filter_map(Value::as_str)
            .collect()
    };
    assert_eq!(side("received"), code.redirect_uri);
    assert_eq!(side("expected"), other);
}

#[tokio::test]
async fn a_wrong_verifier_shows_both_hashes_and_never_the_verifier() {
    let realm = fresh_realm().await;
    let client = realm.demo_spa();
    let code = client.code_for("anne").await;
    let wrong = new_verifier();
    client
        .redemption(&code)
        .with("code_verifier", &wrong)
        .send()
        .await
        .is_refused_with("invalid_grant");

    let exchange = last(&realm, "refused=true").await;

    let challenge = s256(code.verifier.as_deref().expect("a verifier"));
    assert_eq!(exchange["refusal"]["kind"], "pkce.mismatch");
    assert_eq!(
        exchange["refusal"]["hashes"],
        json!({"code_challenge": challenge, "of_the_verifier": s256(&wrong)})
    );
    assert!(!exchange.to_string().contains(&wrong), "{exchange}");
}

#[tokio::test]
async fn what_has_expired_says_since_when_by_the_realms_clock() {
    let realm = fresh_realm().await;
    let client = realm.demo_client();
    let code = client.code_for("anne").await;
    realm.advance("PT90S").await;
    client.redeem(&code).await.is_refused_with("invalid_grant");

    assert_eq!(
        refusal(&realm).await["clock"],
        json!({"expired_at": "2025-06-02T06:01:00Z", "now": "2025-06-02T06:01:30Z", "late_by": "PT30S"})
    );

    let tokens = client.tokens_for("anne").await;
    realm.advance("PT3H").await;
    realm.caller(&tokens.access_token).userinfo().await.has_status(401);
    let of_token = refusal(&realm).await;
    assert_eq!(
        (&of_token["kind"], &of_token["clock"]["late_by"]),
        (&json!("token.expired"), &json!("PT1H"))
    );

    realm.advance("P31D").await;
    client
        .refresh(tokens.refresh_token())
        .await
        .is_refused_with("invalid_grant");
    let of_refresh = refusal(&realm).await;
    assert_eq!(of_refresh["kind"], "refresh.expired");
    assert!(of_refresh["clock"]["late_by"].is_string(), "{of_refresh}");
}

#[tokio::test]
async fn every_way_to_be_refused_is_named_and_has_its_own_advice() {
    let realm = fresh_realm().await;
    let client = realm.demo_client();
    let spa = realm.demo_spa();
    let mut seen: Vec<(String, String)> = Vec::new();
    let mut note = async |kind: &str| {
        let refusal = refusal(&realm).await;
        assert_eq!(refusal["kind"], kind, "{refusal}");
        seen.push((kind.to_owned(), text(&refusal, "fix").to_owned()));
    };

    client.request().with("client_id", "nobody").answer().await;
    note("client.unknown").await;
    client.request().without("redirect_uri").answer().await;
    note("parameter.missing").await;
    client.request().adding("redirect_uri", "x").answer().await;
    note("parameter.repeated").await;
    client
        .request()
        .with("redirect_uri", "https://a.example/cb#x")
        .answer()
        .await;
    note("redirect_uri.unfit").await;
    client.request().with("response_type", "token").answer().await;
    note("response_type.unsupported").await;
    client.request().with("request", "x").answer().await;
    note("parameter.unsupported").await;
    client.request().with("max_age", "soon").answer().await;
    note("max_age.malformed").await;
    client.request().with("id_token_hint", "x").answer().await;
    note("id_token_hint.unusable").await;
    client.request().with("prompt", "none").answer().await;
    note("sign_in.missing").await;
    client.request().without("scope").answer().await;
    note("scope.missing").await;
    spa.request()
        .without("code_challenge")
        .without("code_challenge_method")
        .answer()
        .await;
    note("pkce.challenge_missing").await;
    spa.request().with("code_challenge_method", "plain").answer().await;
    note("pkce.method").await;
    realm.get("/login?request=nothing").await;
    note("request.unknown").await;
    realm
        .post("/login", &[("username", "anne"), ("password", "wrong")])
        .await;
    note("sign_in.wrong").await;
    realm.post("/login", &[("persona", "nobody")]).await;
    note("sign_in.persona").await;
    client.token_request("password").send().await;
    note("grant_type.unsupported").await;
    client.token_request("client_credentials").anonymous().send().await;
    note("client.unnamed").await;
    client
        .token_request("client_credentials")
        .basic("demo-client", "x")
        .send()
        .await;
    note("client.wrong_secret").await;
    client
        .token_request("client_credentials")
        .with("client_secret", "x")
        .send()
        .await;
    note("client.twice").await;
    spa.token_request("client_credentials").send().await;
    note("client.grant_type").await;
    client
        .token_request("client_credentials")
        .send_as(Some("text/plain"))
        .await;
    note("body.type").await;
    client.client_credentials("openid").await;
    note("scope.of_users").await;
    client.refresh("x").await;
    note("refresh.unknown").await;
    let code = client.code_for("anne").await;
    realm.demo_client().redeem(&code).await.is_ok();
    client.redeem(&code).await;
    note("code.replayed").await;
    let code = spa.code_for("anne").await;
    client.redeem(&code).await;
    note("code.foreign").await;
    spa.redemption(&code).without("code_verifier").send().await;
    note("pkce.verifier_missing").await;
    spa.redemption(&code).with("code_verifier", "short").send().await;
    note("pkce.malformed").await;
    realm.caller("x").userinfo().await;
    note("token.unknown").await;
    realm.get("/nothing").await;
    note("page.unknown").await;

    for (at, (kind, fix)) in seen.iter().enumerate() {
        let twin = seen.iter().skip(at + 1).find(|(_, other)| other == fix);
        assert!(twin.is_none(), "{kind} and {twin:?} have the same advice");
    }
}

#[tokio::test]
async fn the_portals_refusals_explain_themselves_too() {
    let realm = fresh_realm().await;
    let tokens = realm
        .demo_client()
        .asking_for("openid profile_read")
        .tokens_for("anne")
        .await;

    realm
        .caller(&tokens.access_token)
        .get("/api/portal/v1/appointments")
        .await
        .has_status(403);

    let exchange = last(&realm, "refused=true").await;
    assert_eq!(
        (&exchange["endpoint"], &exchange["user"]),
        (&json!("mypatientportal"), &json!("anne"))
    );
    let refusal = &exchange["refusal"];
    assert_eq!(refusal["kind"], "scope.not_granted");
    assert_eq!(refusal["expected"], "profile_read appointment_read");
    assert!(text(refusal, "fix").contains("refreshing cannot add any"), "{refusal}");
}

/// Nothing was refused, and still there is something to know.
#[tokio::test]
async fn discovery_under_another_name_is_noted_with_both() {
    let realm = fresh_realm().await;
    let path = "/.well-known/openid-configuration";
    realm.get(path).await.is_ok();
    let own = realm.get("/control/api/exchanges/last").await.is_ok().json();
    assert_eq!(own.get("notes"), None, "{own}");

    let request = realm.http.get(realm.url(path)).header("host", "anteroom.internal:9000");
    crate::support::Answer::to(request).await.is_ok();

    let noted = realm.get("/control/api/exchanges/last").await.is_ok().json();
    let note = noted["notes"][0].as_str().unwrap_or_default();
    assert!(
        note.contains("anteroom.internal:9000") && note.contains(&realm.issuer),
        "{noted}"
    );
}

#[tokio::test]
async fn an_id_token_without_the_claims_of_its_scopes_is_noted_with_what_to_set() {
    let realm = fresh_realm().await;
    let client = realm.demo_client().asking_for("openid profile");
    client.tokens_for("anne").await;

    let noted = realm.get("/control/api/exchanges/last").await.is_ok().json();

    let note = noted["notes"][0].as_str().unwrap_or_default();
    assert!(note.contains("id_token_claims"), "{noted}");
}

#[tokio::test]
async fn an_id_token_of_a_client_that_asks_userinfo_needs_no_claims() {
    let realm = fresh_realm().await;
    let client = realm.demo_client().asking_for("openid profile");
    let tokens = client.tokens_for("anne").await;
    let of_the_token = realm.get("/control/api/exchanges/last").await.is_ok().json();
    realm.caller(&tokens.access_token).userinfo().await.is_ok();

    let id = of_the_token["id"].as_str().expect("an id");
    let shown = realm.get(&format!("/control/api/exchanges/{id}")).await.is_ok().json();

    assert_eq!(shown.get("notes"), None, "{shown}");
}
