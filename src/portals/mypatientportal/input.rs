//! E-mail addresses, and members of an object inside a body.

use email_address::{EmailAddress, Options};
use serde_json::{Map, Value};

use super::error::{self, Result};
use crate::api::input::Reader;

/// A member that is an e-mail address.
///
/// # Errors
/// When it is anything else.
pub fn email<'a>(members: Reader<'a>, name: &str) -> Result<Option<&'a str>> {
    let Some(email) = members.text(name)? else {
        return Ok(None);
    };
    check_email(name, email).map(|()| Some(email))
}

/// A member that is neither null nor blank.
pub fn present<'a>(members: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    members.get(name).filter(|value| match value {
        Value::Null => false,
        Value::String(text) => !text.trim().is_empty(),
        _ => true,
    })
}

/// A member that is text; `None` where it is null or blank.
///
/// # Errors
/// When it is anything else.
pub fn text_of<'a>(members: &'a Map<String, Value>, name: &str) -> Result<Option<&'a str>> {
    match present(members, name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(error::malformed(name, "text is expected")),
    }
}

/// # Errors
/// When it is not an e-mail address to which mail can be sent.
pub fn check_email(name: &str, email: &str) -> Result<()> {
    let options = Options::default()
        .with_required_tld()
        .without_display_text()
        .without_domain_literal();
    let sound = EmailAddress::parse_with_options(email, options);
    sound
        .map(drop)
        .map_err(|problem| error::malformed(name, problem.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_email_address_can_be_written_to() {
        assert!(check_email("email", "anne@example.com").is_ok());
        for wrong in [
            "anne",
            "anne@",
            "@example.com",
            "anne@localhost",
            "Anne <anne@example.com>",
            "a@b@example.com",
            "anne@[127.0.0.1]",
            "a b@example.com",
        ] {
            assert!(check_email("email", wrong).is_err(), "{wrong}");
        }
    }
}
