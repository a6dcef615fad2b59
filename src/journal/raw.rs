//! An exchange as it passed, with its secrets. It is built on the request path, so that building it costs little, and
//! is [redacted](super::redacting) later.

use std::time::Duration;

use http::{HeaderMap, Method, Version, header};

use super::{
    exchange::Ending,
    passed::Passed,
    recording::{Begun, Parties, Recording},
};
use crate::model::{FaultMark, FaultMarks, Refusal};

/// A request with its answer, not redacted.
pub(super) struct RawExchange {
    /// Where it belongs is known.
    recording: Recording,
    pub(super) parties: Parties,
    pub(super) request: RawRequest,
    pub(super) sent: Passed,
    /// `None` where the client closed the connection before the answer.
    pub(super) response: Option<RawResponse>,
    pub(super) ending: Ending,
    pub(super) duration: Duration,
}

/// A request without its body.
pub(super) struct RawRequest {
    pub(super) method: Method,
    pub(super) version: Version,
    pub(super) head: Head,
}

pub(super) struct RawResponse {
    pub(super) status: u16,
    pub(super) head: Head,
    pub(super) passed: Passed,
    pub(super) refusal: Option<Refusal>,
    pub(super) faults: FaultMarks,
}

impl RawExchange {
    /// The exchange `recording` has made notes for, as it ends; `None` where it belongs to no realm.
    pub(super) fn new(
        recording: Recording,
        request: RawRequest,
        response: Option<RawResponse>,
        ending: Ending,
        duration: Duration,
    ) -> Option<Self> {
        recording.begun()?;
        let (parties, sent) = recording.take();
        Some(Self {
            recording,
            parties,
            request,
            sent,
            response,
            ending,
            duration,
        })
    }

    pub(super) fn begun(&self) -> &Begun {
        self.recording.begun().expect("`new` makes none without")
    }

    pub(super) fn faults(&self) -> &[FaultMark] {
        self.response.as_ref().map_or(&[], |response| &response.faults.0)
    }

    /// Bytes of memory it holds.
    pub(super) fn weight(&self) -> usize {
        let response = self.response.as_ref().map_or(0, |response| {
            let refusal = response.refusal.as_ref().map_or(0, Refusal::weight);
            response.head.weight() + response.passed.weight() + refusal + response.faults.weight()
        });
        size_of::<Self>()
            + self.recording.weight()
            + self.parties.weight()
            + self.request.head.weight()
            + self.sent.weight()
            + response
    }
}

/// A query and header fields, copied into one buffer. The buffer of the connection would keep alive everything that
/// was read with them.
pub(super) struct Head {
    /// The query, then for each field `name:value\n`. A value holds no line feed (RFC 9110 §5.5), a name no colon
    /// (§5.1).
    bytes: Box<[u8]>,
    /// The length of the query, where there is one.
    query: Option<usize>,
}

impl Head {
    pub(super) fn new(query: Option<&str>, headers: &HeaderMap) -> Self {
        let fields: usize = headers
            .iter()
            .map(|(name, value)| name.as_str().len() + value.len() + 2)
            .sum();
        let mut bytes = Vec::with_capacity(query.map_or(0, str::len) + fields);
        bytes.extend_from_slice(query.unwrap_or_default().as_bytes());
        for (name, value) in headers {
            bytes.extend_from_slice(name.as_str().as_bytes());
            bytes.push(b':');
            bytes.extend_from_slice(value.as_bytes());
            bytes.push(b'\n');
        }
        Self {
            bytes: bytes.into_boxed_slice(),
            query: query.map(str::len),
        }
    }

    pub(super) fn query(&self) -> Option<&str> {
        std::str::from_utf8(self.bytes.get(..self.query?)?).ok()
    }

    /// Names in lower case and values, in their order.
    pub(super) fn fields(&self) -> impl Iterator<Item = (&str, &[u8])> {
        let fields = self.bytes.get(self.query.unwrap_or(0)..).unwrap_or_default();
        fields.split(|byte| *byte == b'\n').filter_map(|field| {
            let colon = field.iter().position(|byte| *byte == b':')?;
            let (name, value) = field.split_at(colon);
            Some((std::str::from_utf8(name).ok()?, value.get(1..)?))
        })
    }

    /// The first value of this name, where it is visible ASCII.
    pub(super) fn field(&self, name: &header::HeaderName) -> Option<&str> {
        let (_, value) = self.fields().find(|(own, _)| *own == name.as_str())?;
        let visible = value.iter().all(|byte| matches!(byte, b'\t' | b' '..=b'~'));
        std::str::from_utf8(value).ok().filter(|_| visible)
    }

    pub(super) fn weight(&self) -> usize {
        self.bytes.len()
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn a_head_is_read_as_it_was_copied() {
        let mut headers = HeaderMap::new();
        headers.append(header::ACCEPT, HeaderValue::from_static("a: b"));
        headers.append(header::ACCEPT, HeaderValue::from_static(""));
        headers.append(header::COOKIE, HeaderValue::from_bytes(b"caf\xe9").unwrap());

        let head = Head::new(Some("x=y:z"), &headers);

        assert_eq!(head.query(), Some("x=y:z"));
        let fields: Vec<_> = head.fields().collect();
        assert_eq!(
            fields,
            [("accept", &b"a: b"[..]), ("accept", b""), ("cookie", b"caf\xe9")]
        );
        assert_eq!(head.field(&header::ACCEPT), Some("a: b"));
        assert_eq!(head.field(&header::COOKIE), None);
    }

    #[test]
    fn no_query_and_an_empty_one_are_two_things() {
        let head = |query| Head::new(query, &HeaderMap::new());

        assert_eq!((head(None).query(), head(Some("")).query()), (None, Some("")));
        assert_eq!(head(None).fields().count(), 0);
    }
}
