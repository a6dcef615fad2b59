//! An exchange: a request, its answer, and the reason for it. Without secrets.

use std::time::Duration;

use jiff::Timestamp;
use uuid::Uuid;

use super::{flow::FlowId, recording::Parties, redaction::jwt::Jwt};
use crate::model::{FaultMarks, Refusal};

/// Bytes that a tie takes in the maps of the flows, at the most.
const WEIGHT_OF_A_TIE: usize = 64;

/// A recorded request with its answer, redacted.
#[derive(Debug)]
pub struct Exchange {
    /// Known from the moment the request came, so that its answer can point here.
    pub id: Uuid,
    /// Its number in the order of recording, which is the order in which exchanges came to their end.
    pub sequence: u64,
    /// By the realm's clock.
    pub started_at: Timestamp,
    /// To the last byte of the answer, by the machine's monotonic clock.
    pub duration: Duration,
    /// Of the row in the table of endpoints; may be empty.
    pub endpoint_name: &'static str,
    pub request: Request,
    /// `None` where the client closed the connection before the answer.
    pub response: Option<Response>,
    pub ending: Ending,
    pub refusal: Option<Refusal>,
    pub faults: FaultMarks,
    pub parties: Parties,
    /// Signed tokens of the request and of the answer.
    pub jwts: Vec<Jwt>,
    pub flow: Option<FlowId>,
    /// Secrets that tie exchanges together, as keyed digests.
    pub ties: Vec<u64>,
}

/// How an exchange came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// The answer was sent to its last byte.
    Answered,
    /// The client closed the connection before there was an answer.
    GoneBefore,
    /// The client closed the connection while the answer was sent, or the answer was interrupted.
    BrokenOff,
}

#[derive(Debug)]
pub struct Request {
    pub method: String,
    /// Within the realm: `/oauth/token`.
    pub path: String,
    pub query: Option<String>,
    pub version: &'static str,
    pub headers: Vec<Header>,
    pub body: Body,
}

#[derive(Debug)]
pub struct Response {
    pub status: u16,
    pub headers: Vec<Header>,
    pub body: Body,
}

/// The name of a header field, in lower case, and its value.
pub type Header = (String, String);

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

impl Exchange {
    /// Bytes of memory it holds.
    pub fn weight(&self) -> usize {
        let jwts: usize = self.jwts.iter().map(Jwt::weight).sum();
        let response = self.response.as_ref();
        let response = response.map_or(0, |response| {
            weight_of_fields(&response.headers) + response.body.weight()
        });
        size_of::<Self>()
            + self.request.weight()
            + response
            + self.refusal.as_ref().map_or(0, Refusal::weight)
            + self.faults.weight()
            + 2 * self.parties.weight() // once more in its flow
            + jwts
            + (self.jwts.capacity() - self.jwts.len()) * size_of::<Jwt>()
            + self.ties.capacity() * size_of::<u64>()
            + self.ties.len() * WEIGHT_OF_A_TIE
    }

    pub fn status(&self) -> Option<u16> {
        self.response.as_ref().map(|response| response.status)
    }

    /// The name of its endpoint; where it has none, the first segment of the path.
    pub fn endpoint(&self) -> &str {
        if self.endpoint_name.is_empty() {
            return self
                .request
                .path
                .split('/')
                .find(|segment| !segment.is_empty())
                .unwrap_or_default();
        }
        self.endpoint_name
    }
}

impl Request {
    fn weight(&self) -> usize {
        self.method.capacity()
            + self.path.capacity()
            + self.query.as_ref().map_or(0, String::capacity)
            + weight_of_fields(&self.headers)
            + self.body.weight()
    }
}

impl Body {
    fn weight(&self) -> usize {
        self.text.as_ref().map_or(0, String::capacity)
    }
}

fn weight_of_fields(fields: &Vec<Header>) -> usize {
    let texts: usize = fields
        .iter()
        .map(|(name, value)| name.capacity() + value.capacity())
        .sum();
    fields.capacity() * size_of::<Header>() + texts
}
