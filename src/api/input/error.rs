//! Why a request cannot be read.

use std::fmt;

use http::HeaderMap;

use crate::web::{media_type::content_type, nested_form::NestedFormError};

/// Where in a request something stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    Path,
    Query,
    Body,
}

impl Part {
    pub fn name(self) -> &'static str {
        match self {
            Self::Path => "path",
            Self::Query => "query",
            Self::Body => "body",
        }
    }
}

impl fmt::Display for Part {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// Why a query or a body cannot be read. Holds no value that was sent, since it may be a secret.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum InputError {
    #[error("the body is larger than {most} bytes")]
    TooLarge { most: usize },
    #[error("the body is expected as {}", .accepted.join(" or "))]
    MediaType {
        accepted: &'static [&'static str],
        received: String,
    },
    /// Damaged as a whole.
    #[error("the {part} cannot be read: {why}")]
    Unreadable { part: Part, why: String },
    /// One member is at fault; `name` may lead into it: `users[0].name`.
    #[error("`{name}`: {why}")]
    Member { name: String, why: &'static str },
}

impl InputError {
    pub(super) fn unreadable(part: Part, why: impl ToString) -> Self {
        Self::Unreadable {
            part,
            why: why.to_string(),
        }
    }

    pub(super) fn other_media_type(headers: &HeaderMap, accepted: &'static [&'static str]) -> Self {
        Self::MediaType {
            accepted,
            received: content_type(headers).to_owned(),
        }
    }

    pub(super) fn zero(name: String) -> Self {
        let why = "the character U+0000 is not accepted";
        Self::Member { name, why }
    }

    pub(super) fn twice(name: String) -> Self {
        let why = "it is sent more than once";
        Self::Member { name, why }
    }

    pub(super) fn of_form(part: Part, error: NestedFormError) -> Self {
        match error {
            NestedFormError::Damaged(error) => Self::unreadable(part, error),
            NestedFormError::Brackets(name) => Self::Member {
                name,
                why: "the brackets do not match",
            },
            NestedFormError::Twice(name) => Self::Member {
                name,
                why: "it is sent more than once, or in two notations",
            },
        }
    }
}
