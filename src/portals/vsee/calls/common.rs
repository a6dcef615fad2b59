//! What the tables of calls have in common.

use crate::portals::vsee::{
    access::Access,
    call::Handler,
    operation::{Answer, Evidence, Kind, Operation, Parameter, Verb},
};

/// Makes a [`Handler`] of an async function that takes a call.
macro_rules! handler {
    ($function:path) => {
        |call| Box::pin(async move { Ok($function(call).await?.into()) })
    };
}

pub(super) use handler;

/// A documented call for users with a token, without parameters or refusals of its own.
pub const fn get(
    tag: &'static str,
    path: &'static str,
    id: &'static str,
    answer: Answer,
    handler: Handler,
) -> Operation<Handler> {
    Operation {
        verb: Verb::Get,
        path,
        id,
        tag,
        access: Access::Token,
        evidence: Evidence::Documented,
        summary: "",
        query: &[],
        body: &[],
        open: false,
        files: false,
        answer,
        refusals: &[],
        handler,
    }
}

/// As [`get`].
pub const fn post(
    tag: &'static str,
    path: &'static str,
    id: &'static str,
    answer: Answer,
    handler: Handler,
) -> Operation<Handler> {
    Operation {
        verb: Verb::Post,
        ..get(tag, path, id, answer, handler)
    }
}

pub const fn required(name: &'static str, kind: Kind, description: &'static str) -> Parameter {
    Parameter {
        name,
        kind,
        required: true,
        description,
    }
}

pub const fn optional(name: &'static str, kind: Kind, description: &'static str) -> Parameter {
    Parameter {
        required: false,
        ..required(name, kind, description)
    }
}

pub const LIMIT: Parameter = optional(
    "limit",
    Kind::Number,
    "How many items to return, 1 to 500. Default: 100.",
);
pub const OFFSET: Parameter = optional("offset", Kind::Number, "How many items to skip. Default: 0.");

pub const MALFORMED: (u16, &str) = (400, "A parameter is missing or malformed.");
pub const FORBIDDEN: (u16, &str) = (
    403,
    "The object belongs to another user, or the call is not open to users of this type.",
);
pub const UNKNOWN: (u16, &str) = (404, "The object does not exist.");
