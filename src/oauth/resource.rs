//! The access token of a request to this server's own protected resources (RFC 6750).

use http::HeaderMap;
use jiff::Timestamp;

use super::error::{Challenge, OAuthError, bearer_refusal};
use crate::{
    app::{App, Realm, behaviour_effects},
    journal::recording,
    model::{AccessToken, Refusal, Secret},
    tokens::TokenError,
    web::bearer,
};

/// The valid access token of a request: from the header, or `in_body` where the endpoint accepts that (RFC 6750 §2.2).
///
/// # Errors
/// 401 with a challenge for a missing or invalid token, 400 for one in two places.
pub async fn bearer_of(
    app: &App,
    realm: &Realm,
    headers: &HeaderMap,
    in_body: Option<Secret>,
    now: Timestamp,
) -> Result<AccessToken, OAuthError> {
    let in_header = bearer::read(headers).map_err(bearer_refusal)?;
    let token = match (in_header, in_body) {
        (Some(_), Some(_)) => {
            let twice = Refusal::new("invalid_request", "the access token is in the header and in the body");
            return Err(bearer_refusal(twice.kind("token.twice").see("RFC 6750 §2")));
        }
        (Some(token), None) | (None, Some(token)) => token,
        (None, None) if realm.policy.missing_token_is_invalid => {
            return Err(bearer_refusal(TokenError::Unknown.refusal()));
        }
        (None, None) => {
            let missing = Refusal::new("invalid_token", "the request has no access token")
                .kind("token.missing")
                .see("RFC 6750 §3.1");
            return Err(bearer_refusal(missing).challenge(Challenge::BareBearer));
        }
    };
    let mut conn = app.database.read().await?;
    let token = realm
        .mint
        .verify_access_token(&mut conn, &token, now)
        .await
        .map_err(refused)?;
    drop(conn);
    behaviour_effects::token_is_used(app, realm, token.user.as_ref(), &token.digest, now)
        .await
        .map_err(refused)?;
    note(&token);
    Ok(token)
}

fn refused(error: TokenError) -> OAuthError {
    match error {
        TokenError::Database(error) => error.into(),
        error => bearer_refusal(error.refusal()),
    }
}

/// Notes the token's client, grant and user for the journal.
fn note(token: &AccessToken) {
    recording::note_client(&token.client);
    if let Some(grant) = &token.grant {
        recording::note_grant(&grant.id);
    }
    if let Some(user) = &token.user {
        recording::note_user(user);
    }
}
