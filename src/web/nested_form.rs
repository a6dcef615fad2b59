//! A form whose names have brackets, read as the JSON it stands for: `attendant[data][first_name]=Eva`, `choices[]=A`.
//!
//! No value may be sent twice, or in two notations. Damaged input is refused and not repaired, as in [`parameters`].

use serde_json::{Map, Value};

use super::parameters::{self, ParametersError};

/// Why a form cannot be read.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum NestedFormError {
    #[error(transparent)]
    Damaged(#[from] ParametersError),
    /// In the name of this field.
    #[error("the brackets of {0} do not match")]
    Brackets(String),
    #[error("{0} is sent twice, or in two notations")]
    Twice(String),
}

/// The members of a form. Everything it says is text.
///
/// # Errors
/// When it is damaged, its brackets do not match, or it says something twice.
pub fn read(form: &[u8]) -> Result<Map<String, Value>, NestedFormError> {
    let mut members = Map::new();
    for (name, value) in parameters::read_form(form)? {
        insert(&mut members, name, Value::String(value))?;
    }
    Ok(members)
}

/// Puts the value of a field where the brackets of its name lead.
///
/// # Errors
/// When the brackets do not match, or something else stands there.
pub fn insert(members: &mut Map<String, Value>, name: String, value: Value) -> Result<(), NestedFormError> {
    let Some(steps) = steps(&name) else {
        return Err(NestedFormError::Brackets(presentable(&name)));
    };
    match put(members, &steps, value) {
        Some(()) => Ok(()),
        None => Err(NestedFormError::Twice(presentable(&name))),
    }
}

/// A name as an error may say it again. What looks like none, such as a whole document sent as a form, may hold
/// secrets.
fn presentable(name: &str) -> String {
    let usual = |character: char| character.is_ascii_alphanumeric() || "_-.[]".contains(character);
    if name.len() <= 64 && name.chars().all(usual) {
        name.to_owned()
    } else {
        "a field".to_owned()
    }
}

/// `attendant[data][first_name]` → `attendant`, `data`, `first_name`; `choices[]` ends in an empty step.
fn steps(name: &str) -> Option<Vec<&str>> {
    let Some((first, rest)) = name.split_once('[') else {
        return (!name.contains(']')).then(|| vec![name]);
    };
    let inner = rest.strip_suffix(']')?;
    let mut steps = vec![first];
    steps.extend(inner.split("]["));
    let sound = |step: &&str| !step.contains(['[', ']']);
    let empty_only_last = steps.iter().rev().skip(1).all(|step| !step.is_empty());
    (steps.len() <= 4 && empty_only_last && steps.iter().all(sound)).then_some(steps)
}

/// Puts a value where the steps lead; `None` when something else stands there.
fn put(members: &mut Map<String, Value>, steps: &[&str], value: Value) -> Option<()> {
    match steps {
        [name] => members.insert((*name).to_owned(), value).is_none().then_some(()),
        [name, ""] => {
            let list = members.entry(*name).or_insert_with(|| Value::Array(Vec::new()));
            list.as_array_mut()?.push(value);
            Some(())
        }
        [name, rest @ ..] => {
            let inner = members.entry(*name).or_insert_with(|| Value::Object(Map::new()));
            put(inner.as_object_mut()?, rest, value)
        }
        [] => None,
    }
}
