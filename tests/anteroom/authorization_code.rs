//! `grant_type=authorization_code` (RFC 6749 §4.1.3, OIDC Core §3.1.3).

use serde_json::json;

use crate::support::{Tokens, answer::check_token, client_app::REDIRECT_URI, fresh_realm, jwt};

#[tokio::test]
async fn a_code_yields_tokens_for_what_was_granted() {
    let realm = fresh_realm().await;
    let client = realm.demo_client();
    let code = client.code_for("anne").await;
    check_token(&code.code);

    let tokens = Tokens::read(client.redeem(&code).await);

    let body = tokens.answer.json();
    assert_eq!(body["scope"], "openid profile email");
    assert_eq!(body["expires_in"], 7200);
    assert_eq!(tokens.answer.created_at(), realm.now().await);
    assert!(tokens.refresh_token.is_some() && tokens.id_token.is_some());
    assert!(realm.accepts(&tokens.access_token).await);
}

#[tokio::test]
async fn every_client_that_may_refresh_gets_a_refresh_token() {
    let realm = fresh_realm().await;

    for client in [realm.demo_client(), realm.demo_spa()] {
        client.asking_for("openid").tokens_for("anne").await.refresh_token();
    }
}

#[tokio::test]
async fn a_public_client_redeems_with_its_id_alone() {
    let realm = fresh_realm().await;
    let client = realm.demo_spa();
    let code = client.code_for("anne").await;

    client
        .redemption(&code)
        .without("client_id")
        .send()
        .await
        .is_refused_with("invalid_client");
    client.redeem(&code).await.brings_tokens();
}

mod the_id_token {
    use super::*;

    #[tokio::test]
    async fn says_who_signed_in_when_and_for_whom() {
        let realm = fresh_realm().await;
        let tokens = realm.demo_client().tokens_for("anne").await;

        let claims = jwt::verified(&realm, "demo-client", tokens.id_token()).await;

        let now = realm.now().await.as_second();
        assert_eq!(claims["iss"], *realm.issuer);
        assert!(
            claims["aud"] == "demo-client" || claims["aud"] == json!(["demo-client"]),
            "{claims}"
        );
        assert!(
            claims["sub"]
                .as_str()
                .is_some_and(|sub| !sub.is_empty() && sub.len() <= 255 && sub.is_ascii())
        );
        assert_eq!(
            (&claims["iat"], &claims["exp"], &claims["auth_time"]),
            (&json!(now), &json!(now + 3600), &json!(now))
        );
        assert_eq!(claims["nonce"], "n-0S6_WzA2Mj");
        assert_eq!(claims["at_hash"], *jwt::at_hash(&tokens.access_token));
        assert!(claims["sid"].is_string());
    }

    #[tokio::test]
    async fn names_its_key_and_its_algorithm() {
        let realm = fresh_realm().await;

        let (header, _) = jwt::parts(realm.demo_client().tokens_for("anne").await.id_token());

        assert_eq!((&header["alg"], &header["typ"]), (&json!("RS256"), &json!("JWT")));
        assert!(header["kid"].as_str().is_some_and(|kid| !kid.is_empty()));
    }

    #[tokio::test]
    async fn has_no_nonce_when_none_was_sent() {
        let realm = fresh_realm().await;

        let tokens = realm.demo_client().request().without("nonce").tokens_for("anne").await;

        assert_eq!(jwt::claims(tokens.id_token()).get("nonce"), None);
    }

    #[tokio::test]
    async fn carries_no_claims_that_belong_to_userinfo() {
        let realm = fresh_realm().await;

        let tokens = realm
            .demo_client()
            .asking_for("openid profile email address phone")
            .tokens_for("anne")
            .await;

        let claims = jwt::claims(tokens.id_token());
        for name in [
            "name",
            "given_name",
            "email",
            "address",
            "phone_number",
            "birthdate",
            "acr",
        ] {
            assert_eq!(claims.get(name), None, "{claims}");
        }
    }

    #[tokio::test]
    async fn comes_only_with_openid() {
        let realm = fresh_realm().await;

        let tokens = realm.demo_client().asking_for("profile_read").tokens_for("anne").await;

        assert_eq!(tokens.id_token, None);
    }

    #[tokio::test]
    async fn tells_people_apart_and_is_the_same_for_every_client() {
        let realm = fresh_realm().await;
        let other = crate::authorization_flow::other_persona(&realm).await;
        let sub = async |client: crate::support::ClientApp, user: &str| {
            jwt::claims(client.tokens_for(user).await.id_token())["sub"].clone()
        };

        let anne = sub(realm.demo_client(), "anne").await;

        assert_eq!(sub(realm.demo_spa(), "anne").await, anne);
        assert_ne!(sub(realm.demo_client(), &other).await, anne);
    }
}

mod used_twice {
    use super::*;

    #[tokio::test]
    async fn it_takes_its_tokens_down_with_it() {
        let realm = fresh_realm().await;
        let client = realm.demo_client();
        let code = client.code_for("anne").await;
        let tokens = Tokens::read(client.redeem(&code).await);

        client.redeem(&code).await.is_refused_with("invalid_grant");

        assert!(!realm.accepts(&tokens.access_token).await);
        realm
            .caller(&tokens.access_token)
            .userinfo()
            .await
            .is_refused_as_bearer("invalid_token");
        client
            .refresh(tokens.refresh_token())
            .await
            .is_refused_with("invalid_grant");
    }

    #[tokio::test]
    async fn it_takes_the_refreshed_ones_down_too() {
        let realm = fresh_realm().await;
        let client = realm.demo_client();
        let code = client.code_for("anne").await;
        let first = Tokens::read(client.redeem(&code).await);
        let second = Tokens::read(client.refresh(first.refresh_token()).await);

        client.redeem(&code).await.is_refused_with("invalid_grant");

        assert!(!realm.accepts(&second.access_token).await);
        client
            .refresh(second.refresh_token())
            .await
            .is_refused_with("invalid_grant");
    }

    #[tokio::test]
    async fn it_does_so_even_long_after_it_expired() {
        let realm = fresh_realm().await;
        let client = realm.demo_client();
        let code = client.code_for("anne").await;
        let tokens = Tokens::read(client.redeem(&code).await);
        realm.advance("PT30M").await;

        client.redeem(&code).await.is_refused_with("invalid_grant");

        assert!(!realm.accepts(&tokens.access_token).await);
    }

    #[tokio::test]
    async fn another_clients_attempt_is_only_refused() {
        let realm = fresh_realm().await;
        let code = realm.demo_client().code_for("anne").await;
        let tokens = Tokens::read(realm.demo_client().redeem(&code).await);

        realm.demo_spa().redeem(&code).await.is_refused_with("invalid_grant");

        assert!(realm.accepts(&tokens.access_token).await);
    }

    #[tokio::test]
    async fn an_attempt_that_proves_nothing_is_only_refused() {
        let realm = fresh_realm().await;
        let code = realm.demo_client().code_for("anne").await;
        let tokens = Tokens::read(realm.demo_client().redeem(&code).await);

        let guess = realm.demo_client().redemption(&code).basic("demo-client", "guessed");
        guess.send().await.is_refused_with("invalid_client");

        assert!(realm.accepts(&tokens.access_token).await);
    }

    #[tokio::test]
    async fn other_sign_ins_of_the_same_person_live_on() {
        let realm = fresh_realm().await;
        let client = realm.demo_client();
        let other = client.tokens_for("anne").await;
        let code = client.code_for("anne").await;
        client.redeem(&code).await.brings_tokens();

        client.redeem(&code).await.is_refused_with("invalid_grant");

        assert!(realm.accepts(&other.access_token).await);
    }
}

mod refused_but_not_spent {
    use super::*;

    #[tokio::test]
    async fn with_another_redirect_uri() {
        let realm = fresh_realm().await;
        let client = realm.demo_client();
        let code = client.code_for("anne").await;

        for other in [
            "http://127.0.0.1:49152/callback/",
            "http://127.0.0.1:49153/callback",
            "https://client.example.com/cb",
        ] {
            let redemption = client.redemption(&code).with("redirect_uri", other);
            redemption.send().await.is_refused_with("invalid_grant");
        }

        client.redeem(&code).await.brings_tokens();
    }

    #[tokio::test]
    async fn without_the_redirect_uri() {
        let realm = fresh_realm().await;
        let client = realm.demo_client();
        let code = client.code_for("anne").await;

        let redemption = client.redemption(&code).without("redirect_uri");
        redemption
            .send()
            .await
            .is_refused_with_one_of(&["invalid_request", "invalid_grant"]);

        client.redeem(&code).await.brings_tokens();
    }

    #[tokio::test]
    async fn by_another_client() {
        let realm = fresh_realm().await;
        let code = realm.demo_client().code_for("anne").await;
        let public = realm.demo_spa().code_for("anne").await;

        realm.demo_spa().redeem(&code).await.is_refused_with("invalid_grant");
        realm
            .demo_client()
            .redeem(&public)
            .await
            .is_refused_with("invalid_grant");

        realm.demo_client().redeem(&code).await.brings_tokens();
        realm.demo_spa().redeem(&public).await.brings_tokens();
    }

    #[tokio::test]
    async fn by_somebody_who_is_not_the_client() {
        let realm = fresh_realm().await;
        let client = realm.demo_client();
        let code = client.code_for("anne").await;

        let guess = client.redemption(&code).basic("demo-client", "guessed");
        guess.send().await.is_refused_with("invalid_client");

        client.redeem(&code).await.brings_tokens();
    }
}

#[tokio::test]
async fn a_code_lives_sixty_seconds_of_the_realms_clock() {
    let realm = fresh_realm().await;
    let client = realm.demo_client();
    let (in_time, late) = (client.code_for("anne").await, client.code_for("anne").await);

    realm.advance("PT59S").await;
    client.redeem(&in_time).await.brings_tokens();
    realm.advance("PT2S").await;

    client.redeem(&late).await.is_refused_with("invalid_grant");
}

#[tokio::test]
async fn what_is_no_code_is_refused() {
    let realm = fresh_realm().await;
    let client = realm.demo_client();
    let code = client.code_for("anne").await;
    let tokens = Tokens::read(client.redeem(&client.code_for("anne").await).await);
    let half = &code.code[..code.code.len() / 2];

    for wrong in [
        "x",
        half,
        &code.code.to_uppercase(),
        &tokens.access_token,
        tokens.refresh_token(),
        &"x".repeat(5000),
    ] {
        let redemption = client.redemption(&code).with("code", wrong);
        redemption
            .send()
            .await
            .is_refused_with_one_of(&["invalid_grant", "invalid_request"]);
    }
}

#[tokio::test]
async fn a_code_must_be_there() {
    let realm = fresh_realm().await;
    let client = realm.demo_client();
    let code = client.code_for("anne").await;

    client
        .redemption(&code)
        .without("code")
        .send()
        .await
        .is_refused_with("invalid_request");
    client
        .redemption(&code)
        .with("code", "")
        .send()
        .await
        .is_refused_with("invalid_request");
}

#[tokio::test]
async fn a_client_without_this_grant_type_is_not_authorized() {
    let realm = fresh_realm().await;
    let service = realm
        .demo_service()
        .token_request("authorization_code")
        .with("code", "x");

    let answer = service.with("redirect_uri", REDIRECT_URI).send().await;

    answer.is_refused_with("unauthorized_client");
}

#[tokio::test]
async fn an_access_token_lives_two_hours_of_the_realms_clock() {
    let realm = fresh_realm().await;
    let tokens = realm.demo_client().tokens_for("anne").await;

    realm.advance("PT1H59M59S").await;
    assert!(realm.accepts(&tokens.access_token).await);
    realm.advance("PT2S").await;

    assert!(!realm.accepts(&tokens.access_token).await);
}

#[tokio::test]
async fn what_a_refusal_says_never_repeats_what_was_sent() {
    let realm = fresh_realm().await;
    let client = realm.demo_client();
    let code = client.code_for("anne").await;

    let answer = client
        .redemption(&code)
        .with("redirect_uri", "http://127.0.0.1/\"\\\u{7}é")
        .send()
        .await;

    answer.is_refused_with_one_of(&["invalid_grant", "invalid_request"]); // which also checks the characters
}
