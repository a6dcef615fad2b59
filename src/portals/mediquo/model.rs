//! The data of mediQuo, as it is stored.

use std::fmt;

use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::model::Secret;

/// A customer of mediQuo. Its keys give access to all its patients.
#[derive(Clone, Debug)]
pub struct Organization {
    pub id: String,
    pub name: String,
    pub api_key: String,
    pub secret_key_digest: String,
    /// `None` where API v2 is not enabled.
    pub password_digest: Option<String>,
    pub sends_activation_codes: bool,
}

#[derive(Clone, Debug)]
pub struct Professional {
    pub hash: String,
    pub name: String,
    pub avatar: String,
    pub title: String,
    pub description: String,
    pub speciality_id: i64,
    pub speciality: String,
    pub status: Status,
    pub collegiate_number: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    Online,
    Offline,
}

impl Status {
    pub fn name(self) -> &'static str {
        match self {
            Self::Online => "online",
            Self::Offline => "offline",
        }
    }
}

/// The members of a patient that the caller writes, in the documented order. `phone_prefix` belongs to API v2.
pub const PROFILE: [&str; 11] = [
    "first_name",
    "last_name",
    "gender",
    "birth_date",
    "tax_id",
    "email",
    "plan",
    "phone",
    "phone_prefix",
    "locale",
    "meta",
];

/// What the caller has written of a patient: every member of [`PROFILE`], null where it was left out.
pub type Profile = Map<String, Value>;

#[derive(Clone, Debug)]
pub struct Patient {
    pub code: String,
    pub profile: Profile,
    /// `allergies`, `diseases` and `medications`, which are sent in webhooks.
    pub history: Map<String, Value>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub unsubscribed_at: Option<Timestamp>,
}

impl Patient {
    pub fn text(&self, member: &str) -> Option<&str> {
        self.profile.get(member).and_then(Value::as_str)
    }

    /// First and last name, as far as known.
    pub fn name(&self) -> String {
        let names = [self.text("first_name"), self.text("last_name")];
        names.into_iter().flatten().collect::<Vec<_>>().join(" ")
    }
}

#[derive(Clone, Debug)]
pub struct Appointment {
    pub code: String,
    pub id: String,
    pub patient_code: String,
    pub professional_hash: String,
    pub starts_at: Timestamp,
    pub duration_seconds: i64,
    /// Only links of this version are valid.
    pub link_version: i64,
    pub created_at: Timestamp,
    pub cancelled_at: Option<Timestamp>,
}

impl Appointment {
    pub fn ends_at(&self) -> Timestamp {
        let length = jiff::SignedDuration::from_secs(self.duration_seconds);
        self.starts_at.checked_add(length).unwrap_or(Timestamp::MAX)
    }
}

/// A welcome message of a professional to a patient.
#[derive(Clone, Debug)]
pub struct Message {
    pub id: String,
    pub patient_code: String,
    pub professional_hash: Option<String>,
    pub text: String,
    pub sent_at: Timestamp,
}

#[derive(Clone, Debug)]
pub struct Prescription {
    pub code: String,
    pub organization: String,
    pub patient_code: Option<String>,
    pub patient: PrescribedTo,
    pub active_substances: Vec<String>,
    pub issued_at: Timestamp,
}

/// The patient as named on a prescription.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PrescribedTo {
    pub first_name: Option<String>,
    pub last_name: Option<String>,
    pub gender: Option<String>,
    pub birth_date: Option<Date>,
}

#[derive(Clone, Debug)]
pub struct ActivationCode {
    pub code: String,
    pub plan_name: Option<String>,
    pub tag: Option<String>,
    pub duration: Duration,
    pub duration_in_months: Option<i64>,
    pub duration_in_days: Option<i64>,
    /// The last day, in UTC, on which it can be used.
    pub expires_on: Option<Date>,
    pub max_redemptions: i64,
    pub redeemed: i64,
    pub meta: Option<String>,
    pub active: bool,
    pub last_phone_number: Option<String>,
    pub last_phone_prefix: Option<String>,
    pub last_email: Option<String>,
    pub created_at: Timestamp,
}

/// How long the plan of an activation code lasts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Duration {
    #[default]
    Forever,
    Limited,
}

impl Duration {
    pub fn name(self) -> &'static str {
        match self {
            Self::Forever => "forever",
            Self::Limited => "limited",
        }
    }
}

#[derive(Clone, Debug)]
pub struct Redemption {
    pub code: String,
    pub first_name: String,
    pub last_name: Option<String>,
}

/// An address to which events of an organization are sent.
#[derive(Clone)]
pub struct WebhookEndpoint {
    pub id: String,
    pub organization: String,
    pub url: String,
    /// `None`: all.
    pub events: Option<Vec<String>>,
    pub signature: Signature,
    /// The fixed value or the key, sealed.
    pub sealed_secret: String,
    pub version: Version,
}

impl fmt::Debug for WebhookEndpoint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "WebhookEndpoint({} {})", self.id, self.url)
    }
}

/// The content of `x-webhook-signature`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Signature {
    /// A fixed value that both sides know.
    #[default]
    #[serde(rename = "fixed")]
    Fixed,
    /// HMAC-SHA-256 of the body, in hexadecimal.
    #[serde(rename = "hmac-sha256")]
    HmacSha256,
}

impl Signature {
    pub fn name(self) -> &'static str {
        match self {
            Self::Fixed => "fixed",
            Self::HmacSha256 => "hmac-sha256",
        }
    }
}

/// The format of the events that exist in both versions. All others exist in the format of version 2 only.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "i64", into = "i64")]
pub enum Version {
    #[default]
    One,
    Two,
}

impl From<Version> for i64 {
    fn from(version: Version) -> Self {
        match version {
            Version::One => 1,
            Version::Two => 2,
        }
    }
}

impl TryFrom<i64> for Version {
    type Error = &'static str;

    fn try_from(number: i64) -> Result<Self, Self::Error> {
        match number {
            1 => Ok(Self::One),
            2 => Ok(Self::Two),
            _ => Err("the version of a webhook is 1 or 2"),
        }
    }
}

/// A webhook endpoint to be added.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewEndpoint {
    pub url: String,
    /// Default: all.
    #[serde(default)]
    pub events: Option<Vec<String>>,
    #[serde(default)]
    pub signature: Signature,
    /// The fixed value, or the key.
    pub secret: Secret,
    #[serde(default)]
    pub version: Version,
}
