//! The parameters of a fault: numbers, durations, one of several forms.

use std::time::Duration;

use serde_json::{Value, json};

use crate::model::Members;

/// One parameter of a fault.
#[derive(Clone, Copy, Debug)]
pub struct Parameter {
    pub name: &'static str,
    pub kind: Kind,
    pub meaning: &'static str,
}

#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// A whole number.
    Integer {
        least: i64,
        most: i64,
        usual: i64,
    },
    /// Seconds of real time, fractions allowed.
    Seconds {
        most: f64,
        usual: f64,
    },
    /// One of these; the first unless another is named.
    Choice(&'static [&'static str]),
    Text {
        usual: &'static str,
    },
    /// Text without a default.
    RequiredText,
}

impl Parameter {
    /// The default; `None` where the parameter is required.
    pub fn usual(&self) -> Option<Value> {
        Some(match self.kind {
            Kind::Integer { usual, .. } => json!(usual),
            Kind::Seconds { usual, .. } => json!(usual),
            Kind::Choice(choices) => json!(choices.first()?),
            Kind::Text { usual } => json!(usual),
            Kind::RequiredText => return None,
        })
    }

    fn takes(&self, value: &Value) -> Result<(), String> {
        let (fits, expected) = match self.kind {
            Kind::Integer { least, most, .. } => (
                value.as_i64().is_some_and(|number| (least..=most).contains(&number)),
                format!("a whole number from {least} to {most}"),
            ),
            Kind::Seconds { most, .. } => (
                value.as_f64().is_some_and(|seconds| (0.0..=most).contains(&seconds)),
                format!("a number of seconds from 0 to {most}"),
            ),
            Kind::Choice(choices) => (
                value.as_str().is_some_and(|choice| choices.contains(&choice)),
                format!("one of {}", choices.join(", ")),
            ),
            Kind::Text { .. } | Kind::RequiredText => {
                let sound = |text: &str| !text.is_empty() && text.chars().all(|c| !c.is_control());
                (value.as_str().is_some_and(sound), "a text in one line".to_owned())
            }
        };
        fits.then_some(())
            .ok_or_else(|| format!("parameter {:?} must be {expected}", self.name))
    }
}

/// The parameters of an armed fault, with defaults filled in.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Parameters(Members);

impl Parameters {
    /// # Errors
    /// What is unknown, missing or not of its kind.
    pub fn read(known: &[Parameter], said: &Members) -> Result<Self, String> {
        if let Some(unknown) = said.keys().find(|name| known.iter().all(|own| own.name != **name)) {
            let names: Vec<_> = known.iter().map(|parameter| parameter.name).collect();
            let names = if names.is_empty() {
                "none".to_owned()
            } else {
                names.join(", ")
            };
            return Err(format!("this fault has no parameter {unknown:?}; it takes: {names}"));
        }
        let mut all = Members::new();
        for parameter in known {
            let value = said.get(parameter.name).cloned().or_else(|| parameter.usual());
            let value = value.ok_or_else(|| format!("parameter {:?} is required", parameter.name))?;
            parameter.takes(&value)?;
            all.insert(parameter.name.to_owned(), value);
        }
        Ok(Self(all))
    }

    pub fn integer(&self, name: &str) -> i64 {
        self.0.get(name).and_then(Value::as_i64).unwrap_or_default()
    }

    pub fn status(&self) -> u16 {
        u16::try_from(self.integer("status")).unwrap_or(500)
    }

    pub fn seconds(&self, name: &str) -> Duration {
        let seconds = self.0.get(name).and_then(Value::as_f64).unwrap_or_default();
        Duration::try_from_secs_f64(seconds).unwrap_or_default()
    }

    pub fn text(&self, name: &str) -> &str {
        self.0.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    pub fn members(&self) -> &Members {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: &[Parameter] = &[
        Parameter {
            name: "status",
            kind: Kind::Integer {
                least: 500,
                most: 599,
                usual: 503,
            },
            meaning: "",
        },
        Parameter {
            name: "form",
            kind: Kind::Choice(&["seconds", "date"]),
            meaning: "",
        },
    ];

    fn read(said: Value) -> Result<Parameters, String> {
        Parameters::read(KNOWN, said.as_object().unwrap())
    }

    #[test]
    fn what_is_not_said_is_as_usual() {
        let parameters = read(json!({"form": "date"})).unwrap();

        assert_eq!((parameters.status(), parameters.text("form")), (503, "date"));
    }

    #[test]
    fn what_is_unknown_or_of_another_kind_is_refused() {
        for wrong in [
            json!({"statsu": 500}),
            json!({"status": "500"}),
            json!({"status": 499}),
            json!({"status": 500.5}),
            json!({"form": "never"}),
            json!({"form": null}),
        ] {
            assert!(read(wrong.clone()).is_err(), "{wrong}");
        }
        let required = [Parameter {
            name: "issuer",
            kind: Kind::RequiredText,
            meaning: "",
        }];
        assert!(Parameters::read(&required, &Members::new()).is_err());
    }
}
