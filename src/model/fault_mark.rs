//! The mark a fault leaves on an answer it has bent.

/// Which fault it was, and which of those that are armed. Stands in a response's extensions, for the journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FaultMark {
    /// Its name in the catalogue.
    pub fault: &'static str,
    pub id: String,
}
