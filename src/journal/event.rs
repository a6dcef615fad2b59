//! What happens in a realm, as those hear it who listen at `/control/events`.

use serde_json::{Value, json};

use super::exchange::{Ending, Exchange};

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
                "path": exchange.request.path,
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
