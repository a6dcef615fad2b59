//! Webhooks: the events a clinic receives about its visits, in two versions (documented under "Webhooks").
//!
//! Version 1.0 writes times and the status as the API does, as text; 2.0 writes times as numbers and the status as a
//! word. Each endpoint has one version. A webhook is stored in the outbox in the transaction that changes the visit,
//! and delivered from there. Nobody signs notes or pays invoices here: the control API sends those two events on
//! demand.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{
    context::Context,
    model::{Event, Note, Visit, WebhookEndpoint, WebhookVersion},
    store,
    wire::Id,
};
use crate::{
    model::{Pauses, UrlSource},
    outbox::Webhook,
    store::Tx,
};

/// Stores an event for each endpoint of the visit's clinic that receives it, and returns their number. To be called
/// last in a transaction; notify the outbox after the commit.
pub async fn send_in(
    tx: &mut Tx,
    context: &Context,
    event: Event,
    visit: &Visit,
    note: Option<&Note>,
) -> crate::store::Result<usize> {
    let realm = &context.realm;
    let endpoints = store::webhook_endpoints::list_of_account(tx, realm.id, &visit.room.account).await?;
    let receives = |endpoint: &&WebhookEndpoint| {
        let events = endpoint.events.as_deref();
        events.is_none_or(|events| events.iter().any(|name| name == event.name()))
    };
    let mut sent = 0;
    for endpoint in endpoints.iter().filter(receives) {
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
        sent += 1;
    }
    Ok(sent)
}

/// The documentation says nothing about retries; here there are five, over about a day.
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
        "id": Id::from(visit.id),
        "member_id": Id::from(visit.member.id),
        "provider_id": provider(visit),
        "start": text(visit.start),
        "end": text(visit.end),
        "actual_start": visit.actual_start.map(text),
        "actual_end": visit.actual_end.map(text),
        "status": visit.status.number(),
        "completed_by": visit.completed_by.map(Id::from),
    })
}

fn second_version(visit: &Visit) -> Value {
    json!({
        "id": Id::from(visit.id),
        "member_id": Id::from(visit.member.id),
        "provider_id": provider(visit),
        "start": visit.start.as_second(),
        "end": visit.end.as_second(),
        "actual_start": visit.actual_start.map(Timestamp::as_second),
        "actual_end": visit.actual_end.map(Timestamp::as_second),
        "status": visit.status.word(),
        "status_updated_by": visit.completed_by.map(Id::from),
    })
}

fn provider(visit: &Visit) -> Option<Id> {
    visit.provider.as_ref().map(|provider| Id::from(provider.id))
}
