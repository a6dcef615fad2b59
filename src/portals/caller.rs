//! Who calls a portal: the client and the user of the access token.

use http::HeaderMap;
use jiff::Timestamp;

use crate::{
    app::Realm,
    journal::recording,
    model::{ClientId, Refusal, Scopes, User},
    store::Conn,
    tokens::TokenError,
    web::bearer,
};

/// A client with a valid token, with or without a user.
#[derive(Clone, Debug)]
pub struct Caller {
    pub client: ClientId,
    pub scopes: Scopes,
    /// `None` for a token that was issued to the client itself (RFC 6749 §4.4).
    pub user: Option<User>,
    /// The digest under which the token is stored.
    pub token_digest: String,
}

/// Why the caller is unknown. Each portal has its own error for it.
#[derive(Debug)]
pub enum CallerError {
    /// The request has no token.
    Missing,
    /// The header holds no bearer token (RFC 6750 §2.1).
    Malformed(Refusal),
    /// The token is unknown, expired or revoked.
    Invalid(Refusal),
    Failed(crate::store::Error),
}

impl From<TokenError> for CallerError {
    fn from(error: TokenError) -> Self {
        match error {
            TokenError::Database(error) => Self::Failed(error),
            error => Self::Invalid(error.refusal()),
        }
    }
}

impl Caller {
    /// # Errors
    /// When the request has no token, or one that is not valid at `now`.
    pub async fn identify(
        conn: &mut Conn,
        realm: &Realm,
        headers: &HeaderMap,
        now: Timestamp,
    ) -> Result<Self, CallerError> {
        let token = bearer::read(headers).map_err(CallerError::Malformed)?;
        let token = token.ok_or(CallerError::Missing)?;
        let token = realm.mint.verify_access_token(conn, &token, now).await?;
        recording::note_client(&token.client);
        if let Some(grant) = &token.grant {
            recording::note_grant(&grant.id);
        }
        if let Some(user) = &token.user {
            recording::note_user(user);
        }
        Ok(Self {
            client: token.client,
            scopes: token.scopes,
            user: token.user,
            token_digest: token.digest,
        })
    }
}
