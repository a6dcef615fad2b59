//! Reading what a request says: its query, and a body of JSON, a form or `multipart/form-data`.
//!
//! Strict and bounded, the same for every API: nothing twice, no bytes that are not UTF-8, no U+0000 (which PostgreSQL
//! cannot store), at most the bytes the caller allows. JSON is at most 128 levels deep, the names of a form four.
//!
//! | what | read as |
//! | --- | --- |
//! | [`Query`] | names and texts, as they are written |
//! | [`Input`] | members: names with brackets (`a[b]=c`, `a[]=c`) stand for objects and lists; and files |
//! | [`read_json`] | a `serde` structure |
//!
//! An [`InputError`] is not an answer yet: each API words it.

mod error;
mod multipart;
mod query;
mod reader;

pub use error::{InputError, Part};
pub use query::Query;
pub use reader::{FieldError, Reader};

use axum::{
    body::{Body, to_bytes},
    extract::{RawPathParams, rejection::RawPathParamsRejection},
};
use bytes::Bytes;
use http::HeaderMap;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::operation::Parameter;
use crate::web::{
    json_object,
    media_type::{FORM, JSON, MULTIPART, content_type, essence},
    nested_form,
};

/// What was said, by name, and the files that came with it. Forms say everything as text; JSON has numbers and
/// booleans.
#[derive(Debug, Default)]
pub struct Input {
    members: Map<String, Value>,
    files: Vec<File>,
}

/// A file of a `multipart/form-data` body.
#[derive(Clone, Debug)]
pub struct File {
    pub name: String,
    /// As the sender says; nothing has checked it.
    pub media_type: String,
    pub content: Bytes,
}

/// The placeholder of a path that has one: `/patients/{code}`. `None` where the path has none.
///
/// # Errors
/// When it is not UTF-8, or holds U+0000.
pub fn path_parameter(parameters: Result<RawPathParams, RawPathParamsRejection>) -> Result<Option<String>, InputError> {
    let parameters = parameters.map_err(|_| InputError::unreadable(Part::Path, "it is not UTF-8"))?;
    match parameters.iter().next() {
        Some((name, value)) if value.contains('\0') => Err(InputError::zero(name.to_owned())),
        found => Ok(found.map(|(_, value)| value.to_owned())),
    }
}

/// The bytes of a body.
///
/// # Errors
/// When there are more than `most`, or the connection ends before the last of them.
pub async fn read_bytes(body: Body, most: usize) -> Result<Bytes, InputError> {
    to_bytes(body, most).await.map_err(|_| InputError::TooLarge { most })
}

/// A JSON body as a structure. No body at all counts as an empty object.
///
/// # Errors
/// When the media type is another one, it is not a JSON object, or it does not fit the structure.
pub fn read_json<T: DeserializeOwned>(headers: &HeaderMap, body: &[u8]) -> Result<T, InputError> {
    let input = Input::of_body(headers, body, &[JSON])?;
    serde_json::from_value(Value::Object(input.members)).map_err(|error| InputError::unreadable(Part::Body, error))
}

/// Whether a body says that it is JSON. Browsers send that media type to other origins only after asking for permission.
///
/// # Errors
/// When it says anything else.
pub fn check_json(headers: &HeaderMap) -> Result<(), InputError> {
    accept(headers, &[JSON]).map(drop)
}

impl Input {
    /// Reads a query.
    ///
    /// # Errors
    /// When it is damaged, says something twice or holds U+0000.
    pub fn of_query(query: Option<&str>) -> Result<Self, InputError> {
        Self::of_form(Part::Query, query.unwrap_or_default().as_bytes())
    }

    /// Reads a body of JSON or a form by its `Content-Type`, which has to be one of `accepted`. A body of blanks says
    /// nothing, whatever its type.
    ///
    /// # Errors
    /// As [`Input::of_query`]; and when the media type is none of `accepted`, or JSON is not an object.
    pub fn of_body(headers: &HeaderMap, body: &[u8], accepted: &'static [&'static str]) -> Result<Self, InputError> {
        if is_blank(body) {
            return Ok(Self::default());
        }
        match accept(headers, accepted)? {
            FORM => Self::of_form(Part::Body, body),
            JSON => {
                let members = json_object::read(body).map_err(|error| InputError::unreadable(Part::Body, error))?;
                Self::checked(members, Vec::new())
            }
            _ => Err(InputError::other_media_type(headers, accepted)),
        }
    }

    /// The same, also of `multipart/form-data` with files.
    ///
    /// # Errors
    /// As [`Input::of_body`]; and when the parts cannot be told apart, or there are more than ten files.
    pub async fn of_body_with_files(
        headers: &HeaderMap,
        body: Bytes,
        accepted: &'static [&'static str],
    ) -> Result<Self, InputError> {
        if is_blank(&body) || accept(headers, accepted)? != MULTIPART {
            return Self::of_body(headers, &body, accepted);
        }
        let (members, files) = multipart::read(content_type(headers), body).await?;
        Self::checked(members, files)
    }

    fn of_form(part: Part, form: &[u8]) -> Result<Self, InputError> {
        let members = nested_form::read(form).map_err(|error| InputError::of_form(part, error))?;
        Self::checked(members, Vec::new())
    }

    fn checked(members: Map<String, Value>, files: Vec<File>) -> Result<Self, InputError> {
        match json_object::zero_among(&members, "") {
            None => Ok(Self { members, files }),
            Some(place) => Err(InputError::zero(place)),
        }
    }

    /// The same input for a handler whose operation documents these.
    pub fn reader(&self, documented: &'static [Parameter]) -> Reader<'_> {
        Reader::new(&self.members, documented)
    }

    pub fn members(&self) -> &Map<String, Value> {
        &self.members
    }

    pub fn into_members(self) -> Map<String, Value> {
        self.members
    }

    pub fn files(&self) -> &[File] {
        &self.files
    }
}

fn is_blank(body: &[u8]) -> bool {
    body.iter().all(u8::is_ascii_whitespace)
}

/// Which of the accepted media types a body has.
fn accept(headers: &HeaderMap, accepted: &'static [&'static str]) -> Result<&'static str, InputError> {
    let essence = essence(content_type(headers));
    let found = accepted.iter().find(|accepted| **accepted == essence);
    found
        .copied()
        .ok_or_else(|| InputError::other_media_type(headers, accepted))
}

#[cfg(test)]
mod tests;
