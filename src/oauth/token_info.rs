//! `GET /oauth/token/info`: what a bearer may know of its own token, as the emulated portal's library answers.

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use http::HeaderMap;
use serde::Serialize;

use super::{
    error::{OAuthError, no_store},
    resource::bearer_of,
};
use crate::{
    app::{App, Realm},
    model::{ClientId, refuse_when},
    oauth::error::invalid_client,
};

/// The members in the order they are written.
#[derive(Serialize)]
struct TokenInfo {
    /// The `sub` of the user as this client knows it; null for a client credentials token.
    resource_owner_id: Option<String>,
    scope: Vec<String>,
    /// Seconds until it expires.
    expires_in: i64,
    application: Application,
    /// Unix seconds.
    created_at: i64,
}

#[derive(Serialize)]
struct Application {
    uid: ClientId,
}

pub async fn show(State(app): State<App>, realm: Realm, headers: HeaderMap) -> Response {
    match info(&app, &realm, &headers).await {
        Ok(info) => (no_store(), Json(info)).into_response(),
        Err(error) => error.answer(&realm.policy, "token info"),
    }
}

async fn info(app: &App, realm: &Realm, headers: &HeaderMap) -> Result<TokenInfo, OAuthError> {
    let now = realm.clock.now();
    let token = bearer_of(app, realm, headers, None, now).await?;
    let client = realm.client(&app.database, &token.client).await?;
    refuse_when(client.is_none(), || {
        invalid_client("the client of the token was just deleted")
    })?;
    let subject = client.zip(token.grant.as_ref());
    Ok(TokenInfo {
        resource_owner_id: subject.map(|(client, grant)| realm.mint.subject(&client, &grant.user)),
        scope: token.scopes.iter().map(str::to_owned).collect(),
        expires_in: token.expires_at.as_second() - now.as_second(),
        application: Application { uid: token.client },
        created_at: token.issued_at.as_second(),
    })
}
