//! Grants: what one user has allowed one client in one sign-in.

use jiff::Timestamp;

use super::{ClientId, GrantId, Resources, Scopes, UserId};

/// What all codes and tokens of one authorization belong to; revoking it revokes them.
#[derive(Clone, Debug)]
pub struct Grant {
    pub id: GrantId,
    pub client: ClientId,
    pub user: UserId,
    /// The `sid` of the browser session it was given in.
    pub sid: Option<String>,
    pub scopes: Scopes,
    /// What its access tokens are for (RFC 8707).
    pub resources: Resources,
    /// When the user signed in.
    pub auth_time: Timestamp,
    /// How the user signed in (RFC 8176).
    pub amr: Vec<String>,
}
