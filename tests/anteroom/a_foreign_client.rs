//! The whole flow with somebody else's client: the `openidconnect` crate, which knows nothing but the issuer. What it
//! accepts is judged a second time by `jsonwebtoken`.

use openidconnect::{
    AccessTokenHash, AuthorizationCode, ClientId, ClientSecret, CsrfToken, HttpRequest, HttpResponse, IssuerUrl, Nonce,
    OAuth2TokenResponse, PkceCodeChallenge, RedirectUrl, Scope, SubjectIdentifier, TokenResponse,
    core::{CoreAuthenticationFlow, CoreClient, CoreProviderMetadata, CoreResponseType, CoreUserInfoClaims},
};
use serde_json::{Value, json};

use crate::support::{Arrival, Emulator, Realm, client_app::REDIRECT_URI, http, jwt};

/// `openidconnect` brings no HTTP client of its own here; ours speaks for it.
pub async fn fetch(request: HttpRequest) -> Result<HttpResponse, reqwest::Error> {
    let client = http().build()?;
    let response = client.execute(request.try_into()?).await?;
    let (status, headers) = (response.status(), response.headers().clone());
    let mut answer = HttpResponse::new(response.bytes().await?.to_vec());
    *answer.status_mut() = status;
    *answer.headers_mut() = headers;
    Ok(answer)
}

/// A realm that lives in real time, which this client reads from the machine.
pub async fn realm_in_real_time(policy: Value) -> Realm {
    Emulator::shared()
        .realm(json!({ "seed": "demo", "policy": policy }))
        .await
}

/// Discovery, authorization, redemption, verification, userinfo, refresh.
async fn the_whole_flow(realm: &Realm, client_id: &str, secret: Option<&str>, scopes: &[&str]) {
    let issuer = IssuerUrl::new(realm.issuer.clone()).expect("an issuer");
    let metadata = CoreProviderMetadata::discover_async(issuer, &fetch)
        .await
        .expect("discovery");
    let algorithms = metadata.id_token_signing_alg_values_supported().clone();
    let secret = secret.map(|secret| ClientSecret::new(secret.to_owned()));
    let client = CoreClient::from_provider_metadata(metadata, ClientId::new(client_id.to_owned()), secret)
        .set_redirect_uri(RedirectUrl::new(REDIRECT_URI.to_owned()).expect("a redirect URI"));

    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let flow = CoreAuthenticationFlow::AuthorizationCode;
    let (address, state, nonce) = client
        .authorize_url(flow, CsrfToken::new_random, Nonce::new_random)
        .add_scopes(scopes.iter().map(|&scope| Scope::new(scope.to_owned())))
        .set_pkce_challenge(challenge)
        .url();
    assert_eq!(
        address
            .query_pairs()
            .find(|(name, _)| name == "response_type")
            .unwrap()
            .1,
        CoreResponseType::Code.as_ref()
    );

    let browser = realm.user_agent();
    let page = browser.open(address.as_str()).await.page();
    let page = browser
        .submit(&page.form_with("persona").press("persona", "anne"))
        .await
        .page();
    let Arrival::Callback(callback) = browser
        .submit(&page.form_with("decision").press("decision", "allow"))
        .await
    else {
        panic!("not sent back")
    };
    assert_eq!(callback.get("state"), Some(state.secret().as_str()));

    let exchange = client
        .exchange_code(AuthorizationCode::new(callback.code()))
        .expect("a token endpoint");
    let tokens = exchange
        .set_pkce_verifier(verifier)
        .request_async(&fetch)
        .await
        .expect("tokens");
    let id_token = tokens.id_token().expect("openid was asked for");
    let id_token_verifier = client.id_token_verifier().set_allowed_algs(algorithms);
    let claims = id_token
        .claims(&id_token_verifier, &nonce)
        .expect("an ID token that verifies");
    let hash = claims.access_token_hash().expect("at_hash");
    let algorithm = id_token.signing_alg().expect("an algorithm");
    let key = id_token
        .signing_key(&id_token_verifier)
        .expect("the key it was signed with");
    assert_eq!(
        *hash,
        AccessTokenHash::from_token(tokens.access_token(), algorithm, key).expect("a hash")
    );

    let subject = SubjectIdentifier::new(claims.subject().to_string());
    let userinfo = client
        .user_info(tokens.access_token().clone(), Some(subject.clone()))
        .expect("a userinfo endpoint");
    let userinfo: CoreUserInfoClaims = userinfo
        .request_async(&fetch)
        .await
        .expect("claims of the same subject");
    assert_eq!(
        userinfo
            .given_name()
            .and_then(|name| name.get(None))
            .map(|name| name.as_str()),
        Some("Anne")
    );

    let judged = jwt::verified(realm, client_id, &id_token.to_string()).await;
    assert_eq!(judged["sub"], subject.as_str());

    let refresh_token = tokens.refresh_token().expect("this client may refresh");
    let refresh = client.exchange_refresh_token(refresh_token).expect("a token endpoint");
    let refreshed = refresh.request_async(&fetch).await.expect("new tokens");
    assert_ne!(refreshed.access_token().secret(), tokens.access_token().secret());
    let no_nonce = |nonce: Option<&Nonce>| {
        if nonce.is_none() {
            Ok(())
        } else {
            Err("a nonce in a refreshed token".to_owned())
        }
    };
    let id_token = refreshed.id_token().expect("openid is still granted");
    id_token
        .claims(&id_token_verifier, no_nonce)
        .expect("an ID token that verifies");
}

#[tokio::test]
async fn a_confidential_client_that_knows_nothing_but_the_issuer() {
    let realm = realm_in_real_time(json!("default")).await;

    the_whole_flow(&realm, "demo-client", Some("demo-secret"), &["profile", "email"]).await;
}

#[tokio::test]
async fn a_public_client_that_knows_nothing_but_the_issuer() {
    let realm = realm_in_real_time(json!("default")).await;

    the_whole_flow(&realm, "demo-spa", None, &["profile"]).await;
}

#[tokio::test]
async fn id_tokens_signed_with_es256() {
    let realm = realm_in_real_time(json!({ "id_token_signing_alg": "ES256" })).await;

    the_whole_flow(&realm, "demo-client", Some("demo-secret"), &["profile"]).await;
}

#[tokio::test]
async fn the_emulated_portal() {
    let realm = realm_in_real_time(json!("portal")).await;

    the_whole_flow(
        &realm,
        "demo-client",
        Some("demo-secret"),
        &["profile_read", "appointment_read"],
    )
    .await;
}

#[tokio::test]
async fn the_realm_at_the_root() {
    let realm = Emulator::shared().default_realm();

    the_whole_flow(&realm, "demo-client", Some("demo-secret"), &["profile"]).await;
}
