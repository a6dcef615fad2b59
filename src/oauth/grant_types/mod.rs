//! The supported grant types (RFC 6749 §1.3): one file and one row each.

mod authorization_code;
mod client_credentials;
mod refresh_token;

use std::{future::Future, pin::Pin};

use jiff::Timestamp;

use super::{
    error::{OAuthError, unauthorized_client},
    form::Parameters,
};
use crate::{
    app::{App, Realm},
    model::{Client, Grant, GrantType, IdTokenClaims, Scopes, Secret, User, UserId, refuse_when},
    store::{self, Conn},
};

/// All grant types, in the order of the discovery document.
pub const GRANT_TYPES: [GrantTypeRow; 3] = [authorization_code::ROW, client_credentials::ROW, refresh_token::ROW];

/// A grant type and the function that issues its tokens.
#[derive(Clone, Copy)]
pub struct GrantTypeRow {
    pub grant_type: GrantType,
    pub grant: for<'a> fn(TokenRequest<'a>) -> Granting<'a>,
}

/// A token request of an authenticated client.
#[derive(Clone, Copy)]
pub struct TokenRequest<'a> {
    pub app: &'a App,
    pub realm: &'a Realm,
    pub client: &'a Client,
    pub parameters: &'a Parameters,
    pub now: Timestamp,
}

pub type Granting<'a> = Pin<Box<dyn Future<Output = Result<Granted, OAuthError>> + Send + 'a>>;

/// What was granted: written and committed, but the ID token is not signed yet.
pub struct Granted {
    pub access_token: Secret,
    pub refresh_token: Option<Secret>,
    pub scopes: Scopes,
    /// The grant of the ID token, and the nonce it repeats; `None` where `openid` was not granted.
    pub id_token: Option<(Grant, Option<String>)>,
    /// The user, where claims of a token are about it.
    pub user: Option<User>,
}

/// The grant type that a request names.
///
/// # Errors
/// `invalid_request` without one, `unsupported_grant_type` for an unknown one.
pub fn read(parameters: &Parameters) -> Result<GrantTypeRow, OAuthError> {
    let name = parameters.required("grant_type")?;
    let named = GrantType::parse(name).and_then(row_of);
    named.ok_or_else(|| {
        let supported = GRANT_TYPES.map(|row| row.grant_type.to_string());
        OAuthError::new(
            "unsupported_grant_type",
            format!("the grant type {name} is not supported"),
        )
        .kind("grant_type.unsupported")
        .see("RFC 6749 §5.2")
        .compare(supported.join(", "), name)
    })
}

fn row_of(grant_type: GrantType) -> Option<GrantTypeRow> {
    GRANT_TYPES.into_iter().find(|row| row.grant_type == grant_type)
}

/// Whether the client is registered for this grant type.
pub fn check_allowed(client: &Client, grant_type: GrantType) -> Result<(), OAuthError> {
    refuse_when(!client.may_use(grant_type), || {
        unauthorized_client(format!(
            "client {} is not registered for grant type {grant_type}",
            client.id
        ))
        .kind("client.grant_type")
    })
}

/// Whether the client's ID tokens have the claims of the granted scopes.
pub fn claims_by_scope(realm: &Realm, client: &Client) -> bool {
    client.metadata.id_token_claims == IdTokenClaims::Scopes && realm.policy.id_token_claims_by_client
}

/// The user of a grant, if claims of a token are about it; otherwise nothing is read.
async fn user_for_claims(
    conn: &mut Conn,
    realm: &Realm,
    client: &Client,
    user: &UserId,
) -> store::Result<Option<User>> {
    if !realm.claim_rules.apply_to_tokens() && !claims_by_scope(realm, client) {
        return Ok(None);
    }
    store::users::find(conn, realm.id, user).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_variant_has_exactly_one_row() {
        let schema = schemars::schema_for!(GrantType);
        let variants = schema.as_value()["enum"].as_array().expect("an enum of names");

        let mut rows: Vec<_> = GRANT_TYPES.map(|row| row.grant_type.to_string()).to_vec();
        rows.sort();
        let mut variants: Vec<_> = variants.iter().filter_map(|name| name.as_str()).collect();
        variants.sort_unstable();
        assert_eq!(rows, variants);
    }
}
