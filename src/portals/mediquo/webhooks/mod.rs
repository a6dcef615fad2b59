//! What the organizations' servers are told: events, in the envelope that is documented, to every endpoint that wants them.
//!
//! Making, moving and cancelling an appointment tells by itself; everything else is told on demand, over the control API.
//! An event is written into the outbox in the transaction that causes it; delivering, trying again and replaying are the
//! outbox's. `x-webhook-signature` is a value agreed upon, as the current documentation says; an earlier wording hinted
//! at a signature of the body, which an endpoint may ask for instead.

mod event;
mod payload;

use jiff::Timestamp;
use serde_json::{Value, json};

pub use self::event::{Event, Subject};
use self::payload::Telling;
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

/// An event that was told.
#[derive(Clone, Debug)]
pub struct Told {
    pub event: &'static str,
    /// The endpoint and the webhook in the outbox, for each that wanted it.
    pub webhooks: Vec<(String, String)>,
}

/// Why an event was not told.
#[derive(Debug, thiserror::Error)]
pub enum TellingError {
    #[error("the database failed: {0}")]
    Database(#[from] crate::store::Error),
    #[error("the secret of an endpoint cannot be opened: {0}")]
    Sealing(#[from] SealingError),
}

impl From<TellingError> for super::error::MediquoError {
    fn from(error: TellingError) -> Self {
        match error {
            TellingError::Database(error) => error.into(),
            TellingError::Sealing(error) => error.into(),
        }
    }
}

/// Writes an event to every endpoint of the organization that wants it, last in the caller's transaction. Ring the
/// outbox's notify after the commit. `said` is put over the payload, member by member.
///
/// # Errors
/// When the database fails, or an endpoint's secret cannot be opened.
#[expect(
    clippy::too_many_arguments,
    reason = "who, what, whom and when; each is asked for once"
)]
pub async fn fire(
    tx: &mut Tx,
    app: &App,
    realm: &Realm,
    organization: &Organization,
    event: Event,
    subject: &Subject<'_>,
    said: Option<&Value>,
    now: Timestamp,
) -> Result<Told, TellingError> {
    let name = event.name(&realm.policy.mediquo);
    let id = match subject.appointment {
        Some(appointment) => appointment.id.clone(),
        None => realm.random.id(now),
    };
    let telling = Telling {
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
        let mut payload = telling.payload(endpoint.version);
        if let Some(said) = said {
            merge(&mut payload, said);
        }
        let body = json!({"type": name, "occurred_on": now.as_second(), "payload": payload}).to_string();
        let webhook = webhook(app, &endpoint, name, body)?;
        let written = app
            .outbox
            .post_webhook(tx, realm.id, &realm.random, webhook, now)
            .await?;
        webhooks.push((endpoint.id, written));
    }
    Ok(Told { event: name, webhooks })
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

/// Undocumented: three tries.
fn pauses() -> Pauses {
    Pauses::of_seconds(&[10, 60])
}

/// Puts what was said over what is there: objects member by member, everything else as a whole.
fn merge(into: &mut Value, said: &Value) {
    match (into, said) {
        (Value::Object(into), Value::Object(said)) => {
            for (name, value) in said {
                merge(into.entry(name.clone()).or_insert(Value::Null), value);
            }
        }
        (into, said) => *into = said.clone(),
    }
}

/// # Errors
/// What makes an endpoint useless, in words for the person who wrote it.
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
            "webhook endpoint {:?}: secret is 1 to 255 printable ASCII characters",
            endpoint.url
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_is_put_over_the_payload_member_by_member() {
        let mut payload = json!({"patient": {"code": "jane-1", "allergies": [1, 2]}, "reports": []});

        merge(&mut payload, &json!({"patient": {"allergies": []}, "note": 1}));

        assert_eq!(
            payload,
            json!({"patient": {"code": "jane-1", "allergies": []}, "reports": [], "note": 1})
        );
    }
}
