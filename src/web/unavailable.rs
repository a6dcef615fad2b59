//! 503 for a request that cannot be answered now and may be in a moment (RFC 9110 §15.6.4).

use axum::response::{IntoResponse as _, Response};
use http::{HeaderMap, HeaderValue, StatusCode, header};

/// How many seconds a client is asked to wait (RFC 9110 §10.2.3).
const SECONDS: HeaderValue = HeaderValue::from_static("1");

/// An answer without a body: it gets the error form of its address where all answers without one do.
pub fn response() -> Response {
    let mut response = StatusCode::SERVICE_UNAVAILABLE.into_response();
    ask_again(response.headers_mut());
    response
}

/// Says when the client may ask again.
pub fn ask_again(headers: &mut HeaderMap) {
    headers.insert(header::RETRY_AFTER, SECONDS);
}
