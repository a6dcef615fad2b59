//! Checking the members of queries and bodies, and reporting everything that is wrong at once, in the words of Laravel.
//!
//! As in Laravel, a blank text counts as absent.

use email_address::{EmailAddress, Options};
use jiff::{Timestamp, civil::Date};
use serde_json::{Map, Value, json};

use super::error::{self, FieldErrors, Result};
use crate::api::dates::{read_date, read_time};

/// The longest text of a field without a limit of its own, in characters: what the database can index.
pub const LONGEST_TEXT: usize = 255;

/// What is wrong with the fields of a request, as far as they have been read.
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

    /// Reads the members of an object. `prefix` is put before their names in errors.
    pub fn fields<'a>(&'a mut self, prefix: &str, members: &'a Map<String, Value>) -> Fields<'a> {
        Fields {
            members,
            prefix: prefix.to_owned(),
            validation: self,
        }
    }
}

/// Reads the members of one object. An invalid member is recorded and read as if it were absent, so nothing that was
/// read may be used before [`Validation::finish`] has returned without an error.
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

    /// A member that is neither null nor blank.
    pub fn get(&self, name: &str) -> Option<&'a Value> {
        self.members.get(name).filter(|value| match value {
            Value::Null => false,
            Value::String(text) => !text.trim().is_empty(),
            _ => true,
        })
    }

    /// Whether the member was sent, even as null.
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

    /// If it is missing, that is recorded and it is empty.
    pub fn required_text(&mut self, name: &str) -> String {
        self.require(name);
        self.text(name).unwrap_or_default()
    }

    /// One of these words.
    pub fn choice(&mut self, name: &str, choices: &[&str]) -> Option<String> {
        let sent = self.text(name)?;
        if choices.contains(&sent.as_str()) {
            return Some(sent);
        }
        self.wrong(name, |field| format!("The selected {field} is invalid."));
        None
    }

    /// `YYYY-MM-DD`.
    pub fn date(&mut self, name: &str) -> Option<Date> {
        let sent = self.text(name)?;
        let date = read_date(&sent);
        if date.is_none() {
            self.wrong(name, |field| format!("The {field} does not match the format Y-m-d."));
        }
        date
    }

    /// A time with its offset from UTC.
    pub fn time(&mut self, name: &str) -> Option<Timestamp> {
        let sent = self.text(name)?;
        let instant = read_time(&sent);
        if instant.is_none() {
            self.wrong(name, |field| format!("The {field} is not a valid date."));
        }
        instant
    }

    pub fn email(&mut self, name: &str) -> Option<String> {
        let sent = self.text(name)?;
        let options = Options::default().without_display_text().without_domain_literal();
        if EmailAddress::parse_with_options(&sent, options).is_ok() {
            return Some(sent);
        }
        self.wrong(name, |field| format!("The {field} must be a valid email address."));
        None
    }

    /// A whole number of at least `least`.
    pub fn number(&mut self, name: &str, least: i64) -> Option<i64> {
        let sent = self.get(name)?;
        let number = match sent {
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

    /// Records that a member is missing because another one is there.
    pub fn is_required_with(&mut self, name: &str, other: &str) {
        self.wrong(name, |field| {
            format!("The {field} field is required when {other} is present.")
        });
    }

    /// Records that a member has the wrong type.
    pub fn must_be(&mut self, name: &str, kind: &str) {
        self.wrong(name, |field| format!("The {field} must be {kind}."));
    }

    /// An object; if it is missing, that is recorded and it is empty.
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

#[cfg(test)]
mod tests {
    use super::*;

    fn members(value: Value) -> Map<String, Value> {
        match value {
            Value::Object(members) => members,
            _ => panic!("an object"),
        }
    }

    #[test]
    fn everything_that_is_wrong_is_reported_at_once_in_the_words_of_laravel() {
        let sent = members(json!({
            "code": "", "gender": "other", "birth_date": "1980-1-1", "email": "jane", "first_name": 7,
            "last_name": "x".repeat(256), "months": "many", "days": 0,
        }));
        let mut validation = Validation::default();
        let mut fields = validation.fields("patients.0.", &sent);
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
}
