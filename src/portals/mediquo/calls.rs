//! The table of calls, in the order of the documentation, and two of the emulator's own.
//!
//! Routing, authentication, the OpenAPI document and the tests all read it, so they cannot disagree. `/v1` is served
//! below `/api` too.

use http::Method;

use super::{
    access::{Access, Credentials},
    activation_codes, appointments, authenticate,
    call::{AnswerSchema, Row},
    consultants, messages, patients, prescriptions, redemptions, schemas as schema,
};

const KEYS: Access = Access::with(Credentials::Keys);
const KEYS_OR_BEARER: Access = Access::with(Credentials::KeysOrBearer);
const API_KEY: Access = Access::with(Credentials::ApiKey);
const ACCESS_TOKEN: Access = Access::with(Credentials::AccessToken);

const FORBIDDEN: (u16, &str) = (403, "It belongs to another organization.");
const NOT_FOUND: (u16, &str) = (404, "There is no such thing.");

pub static CALLS: &[Row] = &[
    Row {
        method: Method::PUT,
        path: "/v1/patients",
        operation_id: "upsertPatients",
        tag: "Patients",
        access: KEYS,
        summary: "Create or update up to 100 patients: all of them, or none",
        query: &[],
        body: Some(schema::patients),
        answer: AnswerSchema::Json(schema::success),
        refusals: &[],
        handler: |call| Box::pin(patients::upsert(call)),
    },
    Row {
        method: Method::GET,
        path: "/v1/patients",
        operation_id: "listPatients",
        tag: "Patients",
        access: Access {
            exists: |policy| policy.patient_list,
            ..KEYS
        },
        summary: "All patients; not documented, and 405 unless the policy switches it on",
        query: &[],
        body: None,
        answer: AnswerSchema::Json(schema::patient_list),
        refusals: &[],
        handler: |call| Box::pin(patients::list(call)),
    },
    Row {
        method: Method::GET,
        path: "/v1/patients/{code}",
        operation_id: "showPatient",
        tag: "Patients",
        access: KEYS,
        summary: "One patient",
        query: &[],
        body: None,
        answer: AnswerSchema::Json(schema::patient),
        refusals: &[FORBIDDEN, NOT_FOUND],
        handler: |call| Box::pin(patients::show(call)),
    },
    Row {
        method: Method::POST,
        path: "/v1/patients/authenticate",
        operation_id: "authenticatePatient",
        tag: "Patients",
        access: KEYS,
        summary: "A token with which the widget speaks for a patient, for 24 hours",
        query: &[],
        body: Some(schema::patient_code),
        answer: AnswerSchema::Json(schema::token),
        refusals: &[FORBIDDEN, (404, "There is no such patient, where the policy says so.")],
        handler: |call| Box::pin(authenticate::patient(call)),
    },
    Row {
        method: Method::POST,
        path: "/v1/appointments",
        operation_id: "createAppointment",
        tag: "Appointments",
        access: KEYS,
        summary: "Make an appointment",
        query: &[],
        body: Some(schema::new_appointment),
        answer: AnswerSchema::Json(schema::appointment),
        refusals: &[
            FORBIDDEN,
            (
                404,
                "There is no such patient or professional, where the policy says so.",
            ),
        ],
        handler: |call| Box::pin(appointments::create(call)),
    },
    Row {
        method: Method::PUT,
        path: "/v1/appointments/{code}",
        operation_id: "updateAppointment",
        tag: "Appointments",
        access: KEYS,
        summary: "Move an appointment; its address is renewed",
        query: &[],
        body: Some(schema::moved_appointment),
        answer: AnswerSchema::Json(schema::appointment),
        refusals: &[
            FORBIDDEN,
            (404, "There is no such appointment, where the policy says so."),
        ],
        handler: |call| Box::pin(appointments::reschedule(call)),
    },
    Row {
        method: Method::DELETE,
        path: "/v1/appointments/{code}",
        operation_id: "deleteAppointment",
        tag: "Appointments",
        access: KEYS,
        summary: "Cancel an appointment",
        query: &[],
        body: None,
        answer: AnswerSchema::Json(schema::success),
        refusals: &[
            FORBIDDEN,
            (404, "There is no such appointment, where the policy says so."),
        ],
        handler: |call| Box::pin(appointments::cancel(call)),
    },
    Row {
        method: Method::GET,
        path: "/v1/consultants",
        operation_id: "listConsultants",
        tag: "Professionals",
        access: KEYS,
        summary: "The organization's professionals",
        query: &[],
        body: None,
        answer: AnswerSchema::Json(schema::consultants),
        refusals: &[],
        handler: |call| Box::pin(consultants::list(call)),
    },
    Row {
        method: Method::POST,
        path: "/v1/messages",
        operation_id: "sendMessage",
        tag: "Professionals",
        access: KEYS,
        summary: "Welcome a patient",
        query: &[],
        body: Some(schema::message),
        answer: AnswerSchema::Json(schema::success),
        refusals: &[FORBIDDEN],
        handler: |call| Box::pin(messages::send(call)),
    },
    Row {
        method: Method::GET,
        path: "/v1/prescriptions/{code}",
        operation_id: "showPrescription",
        tag: "Prescriptions",
        access: KEYS,
        summary: "A prescription; documented below /api/v1",
        query: &[],
        body: None,
        answer: AnswerSchema::Json(schema::prescription),
        refusals: &[FORBIDDEN, NOT_FOUND],
        handler: |call| Box::pin(prescriptions::show(call)),
    },
    Row {
        method: Method::GET,
        path: "/v1/prescriptions/{code}/download",
        operation_id: "downloadPrescription",
        tag: "Prescriptions",
        access: KEYS,
        summary: "A prescription to print; documented below /api/v1",
        query: &[],
        body: None,
        answer: AnswerSchema::Pdf,
        refusals: &[FORBIDDEN, NOT_FOUND],
        handler: |call| Box::pin(prescriptions::download(call)),
    },
    Row {
        method: Method::POST,
        path: "/v1/activation-codes",
        operation_id: "createActivationCode",
        tag: "Activation codes",
        access: KEYS,
        summary: "Make a code that patients type to activate a plan",
        query: &[],
        body: Some(schema::new_activation_code),
        answer: AnswerSchema::Json(schema::success),
        refusals: &[],
        handler: |call| Box::pin(activation_codes::create(call)),
    },
    Row {
        method: Method::GET,
        path: "/v1/activation-codes",
        operation_id: "listActivationCodes",
        tag: "Activation codes",
        access: KEYS,
        summary: "Activation codes, 50 to a page",
        query: &[
            ("code", schema::short_text, "The one of this code."),
            ("tag", schema::short_text, "Those of this tag."),
            (
                "status",
                schema::activation_status,
                "Those that can be used, or those whose time is over.",
            ),
            ("created_at_gt", schema::instant, "Made after: YYYY-MM-DDTHH:MM:SSZ."),
            ("created_at_lt", schema::instant, "Made before: YYYY-MM-DDTHH:MM:SSZ."),
            ("page", schema::positive, "Which page; the first is 1."),
        ],
        body: None,
        answer: AnswerSchema::Json(schema::activation_codes),
        refusals: &[(422, "A parameter is invalid.")],
        handler: |call| Box::pin(activation_codes::list(call)),
    },
    Row {
        method: Method::PUT,
        path: "/v1/activation-codes/{code}/activate",
        operation_id: "activateActivationCode",
        tag: "Activation codes",
        access: KEYS,
        summary: "Let a code be used",
        query: &[],
        body: None,
        answer: AnswerSchema::Json(schema::success),
        refusals: &[FORBIDDEN, NOT_FOUND],
        handler: |call| Box::pin(activation_codes::set_active(call, true)),
    },
    Row {
        method: Method::PUT,
        path: "/v1/activation-codes/{code}/deactivate",
        operation_id: "deactivateActivationCode",
        tag: "Activation codes",
        access: KEYS,
        summary: "Let a code not be used",
        query: &[],
        body: None,
        answer: AnswerSchema::Json(schema::success),
        refusals: &[FORBIDDEN, NOT_FOUND],
        handler: |call| Box::pin(activation_codes::set_active(call, false)),
    },
    Row {
        method: Method::PUT,
        path: "/v1/activation-codes/{code}/send",
        operation_id: "sendActivationCode",
        tag: "Activation codes",
        access: KEYS,
        summary: "Send a code by text message, e-mail or both",
        query: &[],
        body: Some(schema::recipient),
        answer: AnswerSchema::Json(schema::sent),
        refusals: &[
            (
                403,
                "Sending is not enabled for the organization, or the code is another's.",
            ),
            NOT_FOUND,
        ],
        handler: |call| Box::pin(activation_codes::send(call)),
    },
    Row {
        method: Method::POST,
        path: "/v2/authenticate",
        operation_id: "authenticate",
        tag: "API v2",
        access: KEYS,
        summary: "A bearer token of API v2, for 10 minutes",
        query: &[],
        body: Some(schema::login),
        answer: AnswerSchema::Json(schema::token),
        refusals: &[],
        handler: |call| Box::pin(authenticate::organization(call)),
    },
    Row {
        method: Method::POST,
        path: "/v2/patients/authenticate",
        operation_id: "authenticatePatientV2",
        tag: "API v2",
        access: API_KEY,
        summary: "A token with which the widget speaks for a patient, for 24 hours",
        query: &[],
        body: Some(schema::patient_code),
        answer: AnswerSchema::Json(schema::token),
        refusals: &[],
        handler: |call| Box::pin(authenticate::patient_v2(call)),
    },
    Row {
        method: Method::POST,
        path: "/v2/patients/bulk",
        operation_id: "upsertPatientsV2",
        tag: "API v2",
        access: KEYS_OR_BEARER,
        summary: "Create or update up to 100 patients: all of them, or none",
        query: &[],
        body: Some(schema::patients),
        answer: AnswerSchema::Json(schema::success),
        refusals: &[],
        handler: |call| Box::pin(patients::upsert(call)),
    },
    Row {
        method: Method::POST,
        path: "/widget/session/logout",
        operation_id: "logOut",
        tag: "The widget (the emulator's own)",
        access: ACCESS_TOKEN,
        summary: "The widget ends its token (the emulator's own)",
        query: &[],
        body: None,
        answer: AnswerSchema::Nothing,
        refusals: &[],
        handler: |call| Box::pin(authenticate::log_out(call)),
    },
    Row {
        method: Method::POST,
        path: "/widget/activation-codes/redeem",
        operation_id: "redeemActivationCode",
        tag: "The widget (the emulator's own)",
        access: API_KEY,
        summary: "A patient types an activation code (the emulator's own)",
        query: &[],
        body: Some(schema::redemption),
        answer: AnswerSchema::Json(schema::redeemed),
        refusals: &[FORBIDDEN, NOT_FOUND],
        handler: |call| Box::pin(redemptions::redeem(call)),
    },
];

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
        let calls: Vec<_> = CALLS.iter().map(|row| format!("{} {}", row.method, row.path)).collect();

        assert_eq!(calls, documented);
    }

    #[test]
    fn every_operation_id_and_every_method_at_a_path_stands_once() {
        let ids: HashSet<_> = CALLS.iter().map(|row| row.operation_id).collect();
        let places: HashSet<_> = CALLS.iter().map(|row| (&row.method, row.path)).collect();

        assert_eq!((ids.len(), places.len()), (CALLS.len(), CALLS.len()));
    }
}
