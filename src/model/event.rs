//! What stands on a realm's agenda.

use jiff::Timestamp;

/// Something that happens by itself at an instant of the realm's clock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    pub id: String,
    pub due_at: Timestamp,
    /// Whose handler does it: `mypatientportal.reminder`, …
    pub kind: String,
    /// What it is about: the id of an appointment, of a delivery.
    pub subject: String,
    /// How often doing it has failed.
    pub failures: i64,
}
