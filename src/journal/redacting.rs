//! Turns a recorded exchange into the one that is stored: without its secrets, but with the facts they contain.

use http::{Version, header};

use super::{
    body_kind::Kind,
    exchange::{Body, Exchange, Header, Request, Response},
    flow,
    passed::Passed,
    raw::{Head, RawExchange, RawResponse},
    recording::Parties,
    redaction::{Key, Redaction, jwt::Jwt, user_of_basic},
    unredacted::Redact,
};
use crate::{
    model::{ClientId, FaultMarks},
    web::parameters::read_form,
};

/// How long the name of a client is, at the most, that a request claims for itself.
const CLIENT_LIMIT: usize = 255;

impl Redact for RawExchange {
    type Redacted = Exchange;

    /// Sequence and flow are given when it is put into the ring.
    fn redact(&self, key: &Key) -> Exchange {
        let begun = self.begun();
        let mut redaction = Redaction::new(key, begun.path());
        let request = self.redact_request(&mut redaction);
        let response = self.response.as_ref();
        let refusal = response.and_then(|response| response.refusal.clone());
        let faults = response.map_or_else(FaultMarks::default, |response| response.faults.clone());
        let response = response.map(|response| redact_response(response, &mut redaction));
        Exchange {
            id: begun.id,
            sequence: 0,
            started_at: begun.at,
            duration: self.duration,
            endpoint_name: begun.endpoint.name,
            request,
            response,
            ending: self.ending,
            refusal: refusal.map(|refusal| refusal.map_texts(|text| redaction.words("refusal", text))),
            faults,
            parties: self.known_parties(),
            flow: None,
            ties: flow::ties(&redaction.seen),
            jwts: once_each(redaction.jwts),
        }
    }
}

impl RawExchange {
    fn redact_request(&self, redaction: &mut Redaction<'_>) -> Request {
        let head = &self.request.head;
        Request {
            path: redaction.path(self.begun().path()),
            query: head.query().map(|query| redaction.form(query)),
            version: version(self.request.version),
            body: body(redaction, head, &self.sent),
            headers: fields(redaction, head),
            method: self.request.method.as_str().to_owned(),
        }
    }

    fn known_parties(&self) -> Parties {
        let mut parties = self.parties.clone();
        if parties.client.is_none() {
            parties.client = claimed_client(&self.request.head, self.sent.beginning());
        }
        parties
    }
}

fn redact_response(response: &RawResponse, redaction: &mut Redaction<'_>) -> Response {
    Response {
        status: response.status,
        body: body(redaction, &response.head, &response.passed),
        headers: fields(redaction, &response.head),
    }
}

fn fields(redaction: &mut Redaction<'_>, head: &Head) -> Vec<Header> {
    head.fields()
        .map(|(name, value)| (name.to_owned(), redaction.header(name, &String::from_utf8_lossy(value))))
        .collect()
}

fn body(redaction: &mut Redaction<'_>, head: &Head, passed: &Passed) -> Body {
    let mut body = Body {
        bytes: passed.bytes,
        ..Body::default()
    };
    if passed.bytes == 0 {
        return body;
    }
    let encoding = head.field(&header::CONTENT_ENCODING);
    if encoding.is_some_and(|encoding| encoding != "identity") {
        body.left_out = Some("it is compressed");
        return body;
    }
    let beginning = passed.beginning();
    let text = String::from_utf8_lossy(beginning);
    body.text = match Kind::of(head.field(&header::CONTENT_TYPE).unwrap_or_default(), &text) {
        Some(Kind::Form) => Some(redaction.form(&text)),
        Some(Kind::Json) => Some(redaction.json(&text)),
        Some(Kind::Html) => Some(redaction.html(&text)),
        None => None,
    };
    if let Some(text) = &mut body.text {
        text.shrink_to_fit();
        body.truncated = passed.bytes > u64::try_from(beginning.len()).unwrap_or(u64::MAX);
    } else {
        body.left_out = Some("the journal keeps no bodies of this type");
    }
    body
}

fn version(version: Version) -> &'static str {
    match version {
        Version::HTTP_2 => "HTTP/2",
        Version::HTTP_10 => "HTTP/1.0",
        _ => "HTTP/1.1",
    }
}

/// The same token in header and body is one.
fn once_each(mut jwts: Vec<Jwt>) -> Vec<Jwt> {
    let mut known: Vec<(String, String)> = Vec::new();
    jwts.retain(|jwt| {
        let this = (jwt.found_in.clone(), jwt.claims.clone());
        let new = !known.contains(&this);
        known.push(this);
        new
    });
    jwts
}

/// The client a request says it comes from, where nobody has found out more.
fn claimed_client(head: &Head, body: &[u8]) -> Option<ClientId> {
    let basic = head
        .field(&header::AUTHORIZATION)
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("Basic"))
        .and_then(|(_, encoded)| user_of_basic(encoded));
    let in_form = |form: &[u8]| {
        let pairs = read_form(form).ok()?;
        let client = pairs.into_iter().find(|(name, _)| name == "client_id")?;
        Some(client.1)
    };
    basic
        .or_else(|| in_form(head.query()?.as_bytes()))
        .or_else(|| in_form(body))
        .filter(|client| client.len() <= CLIENT_LIMIT)
        .map(ClientId)
}

#[cfg(test)]
mod tests {
    use http::HeaderMap;

    use super::*;

    #[test]
    fn the_client_is_taken_from_the_query_or_the_form() {
        let claimed = |query: Option<&str>, form: &'static str| {
            claimed_client(&Head::new(query, &HeaderMap::new()), form.as_bytes()).map(|client| client.0)
        };

        assert_eq!(claimed(Some("a=b&client_id=one"), "").as_deref(), Some("one"));
        assert_eq!(claimed(None, "client_id=t%77o").as_deref(), Some("two"));
        assert_eq!(claimed(Some("a=b"), "{\"client_id\":1}"), None);
    }
}
