//! The table of calls, in the order of the documentation, with two that exist only in the emulator.
//!
//! Routing, authentication, the OpenAPI document and the tests all read it, so they cannot disagree. `/v1` is served
//! below `/api` too.

use http::Method;

use super::{
    access::{Access, Credentials},
    activation_codes, appointments, authenticate,
    call::Operation,
    consultants, messages, patients, prescriptions, redemptions, schemas,
};
use crate::api::operation::{Answer, Body, Parameter};

const KEYS: Access = Access::with(Credentials::Keys);
const KEYS_OR_BEARER: Access = Access::with(Credentials::KeysOrBearer);
const API_KEY: Access = Access::with(Credentials::ApiKey);
const ACCESS_TOKEN: Access = Access::with(Credentials::AccessToken);

const FORBIDDEN: (u16, &str) = (403, "It belongs to another organization.");
const NOT_FOUND: (u16, &str) = (404, "There is none with this code.");

pub static CALLS: &[Operation] = &[
    Operation {
        method: Method::PUT,
        path: "/v1/patients",
        id: "upsertPatients",
        tag: "Patients",
        access: KEYS,
        summary: "Create or update up to 100 patients: all of them, or none",
        query: &[],
        body: Body::json(schemas::patients),
        answer: Answer::json(schemas::success),
        refusals: &[],
        handler: |call| Box::pin(patients::upsert(call)),
    },
    Operation {
        method: Method::GET,
        path: "/v1/patients",
        id: "listPatients",
        tag: "Patients",
        access: Access {
            exists: |policy| policy.patient_list,
            ..KEYS
        },
        summary: "All patients; not documented, and 405 unless the policy enables it",
        query: &[],
        body: Body::Nothing,
        answer: Answer::json(schemas::patient_list),
        refusals: &[],
        handler: |call| Box::pin(patients::list(call)),
    },
    Operation {
        method: Method::GET,
        path: "/v1/patients/{code}",
        id: "showPatient",
        tag: "Patients",
        access: KEYS,
        summary: "One patient",
        query: &[],
        body: Body::Nothing,
        answer: Answer::json(schemas::patient),
        refusals: &[FORBIDDEN, NOT_FOUND],
        handler: |call| Box::pin(patients::show(call)),
    },
    Operation {
        method: Method::POST,
        path: "/v1/patients/authenticate",
        id: "authenticatePatient",
        tag: "Patients",
        access: KEYS,
        summary: "An access token with which the widget acts for a patient, valid for 24 hours",
        query: &[],
        body: Body::json(schemas::patient_code),
        answer: Answer::json(schemas::token),
        refusals: &[FORBIDDEN, (404, "There is no such patient, if the policy says 404.")],
        handler: |call| Box::pin(authenticate::patient(call)),
    },
    Operation {
        method: Method::POST,
        path: "/v1/appointments",
        id: "createAppointment",
        tag: "Appointments",
        access: KEYS,
        summary: "Create an appointment",
        query: &[],
        body: Body::json(schemas::new_appointment),
        answer: Answer::json(schemas::appointment),
        refusals: &[
            FORBIDDEN,
            (404, "There is no such patient or professional, if the policy says 404."),
        ],
        handler: |call| Box::pin(appointments::create(call)),
    },
    Operation {
        method: Method::PUT,
        path: "/v1/appointments/{code}",
        id: "updateAppointment",
        tag: "Appointments",
        access: KEYS,
        summary: "Move an appointment, which gets a new URL",
        query: &[],
        body: Body::json(schemas::moved_appointment),
        answer: Answer::json(schemas::appointment),
        refusals: &[
            FORBIDDEN,
            (404, "There is no such appointment, if the policy says 404."),
        ],
        handler: |call| Box::pin(appointments::reschedule(call)),
    },
    Operation {
        method: Method::DELETE,
        path: "/v1/appointments/{code}",
        id: "deleteAppointment",
        tag: "Appointments",
        access: KEYS,
        summary: "Cancel an appointment",
        query: &[],
        body: Body::Nothing,
        answer: Answer::json(schemas::success),
        refusals: &[
            FORBIDDEN,
            (404, "There is no such appointment, if the policy says 404."),
        ],
        handler: |call| Box::pin(appointments::cancel(call)),
    },
    Operation {
        method: Method::GET,
        path: "/v1/consultants",
        id: "listConsultants",
        tag: "Professionals",
        access: KEYS,
        summary: "The organization's professionals",
        query: &[],
        body: Body::Nothing,
        answer: Answer::json(schemas::consultants),
        refusals: &[],
        handler: |call| Box::pin(consultants::list(call)),
    },
    Operation {
        method: Method::POST,
        path: "/v1/messages",
        id: "sendMessage",
        tag: "Professionals",
        access: KEYS,
        summary: "Send a welcome message to a patient",
        query: &[],
        body: Body::json(schemas::message),
        answer: Answer::json(schemas::success),
        refusals: &[FORBIDDEN],
        handler: |call| Box::pin(messages::send(call)),
    },
    Operation {
        method: Method::GET,
        path: "/v1/prescriptions/{code}",
        id: "showPrescription",
        tag: "Prescriptions",
        access: KEYS,
        summary: "A prescription; documented below /api/v1",
        query: &[],
        body: Body::Nothing,
        answer: Answer::json(schemas::prescription),
        refusals: &[FORBIDDEN, NOT_FOUND],
        handler: |call| Box::pin(prescriptions::show(call)),
    },
    Operation {
        method: Method::GET,
        path: "/v1/prescriptions/{code}/download",
        id: "downloadPrescription",
        tag: "Prescriptions",
        access: KEYS,
        summary: "A prescription as a PDF; documented below /api/v1",
        query: &[],
        body: Body::Nothing,
        answer: Answer::bytes("application/pdf"),
        refusals: &[FORBIDDEN, NOT_FOUND],
        handler: |call| Box::pin(prescriptions::download(call)),
    },
    Operation {
        method: Method::POST,
        path: "/v1/activation-codes",
        id: "createActivationCode",
        tag: "Activation codes",
        access: KEYS,
        summary: "Create an activation code, with which patients activate a plan",
        query: &[],
        body: Body::json(schemas::new_activation_code),
        answer: Answer::json(schemas::success),
        refusals: &[],
        handler: |call| Box::pin(activation_codes::create(call)),
    },
    Operation {
        method: Method::GET,
        path: "/v1/activation-codes",
        id: "listActivationCodes",
        tag: "Activation codes",
        access: KEYS,
        summary: "Activation codes, 50 per page",
        query: &[
            Parameter::optional("code", schemas::short_text, "Only this code."),
            Parameter::optional("tag", schemas::short_text, "Only codes with this tag."),
            Parameter::optional(
                "status",
                schemas::activation_status,
                "Only codes that can be used, or only expired codes.",
            ),
            Parameter::optional(
                "created_at_gt",
                schemas::instant,
                "Created after this time: YYYY-MM-DDTHH:MM:SSZ.",
            ),
            Parameter::optional(
                "created_at_lt",
                schemas::instant,
                "Created before this time: YYYY-MM-DDTHH:MM:SSZ.",
            ),
            Parameter::optional("page", schemas::positive, "The page. The first is 1."),
        ],
        body: Body::Nothing,
        answer: Answer::json(schemas::activation_codes),
        refusals: &[(422, "A parameter is invalid.")],
        handler: |call| Box::pin(activation_codes::list(call)),
    },
    Operation {
        method: Method::PUT,
        path: "/v1/activation-codes/{code}/activate",
        id: "activateActivationCode",
        tag: "Activation codes",
        access: KEYS,
        summary: "Activate a code",
        query: &[],
        body: Body::Nothing,
        answer: Answer::json(schemas::success),
        refusals: &[FORBIDDEN, NOT_FOUND],
        handler: |call| Box::pin(activation_codes::set_active(call, true)),
    },
    Operation {
        method: Method::PUT,
        path: "/v1/activation-codes/{code}/deactivate",
        id: "deactivateActivationCode",
        tag: "Activation codes",
        access: KEYS,
        summary: "Deactivate a code",
        query: &[],
        body: Body::Nothing,
        answer: Answer::json(schemas::success),
        refusals: &[FORBIDDEN, NOT_FOUND],
        handler: |call| Box::pin(activation_codes::set_active(call, false)),
    },
    Operation {
        method: Method::PUT,
        path: "/v1/activation-codes/{code}/send",
        id: "sendActivationCode",
        tag: "Activation codes",
        access: KEYS,
        summary: "Send a code by text message, e-mail or both",
        query: &[],
        body: Body::json(schemas::recipient),
        answer: Answer::json(schemas::sent),
        refusals: &[
            (
                403,
                "Sending is not enabled for the organization, or the code belongs to another organization.",
            ),
            NOT_FOUND,
        ],
        handler: |call| Box::pin(activation_codes::send(call)),
    },
    Operation {
        method: Method::POST,
        path: "/v2/authenticate",
        id: "authenticate",
        tag: "API v2",
        access: KEYS,
        summary: "A bearer token for API v2, valid for 10 minutes",
        query: &[],
        body: Body::json(schemas::login),
        answer: Answer::json(schemas::token),
        refusals: &[],
        handler: |call| Box::pin(authenticate::organization(call)),
    },
    Operation {
        method: Method::POST,
        path: "/v2/patients/authenticate",
        id: "authenticatePatientV2",
        tag: "API v2",
        access: API_KEY,
        summary: "An access token with which the widget acts for a patient, valid for 24 hours",
        query: &[],
        body: Body::json(schemas::patient_code),
        answer: Answer::json(schemas::token),
        refusals: &[],
        handler: |call| Box::pin(authenticate::patient_v2(call)),
    },
    Operation {
        method: Method::POST,
        path: "/v2/patients/bulk",
        id: "upsertPatientsV2",
        tag: "API v2",
        access: KEYS_OR_BEARER,
        summary: "Create or update up to 100 patients: all of them, or none",
        query: &[],
        body: Body::json(schemas::patients),
        answer: Answer::json(schemas::success),
        refusals: &[],
        handler: |call| Box::pin(patients::upsert(call)),
    },
    Operation {
        method: Method::POST,
        path: "/widget/session/logout",
        id: "logOut",
        tag: "Widget (only in the emulator)",
        access: ACCESS_TOKEN,
        summary: "Revoke the access token of the widget (only in the emulator)",
        query: &[],
        body: Body::Nothing,
        answer: Answer::nothing(),
        refusals: &[],
        handler: |call| Box::pin(authenticate::log_out(call)),
    },
    Operation {
        method: Method::POST,
        path: "/widget/activation-codes/redeem",
        id: "redeemActivationCode",
        tag: "Widget (only in the emulator)",
        access: API_KEY,
        summary: "Redeem an activation code (only in the emulator)",
        query: &[],
        body: Body::json(schemas::redemption),
        answer: Answer::json(schemas::redeemed),
        refusals: &[FORBIDDEN, NOT_FOUND],
        handler: |call| Box::pin(redemptions::redeem(call)),
    },
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::checks::flaws;

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
        let calls: Vec<_> = CALLS
            .iter()
            .map(|call| format!("{} {}", call.method, call.path))
            .collect();

        assert_eq!(calls, documented);
    }

    #[test]
    fn the_table_is_sound() {
        assert_eq!(flaws(CALLS), [""; 0]);
    }
}
