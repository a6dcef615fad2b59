//! An exchange and a flow as JSON, and their schemas.

use serde_json::{Value, json};

use crate::journal::{
    Entry,
    advice::notes,
    exchange::{Body, Ending},
    explanation::Explanation,
};

/// One exchange with everything that is recorded of it.
pub fn exchange(entry: &Entry) -> Value {
    let exchange = &entry.exchange;
    let request = &exchange.request;
    let response = exchange.response.as_ref().map(|response| {
        json!({
            "status": response.status,
            "headers": headers(&response.headers),
            "body": body(&response.body),
        })
    });
    let mut shown = json!({
        "id": exchange.id,
        "sequence": exchange.sequence,
        "started_at": exchange.started_at,
        "milliseconds": exchange.duration.as_micros() as f64 / 1000.0,
        "endpoint": exchange.endpoint(),
        "request": {
            "method": request.method,
            "path": request.path,
            "query": request.query,
            "headers": headers(&request.headers),
            "body": body(&request.body),
        },
        "response": response,
        "client_id": entry.parties.client,
        "user": entry.parties.user.as_ref().map(|(_, username)| username),
        "user_id": entry.parties.user.as_ref().map(|(id, _)| id),
        "grant_id": entry.parties.grant,
        "flow": exchange.flow.map(|flow| flow.to_string()),
        "jwts": exchange.jwts.iter().map(|jwt| {
            let (header, claims) = jwt.parsed();
            json!({"found_in": jwt.found_in, "header": header, "claims": claims})
        }).collect::<Vec<_>>(),
    });
    if let Some(ending) = ending(exchange.ending) {
        shown["ending"] = ending.into();
    }
    if let Some(refusal) = &exchange.refusal {
        shown["refusal"] = json!(Explanation::of(refusal));
    }
    if !exchange.faults.0.is_empty() {
        shown["faults"] = json!(exchange.faults);
    }
    shown
}

/// The same, with what is worth knowing of it.
pub fn exchange_with_notes(entry: &Entry, issuer: &str) -> Value {
    let mut shown = exchange(entry);
    let notes = notes(&entry.exchange, issuer);
    if !notes.is_empty() {
        shown["notes"] = json!(notes);
    }
    shown
}

/// Why there is no complete answer.
pub fn ending(ending: Ending) -> Option<&'static str> {
    match ending {
        Ending::Answered => None,
        Ending::GoneBefore => Some("the client closed the connection before the answer"),
        Ending::BrokenOff => Some("the answer was interrupted, or the client closed the connection while it was sent"),
    }
}

fn headers(headers: &[(String, String)]) -> Value {
    let one = |(name, value): &(String, String)| json!({"name": name, "value": value});
    headers.iter().map(one).collect()
}

fn body(body: &Body) -> Value {
    let mut shown = json!({"bytes": body.bytes});
    if let Some(text) = &body.text {
        shown["text"] = text.as_str().into();
        shown["truncated"] = body.truncated.into();
    }
    if let Some(why) = body.left_out {
        shown["left_out"] = why.into();
    }
    shown
}

/// The exchanges that belong to flows, by flow, in the order the flows began.
pub fn flows_of(entries: &[Entry]) -> Vec<Vec<&Entry>> {
    let mut flows: Vec<Vec<&Entry>> = Vec::new();
    for entry in entries {
        let Some(flow) = entry.exchange.flow else { continue };
        match flows
            .iter_mut()
            .find(|known| known.first().and_then(|one| one.exchange.flow) == Some(flow))
        {
            Some(known) => known.push(entry),
            None => flows.push(vec![entry]),
        }
    }
    flows
}

/// A flow at a glance. There is at least one exchange in it.
pub fn flow(entries: &[&Entry]) -> Value {
    let (first, last) = (entries.first(), entries.last());
    let steps: Vec<Value> = entries.iter().map(|entry| step(entry)).collect();
    let parties = last.map(|entry| &entry.parties);
    json!({
        "flow": first.and_then(|entry| entry.exchange.flow).map(|flow| flow.to_string()),
        "started_at": first.map(|entry| entry.exchange.started_at),
        "last_at": last.map(|entry| entry.exchange.started_at),
        "client_id": parties.and_then(|parties| parties.client.as_ref()),
        "user": parties.and_then(|parties| parties.user.as_ref()).map(|(_, username)| username),
        "grant_id": parties.and_then(|parties| parties.grant.as_ref()),
        "refused": entries.iter().filter(|entry| entry.exchange.refusal.is_some()).count(),
        "steps": steps,
    })
}

fn step(entry: &Entry) -> Value {
    let exchange = &entry.exchange;
    json!({
        "id": exchange.id,
        "sequence": exchange.sequence,
        "endpoint": exchange.endpoint(),
        "method": exchange.request.method,
        "path": exchange.request.path,
        "status": exchange.status(),
        "refused": exchange.refusal.as_ref().map(|refusal| refusal.code),
    })
}

/// The JSON Schema of an exchange.
pub fn exchange_schema() -> Value {
    let text = json!({"type": "string"});
    let perhaps = json!({"type": ["string", "null"]});
    let headers = json!({"type": "array", "items": {
        "type": "object", "required": ["name", "value"], "properties": {"name": text, "value": text},
    }});
    let body = json!({"type": "object", "required": ["bytes"], "properties": {
        "bytes": {"type": "integer", "description": "How many bytes the body has."},
        "text": {"type": "string", "description": "The first 16 KiB, without secrets."},
        "truncated": {"type": "boolean"},
        "left_out": {"type": "string", "description": "Why no text is kept."},
    }});
    json!({
        "type": "object",
        "required": [
            "id", "sequence", "started_at", "milliseconds", "endpoint", "request", "response", "client_id", "user",
            "user_id", "grant_id", "flow", "jwts"
        ],
        "properties": {
            "id": text,
            "sequence": {"type": "integer", "description": "Its number in the order in which exchanges ended."},
            "started_at": {"type": "string", "format": "date-time", "description": "By the realm's clock."},
            "milliseconds": {"type": "number", "description": "Duration up to the last byte of the answer, by the machine's clock."},
            "endpoint": text,
            "request": {"type": "object", "properties": {
                "method": text, "path": text, "query": perhaps, "headers": headers, "body": body,
            }},
            "response": {"type": ["object", "null"], "properties": {
                "status": {"type": "integer"}, "headers": headers, "body": body,
            }},
            "ending": {"type": "string", "description": "Why there is no complete answer."},
            "client_id": perhaps, "user": perhaps, "user_id": perhaps, "grant_id": perhaps, "flow": perhaps,
            "jwts": {"type": "array", "items": {"type": "object", "properties": {
                "found_in": text, "header": {"type": "object"}, "claims": {"type": "object"},
            }}},
            "refusal": refusal_schema(),
            "notes": {"type": "array", "items": text, "description": "What is worth knowing of it; where one exchange is shown."},
            "faults": {"type": "array", "items": {"type": "object", "properties": {"fault": text, "id": text}}},
        },
    })
}

fn refusal_schema() -> Value {
    let text = json!({"type": "string"});
    let instant = json!({"type": "string", "format": "date-time"});
    json!({
        "type": "object",
        "required": ["code", "description"],
        "properties": {
            "kind": {"type": "string", "description": "The rule that refused, by its stable name, such as code.expired."},
            "code": text, "section": text, "link": text, "description": text, "expected": text, "received": text,
            "difference": {"type": "array", "description": "The expected and the received address, compared character by character.", "items": {
                "type": "object", "properties": {"same": text, "expected": text, "received": text},
            }},
            "hashes": {"type": "object", "properties": {"code_challenge": text, "of_the_verifier": text}},
            "clock": {"type": "object", "properties": {"expired_at": instant, "now": instant, "late_by": text}},
            "fix": {"type": "string", "description": "How to fix it, most likely."},
        },
    })
}

/// The JSON Schema of a flow.
pub fn flow_schema() -> Value {
    let text = json!({"type": "string"});
    let perhaps = json!({"type": ["string", "null"]});
    let instant = json!({"type": "string", "format": "date-time"});
    json!({
        "type": "object",
        "required": ["flow", "started_at", "last_at", "client_id", "user", "grant_id", "refused", "steps"],
        "properties": {
            "flow": text, "started_at": instant, "last_at": instant,
            "client_id": perhaps, "user": perhaps, "grant_id": perhaps,
            "refused": {"type": "integer", "description": "How many of its exchanges were refused."},
            "steps": {"type": "array", "items": {"type": "object", "properties": {
                "id": text, "sequence": {"type": "integer"}, "endpoint": text, "method": text, "path": text,
                "status": {"type": ["integer", "null"]}, "refused": perhaps,
            }}},
        },
    })
}
