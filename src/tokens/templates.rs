//! Texts in claims that are worked out when a token is made: `{{ user.claims.email }}`, `clinic-{{ user.username | upper }}`.
//!
//! A text that is one expression gives that expression's value, whatever its type; any other gives text. Templates reach no
//! files, include nothing, and have a bounded number of steps.

use std::sync::LazyLock;

use minijinja::{Environment, ErrorKind, UndefinedBehavior};
use serde_json::{Map, Value};

/// How many steps a template may take.
const FUEL: u64 = 10_000;
/// How long a rule's claims may be, as JSON, before and after they are worked out.
pub const LONGEST: usize = 16 * 1024;

static ENVIRONMENT: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::SemiStrict);
    environment.set_fuel(Some(FUEL));
    environment.set_recursion_limit(50);
    environment
});

/// Why a template gives nothing.
#[derive(Debug, thiserror::Error)]
pub enum TemplateError {
    /// Something it names is not there: the claim is left out, as one without a value is.
    #[error("something it names is not there")]
    Missing,
    #[error("{0}")]
    Broken(String),
}

impl From<minijinja::Error> for TemplateError {
    fn from(error: minijinja::Error) -> Self {
        match error.kind() {
            ErrorKind::UndefinedError => Self::Missing,
            _ => Self::Broken(error.to_string()),
        }
    }
}

/// Reads every template in `claims` without working it out.
///
/// # Errors
/// Which one cannot be read, and why.
pub fn check(claims: &Map<String, Value>) -> Result<(), String> {
    let length = serde_json::to_string(claims).map_or(0, |text| text.len());
    if length > LONGEST {
        return Err(format!("the claims have {length} bytes, more than {LONGEST}"));
    }
    for (name, value) in claims {
        check_value(value).map_err(|reason| format!("the template of {name:?} cannot be read: {reason}"))?;
    }
    Ok(())
}

fn check_value(value: &Value) -> Result<(), String> {
    match value {
        Value::String(text) if is_template(text) => match expression(text) {
            Some(expression) => ENVIRONMENT.compile_expression(expression).map(drop),
            None => ENVIRONMENT.template_from_str(text).map(drop),
        }
        .map_err(|error| error.to_string()),
        Value::Array(items) => items.iter().try_for_each(check_value),
        Value::Object(members) => members.values().try_for_each(check_value),
        _ => Ok(()),
    }
}

/// The value with its templates worked out.
///
/// # Errors
/// When one of them fails.
pub fn work_out(value: &Value, context: &minijinja::Value) -> Result<Value, TemplateError> {
    match value {
        Value::String(text) if is_template(text) => work_out_text(text, context),
        Value::Array(items) => items.iter().map(|item| work_out(item, context)).collect(),
        Value::Object(members) => {
            let members = members
                .iter()
                .map(|(name, member)| Ok((name.clone(), work_out(member, context)?)));
            members.collect::<Result<Map<_, _>, TemplateError>>().map(Value::Object)
        }
        literal => Ok(literal.clone()),
    }
}

fn work_out_text(text: &str, context: &minijinja::Value) -> Result<Value, TemplateError> {
    let Some(expression) = expression(text) else {
        let worked_out = ENVIRONMENT.render_str(text, context)?;
        return if worked_out.len() > LONGEST {
            Err(TemplateError::Broken("the text gets too long".to_owned()))
        } else {
            Ok(Value::String(worked_out))
        };
    };
    let value = ENVIRONMENT.compile_expression(expression)?.eval(context)?;
    if value.is_undefined() {
        return Err(TemplateError::Missing);
    }
    let value = serde_json::to_value(&value).map_err(|error| TemplateError::Broken(error.to_string()))?;
    if serde_json::to_string(&value).map_or(0, |text| text.len()) > LONGEST {
        return Err(TemplateError::Broken("the value gets too long".to_owned()));
    }
    Ok(value)
}

fn is_template(text: &str) -> bool {
    ["{{", "{%", "{#"].iter().any(|mark| text.contains(mark))
}

/// What stands between the braces where the text is one expression and nothing else.
fn expression(text: &str) -> Option<&str> {
    let inside = text.trim().strip_prefix("{{")?.strip_suffix("}}")?;
    let alone = !["{{", "}}", "{%", "{#"].iter().any(|mark| inside.contains(mark));
    alone.then(|| inside.trim_matches('-').trim())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn context() -> minijinja::Value {
        minijinja::Value::from_serialize(json!({
            "user": {"username": "anne", "claims": {"email": "a@example.com", "roles": ["a", "b"], "age": 41}},
            "scopes": ["openid", "email"],
        }))
    }

    fn work_out(value: Value) -> Result<Value, TemplateError> {
        super::work_out(&value, &context())
    }

    #[test]
    fn a_lone_expression_keeps_its_type_and_a_text_with_one_is_text() {
        for (template, expected) in [
            (json!("{{ user.claims.roles }}"), json!(["a", "b"])),
            (json!(" {{user.claims.age + 1}} "), json!(42)),
            (json!("{{ 'openid' in scopes }}"), json!(true)),
            (json!("user {{ user.username | upper }}!"), json!("user ANNE!")),
            (json!("{{ user.username }}-{{ user.claims.age }}"), json!("anne-41")),
            (
                json!("{% for scope in scopes %}{{ scope }};{% endfor %}"),
                json!("openid;email;"),
            ),
            (
                json!({"deep": ["{{ user.username }}", 1, "plain"]}),
                json!({"deep": ["anne", 1, "plain"]}),
            ),
            (json!("{{ user.claims.phone | default('none') }}"), json!("none")),
        ] {
            assert_eq!(work_out(template.clone()).unwrap(), expected, "{template}");
        }
    }

    #[test]
    fn what_is_not_there_is_missing_and_no_empty_text() {
        for template in [
            "{{ user.claims.phone }}",
            "tel:{{ user.claims.phone }}",
            "{{ user.claims.address.locality }}",
            "{{ nothing }}",
        ] {
            assert!(
                matches!(work_out(json!(template)), Err(TemplateError::Missing)),
                "{template}"
            );
        }
    }

    #[test]
    fn a_template_that_never_ends_or_grows_without_bounds_is_broken() {
        for template in [
            "{% for a in range(10000) %}{% for b in range(10000) %}{{ b }}{% endfor %}{% endfor %}",
            "{{ 'x' * 100000000000 }}",
            "{{ 'x' * 20000 }}",
            "{{ 1 // 0 }}",
            "{{ user.username.nothing() }}",
        ] {
            assert!(
                matches!(work_out(json!(template)), Err(TemplateError::Broken(_))),
                "{template}"
            );
        }
    }

    #[test]
    fn what_cannot_be_read_is_refused_before_it_is_used() {
        for wrong in [
            json!({"a": "{{ user. }}"}),
            json!({"a": {"b": ["{% if %}"]}}),
            json!({"a": "{% for x in y %}"}),
            json!({"a": "{% include '/etc/passwd' %}"}),
            json!({"a": "{% import 'x' as y %}"}),
            json!({"a": "{{ user | nosuchfilter"}),
            json!({"a": "x".repeat(LONGEST)}),
        ] {
            let Value::Object(claims) = &wrong else { continue };
            assert!(check(claims).is_err(), "{wrong:.80}");
        }
        let fine = json!({"a": "{{ user.claims.email }}", "b": "{ no template }", "c": 1});
        check(fine.as_object().unwrap()).unwrap();
    }
}
