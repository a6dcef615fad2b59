//! `GET /js/1.0.0/{file}`: the scripts of the widget.

use axum::{
    extract::Path,
    response::{IntoResponse, Response},
};
use http::{HeaderValue, header};

use crate::web::page_error::PageError;

pub async fn script(Path(file): Path<String>) -> Response {
    let script = match file.as_str() {
        "mediquo.js" => include_str!("../../../../templates/portals/mediquo/mediquo.js"),
        "frame.js" => include_str!("../../../../templates/portals/mediquo/frame.js"),
        "demo.js" => include_str!("../../../../templates/portals/mediquo/demo.js"),
        _ => return PageError::not_found().into_response(),
    };
    let headers = [
        (
            header::CONTENT_TYPE,
            HeaderValue::from_static("text/javascript; charset=utf-8"),
        ),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    ];
    (headers, script).into_response()
}
