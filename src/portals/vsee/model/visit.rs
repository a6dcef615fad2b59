//! Visits, their types and states, and who takes part in them.

use std::fmt;

use jiff::{SignedDuration, Timestamp, tz::TimeZone};

use super::{room::Payment, user::Gender};
use crate::schedule::Interval;

/// How long before its start an appointment can be started from its one-time link.
pub const START_WINDOW: SignedDuration = SignedDuration::from_mins(15);

/// How a visit comes about: by walking in, by appointment, or without a time.
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

/// The state of a visit.
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

    /// Whether nothing can be done with the visit any more.
    pub fn is_over(self) -> bool {
        matches!(self, Self::Completed | Self::Cancelled)
    }
}

/// Why a visit ended.
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

    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == name)
    }

    /// The status of a visit that ended for this reason.
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

/// A visit, with its intake, room and participants.
#[derive(Clone, Debug)]
pub struct Visit {
    pub id: i64,
    /// 32 hexadecimal characters: the secret in a guest's invitation.
    pub code: String,
    pub kind: VisitType,
    pub status: Status,
    pub start: Timestamp,
    pub end: Timestamp,
    pub actual_start: Option<Timestamp>,
    pub actual_end: Option<Timestamp>,
    pub completed_by: Option<i64>,
    pub payment: Payment,
    /// Whether a link exists that starts it once.
    pub one_time_link: bool,
    pub link_used_at: Option<Timestamp>,
    pub created_at: Timestamp,
    pub modified_at: Timestamp,
    pub intake: VisitIntake,
    pub member: Participant,
    pub provider: Option<Participant>,
    pub room: VisitRoom,
}

/// What a visit answers about its intake.
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

/// A patient or provider in a visit.
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

/// The room in which a visit takes place.
#[derive(Clone, Debug)]
pub struct VisitRoom {
    pub id: i64,
    pub account: String,
    pub code: String,
    pub slug: String,
    pub name: String,
    /// An IANA time zone.
    pub zone: String,
}

impl VisitRoom {
    pub fn time_zone(&self) -> TimeZone {
        TimeZone::get(&self.zone).unwrap_or(TimeZone::UTC)
    }
}

impl Visit {
    /// When its one-time link can start it for the first time.
    pub fn start_window_opens(&self) -> Timestamp {
        self.start.checked_sub(START_WINDOW).unwrap_or(Timestamp::MIN)
    }

    /// Whether the patient has started it, and no provider has joined.
    pub fn waits_for_a_provider(&self) -> bool {
        self.status == Status::InProgress && self.provider.is_none()
    }
}

/// A visit to be inserted.
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
