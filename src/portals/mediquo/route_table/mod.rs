//! The documented calls, and two of the emulator's own: what is served where, and who may ask.
//!
//! Routing, authentication, the OpenAPI document and the tests all read this table, so they cannot disagree.

mod rows;

use http::Method;
use serde_json::Value;

pub use rows::ROWS;

/// What a row does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Operation {
    UpsertPatients,
    ListPatients,
    ShowPatient,
    AuthenticatePatient,
    CreateAppointment,
    UpdateAppointment,
    DeleteAppointment,
    ListConsultants,
    SendMessage,
    ShowPrescription,
    DownloadPrescription,
    CreateActivationCode,
    ListActivationCodes,
    ActivateActivationCode,
    DeactivateActivationCode,
    SendActivationCode,
    Authenticate,
    AuthenticatePatientV2,
    UpsertPatientsV2,
    LogOut,
    RedeemActivationCode,
}

/// Where a row's path begins, below the portal's mount.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Base {
    /// `/v1`, and `/api/v1` all the same: prescriptions are documented there.
    V1,
    V2,
    /// The emulator's own: what a patient does in the widget.
    Widget,
}

impl Base {
    pub fn prefixes(self) -> &'static [&'static str] {
        match self {
            Self::V1 => &["/v1", "/api/v1"],
            Self::V2 => &["/v2"],
            Self::Widget => &["/widget"],
        }
    }
}

/// Who may ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Credentials {
    /// `X-API-Key` and `X-Secret-Key`.
    Keys,
    /// The same, or a bearer token of API v2.
    KeysOrBearer,
    /// `X-API-Key` alone, which is public.
    ApiKey,
    /// A patient's access token, as a bearer.
    AccessToken,
}

/// A query parameter: name, JSON Schema and meaning.
pub type Parameter = (&'static str, fn() -> Value, &'static str);

/// One method at one path.
#[derive(Debug)]
pub struct Row {
    pub method: Method,
    pub base: Base,
    /// Below the base.
    pub path: &'static str,
    pub operation: Operation,
    pub credentials: Credentials,
    pub summary: &'static str,
    pub query: &'static [Parameter],
    /// The JSON Schema of the body.
    pub body: Option<fn() -> Value>,
    pub answer: Answer,
    /// The row's own refusals; 400, 401, 405, 429 and 500 can happen on all of them, 413, 415 and 422 wherever there is a body.
    pub refusals: &'static [(u16, &'static str)],
}

/// What a row answers with.
#[derive(Clone, Copy, Debug)]
pub enum Answer {
    /// 200 with JSON of this schema.
    Json(fn() -> Value),
    /// 200 with a PDF.
    Pdf,
    /// 204.
    Nothing,
}

impl Row {
    pub fn writes(&self) -> bool {
        self.method != Method::GET
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn the_table_has_the_documented_calls() {
        let documented = [
            "PUT /v1/patients",
            "GET /v1/patients",
            "GET /v1/patients/{code}",
            "POST /v1/patients/authenticate",
            "POST /v1/appointments",
            "PUT /v1/appointments/{code}",
            "DELETE /v1/appointments/{code}",
            "GET /v1/consultants",
            "POST /v1/messages",
            "GET /v1/prescriptions/{code}",
            "GET /v1/prescriptions/{code}/download",
            "POST /v1/activation-codes",
            "GET /v1/activation-codes",
            "PUT /v1/activation-codes/{code}/activate",
            "PUT /v1/activation-codes/{code}/deactivate",
            "PUT /v1/activation-codes/{code}/send",
            "POST /v2/authenticate",
            "POST /v2/patients/authenticate",
            "POST /v2/patients/bulk",
            "POST /widget/session/logout",
            "POST /widget/activation-codes/redeem",
        ];
        let rows: Vec<_> = ROWS
            .iter()
            .map(|row| format!("{} {}{}", row.method, row.base.prefixes()[0], row.path))
            .collect();

        assert_eq!(rows, documented);
    }

    #[test]
    fn every_operation_and_every_method_at_a_path_stands_once() {
        let operations: HashSet<_> = ROWS.iter().map(|row| row.operation).collect();
        let places: HashSet<_> = ROWS
            .iter()
            .map(|row| (&row.method, row.base.prefixes()[0], row.path))
            .collect();

        assert_eq!((operations.len(), places.len()), (ROWS.len(), ROWS.len()));
    }
}
