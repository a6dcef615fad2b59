//! Why a realm cannot be used.

use crate::{
    keys::{RingError, sealing::SealingError},
    store,
};

/// Why a realm cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum DirectoryError {
    #[error("the database failed: {0}")]
    Database(#[from] store::Error),
    #[error("the realm's secret cannot be opened: {0}")]
    Sealing(#[from] SealingError),
    #[error(transparent)]
    Keys(#[from] RingError),
}
