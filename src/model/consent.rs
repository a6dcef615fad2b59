//! Consents: the remembered answer to "may this client …?".

use jiff::Timestamp;

use super::{ClientId, Scopes, UserId};

/// What `user` has allowed `client`. For any further scope the user is asked again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consent {
    pub user: UserId,
    pub client: ClientId,
    pub scopes: Scopes,
    pub given_at: Timestamp,
}
