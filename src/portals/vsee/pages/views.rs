//! Visits and intakes as pages show them.

use jiff::{ZonedDateTime, tz::TimeZone};

use super::browser::Browser;
use crate::portals::vsee::{
    links::{START, fill},
    model::{Intake, Status, Visit, VisitType},
};

/// A visit as pages show it.
pub struct VisitView {
    pub id: i64,
    pub kind: &'static str,
    pub status: &'static str,
    /// Keys of texts.
    pub kind_key: &'static str,
    pub status_key: &'static str,
    pub patient: String,
    pub provider: Option<String>,
    pub room: String,
    pub begins: ZonedDateTime,
    pub reason: Option<String>,
    pub over: bool,
    /// The address of its page.
    pub address: String,
}

impl VisitView {
    pub fn new(browser: &Browser, visit: &Visit) -> Self {
        Self {
            id: visit.id,
            kind: visit.kind.number(),
            status: visit.status.number(),
            kind_key: kind_key(visit.kind),
            status_key: status_key(visit.status),
            patient: visit.member.full_name(),
            provider: visit.provider.as_ref().map(|provider| provider.full_name()),
            room: visit.room.name.clone(),
            begins: visit.start.to_zoned_datetime(visit.room.time_zone()),
            reason: visit.intake.reason_for_visit.clone(),
            over: visit.status.is_over(),
            address: browser.path(&fill(START, &visit.id.to_string())),
        }
    }
}

fn kind_key(kind: VisitType) -> &'static str {
    match kind {
        VisitType::WalkIn => "vsee-kind-walk-in",
        VisitType::Scheduled => "vsee-kind-appointment",
        VisitType::EConsult => "vsee-kind-e-consult",
    }
}

fn status_key(status: Status) -> &'static str {
    match status {
        Status::Waiting => "vsee-status-waiting",
        Status::InProgress => "vsee-status-in-progress",
        Status::Completed => "vsee-status-completed",
        Status::Cancelled => "vsee-status-cancelled",
    }
}

/// An intake as pages show it.
pub struct IntakeView {
    pub id: String,
    pub reason: Option<String>,
    pub created: ZonedDateTime,
}

impl IntakeView {
    pub fn new(intake: &Intake, zone: &TimeZone) -> Self {
        Self {
            id: intake.id.clone(),
            reason: intake.reason_for_visit.clone(),
            created: intake.created_at.to_zoned_datetime(zone.clone()),
        }
    }
}
