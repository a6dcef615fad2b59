//! What every API does with a request that is not answered as it was asked; how it looks on the wire is each API's own.
//!
//! A refusal is logged and travels in the extensions of the response, where the journal finds it. A failure is logged
//! with its cause, of which the answer says nothing.

use std::fmt;

use axum::response::Response;
use http::{HeaderName, HeaderValue, StatusCode};

use crate::{
    model::Refusal,
    store::{self, Keeps},
    web::{refusal_log, unavailable},
};

/// How an API writes its errors. The type is what a refusal carries for the wire: a message, a body, or one of several
/// forms.
pub trait ErrorForm: Sized + fmt::Debug + Send {
    /// What the form depends on beside the error: a policy, or `()`.
    type Settings: ?Sized;

    /// The answer to a refused request. Its headers ([`Refused::headers`]) are added by the caller.
    fn refused(refused: &Refused<Self>, settings: &Self::Settings) -> Response;

    /// The answer to a request that failed, with this status.
    fn failed(status: StatusCode, settings: &Self::Settings) -> Response;
}

/// Why a request is not answered as it was asked.
#[derive(Debug)]
pub enum ApiError<F> {
    /// The request is refused.
    Refused(Box<Refused<F>>),
    /// The server failed. The cause goes to the log, not into the answer.
    Failed(anyhow::Error),
}

/// A refusal, and how it goes over the wire.
#[derive(Debug)]
pub struct Refused<F> {
    pub status: StatusCode,
    pub form: F,
    /// For the log and the journal.
    pub refusal: Refusal,
    /// Headers the answer has besides those of its form.
    pub headers: Vec<(HeaderName, HeaderValue)>,
}

impl<F: ErrorForm> ApiError<F> {
    pub fn new(status: StatusCode, form: F, refusal: Refusal) -> Self {
        Self::Refused(Box::new(Refused {
            status,
            form,
            refusal,
            headers: Vec::new(),
        }))
    }

    /// What was expected, and what came: for the log and the journal. Never a secret.
    pub fn compare(self, expected: impl Into<String>, received: impl Into<String>) -> Self {
        self.with(|refused| refused.refusal = refused.refusal.clone().compare(expected, received))
    }

    /// What the text on the wire does not say: for the log and the journal.
    pub fn because(self, why: impl AsRef<str>) -> Self {
        self.with(|refused| refused.refusal = Refusal::new(refused.refusal.code, why))
    }

    /// A header of the answer. A value that cannot stand in one is left out.
    pub fn header(self, name: HeaderName, value: impl ToString) -> Self {
        self.with(|refused| {
            let value = HeaderValue::try_from(value.to_string());
            refused.headers.extend(value.ok().map(|value| (name, value)));
        })
    }

    /// Refuses when `wrong`: a rule in one line.
    ///
    /// # Errors
    /// This one.
    pub fn when(self, wrong: bool) -> Result<(), Self> {
        if wrong { Err(self) } else { Ok(()) }
    }

    /// The answer of the operation at `path`, which the log names: a template, or a path without secrets.
    pub fn answer(self, settings: &F::Settings, path: &str) -> Response {
        match self {
            Self::Refused(refused) => {
                refusal_log::log(&refused.refusal, path);
                let mut response = F::refused(&refused, settings);
                response.headers_mut().extend(refused.headers);
                response.extensions_mut().insert(refused.refusal);
                response
            }
            Self::Failed(cause) => {
                tracing::error!(at = path, cause = format!("{cause:#}"), "failed");
                if store::is_temporary(cause.as_ref()) {
                    return unavailable::response();
                }
                F::failed(StatusCode::INTERNAL_SERVER_ERROR, settings)
            }
        }
    }

    fn with(mut self, change: impl FnOnce(&mut Refused<F>)) -> Self {
        if let Self::Refused(refused) = &mut self {
            change(refused);
        }
        self
    }
}

impl<F: ErrorForm> Keeps for ApiError<F> {
    fn keeps(&self) -> bool {
        false
    }
}

impl<F> From<store::Error> for ApiError<F> {
    fn from(error: store::Error) -> Self {
        Self::Failed(error.into())
    }
}

#[cfg(test)]
mod tests {
    use axum::response::IntoResponse as _;
    use http::header::ALLOW;

    use super::*;

    #[derive(Debug)]
    struct Message(&'static str);

    impl ErrorForm for Message {
        type Settings = ();

        fn refused(refused: &Refused<Self>, (): &()) -> Response {
            (refused.status, refused.form.0).into_response()
        }

        fn failed(status: StatusCode, (): &()) -> Response {
            (status, "failed").into_response()
        }
    }

    fn wrong_method() -> ApiError<Message> {
        let status = StatusCode::METHOD_NOT_ALLOWED;
        ApiError::new(status, Message("no"), Refusal::new("method_not_allowed", "no")).header(ALLOW, "GET")
    }

    #[test]
    fn a_refusal_travels_with_the_answer() {
        let error = wrong_method().because("only GET").compare("GET", "PUT");

        let response = error.answer(&(), "/clock");

        assert_eq!(response.status(), StatusCode::METHOD_NOT_ALLOWED);
        assert_eq!(response.headers()[ALLOW], "GET");
        let refusal = response.extensions().get::<Refusal>().expect("for the journal");
        assert_eq!(
            (refusal.code, refusal.description()),
            ("method_not_allowed", "only GET")
        );
        assert_eq!(refusal.received.as_deref(), Some("PUT"));
    }

    #[test]
    fn a_failure_says_nothing_of_its_cause() {
        let response = ApiError::<Message>::Failed(anyhow::anyhow!("disk full")).answer(&(), "/clock");

        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
        assert!(response.extensions().get::<Refusal>().is_none());
    }

    #[test]
    fn a_busy_database_is_a_503_that_says_when_to_ask_again() {
        let error = ApiError::<Message>::from(store::Error::Busy("locked".to_owned()));

        let response = error.answer(&(), "/clock");

        assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(response.headers()[http::header::RETRY_AFTER], "1");
    }

    #[test]
    fn a_rule_refuses_only_what_is_wrong() {
        assert!(wrong_method().when(false).is_ok());
        assert!(wrong_method().when(true).is_err());
    }
}
