//! A JSON object, read strictly: no member twice, at any depth.
//!
//! RFC 8259 §4 leaves open which of two would count, so two readers of one request may see two requests. Ours
//! refuses instead, as it does with forms.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

/// The members of the object that `json` is.
///
/// # Errors
/// When it is not JSON, no object, or says something twice.
pub fn read(json: &[u8]) -> Result<Map<String, Value>, serde_json::Error> {
    match serde_json::from_slice(json)? {
        Strict(Value::Object(members)) => Ok(members),
        Strict(_) => Err(Error::custom("a JSON object is expected")),
    }
}

/// Refuses U+0000 in any text or name: PostgreSQL stores none, and both databases shall accept the same.
///
/// # Errors
/// Where it is, as in `users[0].persona`.
pub fn check_characters(value: &Value) -> Result<(), String> {
    match zero_within(value, String::new()) {
        None => Ok(()),
        Some(place) => Err(format!("`{place}` contains U+0000, which is not accepted")),
    }
}

/// Where among these members U+0000 is, if it is anywhere.
pub fn zero_among(members: &Map<String, Value>, place: &str) -> Option<String> {
    members.iter().find_map(|(name, member)| {
        let dot = if place.is_empty() { "" } else { "." };
        let place = format!("{place}{dot}{}", name.replace('\0', "?"));
        if name.contains('\0') {
            Some(place)
        } else {
            zero_within(member, place)
        }
    })
}

fn zero_within(value: &Value, place: String) -> Option<String> {
    match value {
        Value::String(text) if text.contains('\0') => Some(place),
        Value::Array(items) => {
            let mut items = items.iter().enumerate();
            items.find_map(|(number, item)| zero_within(item, format!("{place}[{number}]")))
        }
        Value::Object(members) => zero_among(members, &place),
        _ => None,
    }
}

/// A value without anything twice in it.
struct Strict(Value);

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(StrictVisitor).map(Self)
    }
}

struct StrictVisitor;

impl<'de> Visitor<'de> for StrictVisitor {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(Strict(item)) = items.next_element()? {
            list.push(item);
        }
        Ok(list.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some((name, Strict(value))) = members.next_entry::<String, _>()? {
            if object.contains_key(&name) {
                return Err(Error::custom(format!("the member {name} occurs more than once")));
            }
            object.insert(name, value);
        }
        Ok(object.into())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn an_object_is_read_as_anybody_would_read_it() {
        let json = json!({
            "text": "ä\u{1f48a}", "null": null, "true": true, "numbers": [0, -1, 1.5, u64::MAX, i64::MIN],
            "nested": {"text": "the same name in another object"}, "empty": {},
        });

        let read = read(json.to_string().as_bytes()).map(Value::Object);

        assert_eq!(read.expect("sound"), json);
    }

    #[test]
    fn a_member_said_twice_is_refused_at_any_depth_even_when_both_agree() {
        for twice in [
            r#"{"a":1,"a":2}"#,
            r#"{"a":1,"a":1}"#,
            r#"{"a":null,"a":null}"#,
            r#"{"a":1,"\u0061":2}"#,
            r#"{"a":{"b":1,"b":2}}"#,
            r#"{"a":[0,{"b":1,"b":2}]}"#,
        ] {
            let refused = read(twice.as_bytes());
            assert!(
                refused
                    .as_ref()
                    .is_err_and(|error| error.to_string().contains("more than once")),
                "{twice}: {refused:?}"
            );
        }
    }

    #[test]
    fn what_is_no_object_is_refused() {
        for wrong in [
            "",
            "null",
            "[]",
            "\"a\"",
            "7",
            "{",
            "{}{}",
            "{a:1}",
            "{\"a\":\"\\ud800\"}",
        ] {
            assert!(read(wrong.as_bytes()).is_err(), "{wrong}");
        }
        let deep = format!("{{\"a\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000));
        assert!(read(deep.as_bytes()).is_err());
    }

    proptest! {
        #[test]
        fn it_reads_what_others_read_or_nothing(text in "[{}\\[\\]:,\"ab0-9 ]{0,40}") {
            if let Ok(members) = read(text.as_bytes()) {
                prop_assert_eq!(Value::Object(members), serde_json::from_str::<Value>(&text).expect("JSON"));
            }
        }
    }
}
