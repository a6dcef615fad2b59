//! Conversions of failures into [`PageError`], for modules that `web` must not import.

use super::DirectoryError;
use crate::{
    keys::{SigningError, sealing::SealingError},
    passwords::PasswordError,
    store::Keeps,
    web::page_error::PageError,
};

impl Keeps for PageError {
    fn keeps(&self) -> bool {
        false // a page that refuses commits nothing
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
