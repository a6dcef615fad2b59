//! Comment forms: the questions that a practice asks with a booking, and the check of the answers.
//!
//! Field types and configuration are those that were recorded: `textfield`, `textarea`, `date`,
//! `time`, `duration`, `combo`, `checkbox`, `icd10`, `ops`; `values` (one choice per line), `multi`
//! (`"on"`), `emptyText` (a hint in the empty field), `restriction` (`past`, `future`). Recorded is a single
//! message, the German one for a missing answer; the others follow its tone. They are written in the
//! practice's language, as the recorded one is: the patient's language does not reach the API.

mod answers;
#[cfg(test)]
mod tests;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use self::answers::{InvalidField, check};

/// The fields, in the order of the questions.
pub type CommentForm = Vec<Field>;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
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

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
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

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum On {
    On,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Restriction {
    Past,
    Future,
}
