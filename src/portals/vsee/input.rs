//! Reading queries and bodies: JSON, form or multipart, since the documentation and clients use all three. Every name can
//! appear once; blank text is absent.
//!
//! What a handler reads must be declared in the call table, or the OpenAPI document would not mention it: reading
//! anything else fails in tests.

use axum::{
    body::Body,
    extract::{FromRequest, Multipart, Request, multipart::MultipartError},
};
use bytes::Bytes;
use http::{HeaderMap, header::CONTENT_TYPE};
use jiff::{Timestamp, civil::Date};
use serde_json::{Map, Value};

use super::{
    error::{self, Result},
    operation::Parameter,
};
use crate::web::{
    json_object,
    nested_form::{self, NestedFormError},
};

/// Characters of a short text: names, addresses.
pub const LONGEST_TEXT: usize = 255;
/// Characters of a long text: reasons, remarks.
pub const LONGEST_REMARK: usize = 10_000;
/// Files in one request.
const MOST_FILES: usize = 10;

/// Members by name, and files. In forms all members are text; JSON has numbers, too.
#[derive(Debug, Default)]
pub struct Input {
    members: Map<String, Value>,
    pub files: Vec<File>,
}

/// A file of a multipart body.
#[derive(Clone, Debug)]
pub struct File {
    pub name: String,
    /// As the sender states it.
    pub media_type: String,
    pub content: Bytes,
}

impl Input {
    /// Reads a query.
    ///
    /// # Errors
    /// When it is damaged, has a name twice, or contains U+0000.
    pub fn of_query(query: Option<&str>) -> Result<Self> {
        of_form(query.unwrap_or_default().as_bytes(), "query")
    }

    /// Reads a body by its content type. An empty body has no members.
    ///
    /// # Errors
    /// As [`Input::of_query`]; and when it is neither JSON nor a form.
    pub async fn of_body(headers: &HeaderMap, body: Bytes) -> Result<Self> {
        if body.iter().all(u8::is_ascii_whitespace) {
            return Ok(Self::default());
        }
        let content_type = headers
            .get(CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default();
        let essence = content_type.split(';').next().unwrap_or_default().trim();
        match essence.to_ascii_lowercase().as_str() {
            "application/json" => of_json(&body),
            "application/x-www-form-urlencoded" => of_form(&body, "body"),
            "multipart/form-data" => of_multipart(content_type, body).await,
            _ => {
                let why = "send application/json, application/x-www-form-urlencoded or multipart/form-data";
                Err(error::malformed("body", why).compare("JSON or a form", content_type))
            }
        }
    }

    /// The same input for a handler whose operation declares these parameters.
    pub fn declared_by(&self, parameters: &'static [Parameter]) -> Reader<'_> {
        Reader {
            members: &self.members,
            parameters,
        }
    }
}

/// Reads typed members.
#[derive(Clone, Copy, Debug)]
pub struct Reader<'a> {
    members: &'a Map<String, Value>,
    parameters: &'static [Parameter],
}

impl<'a> Reader<'a> {
    /// A member that is neither null nor blank text.
    pub fn value(self, name: &str) -> Option<&'a Value> {
        debug_assert!(self.declares(name), "{name} does not stand in the call table");
        self.members.get(name).filter(|value| match value {
            Value::Null => false,
            Value::String(text) => !text.trim().is_empty(),
            _ => true,
        })
    }

    /// Text of at most `most` characters, trimmed; of a number its digits.
    pub fn text_up_to(self, name: &str, most: usize) -> Result<Option<String>> {
        let text = match self.value(name) {
            None => return Ok(None),
            Some(Value::String(text)) => text.trim().to_owned(),
            Some(Value::Number(number)) => number.to_string(),
            Some(_) => return Err(error::malformed(name, "text is expected")),
        };
        let length = text.chars().count();
        error::malformed(name, format!("it is longer than {most} characters"))
            .compare(format!("at most {most} characters"), format!("{length}"))
            .when(length > most)?;
        Ok(Some(text))
    }

    pub fn text(self, name: &str) -> Result<Option<String>> {
        self.text_up_to(name, LONGEST_TEXT)
    }

    /// # Errors
    /// Also when it is missing.
    pub fn required_text(self, name: &str) -> Result<String> {
        self.text(name)?.ok_or_else(|| error::missing(name))
    }

    /// A whole number, 0 or more.
    pub fn number(self, name: &str) -> Result<Option<i64>> {
        let Some(text) = self.text(name)? else { return Ok(None) };
        let wrong = || error::malformed(name, "a whole number is expected").compare("digits", &text);
        read_number(&text).map(Some).ok_or_else(wrong)
    }

    /// Unix seconds, up to the year 9998.
    pub fn seconds(self, name: &str) -> Result<Option<Timestamp>> {
        let Some(text) = self.text(name)? else { return Ok(None) };
        let wrong = || error::malformed(name, "a time is written in Unix seconds").compare("Unix seconds", &text);
        let seconds = read_number(&text).filter(|seconds| *seconds <= LAST_SECOND);
        let time = seconds.and_then(|seconds| Timestamp::from_second(seconds).ok());
        time.map(Some).ok_or_else(wrong)
    }

    /// A date, as it was written.
    pub fn date(self, name: &str) -> Result<Option<String>> {
        let Some(text) = self.text(name)? else { return Ok(None) };
        let shape = |(position, byte): (usize, u8)| match position {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        };
        let shaped = text.len() == 10 && text.bytes().enumerate().all(shape) && text.parse::<Date>().is_ok();
        error::malformed(name, "a date is written YYYY-MM-DD")
            .compare("YYYY-MM-DD", &text)
            .when(!shaped)?;
        Ok(Some(text))
    }

    pub fn boolean(self, name: &str) -> Result<Option<bool>> {
        let truth = match self.value(name) {
            None => return Ok(None),
            Some(Value::Bool(truth)) => Some(*truth),
            Some(Value::Number(number)) => match number.as_i64() {
                Some(1) => Some(true),
                Some(0) => Some(false),
                _ => None,
            },
            Some(Value::String(text)) => match text.trim() {
                "1" | "true" => Some(true),
                "0" | "false" => Some(false),
                _ => None,
            },
            Some(_) => None,
        };
        truth
            .map(Some)
            .ok_or_else(|| error::malformed(name, "1 or 0 is expected"))
    }

    /// `[{"id": …}]`, `[…]`, or text separated by commas; in a form also `ids[]=…` and `ids[0][id]=…`.
    pub fn ids(self, name: &str) -> Result<Option<Vec<String>>> {
        let wrong = || error::malformed(name, "a list of ids is expected");
        let one = |item: &Value| match item {
            Value::String(id) => Ok(id.trim().to_owned()),
            Value::Object(members) => {
                let id = members.get("id").and_then(Value::as_str);
                id.map(str::to_owned).ok_or_else(wrong)
            }
            _ => Err(wrong()),
        };
        match self.value(name) {
            None => Ok(None),
            Some(Value::String(joined)) => Ok(Some(
                joined
                    .split(',')
                    .map(|id| id.trim().to_owned())
                    .filter(|id| !id.is_empty())
                    .collect(),
            )),
            Some(Value::Array(items)) => items.iter().map(one).collect::<Result<_>>().map(Some),
            Some(Value::Object(items)) => items.values().map(one).collect::<Result<_>>().map(Some),
            Some(_) => Err(wrong()),
        }
    }

    fn declares(self, name: &str) -> bool {
        self.parameters.iter().any(|parameter| parameter.name == name)
    }

    /// All members that the operation does not declare, as they came.
    pub fn rest(self) -> Map<String, Value> {
        self.members
            .iter()
            .filter(|(name, _)| !self.declares(name))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect()
    }
}

/// 31 December 9999 minus a year, so that a week later still is a time.
const LAST_SECOND: i64 = 253_370_764_800;

/// A number in a path or a form: digits only.
pub fn read_number(text: &str) -> Option<i64> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if digits { text.parse().ok() } else { None }
}

fn of_json(body: &[u8]) -> Result<Input> {
    let members = json_object::read(body)
        .map_err(|problem| error::malformed("body", format!("it cannot be read as JSON ({problem})")))?;
    checked(members, Vec::new())
}

fn of_form(form: &[u8], what: &str) -> Result<Input> {
    let members = nested_form::read(form).map_err(|problem| unreadable(what, &problem))?;
    checked(members, Vec::new())
}

fn unreadable(what: &str, problem: &NestedFormError) -> error::VseeError {
    error::malformed(what, problem.to_string().replace('\0', "?"))
}

async fn of_multipart(content_type: &str, body: Bytes) -> Result<Input> {
    let broken = |problem: MultipartError| error::malformed("body", problem.body_text());
    let request = Request::builder()
        .header(CONTENT_TYPE, content_type)
        .body(Body::from(body));
    let request = request.map_err(|_| error::malformed("body", "its content type cannot be read"))?;
    let mut parts = Multipart::from_request(request, &())
        .await
        .map_err(|problem| error::malformed("body", problem.body_text()))?;
    let (mut members, mut files) = (Map::new(), Vec::new());
    while let Some(part) = parts.next_field().await.map_err(broken)? {
        let name = part.name().unwrap_or_default().to_owned();
        let Some(file_name) = part.file_name().map(str::to_owned) else {
            let text = part.text().await.map_err(broken)?;
            nested_form::insert(&mut members, name, text.into()).map_err(|problem| unreadable("body", &problem))?;
            continue;
        };
        let media_type = part.content_type().unwrap_or_default().to_owned();
        let content = part.bytes().await.map_err(broken)?;
        if file_name.is_empty() && content.is_empty() {
            continue; // a browser sends this for a file field without a file
        }
        files.push(File {
            name: file_name,
            media_type,
            content,
        });
        error::malformed("body", format!("more than {MOST_FILES} files")).when(files.len() > MOST_FILES)?;
    }
    checked(members, files)
}

fn checked(members: Map<String, Value>, files: Vec<File>) -> Result<Input> {
    let zero = members
        .iter()
        .any(|(name, value)| name.contains('\0') || has_zero(value));
    error::malformed("body", "the character U+0000 is not accepted").when(zero)?;
    Ok(Input { members, files })
}

/// PostgreSQL cannot store U+0000.
fn has_zero(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::Array(items) => items.iter().any(has_zero),
        Value::Object(members) => members
            .iter()
            .any(|(name, value)| name.contains('\0') || has_zero(value)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;
    use proptest::prelude::*;
    use serde_json::json;

    use super::{super::calls, *};

    fn body_of(id: &str) -> &'static [Parameter] {
        calls::all().find(|call| call.id == id).expect("a call").body
    }

    fn read(content_type: &'static str, body: &str) -> Result<Input> {
        let headers = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static(content_type))]);
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .expect("a runtime");
        runtime.block_on(Input::of_body(&headers, Bytes::copy_from_slice(body.as_bytes())))
    }

    fn json_body(body: &Value) -> Input {
        read("application/json", &body.to_string()).expect("sound")
    }

    const MULTIPART: &str = "multipart/form-data; boundary=x";

    #[test]
    fn three_encodings_of_the_same_members() {
        let multipart = "--x\r\nContent-Disposition: form-data; name=\"room_code\"\r\n\r\nclinic\r\n\
                         --x\r\nContent-Disposition: form-data; name=\"attachments[]\"\r\n\r\na\r\n--x--\r\n";
        let said = [
            read("application/json", r#"{"room_code": "clinic", "attachments": ["a"]}"#),
            read("application/x-www-form-urlencoded", "room_code=clinic&attachments[]=a"),
            read(MULTIPART, multipart),
        ];

        for said in said {
            let said = said.expect("sound");
            assert_eq!(
                Value::Object(said.members),
                json!({"room_code": "clinic", "attachments": ["a"]})
            );
        }
    }

    #[test]
    fn a_file_comes_with_its_name_and_type() {
        let body = "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\
                    Content-Type: text/plain\r\n\r\nhello\r\n--x--\r\n";

        let said = read(MULTIPART, body).expect("sound");

        let file = &said.files[0];
        assert_eq!((file.name.as_str(), file.media_type.as_str()), ("a.txt", "text/plain"));
        assert_eq!(file.content, "hello");
        assert!(said.members.is_empty());
    }

    #[test]
    fn another_media_type_or_a_name_twice_is_refused() {
        for (content_type, body) in [
            ("text/plain", "a=1"),
            ("", "{}"),
            ("application/json", "[]"),
            ("application/json", "{\"a\":1,\"a\":1}"),
            ("application/json", "{\"a\":\"\\u0000\"}"),
            ("application/json", "{\"a\":{\"b\\u0000\":1}}"),
            ("application/x-www-form-urlencoded", "a=1&a=2"),
            ("application/x-www-form-urlencoded", "a=%00"),
            ("application/x-www-form-urlencoded", "a=%ff"),
            ("application/x-www-form-urlencoded", "a[=1"),
            ("multipart/form-data", "x"),
            (MULTIPART, "x"),
            (
                MULTIPART,
                "--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--x\r\n\
                 Content-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--x--\r\n",
            ),
        ] {
            assert!(read(content_type, body).is_err(), "{content_type}: {body}");
        }
    }

    #[test]
    fn ids_come_in_three_spellings() {
        for spelling in [
            json!([{"id": "a"}, {"id": "b"}]),
            json!(["a", "b"]),
            json!("a, b"),
            json!({"0": {"id": "a"}, "1": {"id": "b"}}),
        ] {
            let input = json_body(&json!({"attachments": spelling}));
            let ids = input
                .declared_by(body_of("createIntake"))
                .ids("attachments")
                .expect("sound");
            assert_eq!(ids, Some(vec!["a".to_owned(), "b".to_owned()]));
        }
        for wrong in [json!([1]), json!(7), json!([{"uuid": "a"}]), json!(true)] {
            let input = json_body(&json!({"attachments": wrong}));
            assert!(input.declared_by(body_of("createIntake")).ids("attachments").is_err());
        }
    }

    #[test]
    fn times_are_unix_seconds_as_number_or_text() {
        let read = |value: Value| {
            let input = json_body(&json!({"start": value}));
            input
                .declared_by(body_of("createVisit"))
                .seconds("start")
                .ok()
                .flatten()
        };
        let then = Timestamp::from_second(1_458_095_488).ok();

        assert_eq!(read(json!(1_458_095_488)), then);
        assert_eq!(read(json!("1458095488")), then);
        for wrong in [
            json!(-1),
            json!(1.5),
            json!("2016-03-16"),
            json!("99999999999999999999"),
            json!(i64::MAX),
            json!([1]),
            json!(true),
        ] {
            assert_eq!(read(wrong.clone()), None, "{wrong}");
        }
    }

    #[test]
    fn a_date_is_written_in_one_way() {
        let read = |value: &str| {
            let input = json_body(&json!({"dob": value}));
            input.declared_by(body_of("signOn")).date("dob").ok().flatten()
        };

        assert_eq!(read("1990-01-01").as_deref(), Some("1990-01-01"));
        for wrong in ["1990-1-1", "19900101", "1990-02-30", "01/01/1990", "1990-01-01T00:00"] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn undeclared_members_are_kept_as_they_came() {
        let body = json!({"room_code": "clinic", "custom_a": {"b": [1, null]}, "custom_b": ""});
        let input = json_body(&body);

        let rest = Value::Object(input.declared_by(body_of("createIntake")).rest());

        assert_eq!(rest, json!({"custom_a": {"b": [1, null]}, "custom_b": ""}));
    }

    proptest! {
        #[test]
        fn no_body_breaks_the_reading(body in "(--x|\r\n|Content-Disposition: form-data; name=|[a-z\"=;:{}]){0,12}") {
            for content_type in [MULTIPART, "application/json", "application/x-www-form-urlencoded"] {
                let _ = read(content_type, &body);
            }
        }
    }
}
