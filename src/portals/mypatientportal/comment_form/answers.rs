//! Checks the answers to a form.

use jiff::civil::{Date, Time};
use serde_json::{Map, Value};

use super::{Field, FieldType, Restriction};
use crate::{
    api::dates::read_date,
    text::{self, Language},
};

/// The longest answer, in characters.
pub const LONGEST_ANSWER: usize = 10_000;

/// The name of a field, and what is wrong with its answer, in the language of the practice.
pub type InvalidField = (String, String);

/// What is wrong with an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Problem {
    Missing,
    Invalid,
    NotAChoice,
    NotPast,
    NotFuture,
    TooLong,
}

impl Problem {
    fn message(self, language: Language) -> String {
        match self {
            Self::Missing => text::say(language, "comment-form-missing"),
            Self::Invalid => text::say(language, "comment-form-invalid"),
            Self::NotAChoice => text::say(language, "comment-form-not-a-choice"),
            Self::NotPast => text::say(language, "comment-form-not-past"),
            Self::NotFuture => text::say(language, "comment-form-not-future"),
            Self::TooLong => text::say(language, "comment-form-too-long"),
        }
    }
}

/// The answers to the questions of the form; other members are dropped. `today` is the date at the practice.
///
/// # Errors
/// Every field with a missing or invalid answer, in the order of the form.
pub fn check(
    form: &[Field],
    answers: &Map<String, Value>,
    language: Language,
    today: Date,
) -> Result<Map<String, Value>, Vec<InvalidField>> {
    let mut kept = Map::new();
    let mut invalid = Vec::new();
    for field in form {
        match field.check(answers.get(&field.name), today) {
            Ok(Some(answer)) => {
                kept.insert(field.name.clone(), answer.clone());
            }
            Ok(None) => {}
            Err(problem) => invalid.push((field.name.clone(), problem.message(language))),
        }
    }
    if invalid.is_empty() { Ok(kept) } else { Err(invalid) }
}

impl Field {
    fn check<'a>(&self, answer: Option<&'a Value>, today: Date) -> Result<Option<&'a Value>, Problem> {
        let Some(answer) = answer.filter(|answer| !self.blank(answer)) else {
            return if self.required { Err(Problem::Missing) } else { Ok(None) };
        };
        match self.kind {
            FieldType::Textfield | FieldType::Textarea | FieldType::Icd10 | FieldType::Ops => {
                short_text(answer).map(drop)?
            }
            FieldType::Date => self.check_date(answer, today)?,
            FieldType::Time => check_time(answer)?,
            FieldType::Duration => check_duration(answer)?,
            FieldType::Combo => self.check_choice(answer)?,
            FieldType::Checkbox => checked(answer).map(drop).ok_or(Problem::Invalid)?,
        }
        Ok(Some(answer))
    }

    /// Whether there is no answer. A required checkbox has to be ticked.
    fn blank(&self, answer: &Value) -> bool {
        match answer {
            Value::Null => true,
            Value::String(text) if text.trim().is_empty() => true,
            Value::Array(choices) => choices.is_empty(),
            _ => self.kind == FieldType::Checkbox && self.required && checked(answer) == Some(false),
        }
    }

    fn check_date(&self, answer: &Value, today: Date) -> Result<(), Problem> {
        let date: Date = read_date(short_text(answer)?).ok_or(Problem::Invalid)?;
        match self.config.as_ref().and_then(|config| config.restriction) {
            Some(Restriction::Past) if date >= today => Err(Problem::NotPast),
            Some(Restriction::Future) if date <= today => Err(Problem::NotFuture),
            _ => Ok(()),
        }
    }

    fn check_choice(&self, answer: &Value) -> Result<(), Problem> {
        let config = self.config.as_ref();
        let values = config.and_then(|config| config.values.as_deref()).unwrap_or_default();
        let multi = config.is_some_and(|config| config.multi.is_some());
        let offered = |choice: &Value| match short_text(choice) {
            Ok(choice) if values.lines().any(|value| value == choice) => Ok(()),
            Ok(_) => Err(Problem::NotAChoice),
            Err(problem) => Err(problem),
        };
        match answer {
            // Each value can be chosen only once.
            Value::Array(choices) if multi && choices.len() > values.lines().count() => Err(Problem::TooLong),
            Value::Array(choices) if multi => choices.iter().try_for_each(offered),
            one => offered(one),
        }
    }
}

fn short_text(answer: &Value) -> Result<&str, Problem> {
    match answer {
        Value::String(text) if text.chars().count() > LONGEST_ANSWER => Err(Problem::TooLong),
        Value::String(text) => Ok(text),
        _ => Err(Problem::Invalid),
    }
}

fn check_time(answer: &Value) -> Result<(), Problem> {
    let (hours, minutes) = hours_and_minutes(short_text(answer)?).ok_or(Problem::Invalid)?;
    Time::new(hours, minutes, 0, 0).map(drop).map_err(|_| Problem::Invalid)
}

fn check_duration(answer: &Value) -> Result<(), Problem> {
    let (_, minutes) = hours_and_minutes(short_text(answer)?).ok_or(Problem::Invalid)?;
    if minutes < 60 { Ok(()) } else { Err(Problem::Invalid) }
}

/// Two digits, a colon, two digits.
fn hours_and_minutes(text: &str) -> Option<(i8, i8)> {
    let (hours, minutes) = text.split_once(':')?;
    let two_digits = |part: &str| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
    (two_digits(hours) && two_digits(minutes)).then(|| Some((hours.parse().ok()?, minutes.parse().ok()?)))?
}

/// A checkbox as JSON or a form sends it.
fn checked(answer: &Value) -> Option<bool> {
    match answer {
        Value::Bool(checked) => Some(*checked),
        Value::String(text) => match text.as_str() {
            "true" | "on" | "1" => Some(true),
            "false" | "off" | "0" => Some(false),
            _ => None,
        },
        _ => None,
    }
}
