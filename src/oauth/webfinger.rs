//! `GET /.well-known/webfinger`: the issuer of an account (RFC 7033, OIDC Discovery §2).
//!
//! One endpoint for all realms: it names the realm that the resource belongs to.

use axum::{
    Json,
    extract::{RawQuery, State},
    response::{IntoResponse, Response},
};
use http::{
    HeaderValue, StatusCode,
    header::{ACCESS_CONTROL_ALLOW_ORIGIN, CONTENT_TYPE},
};
use serde_json::json;
use url::Url;

use super::error::{OAuthError, invalid_request};
use crate::{
    app::{App, Realm},
    web::{parameters::read_form, paths},
};

/// The relation type of an OpenID issuer (OIDC Discovery §2).
const ISSUER: &str = "http://openid.net/specs/connect/1.0/issuer";

pub async fn find(State(app): State<App>, realm: Realm, RawQuery(query): RawQuery) -> Response {
    match answer(&app, query.as_deref().unwrap_or_default()).await {
        Ok(mut response) => {
            response
                .headers_mut()
                .insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
            response
        }
        Err(error) => {
            let mut response = error.answer(&realm.policy, "webfinger");
            response
                .headers_mut()
                .insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
            response
        }
    }
}

async fn answer(app: &App, query: &str) -> Result<Response, OAuthError> {
    let parameters = read_form(query.as_bytes()).map_err(|error| invalid_request(error.to_string()))?;
    let all = |name: &str| {
        parameters
            .iter()
            .filter(|(known, _)| known == name)
            .map(|(_, value)| value.clone())
            .collect::<Vec<_>>()
    };
    let resources = all("resource");
    let [resource] = resources.as_slice() else {
        return Err(invalid_request("the parameter resource must be sent exactly once").see("RFC 7033 §4.1"));
    };
    let unknown = || OAuthError::new("not_found", "the resource is on another host").status(StatusCode::NOT_FOUND);
    let issuer = issuer_of(app, resource)
        .await?
        .ok_or_else(|| unknown().see("RFC 7033 §4.2"))?;
    let wanted = all("rel");
    let links = if wanted.is_empty() || wanted.iter().any(|rel| rel == ISSUER) {
        vec![json!({"rel": ISSUER, "href": issuer})]
    } else {
        Vec::new() // RFC 7033 §4.3: only the requested relations are returned
    };
    let body = json!({"subject": resource, "links": links});
    Ok((
        [(CONTENT_TYPE, "application/jrd+json")],
        Json(body).into_response().into_body(),
    )
        .into_response())
}

/// The issuer of a resource: by the realm in its path if it is an address of this server, else by its host.
async fn issuer_of(app: &App, resource: &str) -> Result<Option<String>, OAuthError> {
    let Ok(own) = Url::parse(&app.issuer) else {
        return Ok(None);
    };
    let host = own.host_str().unwrap_or_default();
    let authority = own
        .port()
        .map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
    if let Some(account) = resource.strip_prefix("acct:") {
        let there = account
            .rsplit_once('@')
            .is_some_and(|(_, at)| at == host || at == authority);
        return Ok(there.then(|| app.issuer.clone()));
    }
    let Some(path) = resource.strip_prefix(&app.issuer) else {
        return Ok(None);
    };
    let Some(rest) = path.strip_prefix(paths::REALMS) else {
        let whole = path.is_empty() || path.starts_with(['/', '?', '#']);
        return Ok(whole.then(|| app.issuer.clone()));
    };
    let name = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let realm = app.realms.find(&app.database, name).await?;
    Ok(realm
        .filter(|realm| !realm.name.is_default())
        .map(|realm| realm.issuer.clone()))
}
