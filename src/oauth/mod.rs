//! The OAuth and OpenID Connect endpoints for clients: one file each.
//!
//! | path | file | specification |
//! |---|---|---|
//! | `/.well-known/openid-configuration`, `/.well-known/oauth-authorization-server` | `discovery.rs` | OIDC Discovery §4, RFC 8414 §3 |
//! | `/.well-known/webfinger` | `webfinger.rs` | RFC 7033, OIDC Discovery §2 |
//! | `GET\|POST /oauth/authorize`, `/oauth/authorize/continue` | `authorize.rs` | RFC 6749 §4.1.1, OIDC Core §3.1.2 |
//! | `POST /oauth/token` | `token.rs`, `grant_types/` | RFC 6749 §3.2 |
//! | `POST /oauth/revoke` | `revoke.rs` | RFC 7009 |
//! | `POST /oauth/introspect` | `introspect.rs` | RFC 7662 |
//! | `GET\|POST /oauth/userinfo` | `userinfo.rs` | OIDC Core §5.3 |
//! | `GET /oauth/discovery/keys` | `jwks.rs` | RFC 7517 §5 |

mod authorization_answer;
mod authorization_request;
mod authorize;
mod automatic_sign_in;
mod client_authentication;
mod discovery;
mod error;
mod flow;
mod form;
mod grant_types;
mod introspect;
mod jwks;
mod reply_address;
mod resource;
mod resource_indicators;
mod revoke;
mod scopes;
mod token;
mod token_info;
mod userinfo;
mod webfinger;

use axum::{
    Router, middleware,
    routing::{get, post},
};
use http::Method;

pub use client_authentication::named_by_header as client_named_by_header;

use crate::{
    app::{App, run_to_completion},
    web::{cors, paths},
};

/// The routes of these endpoints.
pub fn routes(app: &App) -> Router<App> {
    let run_to_completion = || middleware::from_fn_with_state(app.clone(), run_to_completion);
    let open_to_scripts = Router::new()
        .route(paths::TOKEN, post(token::serve))
        .route(paths::REVOKE, post(revoke::revoke))
        .route_layer(run_to_completion())
        .route(paths::OPENID_CONFIGURATION, get(discovery::show))
        .route(paths::OAUTH_AUTHORIZATION_SERVER, get(discovery::show))
        .route(paths::JWKS, get(jwks::show))
        .route(paths::TOKEN_INFO, get(token_info::show))
        .route(paths::USERINFO, get(userinfo::show).post(userinfo::show))
        .layer(cors::any_origin(&[Method::GET, Method::POST]));
    let others = Router::new()
        .route(paths::AUTHORIZE, get(authorize::start).post(authorize::start_by_post))
        .route(paths::CONTINUE, get(authorize::resume))
        .route_layer(run_to_completion())
        .route(paths::INTROSPECT, post(introspect::introspect))
        .route(paths::WEBFINGER, get(webfinger::find));
    open_to_scripts.merge(others)
}
