//! Which realm a request is for: read from its path, before routing.
//!
//! `/realms/{realm}/rest` becomes `/rest` in that realm; anything else is the default realm's. RFC 8414
//! §3 puts the well-known part *before* an issuer's path, so both `/realms/x/.well-known/…` and
//! `/.well-known/…/realms/x` lead to the same document. `/realms/default` is nobody's: one issuer has one URL.

use std::borrow::Cow;

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::{
    Uri,
    uri::{InvalidUri, PathAndQuery},
};
use url::Url;

use crate::{
    app::{App, Realm},
    control::problem::Problem,
    journal::recording::Recording,
    model::RealmName,
    web::{page::Place, page_error::PageError, paths},
};

/// Puts the [`Realm`], its [`Place`] and the endpoint into the request, and takes the prefix off its path.
pub async fn enter(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let (name, path) = match split(request.uri().path()) {
        Some((name, path)) => (name.to_owned(), Some(path)),
        None => (RealmName::DEFAULT.to_owned(), None),
    };
    if path.is_some() && name == RealmName::DEFAULT {
        return no_such_realm(&name, path.as_deref());
    }
    let realm = match app.realms.find(&app.database, &name).await {
        Ok(Some(realm)) => realm,
        Ok(None) => return no_such_realm(&name, path.as_deref()),
        Err(error) => return PageError::failure(error).into_response(),
    };
    if let Some(path) = path {
        match with_path(request.uri(), &path) {
            Ok(uri) => *request.uri_mut() = uri,
            Err(error) => return PageError::failure(error).into_response(),
        }
    }
    if let Some(recording) = request.extensions().get::<Recording>() {
        let path = request.uri().path();
        app.journal
            .begin(recording, realm.id, &realm.issuer, path, realm.clock.now());
    }
    let endpoint = app.endpoints.find(request.uri().path());
    request.extensions_mut().insert(endpoint);
    request.extensions_mut().insert(place(&realm));
    request.extensions_mut().insert(realm);
    next.run(request).await
}

/// Said to scripts in their own form, since a realm's name is what they most often have wrong.
fn no_such_realm(name: &str, path: Option<&str>) -> Response {
    let within = path.and_then(|path| path.strip_prefix(paths::CONTROL));
    if within.is_some_and(|rest| rest.is_empty() || rest.starts_with('/')) {
        return Problem::not_found(format!("there is no realm {name:?}")).into_response();
    }
    PageError::not_found().into_response()
}

/// The path within its realm, whether or not there is such a realm.
pub fn within_realm(path: &str) -> Cow<'_, str> {
    split(path).map_or(path.into(), |(_, path)| path.into())
}

/// The realm a path names and the path within it, if it names one.
fn split(path: &str) -> Option<(&str, String)> {
    if let Some(rest) = path.strip_prefix(paths::REALMS) {
        let (name, rest) = rest.split_once('/').unwrap_or((rest, ""));
        return Some((name, format!("/{rest}")));
    }
    [paths::OPENID_CONFIGURATION, paths::OAUTH_AUTHORIZATION_SERVER]
        .into_iter()
        .find_map(|document| {
            let name = path.strip_prefix(document)?.strip_prefix(paths::REALMS)?;
            Some((name, document.to_owned()))
        })
}

fn with_path(uri: &Uri, path: &str) -> Result<Uri, InvalidUri> {
    let path_and_query = match uri.query() {
        Some(query) => format!("{path}?{query}"),
        None => path.to_owned(),
    };
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(PathAndQuery::try_from(path_and_query)?);
    Ok(Uri::from_parts(parts).unwrap_or_else(|_| uri.clone()))
}

fn place(realm: &Realm) -> Place {
    let issuer = Url::parse(&realm.issuer).ok();
    let host = issuer.as_ref().and_then(Url::host_str).unwrap_or_default();
    let port = issuer.as_ref().and_then(Url::port);
    Place {
        base: realm.base.clone(),
        host: port.map_or_else(|| host.to_owned(), |port| format!("{host}:{port}")),
        realm: (!realm.name.is_default()).then(|| realm.name.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_is_taken_off_and_the_rest_stays() {
        assert_eq!(split("/realms/x/oauth/token"), Some(("x", "/oauth/token".to_owned())));
        assert_eq!(split("/realms/x"), Some(("x", "/".to_owned())));
        assert_eq!(split("/oauth/token"), None);
        assert_eq!(split("/realmsx/y"), None);
    }

    #[test]
    fn the_well_known_part_may_come_first() {
        let appended = "/realms/x/.well-known/openid-configuration";
        let inserted = "/.well-known/openid-configuration/realms/x";

        assert_eq!(split(appended), split(inserted));
        assert_eq!(
            split("/.well-known/oauth-authorization-server/realms/x"),
            Some(("x", "/.well-known/oauth-authorization-server".to_owned()))
        );
        assert_eq!(split("/.well-known/webfinger/realms/x"), None);
    }

    #[test]
    fn the_query_stays_with_the_path() {
        let uri = Uri::from_static("/realms/x/oauth/authorize?a=b%20c");

        assert_eq!(
            with_path(&uri, "/oauth/authorize")
                .map(|uri| uri.to_string())
                .ok()
                .as_deref(),
            Some("/oauth/authorize?a=b%20c")
        );
    }
}
