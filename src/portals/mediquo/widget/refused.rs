//! The page that says why the widget is not shown.

use askama::Template;
use axum::response::{IntoResponse, Response};
use http::StatusCode;

use super::{framed, visitor::Reason};
use crate::{
    model::Refusal,
    web::{page::Layout, page_error::PageError, refusal_log},
};

/// 401: the key or the token is not valid.
pub fn refused(layout: Layout, reason: Reason) -> Response {
    let refusal = Refusal::new("unauthorized", format!("the widget is not shown: {}", reason.name()));
    refusal_log::log(&refusal, "/mediquo/widget/frame");
    let page = framed(&RefusedPage {
        layout,
        reason: reason.name(),
        detail: None,
    });
    let mut response = page.with_status(StatusCode::UNAUTHORIZED).into_response();
    response.extensions_mut().insert(refusal);
    response
}

/// A registration that is refused, in the frame in which it was sent: another page would not be shown there.
pub fn not_registered(layout: Layout, error: PageError) -> Response {
    refusal_log::log(&error.refusal, "/mediquo/widget/session");
    let page = framed(&RefusedPage {
        layout,
        reason: "registration",
        detail: Some(error.refusal.description().to_owned()),
    });
    let mut response = page.with_status(error.status).into_response();
    response.extensions_mut().insert(*error.refusal);
    response
}

#[derive(Template)]
#[template(path = "portals/mediquo/refused.html")]
struct RefusedPage {
    layout: Layout,
    reason: &'static str,
    /// What was wrong with a registration, for developers.
    detail: Option<String>,
}

impl RefusedPage {
    fn words(&self) -> &'static str {
        match self.reason {
            "api-key" => "mediquo-refused-api-key",
            "expired" => "mediquo-refused-expired",
            "logged-out" => "mediquo-refused-logged-out",
            "patient" => "mediquo-refused-patient",
            "registration" => "mediquo-refused-registration",
            _ => "mediquo-refused-invalid",
        }
    }
}
