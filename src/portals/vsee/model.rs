//! The clinic's nouns, and what is true of them.

use std::fmt;

use aws_lc_rs::digest;
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::schedule::{
    Interval, Schedule, SlotLength,
    hours::{Closed, Hours},
};

/// How long before its time an appointment may be started from its one-time link (D:HELP).
pub const START_WINDOW: SignedDuration = SignedDuration::from_mins(15);
/// What a visit lasts where no consultation says so, in minutes.
pub const USUAL_MINUTES: i64 = 15;

/// A clinic account.
#[derive(Clone, Debug)]
pub struct Account {
    pub code: String,
    pub id: i64,
    pub domain: String,
    pub name: String,
    pub portal_title: String,
    /// Two-letter state → name.
    pub states: Map<String, Value>,
    /// SHA-256, as [`crate::random::digest`] writes it.
    pub key_digest: String,
    pub secret_digest: String,
}

/// What a user is (D:USER). Other numbers exist and nobody has them here.
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

    /// 1 was seen for a man; 2 is inferred.
    pub fn number(self) -> i64 {
        match self {
            Self::Male => 1,
            Self::Female => 2,
        }
    }
}

/// Somebody of a clinic.
#[derive(Clone, Debug)]
pub struct User {
    pub id: i64,
    pub account: String,
    pub kind: UserType,
    /// 32 hex characters: see [`user_code`].
    pub code: String,
    pub first_name: String,
    pub last_name: String,
    pub username: String,
    /// An Argon2id PHC string.
    pub password: Option<String>,
    pub details: Details,
    pub subtype: String,
    pub title: String,
    pub suffix: String,
    pub short_bio: String,
    pub disable_emails: bool,
    pub active: bool,
    /// A provider's hours; `None` where none were set up.
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

/// When a provider can be booked, on the wall clock of the room they are asked for.
#[derive(Clone, Debug)]
pub struct ProviderHours {
    pub openings: Vec<Hours>,
    pub closures: Vec<Closed>,
    pub lead_time_minutes: i64,
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

    /// `<account>+<username>`.
    pub fn vsee_id(&self) -> String {
        format!("{}+{}", self.account, self.username)
    }
}

/// The code the API shows for a caller's own: the first 32 hex characters of its SHA-256.
///
/// The documented sample has `ca978112ca1bbdcafac231b39a23dc4d`, which is that of `a`.
pub fn user_code(own: &str) -> String {
    let digest = digest::digest(&digest::SHA256, own.as_bytes());
    hexadecimal(digest.as_ref()).chars().take(32).collect()
}

pub fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
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
    /// In the order of assignment.
    pub providers: Vec<i64>,
    pub created_at: Timestamp,
    pub modified_at: Timestamp,
}

/// What a seed may say of a room besides its names.
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
    pub close_msg: String,
    /// IANA.
    pub default_timezone: String,
    pub specialties: Vec<Specialty>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
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

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Specialty {
    pub code: String,
    pub name: String,
    /// Minutes.
    pub duration: i64,
}

impl Default for RoomSettings {
    /// As the documented room has it, except that it takes appointments.
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
    /// The zone its providers' hours are meant in.
    pub fn zone(&self) -> TimeZone {
        TimeZone::get(&self.settings.default_timezone).unwrap_or(TimeZone::UTC)
    }

    pub fn consultation(&self, id: &str) -> Option<&Consultation> {
        self.settings.consultations.iter().find(|one| one.id == id)
    }

    /// What a visit lasts and costs: the consultation chosen, else the first, else the usual one.
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
    /// `00.00`.
    pub amount: String,
    pub description: String,
}

impl Payment {
    pub fn length(&self) -> SlotLength {
        SlotLength::from_minutes(self.minutes).unwrap_or(SlotLength::USUAL)
    }
}

/// A form before a visit.
#[derive(Clone, Debug)]
pub struct Intake {
    pub id: String,
    pub room: i64,
    pub member: i64,
    /// `1` walk-in, `2` scheduled; it does not restrict the visit.
    pub kind: String,
    pub reason_for_visit: Option<String>,
    pub provider: Option<i64>,
    pub attachments: Vec<String>,
    pub location: Option<String>,
    pub phone: Option<String>,
    pub consultation: Option<Value>,
    /// Whatever else was said, as it came.
    pub custom: Map<String, Value>,
    pub created_at: Timestamp,
    pub modified_at: Timestamp,
}

impl Intake {
    /// The id of the consultation that was chosen.
    pub fn consultation_id(&self) -> Option<&str> {
        match self.consultation.as_ref()? {
            Value::String(id) => Some(id),
            chosen => chosen.get("id")?.as_str(),
        }
    }
}

/// A file somebody uploaded.
#[derive(Clone, Debug)]
pub struct Attachment {
    pub id: String,
    pub creator: i64,
    pub name: String,
    /// Without the dot.
    pub ext: String,
    pub media_type: String,
    pub size: i64,
    pub remark: Option<String>,
    pub created_at: Timestamp,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VisitType {
    WalkIn,
    Scheduled,
    EConsult,
}

impl VisitType {
    pub const ALL: [Self; 3] = [Self::WalkIn, Self::Scheduled, Self::EConsult];

    /// As it goes over the wire: 1 and 2 are documented, 3 is inferred.
    pub fn number(self) -> &'static str {
        match self {
            Self::WalkIn => "1",
            Self::Scheduled => "2",
            Self::EConsult => "3",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    Waiting,
    InProgress,
    Completed,
    Cancelled,
}

impl Status {
    pub const ALL: [Self; 4] = [Self::Waiting, Self::InProgress, Self::Completed, Self::Cancelled];

    /// As it goes over the wire: 10 and 40 are documented, the others inferred.
    pub fn number(self) -> &'static str {
        match self {
            Self::Waiting => "10",
            Self::InProgress => "20",
            Self::Completed => "30",
            Self::Cancelled => "40",
        }
    }

    pub fn of_number(number: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.number() == number)
    }

    /// The word of webhooks 2.0: `cancelled` and `completed` are documented.
    pub fn word(self) -> &'static str {
        match self {
            Self::Waiting => "created",
            Self::InProgress => "in_progress",
            Self::Completed => "completed",
            Self::Cancelled => "cancelled",
        }
    }

    pub fn over(self) -> bool {
        matches!(self, Self::Completed | Self::Cancelled)
    }
}

/// Why a visit ended (D:VISIT).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EndReason {
    PatientEndCall,
    PatientExitRoom,
    CallEnded,
    PatientCancelAppointment,
}

impl EndReason {
    pub const ALL: [Self; 4] = [
        Self::PatientEndCall,
        Self::PatientExitRoom,
        Self::CallEnded,
        Self::PatientCancelAppointment,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::PatientEndCall => "patient_end_call",
            Self::PatientExitRoom => "patient_exit_room",
            Self::CallEnded => "call_ended",
            Self::PatientCancelAppointment => "patient_cancel_appointment",
        }
    }

    /// The state it leaves the visit in.
    pub fn status(self) -> Status {
        match self {
            Self::PatientCancelAppointment => Status::Cancelled,
            _ => Status::Completed,
        }
    }
}

impl fmt::Display for EndReason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// A visit, with everybody who takes part.
#[derive(Clone, Debug)]
pub struct Visit {
    pub id: i64,
    /// 32 hex characters: what a guest is invited with.
    pub code: String,
    pub kind: VisitType,
    pub status: Status,
    pub start: Timestamp,
    pub end: Timestamp,
    pub actual_start: Option<Timestamp>,
    pub actual_end: Option<Timestamp>,
    pub completed_by: Option<i64>,
    pub payment: Payment,
    /// Whether it has a link that starts it once.
    pub one_time_link: bool,
    pub link_used_at: Option<Timestamp>,
    pub created_at: Timestamp,
    pub modified_at: Timestamp,
    pub intake: VisitIntake,
    pub member: Participant,
    pub provider: Option<Participant>,
    pub room: VisitRoom,
}

/// What a visit shows of its intake.
#[derive(Clone, Debug)]
pub struct VisitIntake {
    pub id: String,
    pub kind: String,
    pub provider: Option<i64>,
    pub reason_for_visit: Option<String>,
    pub phone: Option<String>,
    pub created_at: Timestamp,
    pub modified_at: Timestamp,
}

/// Somebody in a visit.
#[derive(Clone, Debug)]
pub struct Participant {
    pub id: i64,
    pub first_name: String,
    pub last_name: String,
    pub vsee_id: String,
    pub title: String,
    pub dob: Option<String>,
    pub gender: Option<Gender>,
    pub phone: Option<String>,
}

impl Participant {
    pub fn full_name(&self) -> String {
        format!("{} {}", self.first_name, self.last_name)
    }
}

/// Where a visit takes place.
#[derive(Clone, Debug)]
pub struct VisitRoom {
    pub id: i64,
    pub account: String,
    pub code: String,
    pub slug: String,
    pub name: String,
    pub zone: String,
}

impl VisitRoom {
    pub fn time_zone(&self) -> TimeZone {
        TimeZone::get(&self.zone).unwrap_or(TimeZone::UTC)
    }
}

impl Visit {
    /// The first instant its one-time link may start it.
    pub fn start_window_opens(&self) -> Timestamp {
        self.start.checked_sub(START_WINDOW).unwrap_or(Timestamp::MIN)
    }

    /// Whether its patient has begun it, and no provider yet.
    pub fn waits_for_a_provider(&self) -> bool {
        self.status == Status::InProgress && self.provider.is_none()
    }
}

/// A visit about to be made.
#[derive(Clone, Debug)]
pub struct NewVisit {
    pub kind: VisitType,
    pub room: i64,
    pub member: i64,
    pub provider: Option<i64>,
    pub intake: String,
    pub interval: Interval,
    pub payment: Payment,
    pub one_time_link: bool,
}

/// Where a clinic wants to be told of what happens.
#[derive(Clone, Debug)]
pub struct WebhookEndpoint {
    pub id: String,
    pub account: String,
    pub url: String,
    pub version: WebhookVersion,
    /// `None`: all.
    pub events: Option<Vec<String>>,
    pub created_at: Timestamp,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum WebhookVersion {
    #[serde(rename = "1.0")]
    One,
    #[serde(rename = "2.0")]
    Two,
}

impl WebhookVersion {
    pub fn name(self) -> &'static str {
        match self {
            Self::One => "1.0",
            Self::Two => "2.0",
        }
    }

    pub fn of_name(name: &str) -> Option<Self> {
        [Self::One, Self::Two].into_iter().find(|one| one.name() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documented_code_is_the_digest_of_the_samples_own() {
        assert_eq!(user_code("a"), "ca978112ca1bbdcafac231b39a23dc4d");
        assert_eq!(user_code(&"x".repeat(128)).len(), 32);
    }

    #[test]
    fn amounts_have_two_digits_on_each_side() {
        let mut room = room();
        room.settings.consultations = [0, 9, 120].map(consultation).to_vec();
        let amount = |nth: usize| room.payment(room.settings.consultations.get(nth)).amount;

        assert_eq!([amount(0), amount(1), amount(2)], ["00.00", "09.00", "120.00"]);
    }

    #[test]
    fn a_room_without_consultations_still_has_a_usual_length() {
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
