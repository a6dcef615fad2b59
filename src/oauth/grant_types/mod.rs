//! The grant types and who serves them.

mod authorization_code;
mod client_credentials;
mod refresh_token;

use jiff::Timestamp;

use super::{
    error::{OAuthError, unauthorized_client},
    form::Parameters,
};
use crate::{
    app::{App, Realm},
    model::{Client, Grant, GrantType, Scopes, Secret, User, UserId},
    store,
};

/// What a trade has yielded, written and committed, but not yet signed.
pub struct Granted {
    pub access_token: Secret,
    pub refresh_token: Option<Secret>,
    pub scopes: Scopes,
    /// The grant an ID token speaks of, and the nonce it repeats; `None` where `openid` was not granted.
    pub id_token: Option<(Grant, Option<String>)>,
    /// Whom rules for claims speak of; `None` where no rule needs to know.
    pub user: Option<User>,
}

/// The user of a grant, if a rule for claims in tokens needs to know them. One read, and none without such rules.
async fn user_for_rules(app: &App, realm: &Realm, user: &UserId) -> store::Result<Option<User>> {
    if !realm.claim_rules.apply_to_tokens() {
        return Ok(None);
    }
    store::users::find(&mut app.database.read().await?, realm.id, user).await
}

/// The grant type a request names.
///
/// # Errors
/// `invalid_request` without one, `unsupported_grant_type` for one we do not serve.
pub fn read(parameters: &Parameters) -> Result<GrantType, OAuthError> {
    let name = parameters.required("grant_type")?;
    GrantType::parse(name).ok_or_else(|| {
        OAuthError::new("unsupported_grant_type", format!("there is no grant type {name} here"))
            .kind("grant_type.unsupported")
            .see("RFC 6749 §5.2")
            .compare(GrantType::ALL.map(GrantType::name).join(", "), name)
    })
}

/// Whether the client is registered for this grant type.
pub fn check_allowed(client: &Client, grant_type: GrantType) -> Result<(), OAuthError> {
    unauthorized_client(format!(
        "client {} is not registered for grant type {}",
        client.id,
        grant_type.name()
    ))
    .kind("client.grant_type")
    .when(!client.may_use(grant_type))
}

pub async fn exchange(
    grant_type: GrantType,
    app: &App,
    realm: &Realm,
    client: &Client,
    parameters: &Parameters,
    now: Timestamp,
) -> Result<Granted, OAuthError> {
    match grant_type {
        GrantType::AuthorizationCode => authorization_code::exchange(app, realm, client, parameters, now).await,
        GrantType::RefreshToken => refresh_token::exchange(app, realm, client, parameters, now).await,
        GrantType::ClientCredentials => client_credentials::exchange(app, realm, client, parameters, now).await,
    }
}
