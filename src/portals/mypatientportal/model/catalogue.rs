//! What can be booked: practices, calendars, categories, types and insurances.

use jiff::{SignedDuration, tz::TimeZone};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::ages::Ages;
use crate::{
    portals::mypatientportal::comment_form::CommentForm,
    schedule::{Schedule, SlotLength},
    text::Language,
};

/// An institution of the portal.
#[derive(Clone, Debug)]
pub struct Practice {
    /// 16 characters, lower-case letters and digits.
    pub id: String,
    pub name: String,
    pub zone: TimeZone,
    /// The language of its messages and of errors in its comment forms.
    pub language: Language,
    pub photo_url: Option<String>,
    pub required_patient_fields: Vec<PatientField>,
    /// How long before an appointment a reminder is sent; `None`: never.
    pub reminder: Option<SignedDuration>,
}

/// Patient data that a practice can require, as named in `required_patient_fields`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PatientField {
    FirstName,
    LastName,
    Email,
    Mobile,
    BornOn,
    InsuranceCompany,
}

impl PatientField {
    pub fn name(self) -> &'static str {
        match self {
            Self::FirstName => "first_name",
            Self::LastName => "last_name",
            Self::Email => "email",
            Self::Mobile => "mobile",
            Self::BornOn => "born_on",
            Self::InsuranceCompany => "insurance_company",
        }
    }
}

/// The kind of an insurance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum InsuranceKind {
    Public,
    Private,
    SelfPay,
}

impl InsuranceKind {
    pub const ALL: [Self; 3] = [Self::Public, Self::Private, Self::SelfPay];

    pub fn name(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Private => "private",
            Self::SelfPay => "self_pay",
        }
    }
}

#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Insurance {
    pub id: i64,
    pub name: String,
    #[serde(rename = "type")]
    pub kind: InsuranceKind,
}

/// The time of a doctor, a room or a device, which can have one appointment at a time. Categories may share a calendar.
#[derive(Clone, Debug)]
pub struct Calendar {
    pub id: String,
    pub schedule: Schedule,
}

/// What a patient chooses first, usually a doctor.
#[derive(Clone, Debug)]
pub struct Category {
    pub id: i64,
    pub practice: String,
    pub name: String,
    /// HTML.
    pub description: Option<String>,
    pub subtitle: Option<String>,
    pub photo_url: Option<String>,
}

/// What is done at an appointment, and who can book it.
#[derive(Clone, Debug)]
pub struct AppointmentType {
    pub id: i64,
    pub category: i64,
    pub name: String,
    pub description: Option<String>,
    pub length: SlotLength,
    /// The insurances with which it can be booked; `None`: any, or none at all.
    pub insurances: Option<Vec<i64>>,
    pub ages: Ages,
    pub video: bool,
    pub comment_form: Option<CommentForm>,
    pub asap_notifications: bool,
    pub attendant_user_required: bool,
    pub bookable_without_account: bool,
    /// How long before its start it can still be cancelled; `None`: until it starts.
    pub cancellation_notice: Option<SignedDuration>,
}

impl AppointmentType {
    /// Whether a patient with this insurance can book it. Without an insurance, only types without a restriction can be
    /// booked.
    pub fn open_to_insurance(&self, insurance: Option<i64>) -> bool {
        match (&self.insurances, insurance) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(accepted), Some(insurance)) => accepted.contains(&insurance),
        }
    }

    /// Whether it can be booked without an account.
    pub fn open_to_guests(&self) -> bool {
        self.bookable_without_account && !self.attendant_user_required
    }
}
