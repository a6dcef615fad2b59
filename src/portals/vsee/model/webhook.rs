//! Webhook endpoints of a clinic, and the events they receive.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use url::Url;

/// An address that a clinic wants events sent to.
#[derive(Clone, Debug)]
pub struct WebhookEndpoint {
    pub id: String,
    pub account: String,
    pub url: String,
    pub version: WebhookVersion,
    /// Names of the events it receives; `None` for all.
    pub events: Option<Vec<String>>,
    pub created_at: Timestamp,
}

/// The version of the webhook format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum WebhookVersion {
    #[serde(rename = "1.0")]
    One,
    #[serde(rename = "2.0")]
    Two,
}

impl WebhookVersion {
    pub fn name(self) -> &'static str {
        match self {
            Self::One => "1.0",
            Self::Two => "2.0",
        }
    }

    pub fn of_name(name: &str) -> Option<Self> {
        [Self::One, Self::Two].into_iter().find(|one| one.name() == name)
    }
}

/// What webhooks report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    VisitCreated,
    VisitUpdated,
    VisitEnded,
    NoteSignedAndSent,
    InvoiceProcessed,
}

impl Event {
    pub const ALL: [Self; 5] = [
        Self::VisitCreated,
        Self::VisitUpdated,
        Self::VisitEnded,
        Self::NoteSignedAndSent,
        Self::InvoiceProcessed,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::VisitCreated => "visit.created",
            Self::VisitUpdated => "visit.updated",
            Self::VisitEnded => "visit.ended",
            Self::NoteSignedAndSent => "visit.note.signed_and_sent",
            Self::InvoiceProcessed => "visit.invoice.processed",
        }
    }

    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|event| event.name() == name)
    }
}

/// The documented statuses of a note; webhooks 2.0 send one with the event about notes.
pub const NOTE_STATUSES: [&str; 3] = ["new", "signed", "draft"];

/// The note that an event is about.
#[derive(Clone, Debug)]
pub struct Note {
    pub id: String,
    /// One of [`NOTE_STATUSES`].
    pub status: String,
}

/// Checks the address and event names of a webhook endpoint.
///
/// # Errors
/// A sentence that says what is wrong.
pub fn check_endpoint(url: &str, events: Option<&[String]>) -> Result<(), String> {
    let sound = Url::parse(url).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    if !sound || url.len() > 2000 {
        return Err(format!("the webhook URL {url:?} is not an http or https URL"));
    }
    let unknown = events
        .unwrap_or_default()
        .iter()
        .find(|name| Event::of_name(name).is_none());
    match unknown {
        Some(name) => Err(format!("unknown event {name:?}")),
        None => Ok(()),
    }
}
