//! Webhooks: what a clinic is told of its visits, in two versions (D:HOOK).
//!
//! Version 1.0 says times and the state as the API does, as text; 2.0 says times as numbers and the state as a word. Each
//! endpoint has a version, and is told in the transaction that changes the visit; delivery is the outbox's. Nobody
//! signs notes or pays invoices here: those two events are fired from the control API.

use jiff::Timestamp;
use serde_json::{Value, json};
use url::Url;

use super::{
    call::Context,
    model::{Visit, WebhookEndpoint, WebhookVersion},
    store, wire,
};
use crate::{
    model::{Pauses, UrlSource},
    outbox::Webhook,
    store::Tx,
};

/// What a clinic can be told of.
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

/// How a note stands (D:HOOK): 2.0 says it of the event about notes.
pub const NOTE_STATUSES: [&str; 3] = ["new", "signed", "draft"];

/// The note an event is about.
#[derive(Clone, Debug)]
pub struct Note {
    pub id: String,
    /// One of [`NOTE_STATUSES`].
    pub status: String,
}

/// Whether an endpoint could be told anything.
///
/// # Errors
/// What is wrong with it.
pub fn check(url: &str, events: Option<&[String]>) -> Result<(), String> {
    let sound = Url::parse(url).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    if !sound || url.len() > 2000 {
        return Err(format!("the webhook endpoint {url:?} is no http(s) address"));
    }
    let unknown = events
        .unwrap_or_default()
        .iter()
        .find(|name| Event::of_name(name).is_none());
    match unknown {
        Some(name) => Err(format!("there is no event {name:?}")),
        None => Ok(()),
    }
}

/// Tells the clinic's endpoints what became of a visit; how many. Last in a transaction; ring the outbox after it.
pub async fn tell(
    context: &Context,
    tx: &mut Tx,
    event: Event,
    visit: &Visit,
    note: Option<&Note>,
) -> crate::store::Result<usize> {
    let realm = &context.realm;
    let endpoints = store::webhook_endpoints::list_of_account(tx, realm.id, &visit.room.account).await?;
    let wants = |endpoint: &&WebhookEndpoint| {
        let events = endpoint.events.as_deref();
        events.is_none_or(|events| events.iter().any(|name| name == event.name()))
    };
    let mut told = 0;
    for endpoint in endpoints.iter().filter(wants) {
        let id = realm.random.id(context.now);
        let body = body(endpoint.version, &id, event, visit, note, context.now);
        let webhook = Webhook {
            event: event.name().to_owned(),
            url: endpoint.url.clone(),
            url_source: UrlSource::Tester,
            headers: Vec::new(),
            body: body.to_string(),
            pauses: pauses(),
        };
        let outbox = &context.app.outbox;
        outbox
            .post_webhook(tx, realm.id, &realm.random, webhook, context.now)
            .await?;
        told += 1;
    }
    Ok(told)
}

/// Nothing is published of retries: five more, over about a day.
fn pauses() -> Pauses {
    Pauses::of_seconds(&[60, 300, 1800, 7200, 86_400])
}

fn body(version: WebhookVersion, id: &str, event: Event, visit: &Visit, note: Option<&Note>, now: Timestamp) -> Value {
    let clinic = match version {
        WebhookVersion::One => "account_code",
        WebhookVersion::Two => "clinic_code",
    };
    let mut data = match version {
        WebhookVersion::One => first_version(visit),
        WebhookVersion::Two => second_version(visit),
    };
    if let (WebhookVersion::Two, Some(note)) = (version, note) {
        data["note"] = json!({"id": note.id, "status": note.status});
    }
    json!({
        "version": version.name(),
        "id": id,
        "type": event.name(),
        "created": now.as_second(),
        clinic: visit.room.account,
        "data": data,
    })
}

fn first_version(visit: &Visit) -> Value {
    let text = |time: Timestamp| time.as_second().to_string();
    json!({
        "id": wire::id(visit.id),
        "member_id": wire::id(visit.member.id),
        "provider_id": provider(visit),
        "start": text(visit.start),
        "end": text(visit.end),
        "actual_start": visit.actual_start.map(text),
        "actual_end": visit.actual_end.map(text),
        "status": visit.status.number(),
        "completed_by": visit.completed_by.map(wire::id),
    })
}

fn second_version(visit: &Visit) -> Value {
    json!({
        "id": wire::id(visit.id),
        "member_id": wire::id(visit.member.id),
        "provider_id": provider(visit),
        "start": visit.start.as_second(),
        "end": visit.end.as_second(),
        "actual_start": visit.actual_start.map(Timestamp::as_second),
        "actual_end": visit.actual_end.map(Timestamp::as_second),
        "status": visit.status.word(),
        "status_updated_by": visit.completed_by.map(wire::id),
    })
}

fn provider(visit: &Visit) -> Option<String> {
    visit.provider.as_ref().map(|provider| wire::id(provider.id))
}
