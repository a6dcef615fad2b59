//! Messages: e-mails and text messages in the outbox.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

/// The channel of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    Email,
    Sms,
}

impl Channel {
    pub fn name(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Sms => "sms",
        }
    }
}

/// A message, written in the transaction that causes it.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct OutboxMessage {
    pub id: String,
    pub channel: Channel,
    /// An e-mail address or a telephone number.
    pub recipient: String,
    pub subject: String,
    /// Plain text.
    pub body: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub html: Option<String>,
    /// What caused it, such as `asap_list.earlier_slot`.
    pub reason: String,
    #[schemars(with = "String", extend("format" = "date-time"))]
    pub written_at: Timestamp,
}
