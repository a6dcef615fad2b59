//! Failures of the layers below, as the control API answers with them.

use tokio::task::JoinError;

use super::DirectoryError;
use crate::{
    api::problem::Problem,
    fair_permits::Exhausted,
    keys::{KeyError, SigningError, sealing::SealingError},
    passwords::PasswordError,
};

macro_rules! failures {
    ($($error:ty),*) => { $(
        impl From<$error> for Problem {
            fn from(error: $error) -> Self {
                Self::failed(&error)
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
    JoinError,
    Exhausted
);
