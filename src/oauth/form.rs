//! The parameters of OAuth requests: none repeated, an empty one is absent (RFC 6749 §3.1, §3.2).

use std::net::IpAddr;

use axum::{
    extract::{FromRequest, Request},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use http::{HeaderMap, StatusCode, header::CONTENT_TYPE};
use serde_json::Value;

use super::error::{OAuthError, invalid_request, missing};
use crate::{
    app::Realm,
    web::{
        json_object,
        parameters::{ParametersError, read_form},
        received,
    },
};

/// The headers and the whole body of a POST. A body that is too large is refused with an OAuth error.
pub struct FormBody {
    pub headers: HeaderMap,
    pub body: Bytes,
    /// The address of the client, as far as it is known.
    pub from: Option<IpAddr>,
}

impl<S: Send + Sync> FromRequest<S> for FormBody {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        let headers = request.headers().clone();
        let realm = request.extensions().get::<Realm>().cloned();
        let from = received::client(request.extensions());
        match (Bytes::from_request(request, state).await, realm) {
            (Ok(body), _) => Ok(Self { headers, body, from }),
            (Err(rejection), Some(realm)) if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE => {
                let refused = invalid_request("the body is too large")
                    .kind("body.too_large")
                    .status(StatusCode::PAYLOAD_TOO_LARGE);
                Err(refused.answer(&realm.policy, "form"))
            }
            (Err(rejection), _) => Err(rejection.into_response()),
        }
    }
}

/// The one parameter that a request may have several times (RFC 8707 §2).
const REPEATABLE: &str = "resource";

/// The parameters of a request, each with a value and, except `resource`, at most once.
#[derive(Debug, Default)]
pub struct Parameters(Vec<(String, String)>);

impl Parameters {
    /// Reads `application/x-www-form-urlencoded`, from a query or a body.
    ///
    /// # Errors
    /// A parameter is repeated, is not UTF-8, or contains U+0000.
    pub fn from_form(form: &[u8]) -> Result<Self, OAuthError> {
        Self::from_pairs(read_form(form).map_err(unreadable)?)
    }

    /// Reads the body of a POST: a form, or JSON where `json` allows it.
    pub fn from_body(headers: &HeaderMap, body: &[u8], json: bool) -> Result<Self, OAuthError> {
        let content_type = headers
            .get(CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .unwrap_or("");
        let essence = content_type.split(';').next().unwrap_or("").trim().to_ascii_lowercase();
        match essence.as_str() {
            "application/x-www-form-urlencoded" => Self::from_form(body),
            "application/json" if json => Self::from_json(body),
            _ => Err(invalid_request("the body must be application/x-www-form-urlencoded")
                .kind("body.type")
                .see("RFC 6749 §3.2")
                .compare("application/x-www-form-urlencoded", content_type)),
        }
    }

    fn from_json(body: &[u8]) -> Result<Self, OAuthError> {
        let malformed = || {
            invalid_request("the body must be a JSON object whose members are strings or numbers")
                .kind("body.unreadable")
        };
        let members = json_object::read(body).map_err(|problem| {
            invalid_request(format!("the body is not a valid JSON object: {problem}")).kind("body.unreadable")
        })?;
        let pairs = members
            .into_iter()
            .filter(|(_, value)| !value.is_null())
            .map(|(name, value)| match value {
                Value::String(text) => Ok((name, text)),
                Value::Number(number) => Ok((name, number.to_string())),
                _ => Err(malformed()),
            });
        Self::from_pairs(pairs.collect::<Result<_, _>>()?)
    }

    /// # Errors
    /// As [`from_form`](Self::from_form).
    pub fn from_pairs(pairs: Vec<(String, String)>) -> Result<Self, OAuthError> {
        let mut parameters = Self::default();
        for (name, value) in pairs {
            if name != REPEATABLE && parameters.0.iter().any(|(known, _)| *known == name) {
                return Err(invalid_request(format!("the parameter {name} is repeated"))
                    .kind("parameter.repeated")
                    .see("RFC 6749 §3.1"));
            }
            if value.contains('\0') || name.contains('\0') {
                return Err(invalid_request("a parameter contains U+0000").kind("parameter.unreadable"));
            }
            parameters.0.push((name, value));
        }
        parameters.0.retain(|(_, value)| !value.is_empty());
        Ok(parameters)
    }

    /// All values of the one parameter that may be repeated.
    pub fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.0
            .iter()
            .filter(move |(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    /// The parameter's value; `None` when it is absent or empty.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    /// The parameter's value.
    ///
    /// # Errors
    /// `invalid_request` when it is absent or empty.
    pub fn required(&self, name: &str) -> Result<&str, OAuthError> {
        self.get(name).ok_or_else(|| missing(name))
    }
}

fn unreadable(error: ParametersError) -> OAuthError {
    invalid_request(error.to_string()).kind("parameter.unreadable")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_parameter_counts_as_absent() {
        let parameters = Parameters::from_form(b"scope=&state=x").expect("well formed");

        assert_eq!(parameters.get("scope"), None);
        assert_eq!(parameters.get("state"), Some("x"));
    }

    #[test]
    fn a_repeated_parameter_is_refused_even_when_empty_or_equal() {
        for form in ["a=1&a=1", "a=1&a=2", "a=&a=1", "a&a"] {
            assert!(Parameters::from_form(form.as_bytes()).is_err(), "{form}");
        }
    }

    #[test]
    fn a_repeated_json_member_is_refused_too() {
        for json in [r#"{"a":"1","a":"1"}"#, r#"{"a":"1","a":"2"}"#, r#"{"a":null,"a":"1"}"#] {
            assert!(Parameters::from_json(json.as_bytes()).is_err(), "{json}");
        }
    }

    #[test]
    fn nul_and_broken_utf_8_are_refused() {
        for form in ["a=%00", "%00=1", "a=%ff", "a=%c3%28"] {
            assert!(Parameters::from_form(form.as_bytes()).is_err(), "{form}");
        }
    }
}
