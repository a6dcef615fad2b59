//! `grant_type=client_credentials` (RFC 6749 §4.4): a token without a user.
//!
//! No grant, no refresh token, no ID token. One insert, no transaction.

use super::{GrantTypeRow, Granted, TokenRequest};
use crate::{
    app::Realm,
    model::{Claims, Client, GrantType, SCOPES_OF_USERS, Scopes, ScopesError, refuse_when},
    oauth::{
        error::{OAuthError, invalid_scope, unauthorized_client},
        resource_indicators,
        scopes::{check_allowed, default_of, supported},
    },
    store,
    tokens::AccessTokenFor,
};

pub const ROW: GrantTypeRow = GrantTypeRow {
    grant_type: GrantType::ClientCredentials,
    grant: |request| Box::pin(grant(request)),
};

async fn grant(request: TokenRequest<'_>) -> Result<Granted, OAuthError> {
    let TokenRequest {
        app,
        realm,
        client,
        parameters,
        now,
    } = request;
    refuse_when(client.public(), || {
        unauthorized_client("a public client cannot use client_credentials")
            .kind("client_credentials.public")
            .see("RFC 6749 §4.4")
    })?;
    let scopes = scopes(realm, client, parameters.get("scope"))?;
    let (access_token, row) = realm.mint.access_token(AccessTokenFor {
        client,
        grant: None,
        user: None,
        scopes: &scopes,
        resources: &resource_indicators::requested(realm, client, parameters)?,
        pair: &realm.random.id(now),
        now,
        lifetime: None,
        further: Claims::new(),
    })?;
    store::access_tokens::insert(&mut app.database.write_once().await?, realm.id, &row).await?;
    Ok(Granted {
        access_token,
        refresh_token: None,
        scopes: row.scopes,
        id_token: None,
        user: None,
    })
}

/// The requested scopes; without a request the client's default, or else all that it is registered for (RFC 6749 §3.3).
fn scopes(realm: &Realm, client: &Client, asked: Option<&str>) -> Result<Scopes, OAuthError> {
    let of_users: Scopes = SCOPES_OF_USERS.into_iter().collect();
    let Some(asked) = asked else {
        let registered = default_of(&realm.policy, client).or(client.metadata.scope.as_ref());
        let registered = registered.map(|scopes| supported(&realm.policy, scopes).without(&of_users));
        return registered.filter(|scopes| !scopes.is_empty()).ok_or_else(|| {
            invalid_scope("scope is missing, and the client has no default_scope or scope to use instead")
                .kind("scope.missing")
        });
    };
    let asked: Scopes = asked
        .parse()
        .map_err(|error: ScopesError| invalid_scope(error.to_string()).kind("scope.malformed"))?;
    check_allowed(&realm.policy, client, &asked)?;
    let of_users = asked.without(&asked.without(&of_users));
    refuse_when(!of_users.is_empty(), || {
        invalid_scope(format!("{of_users} concerns a user, and client_credentials has none"))
            .kind("scope.of_users")
            .see("RFC 6749 §4.4")
    })?;
    Ok(asked)
}
