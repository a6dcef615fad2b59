//! What happens in a realm, as it is sent to those who listen at `/control/events`.

use serde_json::{Value, json};

use super::{
    exchange::{Ending, Exchange},
    redaction::ELLIPSIS,
};
use crate::model::FaultMark;

/// How many characters of a path an event has. The exchange has the whole path.
const PATH_LIMIT: usize = 200;

/// Something that happened, and its number in the realm.
#[derive(Debug)]
pub struct Event {
    pub number: u64,
    pub event: JournalEvent,
}

/// What happened: a kind, such as `exchange`, and its data.
#[derive(Clone, Debug)]
pub struct JournalEvent {
    pub kind: &'static str,
    /// JSON.
    pub data: String,
}

impl JournalEvent {
    pub fn new(kind: &'static str, data: &Value) -> Self {
        Self {
            kind,
            data: data.to_string(),
        }
    }

    /// An exchange was recorded: enough to decide whether to look at it.
    pub fn exchange(exchange: &Exchange) -> Self {
        let refusal = exchange.refusal.as_ref();
        Self::new(
            "exchange",
            &json!({
                "id": exchange.id,
                "sequence": exchange.sequence,
                "endpoint": exchange.endpoint(),
                "method": exchange.request.method,
                "path": beginning(&exchange.request.path),
                "status": exchange.status(),
                "client_id": exchange.parties.client,
                "user": exchange.parties.user.as_ref().map(|(_, username)| username),
                "flow": exchange.flow.map(|flow| flow.to_string()),
                "refused": refusal.map(|refusal| refusal.code),
                "gone": exchange.ending == Ending::GoneBefore,
            }),
        )
    }

    /// A fault has changed the exchange of this id.
    pub fn fault(mark: &FaultMark, exchange: &str) -> Self {
        Self::new(
            "fault",
            &json!({"fault": mark.fault, "id": mark.id, "exchange": exchange}),
        )
    }
}

fn beginning(path: &str) -> String {
    let mut characters = path.chars();
    let mut beginning: String = characters.by_ref().take(PATH_LIMIT).collect();
    if characters.next().is_some() {
        beginning.push(ELLIPSIS);
    }
    beginning
}
