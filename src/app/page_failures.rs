//! Failures that can befall a page, told as one: `web` knows none of those who fail.

use super::DirectoryError;
use crate::{
    keys::{SigningError, sealing::SealingError},
    passwords::PasswordError,
    store::Keeps,
    web::page_error::PageError,
};

impl Keeps for PageError {
    fn keeps(&self) -> bool {
        false // no page refuses and leaves traces
    }
}

macro_rules! failures {
    ($($error:ty),*) => { $(
        impl From<$error> for PageError {
            fn from(error: $error) -> Self {
                Self::failure(error)
            }
        }
    )* };
}

failures!(
    crate::store::Error,
    SigningError,
    SealingError,
    PasswordError,
    DirectoryError
);
