//! Why a realm was not created, reset or copied.

use super::seed::{SeedError, loading::LoadingError};
use crate::{app::DirectoryError, keys::sealing::SealingError, store};

/// Why a realm was not created, reset, copied or restored.
#[derive(Debug, thiserror::Error)]
pub enum CreationError {
    #[error("a realm {0:?} exists already")]
    Taken(String),
    #[error("the realm {0:?} no longer exists")]
    Gone(String),
    #[error("this realm cannot be reset: the seed it was created from was not recorded")]
    NoOrigin,
    #[error(transparent)]
    Loading(#[from] LoadingError),
    #[error(transparent)]
    Directory(#[from] DirectoryError),
    #[error("`policy`: {0}")]
    Policy(String),
}

impl From<store::Error> for CreationError {
    fn from(error: store::Error) -> Self {
        Self::Loading(error.into())
    }
}

impl From<SealingError> for CreationError {
    fn from(error: SealingError) -> Self {
        Self::Directory(error.into())
    }
}

impl From<SeedError> for CreationError {
    fn from(error: SeedError) -> Self {
        Self::Loading(error.into())
    }
}

impl store::Keeps for CreationError {
    fn keeps(&self) -> bool {
        false
    }
}
