//! Client authentication by exactly one method (RFC 6749 §2.3).

mod secret;

use secret::Basic;
use std::{net::IpAddr, sync::Arc};

use http::HeaderMap;

use super::{
    error::{OAuthError, invalid_client, invalid_request},
    form::{FormBody, Parameters},
};
use crate::{
    app::{App, Realm},
    journal::recording,
    model::{BasicEncoding, Client, ClientId, Policy, Secret, TokenEndpointAuthMethod, refuse_when},
};

/// The client's credentials in a request.
#[derive(Debug)]
struct Credentials {
    client_id: ClientId,
    /// `None` from a public client, which sends its `client_id` only.
    secret: Option<Secret>,
    /// Where they are in `Authorization: Basic`.
    basic: Option<Basic>,
}

/// The authenticated client of a request.
///
/// Reads from the database and hashes, so it comes before any transaction.
///
/// # Errors
/// `invalid_request` for two methods at once, `invalid_client` where authentication fails.
pub async fn authenticate(
    app: &App,
    realm: &Realm,
    form: &FormBody,
    parameters: &Parameters,
) -> Result<Arc<Client>, OAuthError> {
    let credentials = read(&form.headers, parameters, &realm.policy)?;
    verify(app, realm, credentials, form.from).await
}

fn read(headers: &HeaderMap, parameters: &Parameters, policy: &Policy) -> Result<Credentials, OAuthError> {
    refuse_when(parameters.get("client_assertion").is_some(), || {
        invalid_client("client_assertion is not supported; see token_endpoint_auth_methods_supported")
            .kind("client.assertion")
    })?;
    let in_form = parameters.get("client_secret");
    let basic = if policy.upstream_client_authentication && secret::has_bearer(headers) {
        None
    } else {
        Basic::of(headers)?
    };
    let Some(basic) = basic else {
        let client_id = parameters.get("client_id").ok_or_else(|| {
            invalid_client("the request names no client, neither by Authorization: Basic nor by client_id")
                .kind("client.unnamed")
        })?;
        return Ok(Credentials {
            client_id: ClientId::from(client_id),
            secret: in_form.map(Secret::new),
            basic: None,
        });
    };
    let (client_id, secret) = basic.decode(policy.basic_encoding)?;
    refuse_when(in_form.is_some(), || {
        invalid_request("the client uses Authorization: Basic and client_secret at once")
            .kind("client.twice")
            .see("RFC 6749 §2.3")
    })?;
    if let Some(other) = parameters.get("client_id").filter(|id| *id != client_id.0) {
        return Err(
            invalid_request("client_id differs from the client in Authorization: Basic")
                .kind("client.mismatch")
                .see("RFC 6749 §2.3")
                .compare(client_id.0, other),
        );
    }
    Ok(Credentials {
        client_id,
        secret: Some(secret),
        basic: Some(basic),
    })
}

async fn verify(
    app: &App,
    realm: &Realm,
    mut credentials: Credentials,
    from: Option<IpAddr>,
) -> Result<Arc<Client>, OAuthError> {
    let Some(client) = realm.client(&app.database, &credentials.client_id).await? else {
        check_other_encoding(app, realm, &credentials, from).await?;
        let unknown = format!("the client {} is not registered", credentials.client_id);
        return Err(invalid_client(unknown).kind("client.unknown"));
    };
    recording::note_client(&client.id);
    let empty = credentials
        .secret
        .as_ref()
        .is_some_and(|secret| secret.reveal().is_empty());
    if empty && client.public() && realm.policy.upstream_client_authentication {
        credentials.secret = None;
    }
    check_method(&client, &credentials)?;
    if let Some(presented) = &credentials.secret
        && !secret::verify(app, realm, &client, presented, from).await?
    {
        check_other_encoding(app, realm, &credentials, from).await?;
        let wrong = format!("the secret of client {} is wrong", client.id);
        return Err(invalid_client(wrong).kind("client.wrong_secret"));
    }
    Ok(client)
}

/// Whether what is wrong in `Authorization: Basic` is not its encoding: libraries differ in it, and most ids and
/// secrets look the same in both.
///
/// # Errors
/// `invalid_client` where id and secret are right in the other encoding.
async fn check_other_encoding(
    app: &App,
    realm: &Realm,
    credentials: &Credentials,
    from: Option<IpAddr>,
) -> Result<(), OAuthError> {
    let (used, wanted, other, kind) = match realm.policy.basic_encoding {
        BasicEncoding::FormEncoded => ("plain", "form-encoded", BasicEncoding::Plain, "client.basic_plain"),
        BasicEncoding::Plain => (
            "form-encoded",
            "plain",
            BasicEncoding::FormEncoded,
            "client.basic_encoded",
        ),
    };
    let Some(Ok((client_id, presented))) = credentials.basic.as_ref().map(|basic| basic.decode(other)) else {
        return Ok(());
    };
    let same = credentials.secret.as_ref().map(Secret::reveal) == Some(presented.reveal());
    if same && client_id == credentials.client_id {
        return Ok(());
    }
    let Some(client) = realm.client(&app.database, &client_id).await? else {
        return Ok(());
    };
    let right = secret::verify(app, realm, &client, &presented, from).await?;
    refuse_when(right, || {
        invalid_client(format!(
            "Authorization: Basic has the id and secret of client {client_id} {used}, and they are read {wanted}"
        ))
        .kind(kind)
        .see("RFC 6749 §2.3.1")
        .compare(wanted, used)
    })
}

/// Whether the client uses its registered method.
fn check_method(client: &Client, credentials: &Credentials) -> Result<(), OAuthError> {
    use TokenEndpointAuthMethod::{ClientSecret, ClientSecretBasic, ClientSecretPost, None};
    let used = match (&credentials.secret, &credentials.basic) {
        (Option::None, _) => "none",
        (Some(_), Some(_)) => "client_secret_basic",
        (Some(_), Option::None) => "client_secret_post",
    };
    let (fits, registered) = match client.metadata.token_endpoint_auth_method {
        None => (used == "none", "none"),
        ClientSecret => (used != "none", "client_secret_basic or client_secret_post"),
        ClientSecretBasic => (used == "client_secret_basic", "client_secret_basic"),
        ClientSecretPost => (used == "client_secret_post", "client_secret_post"),
    };
    refuse_when(!fits, || {
        invalid_client(format!(
            "client {} is registered for {registered}, but used {used}",
            client.id
        ))
        .kind("client.method")
        .compare(registered, used)
    })
}

/// The client that HTTP Basic names, as far as it can be read; not authenticated.
pub fn named_by_header(headers: &HeaderMap, policy: &Policy) -> Option<ClientId> {
    let basic = Basic::of(headers).ok()??;
    let (client_id, _) = basic.decode(policy.basic_encoding).ok()?;
    Some(client_id)
}
