//! Webhooks: requests that notify other systems.

use std::{borrow::Cow, fmt};

use jiff::Timestamp;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize, Serializer, ser::SerializeSeq};

use super::Secret;

/// Who configured a webhook's address, which decides where it may lead.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum UrlSource {
    /// Seed, configuration or control API: it may lead to this machine, where developers run their receivers.
    Tester,
    /// A portal's API: it must not lead into private networks or to this machine.
    Stranger,
}

impl UrlSource {
    pub fn name(self) -> &'static str {
        match self {
            Self::Tester => "tester",
            Self::Stranger => "stranger",
        }
    }
}

/// A header of a webhook. A secret value is stored encrypted and shown as `…`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WebhookHeader {
    Plain(String, String),
    Secret(String, Secret),
}

impl WebhookHeader {
    pub fn plain(name: &str, value: impl Into<String>) -> Self {
        Self::Plain(name.to_owned(), value.into())
    }

    pub fn secret(name: &str, value: impl Into<String>) -> Self {
        Self::Secret(name.to_owned(), Secret::new(value))
    }

    pub fn name(&self) -> &str {
        match self {
            Self::Plain(name, _) | Self::Secret(name, _) => name,
        }
    }
}

/// A webhook as it is stored and shown.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct WrittenWebhook {
    pub id: String,
    /// The portal's name of the event: `patient_consultation_created`.
    pub event: String,
    pub url: String,
    pub url_source: UrlSource,
    pub headers: ShownHeaders,
    /// The body exactly as it is sent and signed.
    pub body: String,
    #[schemars(with = "String", extend("format" = "date-time"))]
    pub written_at: Timestamp,
}

/// Names and values in order; a secret value is `None`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownHeaders(pub Vec<(String, Option<String>)>);

impl JsonSchema for ShownHeaders {
    fn schema_name() -> Cow<'static, str> {
        "ShownHeaders".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "array",
            "items": {
                "type": "object",
                "required": ["name", "value"],
                "properties": {"name": {"type": "string"}, "value": {"type": "string"}},
            },
        })
    }
}

impl Serialize for ShownHeaders {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut headers = serializer.serialize_seq(Some(self.0.len()))?;
        for (name, value) in &self.0 {
            headers.serialize_element(&Shown {
                name,
                value: value.as_deref().unwrap_or("…"),
            })?;
        }
        headers.end()
    }
}

#[derive(Serialize)]
struct Shown<'a> {
    name: &'a str,
    value: &'a str,
}

impl fmt::Display for UrlSource {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}
