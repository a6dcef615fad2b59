//! The pages for users: sign-in, consent, account and sign-out.
//!
//! | path | file | specification |
//! | --- | --- | --- |
//! | `GET, POST /login` | `sign_in.rs` | OIDC Core §3.1.2.3 |
//! | `GET, POST /consent` | `consent.rs` | OIDC Core §3.1.2.4, RFC 6749 §4.1.1 |
//! | `GET, POST /account` | `account.rs` | – |
//! | `GET, POST /logout` | `logout.rs` | – |
//!
//! Sign-in and consent store their result with the authorization request and send the browser to
//! `/oauth/authorize/continue`, which decides on the next step and answers the client.

mod account;
mod asking_client;
mod consent;
mod logout;
mod scopes;
mod sign_in;
mod visit;

use axum::{Router, extract::DefaultBodyLimit, middleware, routing::get};
use http::StatusCode;

use crate::{
    app::{App, run_to_completion},
    model::Refusal,
    web::{
        csrf::{self, KnownHosts},
        page_error::PageError,
        paths,
    },
};

/// The largest form, in bytes: a name and a password.
const LARGEST_FORM: usize = 16 * 1024;

/// The routes of the pages, protected against forms that other sites send.
pub fn routes(app: &App, known_hosts: KnownHosts) -> Router<App> {
    let routes = Router::new()
        .route(paths::LOGIN, get(sign_in::show).post(sign_in::enter))
        .route(paths::CONSENT, get(consent::show).post(consent::answer))
        .route(paths::ACCOUNT, get(account::show).post(account::change))
        .route(paths::LOGOUT, get(logout::ask).post(logout::leave))
        .method_not_allowed_fallback(async || wrong_method())
        .layer(middleware::from_fn_with_state(app.clone(), run_to_completion))
        .layer(DefaultBodyLimit::max(LARGEST_FORM));
    csrf::only_our_pages(routes, known_hosts)
}

fn wrong_method() -> PageError {
    let refusal = Refusal::new("method_not_allowed", "this page accepts GET and POST only");
    PageError::new(StatusCode::METHOD_NOT_ALLOWED, refusal.kind("method.unknown"))
}
