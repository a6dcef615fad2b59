//! What is worth knowing of an exchange that was not refused.

use url::Url;

use crate::journal::{Entry, exchange::Exchange, redaction::jwt::Jwt};

/// Sentences for the developer of the client. `issuer` is the realm's; `all` is what the journal has.
pub fn notes(entry: &Entry, issuer: &str, all: &[Entry]) -> Vec<String> {
    let exchange = &entry.exchange;
    let by_client = |other: &&Entry| other.parties.client == entry.parties.client;
    let asks_userinfo = all
        .iter()
        .filter(by_client)
        .any(|other| other.exchange.endpoint() == "userinfo");
    let noted = [
        other_name(exchange, issuer),
        id_token_without_claims(exchange).filter(|_| !asks_userinfo),
    ];
    noted.into_iter().flatten().collect()
}

/// Discovery was asked for under a name that is not the issuer's, so that the client's comparison fails (OIDC Discovery
/// §4.3).
fn other_name(exchange: &Exchange, issuer: &str) -> Option<String> {
    if exchange.endpoint() != "discovery" {
        return None;
    }
    let mut headers = exchange.request.headers.iter();
    let (_, host) = headers.find(|(name, _)| name == "host")?;
    let own = Url::parse(issuer).ok()?;
    let authority = match own.port() {
        Some(port) => format!("{}:{port}", own.host_str()?),
        None => own.host_str()?.to_owned(),
    };
    if host.eq_ignore_ascii_case(&authority) {
        return None;
    }
    Some(format!(
        "discovery was asked for at {host}, and its issuer is {issuer}: a client compares the two and refuses (OIDC Discovery \
         §4.3). Configure the client with {issuer}, or start the server with --issuer {}://{host}",
        own.scheme()
    ))
}

/// The scopes of claims were granted, and the ID token has none of the claims, which is right (OIDC Core §5.4), and of
/// no use to a client that never asks userinfo.
fn id_token_without_claims(exchange: &Exchange) -> Option<String> {
    if exchange.endpoint() != "token" || exchange.status() != Some(200) {
        return None;
    }
    let granted = exchange.response.as_ref()?.body.text.as_deref()?;
    let granted: serde_json::Value = serde_json::from_str(granted).ok()?;
    let mut scopes = granted.get("scope")?.as_str()?.split(' ');
    let asks_for_claims = scopes.any(|scope| matches!(scope, "profile" | "email"));
    let of_id_token = |jwt: &&Jwt| jwt.found_in.contains("id_token");
    let (_, claims) = exchange.jwts.iter().find(of_id_token)?.parsed();
    let has_claims = ["name", "email", "given_name", "preferred_username"]
        .iter()
        .any(|name| claims.get(name).is_some());
    (asks_for_claims && !has_claims).then(|| {
        "the ID token has no claims of the granted scopes: a client gets them from userinfo (OIDC Core §5.4), which this \
         client has not asked so far. If it never does, set its metadata id_token_claims to scopes (PATCH \
         /control/api/clients/CLIENT_ID)"
            .to_owned()
    })
}
