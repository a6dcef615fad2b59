//! Conversions of failures into [`PageError`], for modules that `web` must not import.

use super::DirectoryError;
use crate::{
    keys::{SigningError, sealing::SealingError},
    passwords::PasswordError,
    store::{Keeps, is_temporary},
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
                if is_temporary(&error) {
                    return Self::unavailable(error);
                }
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

/// A failure that was collected on the way.
impl From<anyhow::Error> for PageError {
    fn from(cause: anyhow::Error) -> Self {
        let chain = format!("{cause:#}");
        if is_temporary(cause.as_ref()) {
            return Self::unavailable(chain);
        }
        Self::failure(chain)
    }
}

#[cfg(test)]
mod tests {
    use axum::response::IntoResponse as _;
    use http::{StatusCode, header};

    use super::*;
    use crate::{fair_permits::Exhausted, store};

    #[test]
    fn a_busy_database_is_a_503_that_says_when_to_ask_again() {
        let error = DirectoryError::from(store::Error::Busy("locked".to_owned()));

        let response = PageError::from(error).into_response();

        assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(response.headers()[header::RETRY_AFTER], "1");
        let collected = PageError::from(anyhow::Error::from(Exhausted).context("a page")).into_response();
        assert_eq!(collected.status(), StatusCode::SERVICE_UNAVAILABLE);
        let broken = PageError::from(store::Error::missing_row()).into_response();
        assert_eq!(broken.status(), StatusCode::INTERNAL_SERVER_ERROR);
    }
}
