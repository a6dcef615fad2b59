//! Errors of the floors below, as the control API answers with them.

use tokio::task::JoinError;

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
    JoinError
);
