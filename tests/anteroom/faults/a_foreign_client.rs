//! A good client meets bad ID tokens: the `openidconnect` crate, which knows nothing of faults, rejects those its
//! library can notice, and accepts those that are odd but right.

use openidconnect::{
    AuthorizationCode, ClientId, ClientSecret, CsrfToken, IssuerUrl, Nonce, RedirectUrl, TokenResponse,
    core::{CoreClient, CoreIdToken, CoreJwsSigningAlgorithm, CoreProviderMetadata},
};
use serde_json::json;

use super::{arm, at_home, called_back, disarm_all};
use crate::{
    a_foreign_client::{fetch, realm_in_real_time},
    support::{Realm, UserAgent, client_app::REDIRECT_URI},
};

/// One login with the library: the ID token it accepts, or why it does not.
async fn login(realm: &Realm, browser: &UserAgent) -> Result<CoreIdToken, String> {
    let issuer = IssuerUrl::new(realm.issuer.clone()).expect("an issuer");
    let metadata = CoreProviderMetadata::discover_async(issuer, &fetch)
        .await
        .map_err(said)?;
    let secret = Some(ClientSecret::new("demo-secret".to_owned()));
    let client = CoreClient::from_provider_metadata(metadata, ClientId::new("demo-client".to_owned()), secret)
        .set_redirect_uri(RedirectUrl::new(REDIRECT_URI.to_owned()).expect("a redirect URI"));
    let nonce = Nonce::new("n-0S6_WzA2Mj".to_owned());
    let state = CsrfToken::new("af0ifjsldkj".to_owned());

    let callback = called_back(&realm.demo_client().request(), browser).await;
    if callback.get("state") != Some(state.secret()) {
        return Err("the state is another".to_owned());
    }
    let exchange = client
        .exchange_code(AuthorizationCode::new(callback.code()))
        .map_err(said)?;
    let tokens = exchange.request_async(&fetch).await.map_err(said)?;
    let id_token = tokens.id_token().ok_or("no ID token")?.clone();
    let verifier = client
        .id_token_verifier()
        .set_allowed_algs([CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256]);
    id_token.claims(&verifier, &nonce).map_err(said)?;
    Ok(id_token)
}

fn said(error: impl std::fmt::Debug) -> String {
    format!("{error:?}")
}

#[tokio::test]
async fn the_library_rejects_the_bad_tokens_it_can_notice() {
    let realm = realm_in_real_time(json!("default")).await;
    let browser = at_home(&realm.demo_client().request(), "anne").await;
    login(&realm, &browser).await.expect("an honest token is accepted");

    for fault in [
        "id_token_wrong_issuer",
        "id_token_missing_issuer",
        "id_token_wrong_audience",
        "id_token_missing_audience",
        "id_token_untrusted_second_audience",
        "id_token_missing_subject",
        "id_token_missing_issued_at",
        "id_token_expired",
        "id_token_missing_expiry",
        "id_token_expiry_as_text",
        "id_token_wrong_nonce",
        "id_token_missing_nonce",
        "id_token_bad_signature",
        "id_token_alg_none",
        "id_token_other_algorithm",
        "signing_alg_confused",
        "jwks_unknown_kid_forever",
        "critical_header_unknown",
        "jwks_rotated_mid_flow", // its user is to fetch the keys again: the library does not by itself
        "discovery_issuer_mismatch",
        "access_token_missing",
        "json_truncated",
        "authorization_state_changed",
    ] {
        arm(&realm, json!({"fault": fault})).await;
        let outcome = login(&realm, &browser).await;
        assert!(outcome.is_err(), "{fault} was accepted");
        disarm_all(&realm).await;
    }
    login(&realm, &browser).await.expect("accepted again");
}

#[tokio::test]
async fn the_library_accepts_what_is_odd_but_right() {
    let realm = realm_in_real_time(json!("default")).await;
    let browser = at_home(&realm.demo_client().request(), "anne").await;

    for fault in [
        "id_token_audience_array",
        "id_token_without_kid",
        "id_token_missing_at_hash_optional",
        "id_token_unknown_members",
        "discovery_jwks_uri_moved",
        "discovery_unknown_members",
        "jwks_unfamiliar_keys",
        "jwks_old_key_withdrawn",
        "token_type_other_case",
        "token_expires_in_missing",
        "token_scope_missing",
        "unknown_members",
        "authorization_extra_parameter",
    ] {
        arm(&realm, json!({"fault": fault})).await;
        let outcome = login(&realm, &browser).await;
        assert!(outcome.is_ok(), "{fault}: {outcome:?}");
        disarm_all(&realm).await;
    }
}
