//! `POST /oauth/introspect`: the state of a token (RFC 7662).

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use http::{StatusCode, header::AUTHORIZATION};
use jiff::Timestamp;
use serde::Serialize;

use super::{
    client_authentication::authenticate,
    error::{OAuthError, invalid_client, no_store},
    form::{FormBody, Parameters},
    resource::bearer_of,
};
use crate::{
    app::{App, Realm},
    model::{ClaimPlace, Claims, Client, ClientId, ResourceIndicators, Resources, Scopes, User, UserId, refuse_when},
    random::digest,
    store,
    tokens::ClaimsAbout,
};

/// The supported members of RFC 7662 §2.2, in the order they are written.
#[derive(Default, Serialize)]
struct Introspection {
    active: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    username: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    token_type: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    exp: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    iat: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sub: Option<String>,
    #[serde(skip_serializing_if = "Resources::is_empty", serialize_with = "Resources::as_aud")]
    aud: Resources,
    #[serde(skip_serializing_if = "Option::is_none")]
    iss: Option<String>,
    /// Claims of the realm's claim rules.
    #[serde(flatten)]
    further: Claims,
}

/// A valid access or refresh token.
struct Live {
    client: ClientId,
    scopes: Scopes,
    issued_at: Timestamp,
    expires_at: Option<Timestamp>,
    audience: Option<Resources>,
    user: Option<(UserId, Option<String>)>,
    /// For the claim rules, which apply to access tokens only.
    whole_user: Option<User>,
    access_token: bool,
}

pub async fn introspect(State(app): State<App>, realm: Realm, form: FormBody) -> Response {
    match look_up(&app, &realm, &form).await {
        Ok(introspection) => (no_store(), Json(introspection)).into_response(),
        Err(error) => error.answer(&realm.policy, "introspect"),
    }
}

async fn look_up(app: &App, realm: &Realm, form: &FormBody) -> Result<Introspection, OAuthError> {
    let now = realm.clock.now();
    let parameters = Parameters::from_body(&form.headers, &form.body, realm.policy.token_request_json)?;
    let caller = caller(app, realm, form, &parameters, now).await?;
    let digest = digest(parameters.required("token")?);
    let Some(live) = find_live(app, realm, &digest, now).await? else {
        return Ok(Introspection::default());
    };
    if !realm.policy.introspect_foreign_tokens && live.client != caller.id {
        return Ok(Introspection::default());
    }
    describe(app, realm, live).await
}

/// The caller: a confidential client; at the emulated portal also the bearer of one of its tokens.
async fn caller(
    app: &App,
    realm: &Realm,
    form: &FormBody,
    parameters: &Parameters,
    now: Timestamp,
) -> Result<Arc<Client>, OAuthError> {
    if realm.policy.upstream_client_refusals {
        let authorization = form.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
        if authorization.is_some_and(|value| value.to_ascii_lowercase().starts_with("bearer ")) {
            let token = bearer_of(app, realm, &form.headers, None, now).await?;
            let client = realm.client(&app.database, &token.client).await?;
            return client.ok_or_else(|| invalid_client("the client of the token was deleted"));
        }
        refuse_when(authorization.is_none() && parameters.get("client_id").is_none(), || {
            OAuthError::new(
                "invalid_request",
                "Request parameter missing or client not authenticated.",
            )
        })?;
    }
    let client = authenticate(app, realm, form, parameters).await?;
    refuse_when(client.public(), || {
        invalid_client("a public client cannot authenticate, so it may not introspect tokens")
            .kind("introspection.public")
            .see("RFC 7662 §2.1")
            .status(StatusCode::UNAUTHORIZED)
    })?;
    Ok(client)
}

async fn find_live(app: &App, realm: &Realm, digest: &str, now: Timestamp) -> Result<Option<Live>, OAuthError> {
    let mut conn = app.database.read().await?;
    if let Some(token) = store::access_tokens::find(&mut conn, realm.id, digest).await? {
        return Ok(token.live_at(now).then(|| Live {
            client: token.client,
            scopes: token.scopes,
            issued_at: token.issued_at,
            expires_at: Some(token.expires_at),
            audience: token.audience,
            user: token
                .user
                .as_ref()
                .map(|user| (user.id.clone(), Some(user.username.clone()))),
            whole_user: token.user,
            access_token: true,
        }));
    }
    let token = store::refresh_tokens::find(&mut conn, realm.id, digest).await?;
    Ok(token.filter(|token| token.live_at(now)).map(|token| Live {
        client: token.client,
        scopes: token.scopes,
        issued_at: token.issued_at,
        expires_at: token.expires_at,
        audience: None,
        user: Some((token.grant.user, None)),
        whole_user: None,
        access_token: false,
    }))
}

async fn describe(app: &App, realm: &Realm, live: Live) -> Result<Introspection, OAuthError> {
    let client = realm.client(&app.database, &live.client).await?;
    let subject = |user: &UserId| client.as_ref().map(|client| realm.mint.subject(client, user));
    let mut further = Claims::new();
    if let (Some(client), true) = (&client, live.access_token) {
        let about = ClaimsAbout {
            client,
            user: live.whole_user.as_ref(),
            scopes: &live.scopes,
        };
        realm.claim_rules.add(&mut further, ClaimPlace::Introspection, &about);
    }
    // An access token is for the issuer where nothing else was said. A refresh token is for the client, and so is, at
    // the emulated portal, every token.
    let listed = realm.policy.resource_indicators == ResourceIndicators::Listed;
    let unsaid = if listed && live.access_token {
        &realm.issuer
    } else {
        &live.client.0
    };
    Ok(Introspection {
        active: true,
        further,
        scope: Some(live.scopes.to_string()),
        username: live.user.as_ref().and_then(|(_, username)| username.clone()),
        token_type: live.access_token.then_some("Bearer"),
        exp: live.expires_at.map(|instant| instant.as_second()),
        iat: Some(live.issued_at.as_second()),
        sub: live
            .user
            .as_ref()
            .map_or_else(|| Some(live.client.0.clone()), |(user, _)| subject(user)),
        aud: live.audience.unwrap_or_else(|| Resources::one(unsaid)),
        iss: Some(realm.issuer.clone()),
        client_id: Some(live.client.0),
    })
}
