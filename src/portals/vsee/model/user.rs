//! The people of a clinic: admins, members, providers and guests.

use aws_lc_rs::digest;
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use serde::{Deserialize, Serialize};

use crate::schedule::{
    Schedule,
    hours::{Closed, Hours},
};

/// What a user is. The API documents more numbers; no user here has one of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UserType {
    Admin,
    Member,
    Provider,
    Guest,
}

impl UserType {
    pub const ALL: [Self; 4] = [Self::Admin, Self::Member, Self::Provider, Self::Guest];

    pub fn number(self) -> i64 {
        match self {
            Self::Admin => 100,
            Self::Member => 200,
            Self::Provider => 400,
            Self::Guest => 600,
        }
    }

    pub fn of_number(number: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.number() == number)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Gender {
    Male,
    Female,
}

impl Gender {
    pub fn name(self) -> &'static str {
        match self {
            Self::Male => "male",
            Self::Female => "female",
        }
    }

    pub fn of_name(name: &str) -> Option<Self> {
        [Self::Male, Self::Female].into_iter().find(|one| one.name() == name)
    }

    /// As it goes over the wire: the documented sample of a man has 1; 2 is inferred.
    pub fn number(self) -> i64 {
        match self {
            Self::Male => 1,
            Self::Female => 2,
        }
    }
}

/// A person of a clinic.
#[derive(Clone, Debug)]
pub struct User {
    pub id: i64,
    pub account: String,
    pub kind: UserType,
    /// 32 hexadecimal characters: see [`user_code`].
    pub code: String,
    pub first_name: String,
    pub last_name: String,
    pub username: String,
    /// An Argon2id PHC string.
    pub password: Option<String>,
    pub details: Details,
    /// The number of a provider's profession, as text: 482 is a doctor.
    pub subtype: String,
    pub title: String,
    pub suffix: String,
    pub short_bio: String,
    pub disable_emails: bool,
    pub active: bool,
    /// When a provider can be booked; `None` where no hours were set up.
    pub hours: Option<ProviderHours>,
    pub created_at: Timestamp,
}

/// What is known of a person besides the name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Details {
    pub email: Option<String>,
    /// `YYYY-MM-DD`.
    pub dob: Option<String>,
    pub gender: Option<Gender>,
    pub street_addr: Option<String>,
    pub city: Option<String>,
    /// Two letters.
    pub state: Option<String>,
    pub zip: Option<String>,
    pub phone: Option<String>,
}

/// When a provider can be booked, in the time zone of the room the patient asks for.
#[derive(Clone, Debug)]
pub struct ProviderHours {
    pub openings: Vec<Hours>,
    pub closures: Vec<Closed>,
    /// How long before it begins a slot must be booked.
    pub lead_time_minutes: i64,
    /// How far ahead a slot can be booked.
    pub horizon_days: i64,
}

impl ProviderHours {
    /// These hours in a room's time zone.
    pub fn schedule(&self, zone: TimeZone) -> Schedule {
        Schedule {
            zone,
            openings: self.openings.iter().flat_map(Hours::openings).collect(),
            closures: self.closures.iter().copied().map(Into::into).collect(),
            lead_time: SignedDuration::from_mins(self.lead_time_minutes),
            horizon_days: u16::try_from(self.horizon_days).unwrap_or(u16::MAX),
        }
    }
}

impl User {
    pub fn full_name(&self) -> String {
        format!("{} {}", self.first_name, self.last_name)
    }

    pub fn is_admin(&self) -> bool {
        self.kind == UserType::Admin
    }

    pub fn is_provider(&self) -> bool {
        self.kind == UserType::Provider
    }

    /// A member or a guest.
    pub fn is_patient(&self) -> bool {
        matches!(self.kind, UserType::Member | UserType::Guest)
    }

    /// `<account>+<username>`.
    pub fn vsee_id(&self) -> String {
        format!("{}+{}", self.account, self.username)
    }
}

/// The code that the API shows for the code a clinic gave a user: the first 32 hexadecimal characters of its SHA-256.
///
/// The documented sample shows `ca978112ca1bbdcafac231b39a23dc4d`, which is the code of `a`.
pub fn user_code(code_of_clinic: &str) -> String {
    let digest = digest::digest(&digest::SHA256, code_of_clinic.as_bytes());
    hexadecimal(digest.as_ref()).chars().take(32).collect()
}

/// Two lower-case digits for each byte.
pub fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documented_code_is_the_digest_of_a() {
        assert_eq!(user_code("a"), "ca978112ca1bbdcafac231b39a23dc4d");
        assert_eq!(user_code(&"x".repeat(128)).len(), 32);
    }
}
