//! An exchange: what was asked, what was answered, and why.

use std::time::Duration;

use http::{HeaderMap, Version, header};
use jiff::Timestamp;

use super::{
    flow::{self, FlowId},
    recording::{Begun, Parties},
    redaction::{Key, Redaction, jwt::Jwt},
};
use crate::model::{FaultMarks, Refusal};

/// Bytes of a body that are kept.
pub const MOST_OF_A_BODY: usize = 16 * 1024;
/// What an exchange weighs besides its texts: the structures around them.
const WEIGHT_OF_ITSELF: usize = 1024;

/// What a tie weighs, with what the flows know of it.
const WEIGHT_OF_A_TIE: usize = 64;

/// A recorded request with its answer. Without secrets: they never got this far.
#[derive(Debug)]
pub struct Exchange {
    /// Known from the moment the request came, so that its answer can point here.
    pub id: String,
    /// Its number in the order of recording, which is the order in which exchanges came to their end.
    pub sequence: u64,
    /// By the realm's clock.
    pub started_at: Timestamp,
    /// To the last byte of the answer, by the machine's monotonic clock.
    pub duration: Duration,
    pub request: Request,
    /// `None` where nobody was there any more to take it.
    pub response: Option<Response>,
    pub ending: Ending,
    pub refusal: Option<Refusal>,
    pub faults: FaultMarks,
    pub parties: Parties,
    /// Signed tokens that travelled either way.
    pub jwts: Vec<Jwt>,
    pub flow: Option<FlowId>,
    /// Secrets that tie exchanges together, as keyed digests.
    pub ties: Vec<u64>,
}

/// How an exchange came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// The answer went out to its last byte.
    Answered,
    /// The client went away before there was an answer.
    GoneBefore,
    /// The client went away while the answer was sent, or the answer broke off.
    BrokenOff,
}

#[derive(Debug)]
pub struct Request {
    pub method: String,
    /// Within the realm: `/oauth/token`.
    pub path: String,
    pub query: Option<String>,
    pub version: &'static str,
    pub headers: Vec<(String, String)>,
    pub body: Body,
}

#[derive(Debug)]
pub struct Response {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Body,
}

/// What is kept of a body.
#[derive(Debug, Default)]
pub struct Body {
    /// `None` where there was none, or it is not kept.
    pub text: Option<String>,
    /// How many bytes passed.
    pub bytes: u64,
    /// Only the beginning is kept.
    pub truncated: bool,
    /// Why nothing is kept, where something passed.
    pub left_out: Option<&'static str>,
}

/// What passed of a body: the first bytes, and how many there were.
#[derive(Debug, Default)]
pub struct Passed {
    pub beginning: Vec<bytes::Bytes>,
    pub kept: usize,
    pub bytes: u64,
}

impl Passed {
    /// Takes note of a piece. Nothing is copied: the first bytes are shared with whoever sends them.
    pub fn take(&mut self, piece: &bytes::Bytes) {
        let room = MOST_OF_A_BODY.saturating_sub(self.kept);
        if room > 0 {
            let part = piece.slice(..piece.len().min(room));
            self.kept += part.len();
            self.beginning.push(part);
        }
        self.bytes += u64::try_from(piece.len()).unwrap_or(u64::MAX);
    }
}

/// The head of a request, as it came.
#[derive(Debug)]
pub struct Asked {
    pub method: http::Method,
    pub query: Option<String>,
    pub version: Version,
    pub headers: HeaderMap,
}

/// The head of an answer.
#[derive(Debug)]
pub struct Answered {
    pub status: u16,
    pub headers: HeaderMap,
    pub refusal: Option<Refusal>,
    pub faults: FaultMarks,
}

/// Everything that is known of an exchange when it ends.
#[derive(Debug)]
pub struct Facts {
    pub asked: Asked,
    pub sent: Passed,
    pub answered: Option<(Answered, Passed)>,
    pub ending: Ending,
    pub duration: Duration,
    pub parties: Parties,
}

impl Exchange {
    /// Takes the secrets out of what passed, and keeps the rest. Number and flow are given by the ring.
    pub fn new(begun: &Begun, facts: Facts, key: &Key) -> Self {
        let mut redaction = Redaction::new(key, &begun.path);
        let asked = facts.asked;
        let mut parties = facts.parties;
        if parties.client.is_none() {
            parties.client = flow::claimed_client(asked.query.as_deref(), &asked.headers, &facts.sent);
        }
        let request = Request {
            path: redaction.path(&begun.path),
            query: asked.query.as_deref().map(|query| redaction.form(query)),
            version: version(asked.version),
            body: body(&mut redaction, &asked.headers, &facts.sent),
            headers: redaction.headers(&asked.headers),
            method: asked.method.as_str().to_owned(),
        };
        let (response, refusal, faults) = match facts.answered {
            Some((answered, passed)) => {
                let response = Response {
                    status: answered.status,
                    body: body(&mut redaction, &answered.headers, &passed),
                    headers: redaction.headers(&answered.headers),
                };
                (Some(response), answered.refusal, answered.faults)
            }
            None => (None, None, FaultMarks::default()),
        };
        let refusal = refusal.map(|refusal| refusal.map_texts(|text| redaction.words("refusal", text)));
        Self {
            id: begun.id.clone(),
            sequence: 0,
            started_at: begun.at,
            duration: facts.duration,
            request,
            response,
            ending: facts.ending,
            refusal,
            faults,
            parties,
            flow: None,
            ties: flow::ties(&redaction.seen),
            jwts: once_each(redaction.jwts),
        }
    }

    /// What it weighs in memory, in bytes, or a little more.
    pub fn weight(&self) -> usize {
        let headers = |headers: &[(String, String)]| -> usize {
            headers.iter().map(|(name, value)| name.len() + value.len() + 48).sum()
        };
        let body = |body: &Body| body.text.as_ref().map_or(0, String::len);
        let jwts: usize = self
            .jwts
            .iter()
            .map(|jwt| jwt.header.len() + jwt.claims.len() + 72)
            .sum();
        let response = self.response.as_ref();
        let response = response.map_or(0, |response| headers(&response.headers) + body(&response.body));
        let request = headers(&self.request.headers)
            + body(&self.request.body)
            + self.request.path.len()
            + self.request.query.as_ref().map_or(0, String::len);
        let refusal = self.refusal.as_ref().map_or(0, Refusal::weight);
        WEIGHT_OF_ITSELF + request + response + jwts + refusal + self.ties.len() * WEIGHT_OF_A_TIE
    }

    pub fn status(&self) -> Option<u16> {
        self.response.as_ref().map(|response| response.status)
    }

    /// What the address is called: the last word of a protocol endpoint or page, the first of a portal.
    pub fn endpoint(&self) -> &str {
        let path = self.request.path.trim_matches('/');
        if path.starts_with("api/portal/") {
            return "mypatientportal";
        }
        if path.ends_with("openid-configuration") || path.ends_with("oauth-authorization-server") {
            return "discovery";
        }
        if path == "oauth/discovery/keys" {
            return "jwks";
        }
        let mut segments = path.split('/');
        match segments.next() {
            Some("oauth" | ".well-known") => path.rsplit('/').next().unwrap_or_default(),
            first => first.unwrap_or_default(),
        }
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

fn version(version: Version) -> &'static str {
    match version {
        Version::HTTP_2 => "HTTP/2",
        Version::HTTP_10 => "HTTP/1.0",
        _ => "HTTP/1.1",
    }
}

/// What is kept of a body: texts whose secrets we can tell from the rest, and nothing else.
fn body(redaction: &mut Redaction<'_>, headers: &HeaderMap, passed: &Passed) -> Body {
    let mut body = Body {
        bytes: passed.bytes,
        ..Body::default()
    };
    if passed.kept == 0 {
        return body;
    }
    let whole: Vec<u8> = passed.beginning.concat();
    let text = String::from_utf8_lossy(&whole);
    let said = |name| {
        headers
            .get(name)
            .and_then(|value: &http::HeaderValue| value.to_str().ok())
    };
    if said(header::CONTENT_ENCODING).is_some_and(|encoding| encoding != "identity") {
        body.left_out = Some("it is compressed");
        return body;
    }
    body.text = match Kind::of(said(header::CONTENT_TYPE).unwrap_or_default(), &text) {
        Some(Kind::Form) => Some(redaction.form(&text)),
        Some(Kind::Json) => Some(redaction.json(&text)),
        Some(Kind::Html) => Some(redaction.html(&text)),
        None => None,
    };
    body.truncated = body.text.is_some() && passed.bytes > u64::try_from(passed.kept).unwrap_or(u64::MAX);
    if body.text.is_none() {
        body.left_out = Some("of its type the journal keeps no text");
    }
    body
}

/// The types of bodies in which a secret is told by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Form,
    Json,
    Html,
}

impl Kind {
    /// A media type of ours says that there is something to read; what it is, the looks say. JSON that is sent as a form, as
    /// curl does unless told otherwise, is a mistake to be seen, and none that may show a secret.
    fn of(content_type: &str, text: &str) -> Option<Self> {
        let essence = content_type
            .split(';')
            .next()
            .unwrap_or_default()
            .trim()
            .to_ascii_lowercase();
        match essence.as_str() {
            "application/x-www-form-urlencoded" | "" | "text/plain" | "text/json" => Self::by_looks(text),
            "text/html" if text.trim_start().starts_with('<') => Some(Self::Html),
            "text/html" => Self::by_looks(text),
            // What is no JSON after all is left out by its reader word by word.
            json if json == "application/json" || json.ends_with("+json") => Self::by_looks(text).or(Some(Self::Json)),
            _ => None,
        }
    }

    fn by_looks(text: &str) -> Option<Self> {
        let of_a_name = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.[]%+".contains(&byte);
        if text.trim_start().starts_with(['{', '[']) {
            return Some(Self::Json);
        }
        let (name, _) = text.split_once('=')?;
        (!name.is_empty() && name.bytes().all(of_a_name)).then_some(Self::Form)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_is_kept_by_its_type_or_its_looks() {
        for (content_type, text, kind) in [
            (
                "application/x-www-form-urlencoded; charset=utf-8",
                "a=b",
                Some(Kind::Form),
            ),
            ("application/json", "{}", Some(Kind::Json)),
            ("application/problem+json", "{}", Some(Kind::Json)),
            ("text/html", "<p>", Some(Kind::Html)),
            ("text/html", "{\"access_token\": 1}", Some(Kind::Json)),
            ("text/html", "a=b", Some(Kind::Form)),
            ("text/html", "no page", None),
            (
                "application/x-www-form-urlencoded",
                "\n {\"password\": 1}",
                Some(Kind::Json),
            ),
            ("application/x-www-form-urlencoded", "[1]", Some(Kind::Json)),
            ("application/x-www-form-urlencoded", "<password>x</password>", None),
            ("application/x-www-form-urlencoded", "--x\r\nname=\"password\"", None),
            ("application/json", "grant_type=password&password=x", Some(Kind::Form)),
            ("application/json", "nonsense", Some(Kind::Json)),
            ("text/plain", "grant_type=password&password=x", Some(Kind::Form)),
            ("", " {\"password\": 1}", Some(Kind::Json)),
            ("text/plain", "just words with a secret", None),
            ("text/plain", "my password = x", None),
            ("multipart/form-data; boundary=x", "--x", None),
            ("application/pdf", "%PDF", None),
            ("text/event-stream", "data: x", None),
        ] {
            assert_eq!(Kind::of(content_type, text), kind, "{content_type} {text}");
        }
    }

    #[test]
    fn of_a_body_only_the_beginning_is_held() {
        let mut passed = Passed::default();

        passed.take(&bytes::Bytes::from(vec![b'a'; MOST_OF_A_BODY - 1]));
        passed.take(&bytes::Bytes::from_static(b"bcd"));
        passed.take(&bytes::Bytes::from_static(b"efg"));

        assert_eq!((passed.kept, passed.bytes), (MOST_OF_A_BODY, MOST_OF_A_BODY as u64 + 5));
    }
}
