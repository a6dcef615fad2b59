//! Templates in claims, evaluated when a token is issued: `{{ user.claims.email }}`, `clinic-{{ user.username | upper
//! }}`.
//!
//! A text that is one expression has that expression's value and type; any other text with a template gives text.
//! Templates cannot read files or include others, and the number of steps is limited. So that values cannot grow from
//! step to step, the language has no variables, no functions and no `*`, and only filters whose result is not longer
//! than their input.

use std::{collections::HashSet, io, sync::LazyLock};

use minijinja::{Environment, ErrorKind, UndefinedBehavior, filters, tests as conditions};
use serde_json::{Map, Value};

/// The number of steps a template may take.
const FUEL: u64 = 10_000;
/// The longest claims of a rule as JSON in bytes, before and after evaluation.
pub const LONGEST: usize = 16 * 1024;
/// How deep a template may nest. The parser and the code generator call themselves for each operator, bracket and
/// keyword that is nested in another, so that a text of thousands would overflow the stack.
const DEEPEST: usize = 120;
/// How often a template may join values (`~`, `+`, `,`): each may be as long as all claims of a user.
const MOST_JOINED: usize = 64;

static ENVIRONMENT: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut environment = Environment::empty();
    environment.add_filter("upper", |text: &str| text.to_uppercase());
    environment.add_filter("lower", |text: &str| text.to_lowercase());
    environment.add_filter("trim", |text: &str| text.trim().to_owned());
    environment.add_filter("default", filters::default);
    environment.add_filter("first", filters::first);
    environment.add_filter("last", filters::last);
    environment.add_filter("length", filters::length);
    environment.add_filter("items", filters::items);
    environment.add_filter("int", filters::int);
    environment.add_filter("float", filters::float);
    environment.add_filter("bool", filters::bool);
    environment.add_filter("abs", filters::abs);
    environment.add_filter("join", join);
    environment.add_test("defined", conditions::is_defined);
    environment.add_test("undefined", conditions::is_undefined);
    environment.add_test("none", conditions::is_none);
    environment.set_undefined_behavior(UndefinedBehavior::SemiStrict);
    environment.set_fuel(Some(FUEL));
    environment.set_recursion_limit(50);
    environment
});

/// `["a", "b"] | join(", ")`
fn join(texts: Vec<String>, between: Option<&str>) -> Result<String, minijinja::Error> {
    let between = between.unwrap_or_default();
    let length = texts.iter().map(|text| text.len() + between.len()).sum::<usize>();
    if length > LONGEST + between.len() {
        return Err(minijinja::Error::new(
            ErrorKind::InvalidOperation,
            "the text is too long",
        ));
    }
    Ok(texts.join(between))
}

/// Why a template has no value.
#[derive(Debug, thiserror::Error)]
pub enum TemplateError {
    /// A value it names does not exist: the claim is left out.
    #[error("a value in the template does not exist")]
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

/// Parses every template in `claims`.
///
/// # Errors
/// Which one is invalid, and why.
pub fn check(claims: &Map<String, Value>) -> Result<(), String> {
    let length = serde_json::to_string(claims).map_or(0, |text| text.len());
    if length > LONGEST {
        return Err(format!("the claims have {length} bytes; the maximum is {LONGEST}"));
    }
    for (name, value) in claims {
        check_value(value).map_err(|reason| format!("the template of {name:?} is invalid: {reason}"))?;
    }
    Ok(())
}

fn check_value(value: &Value) -> Result<(), String> {
    match value {
        Value::String(text) if is_template(text) => {
            check_language(text)?;
            let variables = match expression(text) {
                Some(expression) => {
                    let compiled = ENVIRONMENT.compile_expression(expression);
                    compiled.map(|compiled| compiled.undeclared_variables(true))
                }
                None => {
                    let compiled = ENVIRONMENT.template_from_str(text);
                    compiled.map(|compiled| compiled.undeclared_variables(true))
                }
            };
            check_variables(variables.map_err(|error| error.to_string())?)
        }
        Value::Array(items) => items.iter().try_for_each(check_value),
        Value::Object(members) => members.values().try_for_each(check_value),
        _ => Ok(()),
    }
}

/// What a template can name, and what is below it. [`Claims`](crate::model::Claims) differ from user to user.
const VARIABLES: [(&str, &[&str]); 4] = [
    ("user", &["id", "username", "claims"]),
    ("client", &["client_id", "client_name"]),
    ("scopes", &[]),
    ("realm", &["name", "issuer"]),
];

/// Refuses variables that never have a value: a claim would silently be missing.
fn check_variables(named: HashSet<String>) -> Result<(), String> {
    let exists = |name: &String| {
        let mut parts = name.split('.');
        let root = parts.next().unwrap_or_default();
        let found = VARIABLES.iter().find(|(known, _)| *known == root);
        found.is_some_and(|(_, below)| below.is_empty() || parts.next().is_none_or(|part| below.contains(&part)))
    };
    let Some(unknown) = named.into_iter().filter(|name| !exists(name)).min() else {
        return Ok(());
    };
    Err(format!(
        "there is no {unknown}; there are user.id, user.username, user.claims.NAME, client.client_id, client.client_name, \
         scopes, realm.name and realm.issuer"
    ))
}

/// Refuses what lets values grow from step to step. It looks at characters and does not parse strings, so it may refuse
/// too much, but never too little: all code that can run is between the first and the last brace, and each statement
/// begins with `{%`. What nests is counted to the end of the text, because the parser reads an unclosed expression,
/// too.
fn check_language(text: &str) -> Result<(), String> {
    let (first, last) = (text.find('{').unwrap_or(0), text.rfind('}').unwrap_or(text.len()));
    let code = text.get(first..last).unwrap_or(text);
    if code.contains('*') {
        return Err("`*` is not supported in templates".to_owned());
    }
    if nesting(text.get(first..).unwrap_or(text)) > DEEPEST {
        return Err("it has too many operators, brackets and keywords".to_owned());
    }
    if code.matches(['~', '+', ',']).count() > MOST_JOINED {
        return Err(format!("it joins values more than {MOST_JOINED} times"));
    }
    for statement in text.split("{%").skip(1) {
        let inside = statement.split("%}").next().unwrap_or(statement);
        let inside = inside.trim_matches(|character: char| matches!(character, '-' | '+') || character.is_whitespace());
        let word = inside.split_whitespace().next().unwrap_or_default();
        let allowed = match word {
            "if" | "elif" | "else" | "endif" | "endfor" => true,
            "for" => loops_over_given_value(inside),
            _ => false,
        };
        if !allowed {
            return Err(format!(
                "the statement {inside:?} is not supported in templates, only `if` and `for name in a.value`"
            ));
        }
    }
    Ok(())
}

/// How deep the code may nest at the most, whatever of it is text or inside of strings. What a bracket encloses takes
/// several times the stack of an operand.
fn nesting(code: &str) -> usize {
    let weight = |character| match character {
        '(' | '[' => 3,
        '{' => 2,
        '-' | '+' | '~' | '/' | '%' | '<' | '>' | '=' | '!' | '.' | '|' => 1,
        _ => 0,
    };
    let words = code.split(|character: char| !character.is_ascii_alphanumeric() && character != '_');
    let keyword = |word: &&str| {
        matches!(
            *word,
            "not" | "and" | "or" | "in" | "is" | "if" | "elif" | "else" | "for"
        )
    };
    code.chars().map(weight).sum::<usize>() + words.filter(keyword).count()
}

/// `for scope in scopes`, `for name, value in user.claims | items`: the loop's value is never longer than a given one.
fn loops_over_given_value(inside: &str) -> bool {
    let path = inside.split_once(" in ").map_or("", |(_, path)| path.trim());
    let path = path.strip_suffix("items").map_or(path, |rest| {
        rest.trim_end().strip_suffix('|').map_or(path, str::trim_end)
    });
    let plain = |character: char| character.is_ascii_alphanumeric() || matches!(character, '_' | '.');
    !path.is_empty() && path.chars().all(plain)
}

/// A buffer of limited size: writing more fails.
#[derive(Default)]
struct Bounded(Vec<u8>);

impl io::Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0.len() + bytes.len() > LONGEST {
            return Err(io::Error::other("the value is too long"));
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The value with its templates evaluated.
///
/// # Errors
/// A template fails.
pub fn evaluate(value: &Value, context: &minijinja::Value) -> Result<Value, TemplateError> {
    match value {
        Value::String(text) if is_template(text) => evaluate_text(text, context),
        Value::Array(items) => items.iter().map(|item| evaluate(item, context)).collect(),
        Value::Object(members) => {
            let members = members
                .iter()
                .map(|(name, member)| Ok((name.clone(), evaluate(member, context)?)));
            members.collect::<Result<Map<_, _>, TemplateError>>().map(Value::Object)
        }
        literal => Ok(literal.clone()),
    }
}

fn evaluate_text(text: &str, context: &minijinja::Value) -> Result<Value, TemplateError> {
    // Checked again: a stored rule may be older than this check.
    check_language(text).map_err(TemplateError::Broken)?;
    let broken = |error: serde_json::Error| TemplateError::Broken(error.to_string());
    let mut result = Bounded::default();
    let Some(expression) = expression(text) else {
        let template = ENVIRONMENT.template_from_str(text)?;
        template.render_captured_to(context, &mut result)?;
        return Ok(Value::String(String::from_utf8_lossy(&result.0).into_owned()));
    };
    let value = ENVIRONMENT.compile_expression(expression)?.eval(context)?;
    if value.is_undefined() {
        return Err(TemplateError::Missing);
    }
    serde_json::to_writer(&mut result, &value).map_err(broken)?;
    serde_json::from_slice(&result.0).map_err(broken)
}

fn is_template(text: &str) -> bool {
    ["{{", "{%", "{#"].iter().any(|mark| text.contains(mark))
}

/// The expression, if the text is one expression and nothing else.
fn expression(text: &str) -> Option<&str> {
    let inside = text.trim().strip_prefix("{{")?.strip_suffix("}}")?;
    let alone = !["{{", "}}", "{%", "{#"].iter().any(|mark| inside.contains(mark));
    alone.then(|| inside.trim_matches('-').trim())
}

#[cfg(test)]
mod tests;
