//! The part of a realm's policy that is about mediQuo: limits, and what its documentation leaves open.
//!
//! The defaults are the positions we take; each other value is something the documentation gives reason to expect.

use serde::{Deserialize, Serialize};

/// What an update does to members it does not mention.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PatientUpdate {
    /// They become null.
    Replace,
    /// They stay. `plan` does not: a patient without one is unsubscribed.
    Merge,
}

/// One patient code twice in one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RepeatedCodes {
    LastWins,
    Refused,
}

/// The documentation shows a single object where it speaks of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ListShape {
    Array,
    /// The first of the list, bare.
    Object,
}

/// What the event of a professional's message to a patient is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MessageEvent {
    PatientMessageReceived,
    PatientMessageSent,
}

/// The switches of `policy.mediquo` in the control API.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MediquoPolicy {
    /// Requests a minute for each endpoint and client address.
    pub rate_limit: u32,
    /// Milliseconds of the realm's clock until a written patient can be read.
    pub patient_delay: u32,
    pub patient_update: PatientUpdate,
    pub repeated_patient_codes: RepeatedCodes,
    /// `GET /v1/patients` lists patients; otherwise 405, as nothing of the kind is documented.
    pub patient_list: bool,
    /// 401 or 404: authenticating a patient nobody knows.
    pub unknown_patient_status: u16,
    /// 400 or 404: an appointment, or the patient or professional of one, nobody knows.
    pub unknown_appointment_status: u16,
    pub consultants_shape: ListShape,
    pub activation_codes_shape: ListShape,
    /// A prescription has `url` beside `download_url`.
    pub prescription_url: bool,
    pub message_event: MessageEvent,
}

impl Default for MediquoPolicy {
    fn default() -> Self {
        Self {
            rate_limit: 600,
            patient_delay: 300,
            patient_update: PatientUpdate::Replace,
            repeated_patient_codes: RepeatedCodes::LastWins,
            patient_list: false,
            unknown_patient_status: 401,
            unknown_appointment_status: 400,
            consultants_shape: ListShape::Array,
            activation_codes_shape: ListShape::Array,
            prescription_url: false,
            message_event: MessageEvent::PatientMessageReceived,
        }
    }
}

impl MediquoPolicy {
    /// # Errors
    /// A value that no switch takes, in words for the person who wrote it.
    pub fn check(&self) -> Result<(), String> {
        if self.rate_limit == 0 {
            return Err("mediquo.rate_limit is at least 1".to_owned());
        }
        if !matches!(self.unknown_patient_status, 401 | 404) {
            return Err("mediquo.unknown_patient_status is 401 or 404".to_owned());
        }
        if !matches!(self.unknown_appointment_status, 400 | 404) {
            return Err("mediquo.unknown_appointment_status is 400 or 404".to_owned());
        }
        Ok(())
    }
}
