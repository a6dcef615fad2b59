//! What `realms` refuses, as the control API answers it.

use crate::api::problem::Problem;
use crate::realms::{
    error::CreationError,
    seed::{SeedError, loading::LoadingError},
    snapshot::SnapshotError,
};

impl From<SeedError> for Problem {
    fn from(error: SeedError) -> Self {
        match error {
            SeedError::NotEmpty => Self::conflict(error.to_string()),
            _ => Self::bad_request(error.to_string()),
        }
    }
}

impl From<LoadingError> for Problem {
    fn from(error: LoadingError) -> Self {
        match error {
            LoadingError::Seed(error) => error.into(),
            LoadingError::Database(error) => error.into(),
            LoadingError::Hashing(error) => error.into(),
            LoadingError::Sealing(error) => error.into(),
        }
    }
}

impl From<CreationError> for Problem {
    fn from(error: CreationError) -> Self {
        match error {
            CreationError::Taken(_) | CreationError::NoOrigin => Self::conflict(error.to_string()),
            CreationError::Gone(_) => Self::not_found(error.to_string()),
            CreationError::Loading(error) => error.into(),
            CreationError::Directory(error) => error.into(),
            CreationError::Policy(_) => Self::bad_request(error.to_string()),
        }
    }
}

impl From<SnapshotError> for Problem {
    fn from(error: SnapshotError) -> Self {
        match error {
            SnapshotError::Unreadable(_) | SnapshotError::Wrong { .. } | SnapshotError::Unusable(_) => {
                Self::bad_request(error.to_string())
            }
            SnapshotError::Taken => Self::conflict(error.to_string()),
            SnapshotError::Creation(error) => error.into(),
            SnapshotError::Failed(cause) => Self::failure(cause),
        }
    }
}
