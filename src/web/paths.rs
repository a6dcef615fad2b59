//! Every path of a realm, spelled once.
//!
//! The realm `default` lives at the root; any other below `/realms/{realm}`, where all of these repeat.

use crate::model::RealmName;

pub const OPENID_CONFIGURATION: &str = "/.well-known/openid-configuration";
pub const OAUTH_AUTHORIZATION_SERVER: &str = "/.well-known/oauth-authorization-server";
pub const WEBFINGER: &str = "/.well-known/webfinger";

pub const AUTHORIZE: &str = "/oauth/authorize";
pub const CONTINUE: &str = "/oauth/authorize/continue";
pub const TOKEN: &str = "/oauth/token";
pub const TOKEN_INFO: &str = "/oauth/token/info";
pub const REVOKE: &str = "/oauth/revoke";
pub const INTROSPECT: &str = "/oauth/introspect";
pub const USERINFO: &str = "/oauth/userinfo";
pub const JWKS: &str = "/oauth/discovery/keys";

pub const LOGIN: &str = "/login";
pub const CONSENT: &str = "/consent";
pub const ACCOUNT: &str = "/account";
pub const LOGOUT: &str = "/logout";

pub const PORTAL: &str = "/api/portal/v1";
/// Behind the links to video consultations.
pub const VIDEO: &str = "/video";
pub const API_DOCS: &str = "/api-docs";

pub const MEDIQUO: &str = "/mediquo";
pub const MEDIQUO_API_DOCS: &str = "/mediquo/api-docs";
/// The VSee Clinic: its pages, and its API below each of its mounts.
pub const VSEE: &str = "/vsee";

pub const CONTROL: &str = "/control";
pub const CONTROL_API: &str = "/control/api";
/// Where a recorded exchange is looked at: `error_uri` leads there.
pub const EXCHANGES: &str = "/control/exchanges";

pub const HEALTHZ: &str = "/healthz";
pub const READYZ: &str = "/readyz";
pub const ASSETS: &str = "/assets";

/// Where realms other than the default one begin.
pub const REALMS: &str = "/realms/";

/// The prefix of a realm's paths: empty for the default realm, `/realms/x` for another. After the issuer of the default
/// realm, it gives the realm's issuer.
pub fn realm_base(name: &RealmName) -> String {
    if name.is_default() {
        String::new()
    } else {
        format!("{REALMS}{name}")
    }
}
