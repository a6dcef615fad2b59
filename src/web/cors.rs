//! Which endpoints scripts of other origins may call (CORS, Fetch §3.2).

use http::{Method, header::WWW_AUTHENTICATE};
use tower_http::cors::{AllowHeaders, Any, CorsLayer};

/// For endpoints that use no cookies, only tokens and client authentication: scripts of any origin may call them.
///
/// A preflight is answered with the headers it asks for: interceptors and tracers add their own
/// (`mcp-protocol-version`, `traceparent`, `dpop`), and none of them means anything here.
pub fn any_origin(methods: &[Method]) -> CorsLayer {
    CorsLayer::new()
        .allow_origin(Any)
        .allow_methods(methods.to_vec())
        .allow_headers(AllowHeaders::mirror_request())
        .expose_headers([WWW_AUTHENTICATE])
}
