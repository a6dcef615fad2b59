//! Why a snapshot was not taken or restored.

use crate::{app::DirectoryError, keys::sealing::SealingError, realms::error::CreationError, store};

/// Why a snapshot was not taken or restored.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// The document is not a snapshot.
    #[error("{0}")]
    Unreadable(String),
    /// Something in the document is wrong; `place` is as in `tables.users[3].claims`.
    #[error("`{place}`: {what}")]
    Wrong { place: String, what: String },
    #[error("the realm of this snapshot could not be used: {0}")]
    Unusable(DirectoryError),
    #[error("a realm of that name was created at the same moment")]
    Taken,
    #[error(transparent)]
    Creation(#[from] CreationError),
    /// The server's failure.
    #[error("{0}")]
    Failed(String),
}

impl SnapshotError {
    pub(super) fn wrong(place: impl Into<String>, what: impl ToString) -> Self {
        Self::Wrong {
            place: place.into(),
            what: what.to_string(),
        }
    }

    pub(super) fn failed(cause: impl ToString) -> Self {
        Self::Failed(cause.to_string())
    }
}

impl From<store::Error> for SnapshotError {
    fn from(error: store::Error) -> Self {
        Self::Creation(error.into())
    }
}

impl From<SealingError> for SnapshotError {
    fn from(error: SealingError) -> Self {
        Self::Creation(error.into())
    }
}

impl From<DirectoryError> for SnapshotError {
    fn from(error: DirectoryError) -> Self {
        Self::Creation(error.into())
    }
}

impl store::Keeps for SnapshotError {
    fn keeps(&self) -> bool {
        false
    }
}
