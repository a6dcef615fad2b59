//! Tokens of users: created at sign-in, stored as their digest.
//!
//! The refresh token is shown as documented. What it can be used for is not documented, so nothing accepts it and it is
//! not stored.

use jiff::{SignedDuration, Timestamp};

use super::{
    call::Call,
    error::Result,
    model::hexadecimal,
    store::users,
    wire::{NewTokenView, RefreshTokenView},
};
use crate::{random::digest, store::Tx};

/// Seconds for which a token is valid (documented under "User API").
const TOKEN_LIFE: i64 = 86_400;
/// Seconds for which the refresh token is shown to be valid (documented under "User API").
const REFRESH_TOKEN_LIFE: i64 = 2_592_000;

/// A new token, and the refresh token shown beside it.
pub struct NewToken {
    token: String,
    refresh_token: String,
    now: Timestamp,
}

impl NewToken {
    pub fn new(call: &Call) -> Self {
        let random = || hexadecimal(&call.realm.random.bytes::<16>());
        Self {
            token: random(),
            refresh_token: random(),
            now: call.now,
        }
    }

    /// Stores the digest of the token for a user.
    pub async fn insert_in(&self, tx: &mut Tx, call: &Call, user: i64) -> Result<()> {
        let life = SignedDuration::from_secs(TOKEN_LIFE);
        let expires_at = self.now.checked_add(life).unwrap_or(Timestamp::MAX);
        let digest = digest(&self.token);
        users::insert_token(tx, call.realm.id, &digest, user, self.now, Some(expires_at)).await?;
        Ok(())
    }

    /// The answer's `token`.
    pub fn view(self, user: i64) -> NewTokenView {
        let created = self.now.as_second();
        NewTokenView {
            user_id: user.into(),
            token: self.token,
            expiry: created + TOKEN_LIFE,
            refresh_token: RefreshTokenView {
                user_id: user.into(),
                token: self.refresh_token,
                expiry: created + REFRESH_TOKEN_LIFE,
                created,
            },
        }
    }
}
