//! Comment forms: the questions a practice asks with a booking, and whether they are answered.
//!
//! Field types and configuration are those that were seen on the wire: `textfield`, `textarea`, `date`,
//! `time`, `duration`, `combo`, `checkbox`, `icd10`, `ops`; `values` (one choice per line), `multi`
//! (`"on"`), `emptyText` (a hint in the empty field), `restriction` (`past`, `future`). Recorded is a single
//! message, the German one for a missing answer; the others follow its tone. They are written in the
//! practice's language, as the recorded one is: the patient's language does not reach the API.

use jiff::civil::{Date, Time};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::dates::read_date;
use crate::text::{self, Language};

/// The fields, in the order in which they are asked.
pub type CommentForm = Vec<Field>;

/// An answer of more characters than this is refused.
const LONGEST_ANSWER: usize = 10_000;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// What the patient reads, and the answer's key.
    pub name: String,
    #[serde(default)]
    pub required: bool,
    #[serde(rename = "type")]
    pub kind: FieldType,
    #[serde(default)]
    pub config: Option<FieldConfig>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FieldType {
    Textfield,
    Textarea,
    /// `YYYY-MM-DD`.
    Date,
    /// `HH:MM`.
    Time,
    /// `HH:MM`, hours and minutes.
    Duration,
    /// One of the configured values; with `multi` a list of them.
    Combo,
    Checkbox,
    /// A diagnosis code.
    Icd10,
    /// A procedure code.
    Ops,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FieldConfig {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub values: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub multi: Option<On>,
    #[serde(default, rename = "emptyText", skip_serializing_if = "Option::is_none")]
    pub empty_text: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub restriction: Option<Restriction>,
}

/// The one value of a switched-on `multi`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum On {
    On,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Restriction {
    Past,
    Future,
}

/// A field whose answer does not do, with what is the matter in the practice's language.
pub type InvalidField = (String, String);

/// What is the matter with an answer.
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

/// The answers to the form's questions, without what was not asked.
///
/// `today` is the practice's.
///
/// # Errors
/// Every field whose answer does not do, in the form's order.
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

    /// Not answered at all. A required checkbox has to be ticked.
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
            // Each value once: nobody ticks more than there is.
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

/// A checkbox as JSON or a form says it.
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

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use serde_json::json;

    use super::*;

    const TODAY: Date = date(2025, 6, 2);

    fn field(name: &str, kind: FieldType, required: bool, config: Value) -> Field {
        let config = serde_json::from_value(config).expect("a test's configuration");
        Field {
            name: name.to_owned(),
            required,
            kind,
            config,
        }
    }

    /// The form of the fixture type 200.
    fn form() -> CommentForm {
        vec![
            field("Neupatient", FieldType::Combo, true, json!({"values": "Ja\nNein"})),
            field(
                "Vorerkrankungen",
                FieldType::Textfield,
                true,
                json!({"emptyText": "z. B. Asthma"}),
            ),
        ]
    }

    fn problems(form: &[Field], answers: Value) -> Vec<InvalidField> {
        let Value::Object(answers) = answers else {
            panic!("answers are an object")
        };
        check(form, &answers, Language::German, TODAY).err().unwrap_or_default()
    }

    fn says(message: &str) -> Option<String> {
        Some(message.to_owned())
    }

    fn problem(field: Field, answer: Value) -> Option<String> {
        let answers = json!({field.name.clone(): answer});
        problems(&[field], answers)
            .into_iter()
            .next()
            .map(|(_, message)| message)
    }

    #[test]
    fn an_answers_length_is_counted_in_characters_and_not_in_bytes() {
        let remark = || field("q", FieldType::Textarea, true, json!({}));

        assert_eq!(problem(remark(), json!("💊".repeat(LONGEST_ANSWER))), None);
        assert!(problem(remark(), json!("💊".repeat(LONGEST_ANSWER + 1))).is_some());
    }

    #[test]
    fn of_several_choices_there_are_no_more_than_are_offered() {
        let several = || field("q", FieldType::Combo, true, json!({"values": "A\nB", "multi": "on"}));

        assert_eq!(problem(several(), json!(["A", "B"])), None);
        assert!(problem(several(), json!(["A", "B", "A"])).is_some());
    }

    #[test]
    fn a_missing_answer_is_refused_with_the_recorded_message() {
        assert_eq!(
            problems(&form(), json!({"Neupatient": "Ja"})),
            [("Vorerkrankungen".to_owned(), "muss ausgefüllt werden".to_owned())]
        );
    }

    #[test]
    fn every_wrong_answer_is_named_in_the_forms_order() {
        assert_eq!(
            problems(&form(), json!({"Vorerkrankungen": " ", "Neupatient": "Vielleicht"})),
            [
                ("Neupatient".to_owned(), "ist kein gültiger Wert".to_owned()),
                ("Vorerkrankungen".to_owned(), "muss ausgefüllt werden".to_owned())
            ]
        );
    }

    #[test]
    fn the_message_speaks_the_practices_language() {
        let missing = |language| {
            check(&form(), &Map::new(), language, TODAY).expect_err("refused")[0]
                .1
                .clone()
        };

        assert_eq!(missing(Language::English), "can't be blank");
        assert_eq!(missing(Language::Spanish), "no puede estar en blanco");
    }

    #[test]
    fn a_complete_form_is_kept_without_what_was_not_asked() {
        let answers = json!({"Neupatient": "Nein", "Vorerkrankungen": "keine", "Schuhgröße": "43"});
        let Value::Object(answers) = answers else {
            unreachable!("an object")
        };

        let kept = check(&form(), &answers, Language::German, TODAY).expect("complete");

        assert_eq!(
            Value::Object(kept),
            json!({"Neupatient": "Nein", "Vorerkrankungen": "keine"})
        );
    }

    #[test]
    fn what_is_not_required_may_be_left_out_but_not_be_wrong() {
        let date = |answer| problem(field("Datum", FieldType::Date, false, json!(null)), answer);

        assert_eq!(date(json!(null)), None);
        assert_eq!(date(json!("")), None);
        assert_eq!(date(json!("02.06.2025")), says("ist nicht gültig"));
        assert_eq!(date(json!(20250602)), says("ist nicht gültig"));
    }

    #[test]
    fn a_date_obeys_its_restriction_and_today_is_neither_past_nor_future() {
        let date = |restriction, answer: &str| {
            problem(
                field("Datum", FieldType::Date, true, json!({"restriction": restriction})),
                json!(answer),
            )
        };

        assert_eq!(date("past", "2025-06-01"), None);
        assert_eq!(date("past", "2025-06-02"), says("muss in der Vergangenheit liegen"));
        assert_eq!(date("future", "2025-06-03"), None);
        assert_eq!(date("future", "2025-06-02"), says("muss in der Zukunft liegen"));
    }

    #[test]
    fn times_and_durations_are_hours_and_minutes() {
        let time = |answer: &str| problem(field("Zeit", FieldType::Time, true, json!(null)), json!(answer));
        let duration = |answer: &str| problem(field("Dauer", FieldType::Duration, true, json!(null)), json!(answer));

        assert_eq!(time("23:59"), None);
        assert_eq!(duration("48:30"), None);
        for wrong in ["24:00", "9:00", "09:60", "+9:00", "09-00", "09:00:00", "abc"] {
            assert_eq!(time(wrong), says("ist nicht gültig"), "{wrong}");
        }
        assert_eq!(duration("00:60"), says("ist nicht gültig"));
    }

    #[test]
    fn a_list_of_choices_needs_a_field_that_takes_several() {
        let one = json!({"values": "Ja\nNein"});
        let several = json!({"values": "Ja\nNein", "multi": "on"});
        let combo = |config: &Value, answer| problem(field("Wahl", FieldType::Combo, true, config.clone()), answer);

        assert_eq!(combo(&several, json!(["Ja", "Nein"])), None);
        assert_eq!(combo(&several, json!("Ja")), None);
        assert_eq!(combo(&several, json!(["Ja", "Nie"])), says("ist kein gültiger Wert"));
        assert_eq!(combo(&several, json!([])), says("muss ausgefüllt werden"));
        assert_eq!(combo(&one, json!(["Ja"])), says("ist nicht gültig"));
        assert_eq!(combo(&one, json!("Ja\nNein")), says("ist kein gültiger Wert"));
    }

    #[test]
    fn a_required_checkbox_has_to_be_ticked() {
        let checkbox =
            |required, answer| problem(field("Zustimmung", FieldType::Checkbox, required, json!(null)), answer);

        assert_eq!(checkbox(true, json!(true)), None);
        assert_eq!(checkbox(true, json!("on")), None);
        assert_eq!(checkbox(true, json!(false)), says("muss ausgefüllt werden"));
        assert_eq!(checkbox(false, json!(false)), None);
        assert_eq!(checkbox(false, json!("perhaps")), says("ist nicht gültig"));
    }

    #[test]
    fn an_endless_answer_is_refused() {
        let answer = json!("x".repeat(LONGEST_ANSWER + 1));

        assert_eq!(
            problem(field("Text", FieldType::Textarea, true, json!(null)), answer),
            says("ist zu lang")
        );
    }

    #[test]
    fn a_form_is_written_as_it_was_seen_on_the_wire() {
        let written = serde_json::to_value(&form()[0]).expect("serialises");

        assert_eq!(
            written,
            json!({"name": "Neupatient", "required": true, "type": "combo", "config": {"values": "Ja\nNein"}})
        );
        assert_eq!(
            serde_json::to_value(field("Text", FieldType::Textarea, false, json!(null))).expect("serialises"),
            json!({"name": "Text", "required": false, "type": "textarea", "config": null})
        );
    }

    #[test]
    fn an_unknown_type_or_configuration_is_an_error_in_the_seed() {
        for wrong in [
            json!({"name": "x", "type": "slider"}),
            json!({"name": "x", "type": "combo", "config": {"multi": "off"}}),
            json!({"name": "x", "type": "combo", "config": {"choices": "a"}}),
            json!({"type": "date"}),
        ] {
            assert!(serde_json::from_value::<Field>(wrong.clone()).is_err(), "{wrong}");
        }
    }
}
