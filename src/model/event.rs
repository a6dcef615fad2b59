//! Scheduled events of a realm.

use jiff::Timestamp;

/// An event that is due at an instant of the realm's clock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    pub id: String,
    pub due_at: Timestamp,
    /// Names the handler: `mypatientportal.reminder`, …
    pub kind: String,
    /// What it concerns: the id of an appointment, of a delivery.
    pub subject: String,
    /// How often it has failed.
    pub failures: i64,
}
