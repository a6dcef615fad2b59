//! Query parameters and JSON bodies for handlers of axum that answer errors with a [`Problem`].
//!
//! The route of an operation says what it documents ([`Documented`], as an extension). [`Parameters`] refuses anything else,
//! and in tests a handler that reads what is not documented fails.

use std::{fmt::Display, ops::RangeInclusive, str::FromStr, time::Duration};

use axum::{
    Extension,
    extract::{FromRequest, FromRequestParts, Request},
};
use bytes::Bytes;
use http::request::Parts;
use serde::de::DeserializeOwned;

use super::{
    input::{Query, read_json},
    operation::Parameter,
    problem::Problem,
    waiting::read_wait,
};

/// What the operation of a route documents.
#[derive(Clone, Copy, Debug)]
pub struct Documented(pub &'static [Parameter]);

/// The query of a request, in which every parameter is documented and stands once.
#[derive(Debug)]
pub struct Parameters {
    query: Query,
    documented: &'static [Parameter],
}

impl<S: Send + Sync> FromRequestParts<S> for Parameters {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let documented = Extension::<Documented>::from_request_parts(parts, state).await;
        let documented = documented.map_or(&[][..], |Extension(documented)| documented.0);
        Self::read(parts.uri.query(), documented)
    }
}

impl Parameters {
    /// Reads a query.
    ///
    /// # Errors
    /// 400 when it is damaged, says something twice or holds what is not documented.
    pub fn read(query: Option<&str>, documented: &'static [Parameter]) -> Result<Self, Problem> {
        let query = Query::read(query)?;
        if let Some(unknown) = query.unknown(documented) {
            let known: Vec<_> = documented.iter().map(|parameter| parameter.name).collect();
            let detail = format!("unknown parameter {unknown:?}; known are: {}", known.join(", "));
            return Err(Problem::bad_request(detail));
        }
        Ok(Self { query, documented })
    }

    /// What a parameter says, empty or not.
    pub fn text(&self, name: &str) -> Option<&str> {
        let documented = self.documented.iter().any(|parameter| parameter.name == name);
        debug_assert!(documented, "{name} is not documented in the operation");
        self.query.get(name)
    }

    pub fn owned(&self, name: &str) -> Option<String> {
        self.text(name).map(str::to_owned)
    }

    /// A parameter that is read by `read`.
    ///
    /// # Errors
    /// 400, saying what is `expected`: `a duration, such as 10s`.
    pub fn read_by<T>(
        &self,
        name: &str,
        expected: impl Display,
        read: impl Fn(&str) -> Option<T>,
    ) -> Result<Option<T>, Problem> {
        let Some(text) = self.text(name) else { return Ok(None) };
        let wrong = || Problem::bad_request(format!("`{name}` must be {expected}"));
        read(text).map(Some).ok_or_else(wrong)
    }

    /// A whole number that is not negative.
    ///
    /// # Errors
    /// 400 when it is none, or too large for `N`.
    pub fn number<N: FromStr>(&self, name: &str) -> Result<Option<N>, Problem> {
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        self.read_by(name, "a whole number", |text| {
            text.parse().ok().filter(|_| digits(text))
        })
    }

    /// A whole number in a range.
    ///
    /// # Errors
    /// 400 when it is none, or outside.
    pub fn number_in(&self, name: &str, range: RangeInclusive<i64>) -> Result<Option<i64>, Problem> {
        let expected = format!("a number from {} to {}", range.start(), range.end());
        self.read_by(name, expected, |text| {
            text.parse().ok().filter(|number| range.contains(number))
        })
    }

    /// # Errors
    /// 400 when it is neither `true` nor `false`.
    pub fn boolean(&self, name: &str) -> Result<Option<bool>, Problem> {
        self.read_by(name, "true or false", |text| text.parse().ok())
    }

    /// `wait`; zero where it is absent.
    ///
    /// # Errors
    /// 400 when it is not a duration.
    pub fn wait(&self) -> Result<Duration, Problem> {
        let wait = self.read_by("wait", "a duration, such as 10s", read_wait)?;
        Ok(wait.unwrap_or_default())
    }
}

/// A JSON body as a structure. No body at all counts as an empty object.
#[derive(Debug)]
pub struct JsonBody<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for JsonBody<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let headers = request.headers().clone();
        let body = Bytes::from_request(request, state).await;
        let body = body.map_err(|rejection| Problem::new(rejection.status(), rejection.body_text()))?;
        Ok(Self(read_json(&headers, &body)?))
    }
}
