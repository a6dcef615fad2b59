//! An exchange that goes on: what a service around the routes needs to record it.
//!
//! An exchange is recorded with the last byte of its answer, just before that byte goes out: whoever has read an
//! answer finds its exchange. Whoever hangs up is recorded, too. The realm is found further in, which says so with
//! [`OpenExchange::begin`]; what belongs to no realm is not recorded.

use std::time::Instant;

use http::{HeaderMap, HeaderValue, Method, header, request::Parts};
use http_body::Body;
use jiff::Timestamp;
use uuid::{Builder, Uuid};

use super::{
    Journal,
    exchange::Ending,
    passed::Passed,
    raw::{Head, RawExchange, RawRequest, RawResponse},
    recording::{Begun, Recording},
    request_body::RequestBody,
};
use crate::{
    clock::monotonic,
    model::{FaultMarks, RealmId, Refusal},
    web::endpoint::Endpoint,
};

/// An exchange whose answer has not been sent to its end. Where it is dropped before, the client has gone away, and
/// that is recorded.
pub struct OpenExchange {
    journal: Journal,
    endpoint: &'static Endpoint,
    recording: Recording,
    /// `None` once it is recorded, or need not be.
    request: Option<RawRequest>,
    response: Option<RawResponse>,
    begin: Instant,
}

impl Journal {
    /// Begins to record a request to this endpoint; `None` where it is not recorded: the journal is off, or does not
    /// record the endpoint.
    pub fn start(&self, endpoint: &'static Endpoint, parts: &Parts) -> Option<OpenExchange> {
        if !self.is_on() || !endpoint.recorded {
            return None;
        }
        Some(OpenExchange {
            journal: self.clone(),
            endpoint,
            recording: Recording::default(),
            request: Some(RawRequest {
                method: parts.method.clone(),
                version: parts.version,
                head: Head::new(parts.uri.query(), &parts.headers),
            }),
            response: None,
            begin: monotonic(),
        })
    }
}

impl OpenExchange {
    /// The notes on this exchange: the answer is made [around](Recording::around) them.
    pub fn recording(&self) -> &Recording {
        &self.recording
    }

    /// The realm of the request is known, and its path there: from now on the exchange has an id, and is recorded when
    /// it ends.
    ///
    /// The id is a UUID version 7 of the realm's time and of the number of the request, so that none of the realm's
    /// random numbers is used: a realm with a random seed gives the same ids with and without a journal.
    pub fn begin(&self, realm: RealmId, issuer: &str, path: &str, now: Timestamp) {
        let number = self.journal.rings().open(realm).begin();
        let id = id_of(number, now);
        self.recording
            .begin(Begun::new(realm, id, now, self.endpoint, issuer, path));
    }

    /// The same body, watched as it comes in.
    pub fn request_body<B: Body>(&self, headers: &HeaderMap, body: B) -> RequestBody<B> {
        RequestBody::new(body, headers, &self.recording)
    }

    /// Takes note of the head of the answer; false where the exchange is not recorded after all.
    pub(super) fn answer(&mut self, answer: &mut http::response::Parts) -> bool {
        if self.recording.begun().is_none() || self.is_asset(answer) {
            self.request = None;
            return false;
        }
        self.response = Some(RawResponse {
            status: answer.status.as_u16(),
            head: Head::new(None, &answer.headers),
            passed: Passed::default(),
            refusal: answer.extensions.remove::<Refusal>(),
            faults: answer.extensions.remove::<FaultMarks>().unwrap_or_default(),
        });
        true
    }

    /// Scripts, styles, pictures and fonts are only fetched to look at something else.
    fn is_asset(&self, answer: &http::response::Parts) -> bool {
        let kind = answer.headers.get(header::CONTENT_TYPE).map(HeaderValue::as_bytes);
        let kind = kind.unwrap_or_default();
        let asset = [&b"text/javascript"[..], b"text/css", b"image/", b"font/"];
        asset.iter().any(|asset| kind.starts_with(asset))
            && (answer.status.is_success() || answer.status.is_redirection())
            && self
                .request
                .as_ref()
                .is_some_and(|request| request.method == Method::GET)
            && answer.extensions.get::<FaultMarks>().is_none()
    }

    /// What has gone out of the answer's body.
    pub(super) fn passed(&mut self) -> Option<&mut Passed> {
        self.response.as_mut().map(|response| &mut response.passed)
    }

    /// Records the exchange; only the first time counts.
    pub(super) fn end(&mut self, ending: Ending) {
        let Some(request) = self.request.take() else { return };
        let duration = monotonic().saturating_duration_since(self.begin);
        let (recording, response) = (self.recording.clone(), self.response.take());
        if let Some(raw) = RawExchange::new(recording, request, response, ending, duration) {
            self.journal.record(raw);
        }
    }
}

impl Drop for OpenExchange {
    fn drop(&mut self) {
        let ending = if self.response.is_some() {
            Ending::BrokenOff
        } else {
            Ending::GoneBefore
        };
        self.end(ending);
    }
}

fn id_of(number: u64, now: Timestamp) -> Uuid {
    let mut bytes = [0; 10];
    let (_, end) = bytes.split_at_mut(2);
    end.copy_from_slice(&number.to_be_bytes());
    let milliseconds = u64::try_from(now.as_millisecond()).unwrap_or(0);
    Builder::from_unix_timestamp_millis(milliseconds, &bytes).into_uuid()
}
