//! `grant_type=refresh_token` (RFC 6749 §6, RFC 9700 §4.14.2): rotation with a derived successor, a short grace for
//! retries, and the alarm on reuse.

use crate::support::{Tokens, fresh_realm, jwt};

#[tokio::test]
async fn a_refresh_token_yields_a_new_pair_of_the_same_shape() {
    let realm = fresh_realm().await;
    let client = realm.demo_client();
    let first = client.tokens_for("anne").await;

    let second = Tokens::read(client.refresh(first.refresh_token()).await);

    assert_ne!(second.access_token, first.access_token);
    assert_ne!(second.refresh_token, first.refresh_token);
    let members = |tokens: &Tokens| {
        tokens
            .answer
            .json()
            .as_object()
            .map(|body| body.keys().cloned().collect::<Vec<_>>())
    };
    assert_eq!(members(&second), members(&first));
    assert_eq!(second.answer.json()["scope"], first.answer.json()["scope"]);
    assert!(realm.accepts(&second.access_token).await);
}

#[tokio::test]
async fn access_tokens_issued_before_remain_valid() {
    let realm = fresh_realm().await;
    let client = realm.demo_client();
    let first = client.tokens_for("anne").await;

    client.refresh(first.refresh_token()).await.brings_tokens();

    assert!(realm.accepts(&first.access_token).await);
}

#[tokio::test]
async fn public_clients_refresh_with_their_id_alone() {
    let realm = fresh_realm().await;
    let client = realm.demo_spa();
    let tokens = client.tokens_for("anne").await;

    client
        .refreshing(tokens.refresh_token())
        .without("client_id")
        .send()
        .await
        .is_refused_with("invalid_client");
    client.refresh(tokens.refresh_token()).await.brings_tokens();
}

#[tokio::test]
async fn the_refreshed_id_token_keeps_its_sign_in_and_has_no_nonce() {
    let realm = fresh_realm().await;
    let client = realm.demo_client();
    let tokens = client.tokens_for("anne").await;
    let first = jwt::claims(tokens.id_token());
    realm.advance("PT1H").await;

    let refreshed = Tokens::read(client.refresh(tokens.refresh_token()).await);

    let second = jwt::verified(&realm, "demo-client", refreshed.id_token()).await;
    for name in ["iss", "sub", "aud", "auth_time", "sid"] {
        assert_eq!(second[name], first[name], "{name}");
    }
    assert_eq!(second["iat"].as_i64(), first["iat"].as_i64().map(|time| time + 3600));
    assert_eq!(second["at_hash"], *jwt::at_hash(&refreshed.access_token));
    assert_eq!(second.get("nonce"), None);
}

mod in_the_grace {
    use super::*;

    #[tokio::test]
    async fn a_lost_reply_can_be_fetched_again() {
        let realm = fresh_realm().await;
        let client = realm.demo_client();
        let first = client.tokens_for("anne").await;
        let lost = Tokens::read(client.refresh(first.refresh_token()).await);
        realm.advance("PT59S").await;

        let again = Tokens::read(client.refresh(first.refresh_token()).await);

        assert_eq!(again.refresh_token, lost.refresh_token, "there is one live successor");
        assert_ne!(again.access_token, lost.access_token);
        client.refresh(again.refresh_token()).await.brings_tokens();
    }

    #[tokio::test]
    async fn retries_do_not_move_its_end() {
        let realm = fresh_realm().await;
        let client = realm.demo_client();
        let first = client.tokens_for("anne").await;
        client.refresh(first.refresh_token()).await.brings_tokens();

        for _ in 0..3 {
            realm.advance("PT15S").await;
            client.refresh(first.refresh_token()).await.brings_tokens();
        }
        realm.advance("PT16S").await;

        client
            .refresh(first.refresh_token())
            .await
            .is_refused_with("invalid_grant");
    }

    #[tokio::test]
    async fn a_successor_in_use_ends_it_and_everything() {
        let realm = fresh_realm().await;
        let client = realm.demo_client();
        let first = client.tokens_for("anne").await;
        let second = Tokens::read(client.refresh(first.refresh_token()).await);
        let third = Tokens::read(client.refresh(second.refresh_token()).await);

        client
            .refresh(first.refresh_token())
            .await
            .is_refused_with("invalid_grant");

        for token in [&first.access_token, &second.access_token, &third.access_token] {
            assert!(!realm.accepts(token).await);
        }
        client
            .refresh(third.refresh_token())
            .await
            .is_refused_with("invalid_grant");
    }

    #[tokio::test]
    async fn another_clients_attempt_is_only_refused() {
        let realm = fresh_realm().await;
        let client = realm.demo_client();
        let first = client.tokens_for("anne").await;
        let second = Tokens::read(client.refresh(first.refresh_token()).await);

        realm
            .demo_spa()
            .refresh(first.refresh_token())
            .await
            .is_refused_with("invalid_grant");

        assert!(realm.accepts(&second.access_token).await);
        client.refresh(second.refresh_token()).await.brings_tokens();
    }
}

mod without_a_grace {
    use serde_json::json;

    use super::*;

    #[tokio::test]
    async fn a_used_token_is_refused_at_the_same_instant_and_ends_the_grant() {
        let realm = fresh_realm().await;
        realm.change("policy", json!({"lifetimes": {"refresh_grace": 0}})).await;
        realm.turn_clock(json!({"frozen": true})).await.is_ok();
        let client = realm.demo_client();
        let first = client.tokens_for("anne").await;
        let second = Tokens::read(client.refresh(first.refresh_token()).await);

        client
            .refresh(first.refresh_token())
            .await
            .is_refused_with("invalid_grant");

        assert!(!realm.accepts(&second.access_token).await);
        client
            .refresh(second.refresh_token())
            .await
            .is_refused_with("invalid_grant");
    }
}

mod reuse {
    use super::*;

    #[tokio::test]
    async fn after_the_grace_ends_the_grant() {
        let realm = fresh_realm().await;
        let client = realm.demo_client();
        let first = client.tokens_for("anne").await;
        let second = Tokens::read(client.refresh(first.refresh_token()).await);
        realm.advance("PT61S").await;

        client
            .refresh(first.refresh_token())
            .await
            .is_refused_with("invalid_grant");

        assert!(!realm.accepts(&first.access_token).await);
        assert!(!realm.accepts(&second.access_token).await);
        client
            .refresh(second.refresh_token())
            .await
            .is_refused_with("invalid_grant");
    }

    #[tokio::test]
    async fn of_a_token_many_generations_old_ends_the_grant() {
        let realm = fresh_realm().await;
        let client = realm.demo_client();
        let first = client.tokens_for("anne").await;
        let mut newest = first.clone();
        for _ in 0..4 {
            newest = Tokens::read(client.refresh(newest.refresh_token()).await);
        }

        client
            .refresh(first.refresh_token())
            .await
            .is_refused_with("invalid_grant");

        assert!(!realm.accepts(&newest.access_token).await);
        client
            .refresh(newest.refresh_token())
            .await
            .is_refused_with("invalid_grant");
    }

    #[tokio::test]
    async fn leaves_other_grants_of_the_same_person_alone() {
        let realm = fresh_realm().await;
        let client = realm.demo_client();
        let other = client.tokens_for("anne").await;
        let first = client.tokens_for("anne").await;
        client.refresh(first.refresh_token()).await.brings_tokens();
        realm.advance("PT61S").await;

        client
            .refresh(first.refresh_token())
            .await
            .is_refused_with("invalid_grant");

        assert!(realm.accepts(&other.access_token).await);
        client.refresh(other.refresh_token()).await.brings_tokens();
    }
}

mod scope {
    use super::*;

    #[tokio::test]
    async fn may_be_narrowed_for_one_access_token() {
        let realm = fresh_realm().await;
        let client = realm.demo_client();
        let first = client.tokens_for("anne").await;

        let narrow = Tokens::read(
            client
                .refreshing(first.refresh_token())
                .with("scope", "openid")
                .send()
                .await,
        );
        let wide = Tokens::read(client.refresh(narrow.refresh_token()).await);

        assert_eq!(narrow.answer.json()["scope"], "openid");
        let userinfo = realm.caller(&narrow.access_token).userinfo().await.is_ok().json();
        assert_eq!(userinfo.get("email"), None);
        assert_eq!(
            wide.answer.json()["scope"],
            "openid profile email",
            "the grant is as wide as ever (RFC 6749 §6)"
        );
    }

    #[tokio::test]
    async fn without_openid_brings_no_id_token() {
        let realm = fresh_realm().await;
        let client = realm.demo_client();
        let first = client.tokens_for("anne").await;

        let narrow = Tokens::read(
            client
                .refreshing(first.refresh_token())
                .with("scope", "profile")
                .send()
                .await,
        );

        assert_eq!(narrow.id_token, None);
    }

    #[tokio::test]
    async fn beyond_the_grant_is_refused_and_spends_nothing() {
        let realm = fresh_realm().await;
        let client = realm.demo_client();
        let first = client.tokens_for("anne").await;

        for scope in [
            "openid profile email phone",
            "appointment_read",
            "nonsense",
            "openid \"x\"",
        ] {
            client
                .refreshing(first.refresh_token())
                .with("scope", scope)
                .send()
                .await
                .is_refused_with("invalid_scope");
        }
        realm.advance("PT61S").await;

        client.refresh(first.refresh_token()).await.brings_tokens();
    }

    #[tokio::test]
    async fn when_empty_means_the_whole_grant() {
        let realm = fresh_realm().await;
        let client = realm.demo_client();
        let first = client.tokens_for("anne").await;

        let answer = client
            .refreshing(first.refresh_token())
            .with("scope", "")
            .send()
            .await
            .brings_tokens();

        assert_eq!(answer.json()["scope"], "openid profile email");
    }
}

mod refused {
    use super::*;

    #[tokio::test]
    async fn is_another_clients_token_and_its_owner_keeps_it() {
        let realm = fresh_realm().await;
        let confidential = realm.demo_client().tokens_for("anne").await;
        let public = realm.demo_spa().tokens_for("anne").await;

        realm
            .demo_spa()
            .refresh(confidential.refresh_token())
            .await
            .is_refused_with("invalid_grant");
        realm
            .demo_client()
            .refresh(public.refresh_token())
            .await
            .is_refused_with("invalid_grant");
        realm.advance("PT2M").await;

        realm
            .demo_client()
            .refresh(confidential.refresh_token())
            .await
            .brings_tokens();
        realm.demo_spa().refresh(public.refresh_token()).await.brings_tokens();
    }

    #[tokio::test]
    async fn is_whatever_is_no_refresh_token() {
        let realm = fresh_realm().await;
        let client = realm.demo_client();
        let code = client.code_for("anne").await;
        let tokens = client.tokens_for("anne").await;
        let shortened = &tokens.refresh_token()[1..];

        for wrong in [
            "x",
            shortened,
            &tokens.access_token,
            tokens.id_token(),
            &code.code,
            &"x".repeat(5000),
        ] {
            client
                .refresh(wrong)
                .await
                .is_refused_with_one_of(&["invalid_grant", "invalid_request"]);
        }
    }

    #[tokio::test]
    async fn is_a_request_without_one() {
        let realm = fresh_realm().await;
        let client = realm.demo_client();

        client
            .token_request("refresh_token")
            .send()
            .await
            .is_refused_with("invalid_request");
        client.refresh("").await.is_refused_with("invalid_request");
    }

    #[tokio::test]
    async fn is_a_client_that_may_not_refresh() {
        let realm = fresh_realm().await;
        let tokens = realm.demo_client().tokens_for("anne").await;

        realm
            .demo_service()
            .refresh(tokens.refresh_token())
            .await
            .is_refused_with("unauthorized_client");
    }
}

#[tokio::test]
async fn it_lives_thirty_days_from_its_last_use() {
    let realm = fresh_realm().await;
    let client = realm.demo_client();
    let mut tokens = client.tokens_for("anne").await;

    for _ in 0..3 {
        realm.advance("PT719H59M").await;
        tokens = Tokens::read(client.refresh(tokens.refresh_token()).await);
    }
    realm.advance("PT720H1S").await;

    client
        .refresh(tokens.refresh_token())
        .await
        .is_refused_with("invalid_grant");
}

#[tokio::test]
async fn signing_out_of_the_browser_does_not_end_it() {
    let realm = fresh_realm().await;
    let client = realm.demo_client();
    let tokens = client.tokens_for("anne").await;
    realm.advance("PT9H").await; // the sign-in session has ended long ago

    client.refresh(tokens.refresh_token()).await.brings_tokens();
}
