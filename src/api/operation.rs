//! One method at one path, with everything that routing, documentation and tests need to know of it.
//!
//! An API is a table of these. The table is the only place that lists its operations: the router, the OpenAPI document
//! and the checks of requests read it, so they cannot disagree.

use std::fmt;

use http::Method;
use serde_json::Value;

/// An operation (OpenAPI 3.1 §4.8.10).
///
/// `H` is what serves it and `A` says who may call it; each API has types of its own for both.
pub struct Operation<H, A> {
    pub method: Method,
    /// Below the address of the API: `/patients/{code}`, as axum and OpenAPI both write it.
    pub path: &'static str,
    /// `operationId`, unique in the API: `showPatient`.
    pub id: &'static str,
    pub tag: &'static str,
    /// A short phrase without a full stop.
    pub summary: &'static str,
    /// Who may call it.
    pub access: A,
    pub query: &'static [Parameter],
    pub body: Body,
    pub answer: Answer,
    /// What it refuses by itself, as status and description. What can happen to any request is written once for the API
    /// ([`super::openapi::Conventions::common_responses`]).
    pub refusals: &'static [(u16, &'static str)],
    pub handler: H,
}

/// A query parameter, or a member of a body.
#[derive(Clone, Copy, Debug)]
pub struct Parameter {
    pub name: &'static str,
    /// Its JSON Schema.
    pub schema: fn() -> Value,
    pub required: bool,
    pub description: &'static str,
}

/// What an operation reads from the body of a request.
#[derive(Clone, Copy, Debug)]
pub enum Body {
    /// Nothing: a body is not looked at.
    Nothing,
    /// A JSON object of this schema.
    Json {
        schema: fn() -> Value,
        /// Whether there has to be one.
        required: bool,
    },
    /// Named members, in any of these media types.
    Members {
        members: &'static [Parameter],
        /// Whether members of other names are accepted, too.
        open: bool,
        media_types: &'static [&'static str],
        /// What files are accepted in a `multipart/form-data` body; `None`: none are.
        files: Option<&'static str>,
    },
}

/// What an operation answers with when it succeeds.
#[derive(Clone, Copy, Debug)]
pub struct Answer {
    pub status: u16,
    /// `None`: the summary of the operation.
    pub description: Option<&'static str>,
    pub content: Content,
}

/// The body of an answer.
#[derive(Clone, Copy, Debug)]
pub enum Content {
    Nothing,
    /// JSON of this schema.
    Json(fn() -> Value),
    /// Bytes of this media type, which may be a range such as `*/*`.
    Bytes(&'static str),
}

impl Parameter {
    pub const fn required(name: &'static str, schema: fn() -> Value, description: &'static str) -> Self {
        Self {
            name,
            schema,
            required: true,
            description,
        }
    }

    pub const fn optional(name: &'static str, schema: fn() -> Value, description: &'static str) -> Self {
        Self {
            name,
            schema,
            required: false,
            description,
        }
    }
}

impl Body {
    /// A JSON object that has to be sent.
    pub const fn json(schema: fn() -> Value) -> Self {
        Self::Json { schema, required: true }
    }

    /// A JSON object; no body counts as an empty one.
    pub const fn optional_json(schema: fn() -> Value) -> Self {
        Self::Json {
            schema,
            required: false,
        }
    }

    pub fn is_read(&self) -> bool {
        !matches!(self, Self::Nothing)
    }

    /// The members that are documented by name; none where the body has a schema.
    pub fn members(&self) -> &'static [Parameter] {
        match self {
            Self::Members { members, .. } => members,
            Self::Nothing | Self::Json { .. } => &[],
        }
    }
}

impl Answer {
    /// 200 with JSON.
    pub const fn json(schema: fn() -> Value) -> Self {
        Self::of(200, Content::Json(schema))
    }

    /// 200 with bytes of this media type.
    pub const fn bytes(media_type: &'static str) -> Self {
        Self::of(200, Content::Bytes(media_type))
    }

    /// 204.
    pub const fn nothing() -> Self {
        Self::of(204, Content::Nothing)
    }

    pub const fn of(status: u16, content: Content) -> Self {
        Self {
            status,
            description: None,
            content,
        }
    }

    pub const fn described(mut self, description: &'static str) -> Self {
        self.description = Some(description);
        self
    }
}

impl<H, A> Operation<H, A> {
    /// Whether it may change something.
    pub fn writes(&self) -> bool {
        self.method != Method::GET
    }

    /// Whether it serves this method. `HEAD` is `GET` without the body of the answer, which the server leaves out.
    pub fn serves(&self, method: &Method) -> bool {
        self.method == *method || (self.method == Method::GET && *method == Method::HEAD)
    }

    /// Whether a query parameter or a member of the body has this name.
    pub fn documents(&self, name: &str) -> bool {
        let mut inputs = self.query.iter().chain(self.body.members());
        inputs.any(|input| input.name == name)
    }
}

impl<H, A> fmt::Debug for Operation<H, A> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} ({} {})", self.id, self.method, self.path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn head_is_served_as_get() {
        let read = Operation {
            method: Method::GET,
            path: "/clock",
            id: "showClock",
            tag: "Clock",
            summary: "The time",
            access: (),
            query: &[],
            body: Body::Nothing,
            answer: Answer::nothing(),
            refusals: &[],
            handler: (),
        };

        assert!(read.serves(&Method::HEAD) && read.serves(&Method::GET) && !read.serves(&Method::POST));
        assert!(!read.writes());
    }
}
