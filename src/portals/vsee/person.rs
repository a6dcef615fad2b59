//! Members of a body that describe a person.

use email_address::{EmailAddress, Options};

use super::{
    error::{self, Result},
    input::Reader,
    model::{Details, Gender},
};

/// What a body says of a person besides the name.
///
/// # Errors
/// 400 for a malformed member.
pub fn read_details(body: Reader<'_>) -> Result<Details> {
    Ok(Details {
        gender: read_gender(body)?,
        email: read_email(body)?,
        dob: body.date("dob")?,
        street_addr: body.text("street_addr")?,
        city: body.text("city")?,
        state: read_state(body, "state")?,
        zip: body.text("zip")?,
        phone: read_phone(body, "phone")?,
    })
}

fn read_gender(body: Reader<'_>) -> Result<Option<Gender>> {
    let Some(name) = body.text("gender")? else {
        return Ok(None);
    };
    let gender = Gender::of_name(&name)
        .ok_or_else(|| error::malformed("gender", "male or female is expected").compare("male or female", &name))?;
    Ok(Some(gender))
}

fn read_email(body: Reader<'_>) -> Result<Option<String>> {
    let Some(email) = body.text("email")? else {
        return Ok(None);
    };
    let options = Options::default().without_display_text();
    let valid = EmailAddress::parse_with_options(&email, options).is_ok();
    error::malformed("email", "an e-mail address is expected").when(!valid)?;
    Ok(Some(email))
}

/// A state of two letters.
///
/// # Errors
/// 400 for anything else.
pub fn read_state(body: Reader<'_>, name: &str) -> Result<Option<String>> {
    let Some(state) = body.text(name)? else { return Ok(None) };
    let sound = state.len() == 2 && state.bytes().all(|byte| byte.is_ascii_alphabetic());
    error::malformed(name, "a state of two letters is expected")
        .compare("two letters", &state)
        .when(!sound)?;
    Ok(Some(state))
}

/// A telephone number: digits, and the characters people write between them.
///
/// # Errors
/// 400 for anything else, or more than 32 characters.
pub fn read_phone(body: Reader<'_>, name: &str) -> Result<Option<String>> {
    let Some(phone) = body.text(name)? else { return Ok(None) };
    let allowed = |byte: u8| byte.is_ascii_digit() || b"+-(). ".contains(&byte);
    let sound = phone.len() <= 32 && phone.bytes().all(allowed) && phone.bytes().any(|byte| byte.is_ascii_digit());
    error::malformed(name, "digits are expected").when(!sound)?;
    Ok(Some(phone))
}
