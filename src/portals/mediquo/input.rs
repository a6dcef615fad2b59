//! Reading queries and JSON bodies, and saying all that is wrong with them at once, in the framework's words.
//!
//! Blank text is no text, as the framework has it. Nothing holds U+0000, and no text is longer than the database's
//! indexes carry, unless its field says otherwise.

use email_address::{EmailAddress, Options};
use http::{HeaderMap, header::CONTENT_TYPE};
use jiff::{Timestamp, civil::Date};
use serde_json::{Map, Value, json};

use super::error::{self, FieldErrors, Result};
use crate::web::{json_object, parameters};

/// The longest text of a field that does not say otherwise.
pub const LONGEST_TEXT: usize = 255;

/// Reads a JSON body. No body at all is an empty object.
///
/// # Errors
/// 415 for another media type; 400 for what is no JSON object, says something twice or holds U+0000.
pub fn body(headers: &HeaderMap, bytes: &[u8]) -> Result<Map<String, Value>> {
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Ok(Map::new());
    }
    let content_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let content_type = content_type.unwrap_or_default();
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    error::not_json(content_type).when(!essence.eq_ignore_ascii_case("application/json"))?;
    let unreadable = |problem| error::unacceptable(&format!("The body cannot be read as JSON: {problem}."));
    let members = json_object::read(bytes).map_err(unreadable)?;
    let members = Value::Object(members);
    error::unacceptable("The character U+0000 is not accepted.").when(holds_zero(&members))?;
    match members {
        Value::Object(members) => Ok(members),
        _ => Ok(Map::new()),
    }
}

/// Reads a query as an object of texts.
///
/// # Errors
/// 400 when it is damaged, says something twice or holds U+0000.
pub fn query(query: Option<&str>) -> Result<Map<String, Value>> {
    let unreadable = |problem: String| error::unacceptable(&format!("The query cannot be read: {problem}."));
    let pairs = parameters::read_form(query.unwrap_or_default().as_bytes())
        .map_err(|problem| unreadable(problem.to_string()))?;
    let mut members = Map::new();
    for (name, value) in pairs {
        error::unacceptable("The character U+0000 is not accepted.")
            .when(name.contains('\0') || value.contains('\0'))?;
        if members.insert(name.clone(), Value::String(value)).is_some() {
            return Err(unreadable(format!("{name} is there more than once")));
        }
    }
    Ok(members)
}

fn holds_zero(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::Array(items) => items.iter().any(holds_zero),
        Value::Object(members) => members
            .iter()
            .any(|(name, value)| name.contains('\0') || holds_zero(value)),
        _ => false,
    }
}

/// What was found wrong so far.
#[derive(Debug, Default)]
pub struct Validation(FieldErrors);

impl Validation {
    pub fn wrong(&mut self, field: &str, message: impl Into<String>) {
        let messages = self.0.entry(field).or_insert_with(|| json!([]));
        if let Some(messages) = messages.as_array_mut() {
            messages.push(Value::String(message.into()));
        }
    }

    /// # Errors
    /// 422 with everything that is wrong.
    pub fn finish(self) -> Result<()> {
        if self.0.is_empty() {
            Ok(())
        } else {
            Err(error::invalid(self.0))
        }
    }

    /// The members of an object, whose fields are named after it.
    pub fn fields<'a>(&'a mut self, prefix: &str, members: &'a Map<String, Value>) -> Fields<'a> {
        Fields {
            members,
            prefix: prefix.to_owned(),
            validation: self,
        }
    }
}

/// Reads the members of one object. What is wrong is noted, and read as if it were not there: whoever asks must
/// [`Validation::finish`] before believing any of it.
#[derive(Debug)]
pub struct Fields<'a> {
    members: &'a Map<String, Value>,
    prefix: String,
    validation: &'a mut Validation,
}

impl<'a> Fields<'a> {
    fn wrong(&mut self, name: &str, message: impl FnOnce(&str) -> String) {
        let field = format!("{}{name}", self.prefix);
        let message = message(&field);
        self.validation.wrong(&field, message);
    }

    /// What was said: neither null nor blank.
    pub fn get(&self, name: &str) -> Option<&'a Value> {
        self.members.get(name).filter(|value| match value {
            Value::Null => false,
            Value::String(text) => !text.trim().is_empty(),
            _ => true,
        })
    }

    /// Whether the member is there, null included.
    pub fn mentions(&self, name: &str) -> bool {
        self.members.contains_key(name)
    }

    pub fn require(&mut self, name: &str) {
        if self.get(name).is_none() {
            self.wrong(name, |field| format!("The {field} field is required."));
        }
    }

    pub fn text(&mut self, name: &str) -> Option<String> {
        self.text_up_to(name, LONGEST_TEXT)
    }

    pub fn text_up_to(&mut self, name: &str, longest: usize) -> Option<String> {
        match self.get(name)? {
            Value::String(text) if text.chars().count() <= longest => Some(text.clone()),
            Value::String(_) => {
                self.wrong(name, |field| {
                    format!("The {field} may not be greater than {longest} characters.")
                });
                None
            }
            _ => {
                self.wrong(name, |field| format!("The {field} must be a string."));
                None
            }
        }
    }

    /// Empty where it is missing, which is noted.
    pub fn required_text(&mut self, name: &str) -> String {
        self.require(name);
        self.text(name).unwrap_or_default()
    }

    /// One of a few words.
    pub fn choice(&mut self, name: &str, choices: &[&str]) -> Option<String> {
        let said = self.text(name)?;
        if choices.contains(&said.as_str()) {
            return Some(said);
        }
        self.wrong(name, |field| format!("The selected {field} is invalid."));
        None
    }

    /// `YYYY-MM-DD`.
    pub fn date(&mut self, name: &str) -> Option<Date> {
        let said = self.text(name)?;
        let date = read_date(&said);
        if date.is_none() {
            self.wrong(name, |field| format!("The {field} does not match the format Y-m-d."));
        }
        date
    }

    /// An instant with its distance from UTC.
    pub fn instant(&mut self, name: &str) -> Option<Timestamp> {
        let said = self.text(name)?;
        let instant = read_instant(&said);
        if instant.is_none() {
            self.wrong(name, |field| format!("The {field} is not a valid date."));
        }
        instant
    }

    pub fn email(&mut self, name: &str) -> Option<String> {
        let said = self.text(name)?;
        let options = Options::default().without_display_text().without_domain_literal();
        if EmailAddress::parse_with_options(&said, options).is_ok() {
            return Some(said);
        }
        self.wrong(name, |field| format!("The {field} must be a valid email address."));
        None
    }

    /// A whole number from `least` on.
    pub fn number(&mut self, name: &str, least: i64) -> Option<i64> {
        let said = self.get(name)?;
        let number = match said {
            Value::Number(number) => number.as_i64(),
            Value::String(text) => text.parse().ok(),
            _ => None,
        };
        match number {
            Some(number) if number >= least && number <= i64::from(i32::MAX) => Some(number),
            Some(number) if number < least => {
                self.wrong(name, |field| format!("The {field} must be at least {least}."));
                None
            }
            Some(_) => {
                self.wrong(name, |field| {
                    format!("The {field} may not be greater than {}.", i32::MAX)
                });
                None
            }
            None => {
                self.wrong(name, |field| format!("The {field} must be an integer."));
                None
            }
        }
    }

    pub fn is_malformed(&mut self, name: &str) {
        self.wrong(name, |field| format!("The {field} format is invalid."));
    }

    /// Notes that a member is missing because another one is there.
    pub fn is_required_with(&mut self, name: &str, other: &str) {
        self.wrong(name, |field| {
            format!("The {field} field is required when {other} is present.")
        });
    }

    /// Notes that a member is of the wrong type.
    pub fn must_be(&mut self, name: &str, kind: &str) {
        self.wrong(name, |field| format!("The {field} must be {kind}."));
    }

    /// An object; an empty one where it is missing, which is noted.
    pub fn required_object(&mut self, name: &str) -> Map<String, Value> {
        self.require(name);
        match self.get(name) {
            Some(Value::Object(members)) => members.clone(),
            Some(_) => {
                self.wrong(name, |field| format!("The {field} must be an array."));
                Map::new()
            }
            None => Map::new(),
        }
    }
}

/// Ten characters, no more: jiff would also take a week date or a date with a time.
pub fn read_date(text: &str) -> Option<Date> {
    let shape = |(position, byte): (usize, u8)| match position {
        4 | 7 => byte == b'-',
        _ => byte.is_ascii_digit(),
    };
    let shaped = text.len() == 10 && text.bytes().enumerate().all(shape);
    if shaped { text.parse().ok() } else { None }
}

/// ISO 8601 with a zone, in the years that have four digits; to the millisecond, which is what we keep.
pub fn read_instant(text: &str) -> Option<Timestamp> {
    let instant: Timestamp = text.parse().ok()?;
    let year = instant.to_zoned_datetime(jiff::tz::TimeZone::UTC).year();
    let kept = Timestamp::from_millisecond(instant.as_millisecond()).ok()?;
    (1..=9998).contains(&year).then_some(kept)
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn members(value: Value) -> Map<String, Value> {
        match value {
            Value::Object(members) => members,
            _ => panic!("an object"),
        }
    }

    fn read(text: &str) -> Result<Map<String, Value>> {
        let headers = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static("application/json"))]);
        body(&headers, text.as_bytes())
    }

    #[test]
    fn a_body_is_a_json_object_or_nothing() {
        assert!(read("{\"code\": \"jane-1\"}").is_ok());
        assert!(body(&HeaderMap::new(), b" ").is_ok_and(|members| members.is_empty()));
        for wrong in [
            "[]",
            "null",
            "{",
            "{\"a\":1,\"a\":2}",
            "{\"a\":\"\\u0000\"}",
            "{\"a\\u0000\":1}",
        ] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
        assert!(body(&HeaderMap::new(), b"{}").is_err(), "no media type");
    }

    #[test]
    fn everything_that_is_wrong_is_said_at_once_in_the_frameworks_words() {
        let said = members(json!({
            "code": "", "gender": "other", "birth_date": "1980-1-1", "email": "jane", "first_name": 7,
            "last_name": "x".repeat(256), "months": "many", "days": 0,
        }));
        let mut validation = Validation::default();
        let mut fields = validation.fields("patients.0.", &said);
        fields.required_text("code");
        fields.choice("gender", &["male", "female"]);
        fields.date("birth_date");
        fields.email("email");
        fields.text("first_name");
        fields.text("last_name");
        fields.number("months", 1);
        fields.number("days", 1);

        let expected = json!({
            "patients.0.code": ["The patients.0.code field is required."],
            "patients.0.gender": ["The selected patients.0.gender is invalid."],
            "patients.0.birth_date": ["The patients.0.birth_date does not match the format Y-m-d."],
            "patients.0.email": ["The patients.0.email must be a valid email address."],
            "patients.0.first_name": ["The patients.0.first_name must be a string."],
            "patients.0.last_name": ["The patients.0.last_name may not be greater than 255 characters."],
            "patients.0.months": ["The patients.0.months must be an integer."],
            "patients.0.days": ["The patients.0.days must be at least 1."],
        });
        assert_eq!(Value::Object(validation.0), expected);
    }

    #[test]
    fn instants_have_a_zone_and_a_sane_year() {
        assert!(read_instant("2023-07-14T15:12:27Z").is_some());
        assert!(read_instant("2023-07-14T15:12:27+02:00").is_some());
        for wrong in [
            "2023-07-14T15:12:27",
            "2023-07-14",
            "tomorrow",
            "-000001-01-01T00:00:00Z",
            "9999-12-01T00:00:00Z",
        ] {
            assert!(read_instant(wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn a_query_says_nothing_twice() {
        assert!(query(Some("code=a&tag=b")).is_ok_and(|members| members.len() == 2));
        for wrong in ["code=a&code=b", "code=%00", "code=%zz"] {
            assert!(query(Some(wrong)).is_err(), "{wrong}");
        }
    }
}
