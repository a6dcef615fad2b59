//! Files and values of a command line.

use std::{
    fs,
    io::{self, Read as _},
    path::Path,
    str::FromStr,
};

use jiff::SignedDuration;
use serde_json::{Map, Value};

use super::RemoteError;

/// `name=value`; dots lead into objects (`lifetimes.access_token=60`). A value that is JSON is taken as JSON, any other
/// as text.
#[derive(Clone, Debug, PartialEq)]
pub struct Setting {
    name: Vec<String>,
    value: Value,
}

impl FromStr for Setting {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, &'static str> {
        let (name, value) = text.split_once('=').ok_or("expected name=value")?;
        let name: Vec<_> = name.split('.').map(str::to_owned).collect();
        if name.iter().any(String::is_empty) {
            return Err("the name is empty");
        }
        let value = serde_json::from_str(value).unwrap_or_else(|_| Value::String(value.to_owned()));
        Ok(Self { name, value })
    }
}

impl Setting {
    /// Puts it into an object.
    pub fn put(self, object: &mut Value) {
        let mut place = object;
        for segment in self.name {
            if !place.is_object() {
                *place = Value::Object(Map::new());
            }
            place = &mut place[segment];
        }
        *place = self.value;
    }
}

/// The object that has these settings.
pub fn object(settings: Vec<Setting>) -> Value {
    let mut object = Value::Object(Map::new());
    for setting in settings {
        setting.put(&mut object);
    }
    object
}

/// A number as it is typed: 60 and not 60.0, which would be another kind of number.
pub fn number(number: f64) -> Value {
    let text = number.to_string();
    serde_json::from_str(&text).unwrap_or_else(|_| text.into())
}

/// A whole number as it is typed.
pub fn whole_number<T: FromStr>(text: &str) -> Result<T, &'static str> {
    text.parse()
        .map_err(|_| "a whole number is expected, such as 10; it is none, or too large")
}

/// A number as it is typed.
pub fn decimal(text: &str) -> Result<f64, &'static str> {
    text.parse().map_err(|_| "a number is expected, such as 10 or 0.5")
}

/// A span of time as it is typed.
pub fn duration(text: &str) -> Result<SignedDuration, &'static str> {
    text.parse()
        .map_err(|_| "a duration is expected, such as 10s, 5m, 1h 30m or PT1H30M")
}

/// An identifier in an address. Dots alone would mean another place.
pub fn id(text: &str) -> Result<String, &'static str> {
    match text {
        "" => Err("it is empty"),
        "." | ".." => Err("this is not an identifier"),
        _ => Ok(text.to_owned()),
    }
}

/// A file as it is; `-` is standard input.
pub fn read(path: &Path) -> Result<Vec<u8>, RemoteError> {
    let read = if path == Path::new("-") {
        let mut all = Vec::new();
        io::stdin().lock().read_to_end(&mut all).map(|_| all)
    } else {
        fs::read(path)
    };
    read.map_err(|error| unreadable(path, error))
}

/// A file of TOML or JSON, as JSON. What begins with a brace is JSON.
pub fn document(path: &Path) -> Result<Value, RemoteError> {
    let text = String::from_utf8(read(path)?).map_err(|error| unreadable(path, error))?;
    if text.trim_start().starts_with('{') {
        return serde_json::from_str(&text).map_err(|error| unreadable(path, error));
    }
    let table: toml::Table = text
        .parse()
        .map_err(|error: toml::de::Error| unreadable(path, error.to_string().trim_end()))?;
    Ok(from_toml(toml::Value::Table(table)))
}

/// Instants of TOML become text, as the control API reads them.
fn from_toml(value: toml::Value) -> Value {
    match value {
        toml::Value::String(text) => text.into(),
        toml::Value::Integer(number) => number.into(),
        toml::Value::Float(number) => number.into(),
        toml::Value::Boolean(truth) => truth.into(),
        toml::Value::Datetime(instant) => instant.to_string().into(),
        toml::Value::Array(items) => items.into_iter().map(from_toml).collect(),
        toml::Value::Table(members) => {
            let members = members.into_iter().map(|(name, member)| (name, from_toml(member)));
            Value::Object(members.collect())
        }
    }
}

fn unreadable(path: &Path, reason: impl ToString) -> RemoteError {
    RemoteError::File {
        path: path.to_owned(),
        reason: reason.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn settings_make_an_object() {
        let settings = [
            "auto_login=true",
            "lifetimes.access_token=60",
            "lifetimes.session=5",
            "pkce=ignored",
            "x=a=b",
        ];

        let object = object(settings.iter().map(|text| text.parse().unwrap()).collect());

        assert_eq!(
            object,
            json!({
                "auto_login": true, "pkce": "ignored", "x": "a=b",
                "lifetimes": {"access_token": 60, "session": 5},
            })
        );
    }

    #[test]
    fn what_is_no_setting_or_identifier_is_refused() {
        for wrong in ["auto_login", "=true", "a..b=1", ""] {
            assert!(wrong.parse::<Setting>().is_err(), "{wrong}");
        }
        for wrong in ["", ".", ".."] {
            assert!(id(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_seed_in_toml_is_the_same_in_json() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("seed.toml");
        let toml =
            "based_on = \"demo\"\nclock = {now = 2030-01-01T00:00:00Z, frozen = true}\n[[users]]\nusername = \"zoe\"\n";
        fs::write(&path, toml).unwrap();

        assert_eq!(
            document(&path).unwrap(),
            json!({
                "based_on": "demo",
                "clock": {"now": "2030-01-01T00:00:00Z", "frozen": true},
                "users": [{"username": "zoe"}],
            })
        );
        fs::write(&path, "[[users").unwrap();
        let error = document(&path).unwrap_err().to_string();
        assert!(error.contains("seed.toml") && error.contains("line 1"), "{error}");
    }
}
