//! Waiting rooms, their consultations, and what a visit there lasts and costs.

use jiff::{Timestamp, tz::TimeZone};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::schedule::SlotLength;

/// How long a visit lasts where no consultation says it, in minutes.
pub const USUAL_MINUTES: i64 = 15;

/// Whether a text can be the code of an account, or the code or slug of a room, which stand in addresses.
pub fn is_code(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-' || byte == b'_';
    (1..=64).contains(&text.len()) && text.bytes().all(allowed)
}

/// A waiting room.
#[derive(Clone, Debug)]
pub struct Room {
    pub id: i64,
    pub account: String,
    pub code: String,
    pub slug: String,
    pub name: String,
    pub domain: String,
    pub settings: RoomSettings,
    /// The providers who work there, in the order of assignment.
    pub providers: Vec<i64>,
    pub created_at: Timestamp,
    pub modified_at: Timestamp,
}

/// The settings of a room. A seed can set each of them.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RoomSettings {
    pub active: bool,
    pub subtitle: String,
    pub public_access_room: bool,
    pub walkin_enabled: bool,
    pub appointment_enabled: bool,
    pub guest_log_in_enabled: bool,
    pub consultations: Vec<Consultation>,
    pub currency: String,
    pub is_closed: bool,
    /// Shown to patients while the room is closed.
    pub close_msg: String,
    /// An IANA time zone.
    pub default_timezone: String,
    pub specialties: Vec<Specialty>,
}

/// An offer of a room: how long a visit lasts, and what it costs.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Consultation {
    /// A UUID.
    pub id: String,
    pub description: String,
    /// Minutes.
    pub duration: i64,
    #[serde(default)]
    pub amount: i64,
    #[serde(default)]
    pub group: bool,
    #[serde(default)]
    pub charge: bool,
    #[serde(default = "one")]
    pub slots: i64,
}

fn one() -> i64 {
    1
}

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Specialty {
    pub code: String,
    pub name: String,
    /// Minutes.
    pub duration: i64,
}

impl Default for RoomSettings {
    /// The settings of the documented room, except that it takes appointments.
    fn default() -> Self {
        Self {
            active: true,
            subtitle: "If this is an emergency, please call 911.".to_owned(),
            public_access_room: true,
            walkin_enabled: true,
            appointment_enabled: true,
            guest_log_in_enabled: true,
            consultations: Vec::new(),
            currency: "USD".to_owned(),
            is_closed: false,
            close_msg: "Service currently not available. Please check back later".to_owned(),
            default_timezone: "America/Los_Angeles".to_owned(),
            specialties: vec![Specialty {
                code: "general_care".to_owned(),
                name: "Default".to_owned(),
                duration: USUAL_MINUTES,
            }],
        }
    }
}

impl Room {
    /// The time zone in which the hours of its providers are read.
    pub fn zone(&self) -> TimeZone {
        TimeZone::get(&self.settings.default_timezone).unwrap_or(TimeZone::UTC)
    }

    pub fn consultation(&self, id: &str) -> Option<&Consultation> {
        self.settings.consultations.iter().find(|one| one.id == id)
    }

    /// What a visit lasts and costs: by the chosen consultation, else by the first one, else 15 minutes for nothing.
    pub fn payment(&self, chosen: Option<&Consultation>) -> Payment {
        match chosen.or_else(|| self.settings.consultations.first()) {
            Some(consultation) => Payment {
                minutes: consultation.duration,
                amount: format!("{:02}.00", consultation.amount),
                description: consultation.description.clone(),
            },
            None => Payment {
                minutes: USUAL_MINUTES,
                amount: "00.00".to_owned(),
                description: format!("{USUAL_MINUTES}-min Consultation"),
            },
        }
    }
}

/// What a visit lasts and costs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payment {
    pub minutes: i64,
    /// Such as `09.00`.
    pub amount: String,
    pub description: String,
}

impl Payment {
    pub fn length(&self) -> SlotLength {
        SlotLength::from_minutes(self.minutes).unwrap_or(SlotLength::USUAL)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_have_two_digits_on_each_side() {
        let mut room = room();
        room.settings.consultations = [0, 9, 120].map(consultation).to_vec();
        let amount = |nth: usize| room.payment(room.settings.consultations.get(nth)).amount;

        assert_eq!([amount(0), amount(1), amount(2)], ["00.00", "09.00", "120.00"]);
    }

    #[test]
    fn a_room_without_consultations_has_visits_of_15_minutes() {
        let payment = room().payment(None);

        assert_eq!(
            (payment.minutes, payment.description.as_str()),
            (15, "15-min Consultation")
        );
    }

    fn consultation(amount: i64) -> Consultation {
        Consultation {
            id: amount.to_string(),
            description: String::new(),
            duration: 15,
            amount,
            group: false,
            charge: false,
            slots: 1,
        }
    }

    fn room() -> Room {
        Room {
            id: 171,
            account: "vclinic".to_owned(),
            code: "clinic".to_owned(),
            slug: "clinic".to_owned(),
            name: "Clinic".to_owned(),
            domain: "vclinic.vsee.me".to_owned(),
            settings: RoomSettings::default(),
            providers: Vec::new(),
            created_at: Timestamp::UNIX_EPOCH,
            modified_at: Timestamp::UNIX_EPOCH,
        }
    }
}
