//! JWT access tokens (RFC 9068), for clients that are registered for them.

use serde_json::{Value, json};

use crate::{
    portals::mypatientportal::at,
    support::{ClientApp, Realm, fresh_realm, jwt, portal_realm, realm_with},
};

async fn registered(realm: &Realm, client: &str, further: Value) {
    let mut change = json!({"access_token_format": "jwt"});
    change
        .as_object_mut()
        .expect("an object")
        .extend(further.as_object().expect("an object").clone());
    realm.change(&format!("clients/{client}"), change).await;
}

async fn with_jwts() -> (Realm, ClientApp) {
    let realm = fresh_realm().await;
    registered(&realm, "demo-client", json!({})).await;
    let client = realm.demo_client();
    (realm, client)
}

#[tokio::test]
async fn the_header_and_the_claims_are_those_of_rfc_9068() {
    let (realm, client) = with_jwts().await;

    let tokens = client.tokens_for("anne").await;

    let (header, _) = jwt::parts(&tokens.access_token);
    assert_eq!((&header["typ"], &header["alg"]), (&json!("at+jwt"), &json!("RS256")));
    let claims = jwt::judged(&realm, &realm.issuer, &tokens.access_token)
        .await
        .expect("verifies");
    let now = realm.now().await.as_second();
    let id_token = jwt::verified(&realm, "demo-client", tokens.id_token()).await;
    for (claim, value) in [
        ("iss", json!(realm.issuer)),
        ("aud", json!(realm.issuer)),
        ("sub", id_token["sub"].clone()),
        ("client_id", json!("demo-client")),
        ("iat", json!(now)),
        ("exp", json!(now + 7200)),
        ("scope", json!("openid profile email")),
        ("auth_time", id_token["auth_time"].clone()),
        ("amr", id_token["amr"].clone()),
    ] {
        assert_eq!(claims[claim], value, "{claim}");
    }
    assert!(claims["jti"].as_str().is_some_and(|jti| jti.len() >= 43));
    for claim in ["nonce", "at_hash", "email", "name", "sid"] {
        assert_eq!(claims.get(claim), None, "{claim}");
    }
    assert_eq!(id_token["at_hash"], jwt::at_hash(&tokens.access_token));
}

#[tokio::test]
async fn each_has_a_name_of_its_own() {
    let (_, client) = with_jwts().await;
    let tokens = client.tokens_for("anne").await;

    let refreshed = client.refresh(tokens.refresh_token()).await.brings_tokens();

    assert_ne!(
        jwt::claims(&tokens.access_token)["jti"],
        jwt::claims(&refreshed.access_token())["jti"]
    );
}

#[tokio::test]
async fn a_client_that_speaks_for_itself_is_its_own_subject() {
    let realm = fresh_realm().await;
    registered(&realm, "demo-service", json!({})).await;

    let token = realm
        .demo_service()
        .client_credentials("appointment_read")
        .await
        .brings_tokens();

    let claims = jwt::judged(&realm, &realm.issuer, &token.access_token())
        .await
        .expect("verifies");
    assert_eq!(
        (&claims["sub"], &claims["client_id"]),
        (&json!("demo-service"), &json!("demo-service"))
    );
    for claim in ["auth_time", "amr", "acr"] {
        assert_eq!(claims.get(claim), None, "nobody signed in: {claim}");
    }
}

#[tokio::test]
async fn the_audience_is_what_the_client_is_registered_for_and_introspection_says_the_same() {
    let realm = fresh_realm().await;
    registered(
        &realm,
        "demo-client",
        json!({"access_token_audience": "https://api.example.com"}),
    )
    .await;
    let client = realm.demo_client().asking_for("profile_read");

    let tokens = client.tokens_for("anne").await;

    jwt::judged(&realm, &realm.issuer, &tokens.access_token)
        .await
        .expect_err("it is for another API");
    jwt::judged(&realm, "https://api.example.com", &tokens.access_token)
        .await
        .expect("verifies");
    let introspected = client.introspect(&tokens.access_token).await.is_ok().json();
    assert_eq!(introspected["aud"], "https://api.example.com");
    let opaque = realm.demo_spa().tokens_for("anne").await;
    let introspected = client.introspect(&opaque.access_token).await.json();
    assert_eq!(introspected["aud"], realm.issuer);
}

#[tokio::test]
async fn one_for_another_audience_is_refused_here_although_it_is_good() {
    let realm = fresh_realm().await;
    let client = realm.demo_client().asking_for("profile_read");
    let outside = format!("{}.example", realm.issuer);
    for audience in ["https://api.example.com", "api", &outside] {
        registered(&realm, "demo-client", json!({"access_token_audience": audience})).await;
        let tokens = client.tokens_for("anne").await;

        let caller = realm.caller(&tokens.access_token);

        caller
            .userinfo()
            .await
            .is_refused_as_bearer("invalid_token")
            .describes_it_as("The access token is for another audience");
        caller.get(&at("/user")).await.has_status(401);
        let introspected = client.introspect(&tokens.access_token).await.is_ok().json();
        assert_eq!(
            (&introspected["active"], &introspected["aud"]),
            (&json!(true), &json!(audience))
        );
    }
}

#[tokio::test]
async fn one_for_what_lies_below_the_issuer_is_taken_here() {
    let realm = fresh_realm().await;
    let client = realm.demo_client().asking_for("openid profile_read");
    for audience in [realm.issuer.clone(), format!("{}/api", realm.issuer)] {
        registered(&realm, "demo-client", json!({"access_token_audience": audience})).await;
        let tokens = client.tokens_for("anne").await;

        let caller = realm.caller(&tokens.access_token);

        caller.userinfo().await.is_ok();
        caller.get(&at("/user")).await.is_ok();
    }
}

#[tokio::test]
async fn it_opens_what_an_opaque_one_opens() {
    let (realm, client) = with_jwts().await;
    let tokens = client.asking_for("openid email profile_read").tokens_for("anne").await;

    let caller = realm.caller(&tokens.access_token);

    assert_eq!(caller.userinfo().await.is_ok().json()["email"], "anne@example.com");
    caller.get(&at("/user")).await.is_ok();
    assert!(realm.accepts(&tokens.access_token).await);
}

#[tokio::test]
async fn revocation_and_time_end_it_although_its_signature_is_good() {
    let (realm, client) = with_jwts().await;
    let (revoked, ended, expired) = (
        client.tokens_for("anne").await,
        client.tokens_for("anne").await,
        client.tokens_for("anne").await,
    );

    client.revoke(&revoked.access_token).await.is_ok();
    client.revoke(ended.refresh_token()).await.is_ok();
    for token in [&revoked.access_token, &ended.access_token] {
        assert!(!realm.accepts(token).await);
        realm
            .caller(token)
            .userinfo()
            .await
            .is_refused_as_bearer("invalid_token");
    }

    assert!(realm.accepts(&expired.access_token).await);
    realm.advance("PT2H").await;
    assert!(!realm.accepts(&expired.access_token).await);
    let refused = realm.caller(&expired.access_token).userinfo().await;
    refused
        .is_refused_as_bearer("invalid_token")
        .describes_it_as("The access token expired");
}

#[tokio::test]
async fn a_single_changed_character_makes_it_unknown() {
    let (realm, client) = with_jwts().await;
    let token = client.tokens_for("anne").await.access_token;
    let (signed, signature) = token.rsplit_once('.').expect("three parts");
    let (header, claims) = signed.split_once('.').expect("three parts");
    let flip = |text: &str| {
        let other = if text.as_bytes()[9] == b'A' { "B" } else { "A" };
        format!("{}{other}{}", &text[..9], &text[10..])
    };
    let none = "eyJ0eXAiOiJhdCtqd3QiLCJhbGciOiJub25lIn0";

    for tampered in [
        format!("{}.{claims}.{signature}", flip(header)),
        format!("{header}.{}.{signature}", flip(claims)),
        format!("{header}.{claims}.{}", flip(signature)),
        format!("{header}.{claims}."),
        format!("{none}.{claims}."),
        format!("{token}="),
        signed.to_owned(),
    ] {
        assert!(!realm.accepts(&tampered).await, "{tampered}");
        realm.caller(&tampered).userinfo().await.has_status(401);
    }
    assert!(realm.accepts(&token).await);
}

#[tokio::test]
async fn another_realm_that_shares_the_key_does_not_take_it() {
    let (realm, client) = with_jwts().await;
    let (neighbour, _) = with_jwts().await;
    let token = client.tokens_for("anne").await.access_token;

    jwt::judged(&neighbour, &neighbour.issuer, &token)
        .await
        .expect_err("the key is the same, issuer and audience are not");

    assert!(!neighbour.accepts(&token).await);
    neighbour
        .caller(&token)
        .userinfo()
        .await
        .is_refused_as_bearer("invalid_token");
    assert!(realm.accepts(&token).await);
}

#[tokio::test]
async fn it_is_no_id_token_and_an_id_token_is_no_access_token() {
    let (realm, client) = with_jwts().await;
    let tokens = client.tokens_for("anne").await;

    realm
        .caller(tokens.id_token())
        .userinfo()
        .await
        .is_refused_as_bearer("invalid_token");
    let hinted = client.request().with("id_token_hint", &tokens.access_token);
    hinted
        .open(&realm.user_agent())
        .await
        .callback()
        .is_refused_with("invalid_request");
}

#[tokio::test]
async fn a_client_turns_from_one_format_to_the_other_and_back() {
    let realm = fresh_realm().await;
    let client = realm.demo_client();
    let opaque = client.tokens_for("anne").await;
    assert_eq!(opaque.access_token.split('.').count(), 1);

    registered(&realm, "demo-client", json!({})).await;
    let refreshed = client.refresh(opaque.refresh_token()).await.brings_tokens();
    jwt::judged(&realm, &realm.issuer, &refreshed.access_token())
        .await
        .expect("verifies");
    assert!(
        realm.accepts(&opaque.access_token).await,
        "what was issued before stays good"
    );

    realm
        .change("clients/demo-client", json!({"access_token_format": null}))
        .await;
    let again = client.refresh(&refreshed.refresh_token()).await.brings_tokens();
    assert_eq!(again.access_token().split('.').count(), 1);
}

#[tokio::test]
async fn minted_tokens_have_the_requested_claims_and_those_of_the_rules() {
    let (realm, _) = with_jwts().await;
    realm
        .add(
            "claims",
            json!({"where": ["access_token"], "claims": {"roles": ["{{ user.username }}"], "tier": "silver"}}),
        )
        .await;

    let minted = realm
        .add(
            "tokens",
            json!({"client_id": "demo-client", "user": "anne", "scope": "email", "acr": "gold", "claims": {"tier": "gold"}}),
        )
        .await;

    let token = minted["access_token"].as_str().expect("text");
    let claims = jwt::judged(&realm, &realm.issuer, token).await.expect("verifies");
    assert_eq!(
        (&claims["roles"], &claims["tier"], &claims["acr"]),
        (&json!(["anne"]), &json!("gold"), &json!("gold"))
    );
}

#[tokio::test]
async fn a_seed_registers_for_them_and_subjects_are_pairwise_where_the_policy_says_so() {
    let seed = json!({"based_on": "demo", "clients": [{
        "client_id": "api", "client_secret": "api-secret", "grant_types": ["authorization_code"],
        "any_loopback_redirect": true, "access_token_format": "jwt", "access_token_audience": "{issuer}/api",
    }]});
    let realm = realm_with(json!({"seed": seed, "policy": {"subject_type": "pairwise"}})).await;
    let client = ClientApp::new(&realm, "api", Some("api-secret"));

    let tokens = client.tokens_for("anne").await;

    let claims = jwt::judged(&realm, &format!("{}/api", realm.issuer), &tokens.access_token)
        .await
        .expect("verifies");
    assert_eq!(claims["sub"], jwt::claims(tokens.id_token())["sub"]);
    assert_ne!(claims["sub"], realm.look_at("users/anne").await["id"]);
}

#[tokio::test]
async fn the_portals_policy_issues_them_too() {
    let realm = portal_realm().await;
    registered(&realm, "demo-client", json!({})).await;

    let tokens = realm
        .demo_client()
        .asking_for("openid profile_read")
        .tokens_for("anne")
        .await;

    jwt::judged(&realm, &realm.issuer, &tokens.access_token)
        .await
        .expect("verifies");
    realm.caller(&tokens.access_token).get(&at("/user")).await.is_ok();
}

#[tokio::test]
async fn a_withdrawn_key_is_no_longer_published_but_the_row_still_tells_the_truth() {
    let (realm, client) = with_jwts().await;
    let token = client.tokens_for("anne").await.access_token;

    let wish = json!({"withdraw_old": true});
    realm.control(reqwest::Method::POST, "keys/rotate", &wish).await.is_ok();

    jwt::judged(&realm, &realm.issuer, &token)
        .await
        .expect_err("no resource server believes it");
    assert!(realm.accepts(&token).await, "it was not revoked");
}
