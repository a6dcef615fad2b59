//! Webhooks: events for the servers of organizations, in the documented envelope, to every endpoint that has
//! subscribed.
//!
//! Creating, moving and cancelling an appointment sends an event; all other events are sent through the control API. An
//! event is written into the outbox in the transaction that causes it; the outbox delivers, retries and replays it.
//! `x-webhook-signature` is a fixed value, as the current documentation says; an earlier version hinted at a signature
//! of the body, which an endpoint can have instead.

mod event;
mod payload;

use jiff::Timestamp;
use serde_json::{Value, json};

pub use self::event::{Event, Subject};
use self::payload::Occurrence;
use super::{
    model::{NewEndpoint, Organization, Signature, WebhookEndpoint},
    store::{
        tables::{SECRET, WEBHOOK_ENDPOINTS},
        webhook_endpoints,
    },
};
use crate::{
    app::{App, Realm},
    fetch,
    keys::sealing::SealingError,
    model::{Pauses, UrlSource},
    outbox::{self, Webhook},
    store::{Tx, tables::place},
};

const SIGNATURE: &str = "x-webhook-signature";

/// An event that has been written into the outbox.
#[derive(Clone, Debug)]
pub struct SentEvent {
    pub event: &'static str,
    /// The endpoint and the id of the webhook in the outbox, for each subscribed endpoint.
    pub webhooks: Vec<(String, String)>,
}

/// Why an event could not be written.
#[derive(Debug, thiserror::Error)]
pub enum EventError {
    #[error("the database failed: {0}")]
    Database(#[from] crate::store::Error),
    #[error("the secret of an endpoint cannot be opened: {0}")]
    Sealing(#[from] SealingError),
}

impl From<EventError> for super::error::MediquoError {
    fn from(error: EventError) -> Self {
        match error {
            EventError::Database(error) => error.into(),
            EventError::Sealing(error) => error.into(),
        }
    }
}

/// Writes an event for every subscribed endpoint of the organization, as the last step of the caller's transaction. The
/// caller notifies the outbox after the commit. `overrides` replaces members of the payload.
///
/// # Errors
/// When the database fails, or an endpoint's secret cannot be opened.
#[expect(
    clippy::too_many_arguments,
    reason = "each argument is needed, and all differ from call to call"
)]
pub async fn send_in(
    tx: &mut Tx,
    app: &App,
    realm: &Realm,
    organization: &Organization,
    event: Event,
    subject: &Subject<'_>,
    overrides: Option<&Value>,
    now: Timestamp,
) -> Result<SentEvent, EventError> {
    let name = event.name(&realm.policy.mediquo);
    let id = match subject.appointment {
        Some(appointment) => appointment.id.clone(),
        None => realm.random.id(now),
    };
    let occurrence = Occurrence {
        realm,
        event,
        subject,
        id: &id,
        now,
    };
    let mut webhooks = Vec::new();
    for endpoint in webhook_endpoints::list_of(tx, realm.id, &organization.id).await? {
        if !endpoint.wants(event) {
            continue;
        }
        let mut payload = occurrence.payload(endpoint.version);
        if let Some(overrides) = overrides {
            merge(&mut payload, overrides);
        }
        let body = json!({"type": name, "occurred_on": now.as_second(), "payload": payload}).to_string();
        let webhook = webhook(app, &endpoint, name, body)?;
        let written = app
            .outbox
            .post_webhook(tx, realm.id, &realm.random, webhook, now)
            .await?;
        webhooks.push((endpoint.id, written));
    }
    Ok(SentEvent { event: name, webhooks })
}

impl WebhookEndpoint {
    fn wants(&self, event: Event) -> bool {
        let wanted = |names: &Vec<String>| names.iter().any(|name| Event::named(name) == Some(event));
        self.events.as_ref().is_none_or(wanted)
    }
}

fn webhook(app: &App, endpoint: &WebhookEndpoint, event: &str, body: String) -> Result<Webhook, SealingError> {
    let place = place(WEBHOOK_ENDPOINTS, SECRET);
    let secret = app.realms.sealer().open(&endpoint.sealed_secret, place.as_bytes())?;
    let header = match endpoint.signature {
        Signature::Fixed => {
            let value = String::from_utf8(secret).map_err(|_| SealingError::Damaged)?;
            outbox::Signature::Fixed(&value).header(SIGNATURE, &body)
        }
        Signature::HmacSha256 => outbox::Signature::HmacSha256(&secret).header(SIGNATURE, &body),
    };
    Ok(Webhook {
        event: event.to_owned(),
        url: endpoint.url.clone(),
        url_source: UrlSource::Tester,
        headers: vec![header],
        body,
        pauses: pauses(),
    })
}

/// Three attempts; not documented.
fn pauses() -> Pauses {
    Pauses::of_seconds(&[10, 60])
}

/// Replaces what `overrides` has: objects member by member, everything else as a whole.
fn merge(into: &mut Value, overrides: &Value) {
    match (into, overrides) {
        (Value::Object(into), Value::Object(overrides)) => {
            for (name, value) in overrides {
                merge(into.entry(name.clone()).or_insert(Value::Null), value);
            }
        }
        (into, overrides) => *into = overrides.clone(),
    }
}

/// # Errors
/// What is wrong with the endpoint, for its author.
pub fn check_endpoint(endpoint: &NewEndpoint) -> Result<(), String> {
    fetch::check_address(&endpoint.url).map_err(|error| format!("webhook endpoint {:?}: {error}", endpoint.url))?;
    let unknown = endpoint
        .events
        .iter()
        .flatten()
        .find(|name| Event::named(name).is_none());
    if let Some(name) = unknown {
        return Err(format!(
            "webhook endpoint {:?}: there is no event {name:?}",
            endpoint.url
        ));
    }
    let secret = endpoint.secret.reveal();
    if secret.trim().is_empty() || secret.len() > 255 || !secret.bytes().all(|byte| (0x20..0x7f).contains(&byte)) {
        return Err(format!(
            "webhook endpoint {:?}: secret must be 1 to 255 printable ASCII characters",
            endpoint.url
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn overrides_replace_members_of_the_payload() {
        let mut payload = json!({"patient": {"code": "jane-1", "allergies": [1, 2]}, "reports": []});

        merge(&mut payload, &json!({"patient": {"allergies": []}, "note": 1}));

        assert_eq!(
            payload,
            json!({"patient": {"code": "jane-1", "allergies": []}, "reports": [], "note": 1})
        );
    }
}
