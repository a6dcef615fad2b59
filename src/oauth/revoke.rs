//! `POST /oauth/revoke`: a client revokes its token (RFC 7009).

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use http::StatusCode;
use jiff::Timestamp;
use serde_json::json;

use super::{
    client_authentication::authenticate,
    error::{OAuthError, no_store},
    form::{FormBody, Parameters},
};
use crate::{
    app::{App, Realm},
    model::{AccessToken, Client, ClientId, GrantId, RefreshToken, RevocationReach, refuse_when},
    random::digest,
    store::{self, Tx, settle},
};

pub async fn revoke(State(app): State<App>, realm: Realm, form: FormBody) -> Response {
    match revoke_token(&app, &realm, &form).await {
        Ok(()) => (no_store(), Json(json!({}))).into_response(),
        Err(error) => error.answer(&realm.policy, "revoke"),
    }
}

async fn revoke_token(app: &App, realm: &Realm, form: &FormBody) -> Result<(), OAuthError> {
    let now = realm.clock.now();
    let parameters = Parameters::from_body(&form.headers, &form.body, realm.policy.token_request_json)?;
    let client = authenticate(app, realm, form, &parameters)
        .await
        .map_err(|error| as_upstream(realm, error))?;
    let digest = digest(parameters.required("token")?);
    // token_type_hint is only a hint (RFC 7009 §2.1): both tables are searched.
    let Some(token) = find(app, realm, &digest).await? else {
        return Ok(()); // an unknown token is already invalid (RFC 7009 §2.2)
    };
    check_own(realm, &client, token.client())?;

    let mut tx = app.database.begin().await?;
    let outcome = end(&mut tx, realm, &token, &digest, now).await;
    settle(tx, outcome).await
}

enum Found {
    Access(AccessToken),
    Refresh(RefreshToken),
}

impl Found {
    fn client(&self) -> &ClientId {
        match self {
            Self::Access(token) => &token.client,
            Self::Refresh(token) => &token.client,
        }
    }

    fn grant(&self) -> Option<&GrantId> {
        match self {
            Self::Access(token) => token.grant.as_ref().map(|grant| &grant.id),
            Self::Refresh(token) => Some(&token.grant.id),
        }
    }

    fn pair(&self) -> &str {
        match self {
            Self::Access(token) => &token.pair,
            Self::Refresh(token) => &token.pair,
        }
    }
}

async fn find(app: &App, realm: &Realm, digest: &str) -> Result<Option<Found>, OAuthError> {
    let mut conn = app.database.read().await?;
    if let Some(token) = store::access_tokens::find(&mut conn, realm.id, digest).await? {
        return Ok(Some(Found::Access(token)));
    }
    Ok(store::refresh_tokens::find(&mut conn, realm.id, digest)
        .await?
        .map(Found::Refresh))
}

/// Whether the token is the client's own (RFC 7009 §2.1).
fn check_own(realm: &Realm, client: &Client, owner: &ClientId) -> Result<(), OAuthError> {
    refuse_when(*owner != client.id, || {
        if realm.policy.upstream_client_refusals {
            return unauthorized();
        }
        OAuthError::new("unauthorized_client", "the token was issued to another client")
            .kind("token.foreign")
            .see("RFC 7009 §2.1")
    })
}

/// The grant's row is locked first, as everywhere where its tokens change: one order of locks, no deadlock.
async fn end(tx: &mut Tx, realm: &Realm, token: &Found, digest: &str, now: Timestamp) -> Result<(), OAuthError> {
    let Some(grant) = token.grant() else {
        store::access_tokens::revoke(tx, realm.id, digest, now).await?; // a client's own: it has no grant and no pair
        return Ok(());
    };
    if !store::grants::hold(tx, realm.id, grant, now).await? {
        return Ok(()); // the grant was revoked with all its tokens
    }
    match (realm.policy.revocation_reach, token) {
        (RevocationReach::Pair, token) => {
            store::access_tokens::revoke_pair(tx, realm.id, grant, token.pair(), now).await?;
            store::refresh_tokens::revoke_pair(tx, realm.id, grant, token.pair(), now).await?;
        }
        (RevocationReach::Grant, Found::Access(_)) => {
            store::access_tokens::revoke(tx, realm.id, digest, now).await?;
        }
        (RevocationReach::Grant, Found::Refresh(_)) => store::grants::revoke(tx, realm.id, grant, now).await?,
    }
    Ok(())
}

/// The emulated portal answers an unknown client with 403.
fn as_upstream(realm: &Realm, error: OAuthError) -> OAuthError {
    match &error {
        OAuthError::Refused(refused)
            if realm.policy.upstream_client_refusals && refused.refusal.code == "invalid_client" =>
        {
            unauthorized()
        }
        _ => error,
    }
}

fn unauthorized() -> OAuthError {
    OAuthError::new("unauthorized_client", "You are not authorized to revoke this token")
        .see("RFC 7009 §2.1")
        .status(StatusCode::FORBIDDEN)
        .verbatim()
}
