//! What the log says of a refusal: the rule, its section, and what was expected and received.

use crate::model::Refusal;

/// Writes a refusal to the log, whoever sends it and in whatever words.
pub fn log(refusal: &Refusal, place: &str) {
    tracing::info!(
        at = place,
        code = refusal.code,
        kind = refusal.kind,
        description = refusal.description(),
        section = refusal.section,
        expected = refusal.expected,
        received = refusal.received,
        "refused"
    );
}
