//! Errors of the floors below, as the control API answers with them.

use tokio::task::JoinError;

use super::seed::{SeedError, loading::LoadingError};
use crate::{
    app::DirectoryError,
    keys::{KeyError, SigningError, sealing::SealingError},
    passwords::PasswordError,
};

pub use crate::api::problem::Problem;

macro_rules! failures {
    ($($error:ty),*) => { $(
        impl From<$error> for Problem {
            fn from(error: $error) -> Self {
                Self::failure(error)
            }
        }
    )* };
}

failures!(
    DirectoryError,
    SealingError,
    PasswordError,
    SigningError,
    KeyError,
    JoinError
);

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
