//! Members of queries and bodies, read as leniently as the documentation and clients write them: a number can be text,
//! and text can be a number.

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::error::{self, Result};
use crate::api::{
    dates::{read_date, read_digits, read_unix_seconds},
    input,
};

/// Characters of a short text: names, addresses.
pub const LONGEST_TEXT: usize = 255;
/// Characters of a long text: reasons, remarks.
pub const LONGEST_REMARK: usize = 10_000;

/// Reads typed members. What it reads must be documented in the call table: anything else fails in tests.
#[derive(Clone, Copy, Debug)]
pub struct Reader<'a>(pub input::Reader<'a>);

impl<'a> Reader<'a> {
    /// A member that is neither null nor blank text.
    pub fn value(self, name: &str) -> Option<&'a Value> {
        self.0.value(name)
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
        read_digits(&text).map(Some).ok_or_else(wrong)
    }

    /// Unix seconds, up to the year 9998.
    pub fn seconds(self, name: &str) -> Result<Option<Timestamp>> {
        let Some(text) = self.text(name)? else { return Ok(None) };
        let wrong = || error::malformed(name, "a time in Unix seconds is expected").compare("Unix seconds", &text);
        read_unix_seconds(&text).map(Some).ok_or_else(wrong)
    }

    /// A date, as it was written.
    pub fn date(self, name: &str) -> Result<Option<String>> {
        let Some(text) = self.text(name)? else { return Ok(None) };
        error::malformed(name, "a date in the form YYYY-MM-DD is expected")
            .compare("YYYY-MM-DD", &text)
            .when(read_date(&text).is_none())?;
        Ok(Some(text))
    }

    /// `true` or `1`, `false` or `0`.
    pub fn boolean(self, name: &str) -> Result<Option<bool>> {
        let boolean = match self.value(name) {
            None => return Ok(None),
            Some(Value::Bool(boolean)) => Some(*boolean),
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
        let wrong = || error::malformed(name, "1 or 0 is expected");
        boolean.map(Some).ok_or_else(wrong)
    }

    /// `[{"id": …}]`, `[…]`, or text separated by commas; in a form also `ids[]=…` and `ids[0][id]=…`.
    pub fn ids(self, name: &str) -> Result<Option<Vec<String>>> {
        let wrong = || error::malformed(name, "a list of ids is expected");
        let ids: Option<Vec<String>> = match self.value(name) {
            None => return Ok(None),
            Some(Value::String(joined)) => {
                let ids = joined.split(',').map(|id| id.trim().to_owned());
                Some(ids.filter(|id| !id.is_empty()).collect())
            }
            Some(Value::Array(items)) => items.iter().map(read_id).collect(),
            Some(Value::Object(items)) => items.values().map(read_id).collect(),
            Some(_) => None,
        };
        ids.map(Some).ok_or_else(wrong)
    }

    /// All members that are not documented, as they came.
    pub fn others(self) -> Map<String, Value> {
        self.0.others()
    }
}

fn read_id(item: &Value) -> Option<String> {
    match item {
        Value::String(id) => Some(id.trim().to_owned()),
        Value::Object(members) => members.get("id").and_then(Value::as_str).map(str::to_owned),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderValue, header::CONTENT_TYPE};
    use serde_json::json;

    use super::{super::calls, *};
    use crate::{api::input::Input, web::media_type::JSON};

    /// What `read` makes of a JSON body of the call `id`.
    fn reading<T>(id: &str, body: &Value, read: impl FnOnce(Reader<'_>) -> T) -> T {
        let headers = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static(JSON))]);
        let input = Input::of_body(&headers, body.to_string().as_bytes(), &[JSON]).expect("sound");
        let call = calls::all().find(|call| call.id == id).expect("a call");
        read(Reader(input.reader(call.body.members())))
    }

    #[test]
    fn ids_come_in_three_spellings() {
        let read = |spelling: Value| {
            let body = json!({"attachments": spelling});
            reading("createIntake", &body, |reader| reader.ids("attachments"))
        };
        for spelling in [
            json!([{"id": "a"}, {"id": "b"}]),
            json!(["a", "b"]),
            json!("a, b"),
            json!({"0": {"id": "a"}, "1": {"id": "b"}}),
        ] {
            let ids = read(spelling).expect("sound");
            assert_eq!(ids, Some(vec!["a".to_owned(), "b".to_owned()]));
        }
        for wrong in [json!([1]), json!(7), json!([{"uuid": "a"}]), json!(true)] {
            assert!(read(wrong).is_err());
        }
    }

    #[test]
    fn times_are_unix_seconds_as_number_or_text() {
        let read = |value: &Value| {
            let body = json!({"start": value});
            reading("createVisit", &body, |reader| reader.seconds("start").ok().flatten())
        };
        let then = Timestamp::from_second(1_458_095_488).ok();

        assert_eq!(read(&json!(1_458_095_488)), then);
        assert_eq!(read(&json!("1458095488")), then);
        for wrong in [
            json!(-1),
            json!(1.5),
            json!("2016-03-16"),
            json!("99999999999999999999"),
            json!(i64::MAX),
            json!([1]),
            json!(true),
        ] {
            assert_eq!(read(&wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_date_is_written_in_one_way() {
        let read = |value: &str| {
            let body = json!({"dob": value});
            reading("signOn", &body, |reader| reader.date("dob").ok().flatten())
        };

        assert_eq!(read("1990-01-01").as_deref(), Some("1990-01-01"));
        for wrong in ["1990-1-1", "19900101", "1990-02-30", "01/01/1990", "1990-01-01T00:00"] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn undocumented_members_are_kept_as_they_came() {
        let body = json!({"room_code": "clinic", "custom_a": {"b": [1, null]}, "custom_b": ""});

        let others = reading("createIntake", &body, |reader| Value::Object(reader.others()));

        assert_eq!(others, json!({"custom_a": {"b": [1, null]}, "custom_b": ""}));
    }
}
