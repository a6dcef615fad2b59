//! Reading queries and bodies: JSON or form, nothing twice, blank is absent.
//!
//! A handler may read only the parameters of its call in `calls.rs`, so that all of them are documented: reading
//! another one fails in tests.

use email_address::{EmailAddress, Options};
use http::{HeaderMap, header::CONTENT_TYPE};
use jiff::civil::Date;
use serde_json::{Map, Value};

use super::{
    dates::read_date,
    error::{self, Result},
    parameters::Parameter,
};
use crate::web::{
    json_object,
    nested_form::{self, NestedFormError},
};

/// What was said, by name. Forms say everything as text, JSON has its own numbers and truths.
#[derive(Debug, Default)]
pub struct Input(Map<String, Value>);

impl Input {
    /// Reads a query.
    ///
    /// # Errors
    /// When it is damaged, says something twice, or holds U+0000.
    pub fn of_query(query: Option<&str>) -> Result<Self> {
        form(query.unwrap_or_default().as_bytes(), "query")
    }

    /// Reads a body by its content type. An empty one says nothing.
    ///
    /// # Errors
    /// As [`Input::of_query`]; and when it is neither JSON nor a form.
    pub fn of_body(headers: &HeaderMap, body: &[u8]) -> Result<Self> {
        if body.iter().all(u8::is_ascii_whitespace) {
            return Ok(Self::default());
        }
        let content_type = headers
            .get(CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default();
        let essence = content_type
            .split(';')
            .next()
            .unwrap_or_default()
            .trim()
            .to_ascii_lowercase();
        match essence.as_str() {
            "application/json" => json(body),
            "application/x-www-form-urlencoded" => form(body, "body"),
            _ => {
                let why = "send application/json or application/x-www-form-urlencoded";
                Err(error::malformed("body", why).compare("JSON or a form", content_type))
            }
        }
    }

    /// Reads these parameters of it.
    pub fn read(&self, documented: &'static [Parameter]) -> Reader<'_> {
        Reader {
            members: &self.0,
            documented,
        }
    }

    #[cfg(test)]
    fn members(self) -> Map<String, Value> {
        self.0
    }
}

/// Reads typed members.
#[derive(Clone, Copy, Debug)]
pub struct Reader<'a> {
    members: &'a Map<String, Value>,
    documented: &'static [Parameter],
}

impl<'a> Reader<'a> {
    fn documents(self, name: &str) -> bool {
        self.documented.iter().any(|parameter| parameter.name == name)
    }

    fn get(self, name: &str) -> Option<&'a Value> {
        debug_assert!(self.documents(name), "{name} is not in the table of calls");
        present(self.members, name)
    }

    pub fn text(self, name: &str) -> Result<Option<&'a str>> {
        text_of(self.members, name)
            .inspect(|_| debug_assert!(self.documents(name), "{name} is not in the table of calls"))
    }

    /// # Errors
    /// Also when it is not there.
    pub fn required_text(self, name: &str) -> Result<&'a str> {
        self.text(name)?.ok_or_else(|| error::missing(name))
    }

    /// A positive number.
    pub fn id(self, name: &str) -> Result<Option<i64>> {
        let Some(value) = self.get(name) else { return Ok(None) };
        let number = match value {
            Value::Number(number) => number.as_i64(),
            Value::String(text) => read_id(text),
            _ => None,
        };
        let wrong =
            || error::malformed(name, "a positive whole number is expected").compare("a number", value.to_string());
        number.filter(|number| *number > 0).map(Some).ok_or_else(wrong)
    }

    /// # Errors
    /// Also when it is not there.
    pub fn required_id(self, name: &str) -> Result<i64> {
        self.id(name)?.ok_or_else(|| error::missing(name))
    }

    pub fn date(self, name: &str) -> Result<Option<Date>> {
        let Some(text) = self.text(name)? else { return Ok(None) };
        let wrong = || error::malformed(name, "a date is written YYYY-MM-DD").compare("YYYY-MM-DD", text);
        read_date(text).map(Some).ok_or_else(wrong)
    }

    pub fn boolean(self, name: &str) -> Result<Option<bool>> {
        let Some(value) = self.get(name) else { return Ok(None) };
        let truth = match value {
            Value::Bool(truth) => Some(*truth),
            Value::String(text) => match text.as_str() {
                "true" | "1" => Some(true),
                "false" | "0" => Some(false),
                _ => None,
            },
            _ => None,
        };
        let wrong = || error::malformed(name, "true or false is expected").compare("true or false", value.to_string());
        truth.map(Some).ok_or_else(wrong)
    }

    pub fn object(self, name: &str) -> Result<Option<&'a Map<String, Value>>> {
        match self.get(name) {
            None => Ok(None),
            Some(Value::Object(members)) => Ok(Some(members)),
            Some(_) => Err(error::malformed(
                name,
                "an object is expected: in a form, name[member]=value",
            )),
        }
    }

    pub fn email(self, name: &str) -> Result<Option<&'a str>> {
        let Some(email) = self.text(name)? else { return Ok(None) };
        check_email(name, email).map(|()| Some(email))
    }
}

/// A member that says something: not null, not blank.
pub fn present<'a>(members: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    members.get(name).filter(|value| match value {
        Value::Null => false,
        Value::String(text) => !text.trim().is_empty(),
        _ => true,
    })
}

/// A member that is text, if it says something.
///
/// # Errors
/// When it is anything else.
pub fn text_of<'a>(members: &'a Map<String, Value>, name: &str) -> Result<Option<&'a str>> {
    match present(members, name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(error::malformed(name, "text is expected")),
    }
}

/// # Errors
/// When nobody could be written to at `email`.
pub fn check_email(name: &str, email: &str) -> Result<()> {
    let options = Options::default()
        .with_required_tld()
        .without_display_text()
        .without_domain_literal();
    let sound = EmailAddress::parse_with_options(email, options);
    sound
        .map(drop)
        .map_err(|problem| error::malformed(name, problem.to_string()))
}

/// A number in a path or a form: digits only.
pub fn read_id(text: &str) -> Option<i64> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if digits { text.parse().ok() } else { None }
}

fn json(body: &[u8]) -> Result<Input> {
    let members = json_object::read(body)
        .map_err(|problem| error::malformed("body", format!("it cannot be read as JSON: {problem}")))?;
    for (name, value) in &members {
        no_zero_in(name, &Value::String(name.clone()))?;
        no_zero_in(name, value)?;
    }
    Ok(Input(members))
}

fn form(form: &[u8], what: &str) -> Result<Input> {
    let members = nested_form::read(form).map_err(|problem| match problem {
        NestedFormError::Damaged(problem) => error::malformed(what, problem.to_string()),
        NestedFormError::Brackets(name) => error::malformed(&shown(&name), "the brackets do not match"),
        NestedFormError::Twice(name) => error::malformed(&shown(&name), "it is said twice, or in two ways"),
    })?;
    for (name, value) in &members {
        no_zero_in(name, &Value::String(name.clone()))?;
        no_zero_in(name, value)?;
    }
    Ok(Input(members))
}

/// A name as it can stand in an error.
fn shown(name: &str) -> String {
    name.replace('\0', "?")
}

/// No database of ours keeps U+0000, and no patient types it.
fn no_zero_in(name: &str, value: &Value) -> Result<()> {
    let zero = match value {
        Value::String(text) => text.contains('\0'),
        Value::Array(items) => return items.iter().try_for_each(|item| no_zero_in(name, item)),
        Value::Object(members) => {
            return members.iter().try_for_each(|(key, value)| {
                no_zero_in(name, &Value::String(key.clone()))?;
                no_zero_in(name, value)
            });
        }
        _ => false,
    };
    error::malformed(&shown(name), "the character U+0000 is not accepted").when(zero)
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;
    use proptest::prelude::*;
    use serde_json::json;

    use super::{
        super::parameters::{Kind, optional},
        *,
    };

    const PARAMETERS: &[Parameter] = &[
        optional("insurance_id", Kind::Integer, ""),
        optional("born_on", Kind::Date, ""),
        optional("practice_id", Kind::Text, ""),
    ];

    fn body(content_type: &'static str, body: &str) -> Result<Input> {
        let headers = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static(content_type))]);
        Input::of_body(&headers, body.as_bytes())
    }

    fn json_body(text: &str) -> Result<Input> {
        body("application/json; charset=utf-8", text)
    }

    fn form_body(text: &str) -> Result<Input> {
        body("application/x-www-form-urlencoded", text)
    }

    #[test]
    fn a_form_says_the_same_as_json() {
        let form = form_body(
            "availability_id=a%2Bb&attendant%5Bdata%5D[first_name]=Eva&structured_comment[Wahl][]=A&structured_comment[Wahl][]=B",
        );
        let json = json!({
            "availability_id": "a+b",
            "attendant": {"data": {"first_name": "Eva"}},
            "structured_comment": {"Wahl": ["A", "B"]},
        });

        assert_eq!(Value::Object(form.expect("sound").members()), json);
    }

    #[test]
    fn an_empty_body_says_nothing_whatever_its_type() {
        assert!(body("text/plain", "").is_ok_and(|input| input.members().is_empty()));
        assert!(body("application/json", " \n").is_ok_and(|input| input.members().is_empty()));
    }

    #[test]
    fn what_is_neither_json_nor_form_is_refused() {
        assert!(body("text/plain", "availability_id=1").is_err());
        assert!(body("", "{}").is_err());
        assert!(body("application/json", "availability_id=1").is_err());
    }

    #[test]
    fn malformed_json_is_refused() {
        for wrong in [
            "{",
            "[]",
            "null",
            "\"a\"",
            "{\"a\":1}x",
            "{\"a\":1,\"a\":1}",
            "{\"a\":{\"b\":1,\"b\":2}}",
            "{\"a\":\"\\ud800\"}",
            "{a:1}",
            &"[".repeat(1000),
        ] {
            assert!(json_body(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_form_that_says_something_twice_or_in_two_ways_is_refused() {
        for wrong in [
            "a=1&a=2",
            "a=1&a[b]=2",
            "a[b]=1&a=2",
            "a[b]=1&a[]=2",
            "a[=1",
            "a]=1",
            "a[b]c=1",
            "a[[b]]=1",
            "a[][b]=1",
            "%zz=1",
        ] {
            assert!(form_body(wrong).is_err(), "{wrong}");
        }
        assert!(form_body(&format!("a{}=1", "[b]".repeat(50))).is_err());
    }

    #[test]
    fn the_zero_character_is_refused_wherever_it_hides() {
        for wrong in [
            r#"{"a":"\u0000"}"#,
            r#"{"a":{"b":["x\u0000"]}}"#,
            r#"{"a\u0000":1}"#,
            r#"{"a":{"b\u0000":1}}"#,
        ] {
            assert!(json_body(wrong).is_err(), "{wrong}");
        }
        assert!(form_body("a=%00").is_err());
        assert!(form_body("a%00=b").is_err());
        assert!(Input::of_query(Some("from=2025-06-02%00")).is_err());
    }

    #[test]
    fn blank_is_absent() {
        let input = Input::of_query(Some("insurance_id=&born_on=+&practice_id=")).expect("sound");
        let query = input.read(PARAMETERS);

        assert_eq!(query.id("insurance_id").expect("absent"), None);
        assert_eq!(query.date("born_on").expect("absent"), None);
        assert_eq!(query.text("practice_id").expect("absent"), None);
    }

    #[test]
    fn an_id_is_a_positive_whole_number() {
        let id = |value: Value| {
            let input = Input(Map::from_iter([("insurance_id".to_owned(), value)]));
            input.read(PARAMETERS).id("insurance_id").ok().flatten()
        };

        assert_eq!(id(json!(136)), Some(136));
        assert_eq!(id(json!("136")), Some(136));
        for wrong in [
            json!(0),
            json!(-1),
            json!(1.5),
            json!("+1"),
            json!("1e3"),
            json!("99999999999999999999"),
            json!(true),
            json!([1]),
        ] {
            assert_eq!(id(wrong.clone()), None, "{wrong}");
        }
    }

    #[test]
    fn an_email_address_can_be_written_to() {
        assert!(check_email("email", "anne@example.com").is_ok());
        for wrong in [
            "anne",
            "anne@",
            "@example.com",
            "anne@localhost",
            "Anne <anne@example.com>",
            "a@b@example.com",
            "anne@[127.0.0.1]",
            "a b@example.com",
        ] {
            assert!(check_email("email", wrong).is_err(), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn no_form_breaks_the_reading(text in "[ab=&\\[\\]%0-9]{0,60}") {
            let _ = form_body(&text);
        }

        #[test]
        fn no_bytes_break_the_reading(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let headers = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static("application/json"))]);
            let _ = Input::of_body(&headers, &bytes);
            let _ = form(&bytes, "body");
        }
    }
}
