//! Intakes: the form a patient fills in before a visit.

use jiff::Timestamp;
use serde_json::{Map, Value};

/// An intake.
#[derive(Clone, Debug)]
pub struct Intake {
    pub id: String,
    pub room: i64,
    /// The patient it is about.
    pub member: i64,
    /// `1` walk-in, `2` scheduled; it does not restrict the visit.
    pub kind: String,
    pub reason_for_visit: Option<String>,
    pub provider: Option<i64>,
    pub attachments: Vec<String>,
    pub location: Option<String>,
    pub phone: Option<String>,
    pub consultation: Option<Value>,
    /// Members that are not documented, kept as they came.
    pub custom: Map<String, Value>,
    pub created_at: Timestamp,
    pub modified_at: Timestamp,
}

impl Intake {
    /// The id of the chosen consultation.
    pub fn consultation_id(&self) -> Option<&str> {
        match self.consultation.as_ref()? {
            Value::String(id) => Some(id),
            chosen => chosen.get("id")?.as_str(),
        }
    }
}
