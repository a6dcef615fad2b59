//! This portal's part of a seed: practices with their hours, and what can be booked there.
//!
//! The same in TOML and JSON; an unknown member is an error. [`Seed::check`] finds what the types cannot: names that
//! refer to nothing, hours that are never open. After it, everything in the seed can be booked.

mod checks;
#[cfg(test)]
mod tests;

use serde::Deserialize;

use super::{
    comment_form::CommentForm,
    model::{InsuranceKind, PatientField},
};
use crate::{
    schedule::hours::{Closed, Hours},
    text::Language,
};

/// The initial content of the portal in a realm.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Seed {
    pub insurances: Vec<Insurance>,
    pub practices: Vec<Practice>,
    /// The ids of the next bookings, in order. Further ids are random.
    pub next_appointment_ids: Vec<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Insurance {
    pub id: i64,
    pub name: String,
    #[serde(rename = "type")]
    pub kind: InsuranceKind,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Practice {
    /// 1 to 64 letters and digits; those of the real portal have 16, in lower case.
    pub id: String,
    pub name: String,
    /// A name of the IANA time zone database.
    pub zone: String,
    /// `de` (as the recorded messages are), `en` or `es`.
    #[serde(default = "german")]
    pub language: String,
    #[serde(default)]
    pub photo_url: Option<String>,
    #[serde(default)]
    pub required_patient_fields: Vec<PatientField>,
    /// User names of patients whose bookings are refused.
    #[serde(default)]
    pub blocked_patients: Vec<String>,
    /// How long before an appointment its patient gets a reminder; 0: never.
    #[serde(default = "a_day_before")]
    pub reminder_minutes: i64,
    pub calendars: Vec<Calendar>,
    pub categories: Vec<Category>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Calendar {
    /// The name by which categories refer to it. Unique in the realm.
    pub id: String,
    pub openings: Vec<Hours>,
    #[serde(default)]
    pub closures: Vec<Closed>,
    #[serde(default)]
    pub lead_time_minutes: i64,
    #[serde(default = "a_year")]
    pub horizon_days: i64,
}

fn a_day_before() -> i64 {
    24 * 60
}

fn german() -> String {
    Language::German.tag().to_owned()
}

fn a_year() -> i64 {
    365
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Category {
    pub id: i64,
    pub calendar: String,
    pub name: String,
    #[serde(default)]
    pub description: Option<String>,
    #[serde(default)]
    pub subtitle: Option<String>,
    #[serde(default)]
    pub photo_url: Option<String>,
    pub types: Vec<AppointmentType>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AppointmentType {
    pub id: i64,
    pub name: String,
    #[serde(default)]
    pub description: Option<String>,
    pub length_minutes: i64,
    /// The insurances with which it can be booked. Default: all.
    #[serde(default)]
    pub insurances: Option<Vec<i64>>,
    #[serde(default)]
    pub age_from: Option<i64>,
    #[serde(default)]
    pub age_to: Option<i64>,
    #[serde(default)]
    pub is_video_consultation: bool,
    #[serde(default)]
    pub comment_form: Option<CommentForm>,
    #[serde(default)]
    pub asap_notifications_enabled: bool,
    #[serde(default = "yes")]
    pub attendant_user_required: bool,
    #[serde(default)]
    pub patient_can_book_without_account: bool,
    /// Default: it can be cancelled until it starts.
    #[serde(default)]
    pub cancellation_notice_minutes: Option<i64>,
}

fn yes() -> bool {
    true
}

impl Seed {
    /// The content of a new server.
    pub fn demo() -> Self {
        toml::from_str(include_str!("../demo.toml")).expect("the demo is valid, as a test checks")
    }

    /// Only what the documented walkthrough needs.
    pub fn walkthrough() -> Self {
        toml::from_str(include_str!("../walkthrough.toml")).expect("the walkthrough is valid, as a test checks")
    }
}
