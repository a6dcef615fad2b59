//! Grants: what one user has allowed one client in one sign-in.

use jiff::Timestamp;

use super::{ClientId, GrantId, Scopes, UserId};

/// The family all codes and tokens of one authorization belong to, and the row that ends them.
#[derive(Clone, Debug)]
pub struct Grant {
    pub id: GrantId,
    pub client: ClientId,
    pub user: UserId,
    /// The browser session it was given in, as clients see it.
    pub sid: Option<String>,
    pub scopes: Scopes,
    /// When the user signed in.
    pub auth_time: Timestamp,
    /// How (RFC 8176).
    pub amr: Vec<String>,
}
