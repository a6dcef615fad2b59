//! Which realm a request is for: read from its path, before routing.
//!
//! `/realms/{realm}/rest` becomes `/rest` in that realm; anything else belongs to the default realm. RFC 8414
//! §3 puts the well-known part *before* an issuer's path, so both `/realms/x/.well-known/…` and
//! `/.well-known/…/realms/x` lead to the same document. `/realms/default` does not exist: one issuer has one URL.

use axum::body::Body;
use http::{
    Request, Uri,
    uri::{InvalidUri, PathAndQuery},
};

use crate::{model::RealmName, web::paths};

/// The realm that a path names, and the path within it; `None` for a path of the default realm.
#[derive(Debug, PartialEq, Eq)]
pub struct Within(Option<(String, String)>);

impl Within {
    /// The realm's name.
    pub fn realm(&self) -> &str {
        self.0.as_ref().map_or(RealmName::DEFAULT, |(realm, _)| realm)
    }

    /// The path within the realm, whether or not there is such a realm. `whole` is the path of the request.
    pub fn path<'a>(&'a self, whole: &'a str) -> &'a str {
        self.0.as_ref().map_or(whole, |(_, path)| path)
    }

    pub fn is_default(&self) -> bool {
        self.0.is_none()
    }

    /// Whether the default realm is named, which has no prefix.
    pub fn is_forbidden(&self) -> bool {
        self.0.is_some() && self.realm() == RealmName::DEFAULT
    }

    /// Takes the prefix off the path of a request.
    ///
    /// # Errors
    /// When what is left is no path.
    pub fn strip(&self, request: &mut Request<Body>) -> Result<(), InvalidUri> {
        if let Some((_, path)) = &self.0 {
            *request.uri_mut() = with_path(request.uri(), path)?;
        }
        Ok(())
    }
}

/// The realm a path names, if it names one.
pub fn split(path: &str) -> Within {
    if let Some(rest) = path.strip_prefix(paths::REALMS) {
        let (name, rest) = rest.split_once('/').unwrap_or((rest, ""));
        return Within(Some((name.to_owned(), format!("/{rest}"))));
    }
    let inserted = [paths::OPENID_CONFIGURATION, paths::OAUTH_AUTHORIZATION_SERVER]
        .into_iter()
        .find_map(|document| {
            let name = path.strip_prefix(document)?.strip_prefix(paths::REALMS)?;
            Some((name.to_owned(), document.to_owned()))
        });
    Within(inserted)
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

#[cfg(test)]
mod tests {
    use super::*;

    fn within(realm: &str, path: &str) -> Within {
        Within(Some((realm.to_owned(), path.to_owned())))
    }

    #[test]
    fn a_prefix_is_taken_off_and_the_rest_stays() {
        assert_eq!(split("/realms/x/oauth/token"), within("x", "/oauth/token"));
        assert_eq!(split("/realms/x"), within("x", "/"));
        assert!(split("/oauth/token").is_default());
        assert!(split("/realmsx/y").is_default());
    }

    #[test]
    fn the_well_known_part_may_come_first() {
        let appended = "/realms/x/.well-known/openid-configuration";
        let inserted = "/.well-known/openid-configuration/realms/x";

        assert_eq!(split(appended), split(inserted));
        assert_eq!(
            split("/.well-known/oauth-authorization-server/realms/x"),
            within("x", "/.well-known/oauth-authorization-server")
        );
        assert!(split("/.well-known/webfinger/realms/x").is_default());
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
