//! Faults that a tester has armed, in the error form of this portal.

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use http::StatusCode;
use serde_json::json;

use super::error::{self, PortalError};
use crate::{
    app::Realm,
    model::Refusal,
    portals::{caller::CallerError, portal::PortalFault},
    web::{
        endpoint::{Endpoint, ErrorForm, SubjectSource},
        paths,
    },
};

/// The API, whose callers bring an access token.
pub static ENDPOINTS: &[Endpoint] = &[Endpoint {
    name: "mypatientportal",
    paths: &[paths::PORTAL],
    fault_group: Some("mypatientportal"),
    error_form: ErrorForm::Own(|status, sentence| (status, Json(json!({"error": sentence}))).into_response()),
    subject: SubjectSource::AccessToken { in_form: false },
    portal: true,
    cors: true,
    ..Endpoint::PROTOCOL
}];

/// The answer to a request at which a fault was triggered.
pub fn answer(realm: &Realm, _: &str, fault: &PortalFault) -> Response {
    let error = if fault.slot_taken {
        error::unavailable("it is already booked, or overlaps a booked time")
    } else {
        of_status(realm, fault)
    };
    error.answer(&realm.policy, paths::PORTAL)
}

fn of_status(realm: &Realm, fault: &PortalFault) -> PortalError {
    match fault.status {
        StatusCode::UNAUTHORIZED => {
            let refusal = Refusal::new("invalid_token", fault.sentence).see("RFC 6750 §3.1");
            error::not_identified(CallerError::Invalid(refusal), &realm.policy)
        }
        StatusCode::FORBIDDEN => error::forbidden(fault.sentence),
        StatusCode::NOT_FOUND => error::no_resource(),
        StatusCode::UNPROCESSABLE_ENTITY => {
            error::comment_form(vec![("comment".to_owned(), "is not accepted".to_owned())])
        }
        status => error::plain(status, fault.sentence),
    }
}
