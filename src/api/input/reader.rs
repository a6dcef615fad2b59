//! Typed members of an input.

use jiff::civil::Date;
use serde_json::{Map, Value};

use crate::api::{
    dates::{read_date, read_digits},
    operation::Parameter,
};

/// Why a member cannot be used. Each API words it.
#[derive(Debug, PartialEq, Eq)]
pub enum FieldError {
    Missing {
        name: String,
    },
    Malformed {
        name: String,
        /// What is expected, in a sentence without a full stop.
        why: &'static str,
        /// The form it should have and what came instead, where that helps.
        comparison: Option<(&'static str, String)>,
    },
}

impl FieldError {
    fn malformed(name: &str, why: &'static str) -> Self {
        Self::Malformed {
            name: name.to_owned(),
            why,
            comparison: None,
        }
    }

    fn unlike(name: &str, why: &'static str, expected: &'static str, received: impl ToString) -> Self {
        Self::Malformed {
            name: name.to_owned(),
            why,
            comparison: Some((expected, received.to_string())),
        }
    }
}

/// Reads typed members. Blank text and null count as absent.
///
/// What a handler reads has to be documented in its operation: asking for anything else fails in tests.
#[derive(Clone, Copy, Debug)]
pub struct Reader<'a> {
    members: &'a Map<String, Value>,
    documented: &'static [Parameter],
}

type Read<T> = Result<Option<T>, FieldError>;

impl<'a> Reader<'a> {
    pub(super) fn new(members: &'a Map<String, Value>, documented: &'static [Parameter]) -> Self {
        Self { members, documented }
    }

    /// A member that says something, whatever it is.
    pub fn value(self, name: &str) -> Option<&'a Value> {
        debug_assert!(self.documents(name), "{name} is not documented in the operation");
        self.members.get(name).filter(|value| match value {
            Value::Null => false,
            Value::String(text) => !text.trim().is_empty(),
            _ => true,
        })
    }

    pub fn text(self, name: &str) -> Read<&'a str> {
        match self.value(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(FieldError::malformed(name, "text is expected")),
        }
    }

    /// # Errors
    /// Also when it is absent.
    pub fn required_text(self, name: &str) -> Result<&'a str, FieldError> {
        required(name, self.text(name))
    }

    /// A number of 1 or more, or its digits as text.
    pub fn id(self, name: &str) -> Read<i64> {
        let Some(value) = self.value(name) else { return Ok(None) };
        let number = match value {
            Value::Number(number) => number.as_i64(),
            Value::String(text) => read_digits(text),
            _ => None,
        };
        let number = number.filter(|number| *number > 0);
        let wrong = || FieldError::unlike(name, "a positive whole number is expected", "a number", value);
        number.map(Some).ok_or_else(wrong)
    }

    /// # Errors
    /// Also when it is absent.
    pub fn required_id(self, name: &str) -> Result<i64, FieldError> {
        required(name, self.id(name))
    }

    /// `YYYY-MM-DD`.
    pub fn date(self, name: &str) -> Read<Date> {
        let Some(text) = self.text(name)? else { return Ok(None) };
        let wrong = || FieldError::unlike(name, "a date is written YYYY-MM-DD", "YYYY-MM-DD", text);
        read_date(text).map(Some).ok_or_else(wrong)
    }

    /// `true` or `false`, as text also `1` or `0`.
    pub fn boolean(self, name: &str) -> Read<bool> {
        let Some(value) = self.value(name) else { return Ok(None) };
        let boolean = match value {
            Value::Bool(boolean) => Some(*boolean),
            Value::String(text) => match text.as_str() {
                "true" | "1" => Some(true),
                "false" | "0" => Some(false),
                _ => None,
            },
            _ => None,
        };
        let wrong = || FieldError::unlike(name, "true or false is expected", "true or false", value);
        boolean.map(Some).ok_or_else(wrong)
    }

    pub fn object(self, name: &str) -> Read<&'a Map<String, Value>> {
        match self.value(name) {
            None => Ok(None),
            Some(Value::Object(members)) => Ok(Some(members)),
            Some(_) => Err(FieldError::malformed(
                name,
                "an object is expected: in a form, name[member]=value",
            )),
        }
    }

    /// The members that are not documented, as they came.
    pub fn others(self) -> Map<String, Value> {
        let others = self.members.iter().filter(|(name, _)| !self.documents(name));
        others.map(|(name, value)| (name.clone(), value.clone())).collect()
    }

    fn documents(self, name: &str) -> bool {
        self.documented.iter().any(|parameter| parameter.name == name)
    }
}

fn required<T>(name: &str, read: Read<T>) -> Result<T, FieldError> {
    read?.ok_or_else(|| FieldError::Missing { name: name.to_owned() })
}
