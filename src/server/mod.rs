//! Joins the rooms' routers and layers.

mod realm_prefix;
pub mod upkeep;

use axum::{Router, extract::Request, middleware, response::Response};
use tower::{Layer, util::BoxCloneSyncService};

use crate::{
    app::App,
    login, oauth,
    web::{
        assets,
        csrf::KnownHosts,
        page_error::{PageError, in_their_words},
    },
};

/// Everything the server answers, from the outside in: realm prefix, routes, not found.
pub fn service(app: &App) -> BoxCloneSyncService<Request, Response, std::convert::Infallible> {
    let router = Router::new()
        .merge(oauth::routes(app))
        .merge(login::routes(app, KnownHosts::new(&app.issuer, [])))
        .merge(assets::router())
        .fallback(async || PageError::not_found())
        .layer(middleware::from_fn(in_their_words))
        .with_state(app.clone());
    BoxCloneSyncService::new(middleware::from_fn_with_state(app.clone(), realm_prefix::enter).layer(router))
}
