//! What goes wrong in a portal on purpose, in the portal's own error form.
//!
//! The wire layer of faults asks here and knows no portal; a portal that has an error form of its own adds a line to the table.

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde_json::json;

use super::{mediquo, mypatientportal, vsee};
use crate::app::Realm;
use crate::web::paths;

/// A refusal or failure that no rule of the portal asks for.
#[derive(Clone, Copy, Debug)]
pub struct PortalFault {
    pub status: StatusCode,
    /// Somebody else has taken the slot: what the portal says then, whatever the status.
    pub slot_taken: bool,
    /// For forms that have a text.
    pub sentence: &'static str,
}

type Form = fn(&Realm, &str, &PortalFault) -> Response;

/// Which portal lives where, and how it says no.
const FORMS: &[(&str, Form)] = &[
    (paths::PORTAL, mypatientportal::portal_fault),
    (paths::MEDIQUO, mediquo::portal_fault),
    (paths::VSEE, vsee::portal_fault),
];

/// The answer at a path within the realm.
pub fn answer(realm: &Realm, path: &str, fault: &PortalFault) -> Response {
    let form = FORMS.iter().find(|(prefix, _)| path.starts_with(prefix));
    match form {
        Some((_, form)) => form(realm, path, fault),
        None => (fault.status, Json(json!({"error": fault.sentence}))).into_response(),
    }
}
