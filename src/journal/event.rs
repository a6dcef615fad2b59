//! What happens in a realm, as those hear it who listen at `/control/events`.

use serde_json::{Value, json};

use super::exchange::{Ending, Exchange};
use super::redaction::ELLIPSIS;

/// Of a path, an event tells the beginning, in characters: the exchange has the rest.
const MOST_OF_A_PATH: usize = 200;
/// What an event weighs besides its data: the structures around it.
const WEIGHT_OF_ITSELF: usize = 512;

/// Something that happened, and its number in the realm.
#[derive(Debug)]
pub struct Event {
    pub number: u64,
    pub happening: Happening,
}

/// What happened: a kind, such as `exchange`, and what there is to say.
#[derive(Clone, Debug)]
pub struct Happening {
    pub kind: &'static str,
    pub data: Value,
}

impl Happening {
    pub fn new(kind: &'static str, data: Value) -> Self {
        Self { kind, data }
    }

    /// What it weighs in memory, in bytes, or a little more.
    pub fn weight(&self) -> usize {
        WEIGHT_OF_ITSELF + self.data.to_string().len()
    }

    /// An exchange was recorded: enough to know whether one wants to look at it.
    pub fn exchange(exchange: &Exchange) -> Self {
        let refusal = exchange.refusal.as_ref();
        Self::new(
            "exchange",
            json!({
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

    /// A fault bit: one for each that had a part in the exchange.
    pub fn faults(exchange: &Exchange) -> impl Iterator<Item = Self> {
        exchange.faults.0.iter().map(|mark| {
            Self::new(
                "fault",
                json!({"fault": mark.fault, "id": mark.id, "exchange": exchange.id}),
            )
        })
    }
}

fn beginning(path: &str) -> String {
    let mut characters = path.chars();
    let mut beginning: String = characters.by_ref().take(MOST_OF_A_PATH).collect();
    if characters.next().is_some() {
        beginning.push(ELLIPSIS);
    }
    beginning
}
