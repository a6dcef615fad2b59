//! Who calls a portal: the verified bearer of a request.

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

/// A client with a good token, for a user or on its own.
#[derive(Clone, Debug)]
pub struct Caller {
    pub client: ClientId,
    pub scopes: Scopes,
    /// `None` for a token the client got for itself (RFC 6749 §4.4).
    pub user: Option<User>,
    /// Under which the token is stored.
    pub token_digest: String,
}

/// Why nobody calls. How it goes over the wire is each portal's.
#[derive(Debug)]
pub enum CallerError {
    /// There is no token.
    Missing,
    /// There is something, but no bearer token in it (RFC 6750 §2.1).
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
    /// When the request brings no token, or one that is not good at `now`.
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
