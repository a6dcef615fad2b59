//! `POST /oauth/token`: the token endpoint (RFC 6749 §3.2).

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use jiff::Timestamp;
use serde::Serialize;

use super::{
    client_authentication::authenticate,
    error::{OAuthError, no_store},
    form::{FormBody, Parameters},
    grant_types::{self, Granted, TokenRequest, claims_by_scope},
};
use crate::{
    app::{App, Realm},
    model::{ClaimPlace, Claims, Client, User},
    tokens::{ClaimsAbout, IdTokenFor, claims},
};

/// The members in the order they are written (RFC 6749 §5.1, OIDC Core §3.1.3.3); absent ones are left out.
#[derive(Serialize)]
struct TokenResponse {
    access_token: String,
    token_type: &'static str,
    /// Seconds.
    expires_in: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<String>,
    #[serde(skip_serializing_if = "String::is_empty")]
    scope: String,
    /// Unix seconds.
    created_at: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    id_token: Option<String>,
}

pub async fn serve(State(app): State<App>, realm: Realm, form: FormBody) -> Response {
    match answer(&app, &realm, &form).await {
        Ok(tokens) => (no_store(), Json(tokens)).into_response(),
        Err(error) => error.answer(&realm.policy, "token"),
    }
}

async fn answer(app: &App, realm: &Realm, form: &FormBody) -> Result<TokenResponse, OAuthError> {
    let now = realm.clock.now();
    let parameters = Parameters::from_body(&form.headers, &form.body, realm.policy.token_request_json)?;
    let row = grant_types::read(&parameters)?;
    let client = authenticate(app, realm, form, &parameters).await?; // reads and hashes: no lock held
    grant_types::check_allowed(&client, row.grant_type)?;

    let granted = (row.grant)(TokenRequest {
        app,
        realm,
        client: &client,
        parameters: &parameters,
        now,
    })
    .await?;

    sign(realm, &client, granted, now) // after the commit: a signature takes longer than the write
}

fn sign(realm: &Realm, client: &Client, granted: Granted, now: Timestamp) -> Result<TokenResponse, OAuthError> {
    let further = granted
        .user
        .as_ref()
        .map(|user| claims_of_scopes(realm, client, &granted, user));
    let id_token = granted.id_token.as_ref().map(|(grant, nonce)| {
        realm.mint.id_token(IdTokenFor {
            client,
            grant,
            user: granted.user.as_ref(),
            scopes: &granted.scopes,
            nonce: nonce.as_deref(),
            access_token: &granted.access_token,
            now,
            lifetime: None,
            further: further.unwrap_or_default(),
        })
    });
    Ok(TokenResponse {
        access_token: granted.access_token.reveal().to_owned(),
        token_type: "Bearer",
        expires_in: realm.policy.lifetimes.access_token.get(),
        refresh_token: granted.refresh_token.map(|token| token.reveal().to_owned()),
        scope: granted.scopes.to_string(),
        created_at: now.as_second(),
        id_token: id_token.transpose()?,
    })
}

/// The claims that the granted scopes give access to, for a client that wants them in its ID tokens.
fn claims_of_scopes(realm: &Realm, client: &Client, granted: &Granted, user: &User) -> Claims {
    if !claims_by_scope(realm, client) {
        return Claims::new();
    }
    let scopes = &granted.scopes;
    let mut claims = claims::granted(&realm.policy, &realm.scopes, scopes, user);
    let about = ClaimsAbout {
        client,
        user: Some(user),
        scopes,
    };
    realm.claim_rules.add(&mut claims, ClaimPlace::IdToken, &about);
    claims
}
