//! Scripts of other origins at the portals' APIs (CORS, Fetch §3.2).
//!
//! The APIs read no cookies, only the headers of the caller, so any origin may call them. A realm whose policy says
//! otherwise (`portal_cors`) answers as a portal without CORS does: nothing allows the script to read the answer.

use axum::{
    Router,
    extract::Request,
    middleware::{self, Next},
    response::Response,
};
use http::{HeaderName, Method, header};

use crate::{
    app::{App, Realm},
    web::cors,
};

const HEADERS: [HeaderName; 5] = [
    header::ACCESS_CONTROL_ALLOW_ORIGIN,
    header::ACCESS_CONTROL_ALLOW_METHODS,
    header::ACCESS_CONTROL_ALLOW_HEADERS,
    header::ACCESS_CONTROL_EXPOSE_HEADERS,
    header::ACCESS_CONTROL_MAX_AGE,
];

/// Opens these routes to scripts of any origin.
pub fn open(routes: Router<App>, methods: &[Method]) -> Router<App> {
    routes
        .layer(cors::any_origin(methods))
        .layer(middleware::from_fn(only_where_policy_allows))
}

async fn only_where_policy_allows(realm: Realm, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    if !realm.policy.portal_cors {
        for name in HEADERS {
            response.headers_mut().remove(name);
        }
    }
    response
}
