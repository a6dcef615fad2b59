//! The part of a realm's policy that is about mediQuo: limits, and what its documentation leaves open.
//!
//! The defaults are the positions this server takes; each other value is something the documentation gives reason to
//! expect.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    Preset,
    declared::switches,
    values::{AtLeastOne, OneOf},
};

switches! {
    /// What mediQuo does where its documentation leaves a choice.
    MediquoPolicy {
        /// Requests a minute for each endpoint and client address.
        rate_limit: AtLeastOne = AtLeastOne::new(600);
        /// Milliseconds of the realm's clock until a written patient can be read.
        patient_delay: u32 = 300;
        /// What an update does to members that it does not mention.
        patient_update: PatientUpdate = PatientUpdate::Replace;
        /// What is done with one patient code twice in one request.
        repeated_patient_codes: RepeatedCodes = RepeatedCodes::LastWins;
        /// `GET /v1/patients` lists patients; otherwise it is answered with 405, as it is not documented.
        patient_list: bool = false;
        /// The status of an authentication of an unknown patient.
        unknown_patient_status: OneOf<401, 404> = OneOf::FIRST;
        /// The status where an appointment, or its patient or professional, is unknown.
        unknown_appointment_status: OneOf<400, 404> = OneOf::FIRST;
        /// The shape of the list of consultants.
        consultants_shape: ListShape = ListShape::Array;
        /// The shape of the list of activation codes.
        activation_codes_shape: ListShape = ListShape::Array;
        /// A prescription has `url` beside `download_url`.
        prescription_url: bool = false;
        /// The name of the event of a professional's message to a patient.
        message_event: MessageEvent = MessageEvent::PatientMessageReceived;
    }
}

/// What an update does to members it does not mention.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PatientUpdate {
    /// They become null.
    Replace,
    /// They stay, except `plan`: a patient without one is unsubscribed.
    Merge,
}

/// One patient code twice in one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RepeatedCodes {
    LastWins,
    Refused,
}

/// The documentation shows a single object where it speaks of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ListShape {
    Array,
    /// The first of the list, bare.
    Object,
}

/// What the event of a professional's message to a patient is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum MessageEvent {
    PatientMessageReceived,
    PatientMessageSent,
}
