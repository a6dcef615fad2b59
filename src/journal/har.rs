//! A flow as an HTTP Archive (HAR 1.2), for the tools that read them.
//!
//! What HAR has no place for stands in members that begin with an underscore, as it asks of extensions.

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use serde_json::{Value, json};

use super::{
    Entry,
    exchange::{Body, Request, Response},
    explanation::Explanation,
};
use crate::web::parameters::read_form;

/// The ellipses of secrets that were left out, and other characters that no URL contains.
const OUTSIDE_OF_URLS: &AsciiSet = &CONTROLS.add(b' ').add(b'"').add(b'<').add(b'>');

/// The archive of these exchanges of an issuer.
pub fn archive(entries: &[Entry], issuer: &str) -> Value {
    let entries: Vec<Value> = entries.iter().map(|one| entry(one, issuer)).collect();
    json!({
        "log": {
            "version": "1.2",
            "creator": {"name": "Anteroom", "version": env!("CARGO_PKG_VERSION")},
            "entries": entries,
            "comment": "Secrets are not recorded: … replaces them.",
        }
    })
}

fn entry(entry: &Entry, issuer: &str) -> Value {
    let exchange = &entry.exchange;
    let milliseconds = exchange.duration.as_secs_f64() * 1000.0;
    let response = match &exchange.response {
        Some(response) => of_response(response, exchange.request.version),
        None => no_response(exchange.request.version),
    };
    let mut entry = json!({
        "startedDateTime": exchange.started_at.to_string(),
        "time": milliseconds,
        "request": of_request(&exchange.request, issuer),
        "response": response,
        "cache": {},
        "timings": {"send": 0, "wait": milliseconds, "receive": 0},
        "_exchange": exchange.id,
    });
    if let Some(refusal) = &exchange.refusal {
        entry["_refusal"] = json!(Explanation::of(refusal));
    }
    if !exchange.faults.0.is_empty() {
        entry["_faults"] = json!(exchange.faults);
    }
    entry
}

fn of_request(request: &Request, issuer: &str) -> Value {
    let query = request.query.as_deref();
    let url = match query {
        Some(query) => format!("{issuer}{}?{query}", request.path),
        None => format!("{issuer}{}", request.path),
    };
    let mut value = json!({
        "method": request.method,
        "url": utf8_percent_encode(&url, OUTSIDE_OF_URLS).to_string(),
        "httpVersion": request.version,
        "cookies": cookies(&request.headers, "cookie"),
        "headers": pairs(&request.headers),
        "queryString": pairs(&parameters(query.unwrap_or_default())),
        "headersSize": -1,
        "bodySize": request.body.bytes,
    });
    if request.body.bytes > 0 {
        value["postData"] = content(&request.headers, &request.body);
    }
    value
}

fn of_response(response: &Response, version: &str) -> Value {
    let mut body = content(&response.headers, &response.body);
    body["size"] = json!(response.body.bytes);
    let status = http::StatusCode::from_u16(response.status).ok();
    json!({
        "status": response.status,
        "statusText": status.and_then(|status| status.canonical_reason()).unwrap_or_default(),
        "httpVersion": version,
        "cookies": cookies(&response.headers, "set-cookie"),
        "headers": pairs(&response.headers),
        "content": body,
        "redirectURL": said(&response.headers, "location").unwrap_or_default(),
        "headersSize": -1,
        "bodySize": response.body.bytes,
    })
}

/// As browsers export a request without an answer.
fn no_response(version: &str) -> Value {
    json!({
        "status": 0, "statusText": "", "httpVersion": version, "cookies": [], "headers": [],
        "content": {"size": 0, "mimeType": "x-unknown"}, "redirectURL": "", "headersSize": -1, "bodySize": -1,
        "_error": "the client closed the connection before the answer",
    })
}

fn content(headers: &[(String, String)], body: &Body) -> Value {
    let mut content = json!({"mimeType": said(headers, "content-type").unwrap_or("x-unknown")});
    content["text"] = json!(body.text.as_deref().unwrap_or_default());
    if body.truncated {
        content["comment"] = json!("Only the beginning of the body is kept.");
    }
    if let Some(why) = body.left_out {
        content["comment"] = json!(format!("Not kept: {why}."));
    }
    content
}

fn pairs(pairs: &[(String, String)]) -> Value {
    pairs
        .iter()
        .map(|(name, value)| json!({"name": name, "value": value}))
        .collect()
}

fn parameters(query: &str) -> Vec<(String, String)> {
    read_form(query.as_bytes()).unwrap_or_default()
}

fn cookies(headers: &[(String, String)], field: &str) -> Value {
    let values = headers.iter().filter(|(name, _)| name == field);
    let one = |cookie: &str| {
        let (name, value) = cookie.split_once('=')?;
        Some(json!({"name": name.trim(), "value": value}))
    };
    if field == "set-cookie" {
        return values
            .filter_map(|(_, value)| one(value.split(';').next().unwrap_or_default()))
            .collect();
    }
    values
        .flat_map(|(_, value)| value.split("; "))
        .filter_map(one)
        .collect()
}

fn said<'h>(headers: &'h [(String, String)], field: &str) -> Option<&'h str> {
    headers
        .iter()
        .find(|(name, _)| name == field)
        .map(|(_, value)| value.as_str())
}
