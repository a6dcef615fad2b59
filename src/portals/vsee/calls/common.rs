//! What several calls have in common.

use crate::{
    api::operation::{Body, Parameter},
    portals::vsee::schemas::number_in_query,
    web::media_type::{FORM, JSON, MULTIPART},
};

const MEDIA_TYPES: &[&str] = &[JSON, FORM, MULTIPART];
/// Which files are accepted.
pub const FILES: &str = "A PDF, PNG, JPEG, GIF or plain text file of up to 512 KiB. The field can have any name.";

pub const LIMIT: Parameter = Parameter::optional(
    "limit",
    number_in_query,
    "How many items to return, 1 to 500. Default: 100.",
);
pub const OFFSET: Parameter = Parameter::optional("offset", number_in_query, "How many items to skip. Default: 0.");

pub const MALFORMED: (u16, &str) = (400, "A parameter is missing or malformed.");
pub const FORBIDDEN: (u16, &str) = (
    403,
    "The object belongs to another user, or the call is not open to users of this type.",
);
pub const UNKNOWN: (u16, &str) = (404, "The object does not exist.");

/// A body with these members, without files. Other members are ignored.
pub const fn body(members: &'static [Parameter]) -> Body {
    Body::Members {
        members,
        open: true,
        media_types: MEDIA_TYPES,
        files: None,
    }
}

/// A body with these members and files. Other members are kept.
pub const fn body_with_files(members: &'static [Parameter]) -> Body {
    Body::Members {
        members,
        open: true,
        media_types: MEDIA_TYPES,
        files: Some(FILES),
    }
}
