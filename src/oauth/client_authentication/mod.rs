//! Client authentication by exactly one method (RFC 6749 §2.3).

mod secret;

use std::{net::IpAddr, sync::Arc};

use http::HeaderMap;

use super::{
    error::{OAuthError, invalid_client, invalid_request},
    form::{FormBody, Parameters},
};
use crate::{
    app::{App, Realm},
    journal::recording,
    model::{Client, ClientId, Secret, TokenEndpointAuthMethod, refuse_when},
};

/// The client's credentials in a request.
#[derive(Debug)]
struct Credentials {
    client_id: ClientId,
    /// `None` from a public client, which sends its `client_id` only.
    secret: Option<Secret>,
    /// Whether they are in `Authorization: Basic`.
    basic: bool,
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
    verify(app, realm, read(&form.headers, parameters)?, form.from).await
}

fn read(headers: &HeaderMap, parameters: &Parameters) -> Result<Credentials, OAuthError> {
    refuse_when(parameters.get("client_assertion").is_some(), || {
        invalid_client("client_assertion is not supported; see token_endpoint_auth_methods_supported")
            .kind("client.assertion")
    })?;
    let in_form = parameters.get("client_secret");
    let Some((client_id, secret)) = secret::basic(headers)? else {
        let client_id = parameters.get("client_id").ok_or_else(|| {
            invalid_client("the request names no client, neither by Authorization: Basic nor by client_id")
                .kind("client.unnamed")
        })?;
        let secret = in_form.map(Secret::new);
        return Ok(Credentials {
            client_id: ClientId::from(client_id),
            secret,
            basic: false,
        });
    };
    refuse_when(in_form.is_some(), || {
        invalid_request("the client uses Authorization: Basic and client_secret at once")
            .kind("client.twice")
            .see("RFC 6749 §2.3")
    })?;
    let other = parameters.get("client_id").filter(|id| *id != client_id);
    if let Some(other) = other {
        return Err(
            invalid_request("client_id differs from the client in Authorization: Basic")
                .kind("client.mismatch")
                .see("RFC 6749 §2.3")
                .compare(client_id, other),
        );
    }
    Ok(Credentials {
        client_id: ClientId(client_id),
        secret: Some(secret),
        basic: true,
    })
}

async fn verify(
    app: &App,
    realm: &Realm,
    credentials: Credentials,
    from: Option<IpAddr>,
) -> Result<Arc<Client>, OAuthError> {
    let client = realm.client(&app.database, &credentials.client_id).await?;
    let unknown =
        || invalid_client(format!("the client {} is not registered", credentials.client_id)).kind("client.unknown");
    let client = client.ok_or_else(unknown)?;
    recording::note_client(&client.id);
    check_method(&client, &credentials)?;
    if let Some(presented) = &credentials.secret {
        let right = secret::verify(app, realm, &client, presented, from).await?;
        refuse_when(!right, || {
            invalid_client(format!("the secret of client {} is wrong", client.id)).kind("client.wrong_secret")
        })?;
    }
    Ok(client)
}

/// Whether the client uses its registered method.
fn check_method(client: &Client, credentials: &Credentials) -> Result<(), OAuthError> {
    use TokenEndpointAuthMethod::{ClientSecret, ClientSecretBasic, ClientSecretPost, None};
    let used = match (&credentials.secret, credentials.basic) {
        (Option::None, _) => "none",
        (Some(_), true) => "client_secret_basic",
        (Some(_), false) => "client_secret_post",
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

/// Client id and secret of HTTP Basic, as far as they can be read.
pub fn named_by_header(headers: &HeaderMap) -> Option<(String, Secret)> {
    secret::basic(headers).ok().flatten()
}
