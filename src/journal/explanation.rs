//! A refusal, explained: the rule, expected and received values with a character diff, and how to fix it.
//!
//! It is made from the refusal when the exchange is read.

use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::Serialize;
use similar::{ChangeTag, TextDiff};

use super::advice;
use crate::model::Refusal;

/// A refusal with everything that helps to fix its cause.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Explanation<'r> {
    /// The rule that refused, by its stable name, such as `code.expired`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<&'static str>,
    /// The error code as it went over the wire.
    pub code: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub section: Option<&'static str>,
    /// Where the section can be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    pub description: &'r str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected: Option<&'r str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub received: Option<&'r str>,
    /// Two addresses, compared character by character.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub difference: Option<Vec<Piece>>,
    /// The expected hash of a code verifier, and the one it has. The verifier itself is not shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hashes: Option<Hashes<'r>>,
    /// When something expired, by the realm's clock.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clock: Option<Lateness>,
    /// How to fix it, most likely.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fix: Option<&'static str>,
}

/// Characters that both addresses have, or only one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Piece {
    Same(String),
    Expected(String),
    Received(String),
}

/// Both sides of RFC 7636 §4.6.
#[derive(Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Hashes<'r> {
    pub code_challenge: &'r str,
    pub of_the_verifier: &'r str,
}

/// By how much something came too late.
#[derive(Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Lateness {
    #[schemars(with = "String", extend("format" = "date-time"))]
    pub expired_at: Timestamp,
    #[schemars(with = "String", extend("format" = "date-time"))]
    pub now: Timestamp,
    /// ISO 8601: `PT61S`.
    #[schemars(with = "String")]
    pub late_by: SignedDuration,
}

impl<'r> Explanation<'r> {
    pub fn of(refusal: &'r Refusal) -> Self {
        let (expected, received) = (refusal.expected.as_deref(), refusal.received.as_deref());
        let both = expected.zip(received);
        let hashes = both.filter(|_| refusal.kind == Some("pkce.mismatch"));
        Self {
            kind: refusal.kind,
            code: refusal.code,
            section: refusal.section,
            link: refusal.section.and_then(link),
            description: refusal.description(),
            expected,
            received,
            difference: both.and_then(|(expected, received)| difference_of_addresses(expected, received)),
            hashes: hashes.map(|(code_challenge, of_the_verifier)| Hashes {
                code_challenge,
                of_the_verifier,
            }),
            clock: both.and_then(|(expected, received)| lateness(expected, received)),
            fix: advice::fix(refusal),
        }
    }
}

/// Between an address and the most similar one of those expected (`… or …`).
fn difference_of_addresses(expected: &str, received: &str) -> Option<Vec<Piece>> {
    let address = |text: &str| text.contains(":/") && !text.contains(' ');
    let similarity = |one: &&str| TextDiff::from_chars(*one, received).ratio();
    let nearest = expected
        .split(" or ")
        .filter(|one| address(one))
        .max_by(|one, other| similarity(one).total_cmp(&similarity(other)))?;
    address(received).then(|| difference(nearest, received))
}

/// The pieces of a comparison character by character; neighbours of one kind are one piece.
pub fn difference(expected: &str, received: &str) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    for change in TextDiff::from_chars(expected, received).iter_all_changes() {
        let text = change.value();
        match (change.tag(), pieces.last_mut()) {
            (ChangeTag::Equal, Some(Piece::Same(before)))
            | (ChangeTag::Delete, Some(Piece::Expected(before)))
            | (ChangeTag::Insert, Some(Piece::Received(before))) => before.push_str(text),
            (ChangeTag::Equal, _) => pieces.push(Piece::Same(text.to_owned())),
            (ChangeTag::Delete, _) => pieces.push(Piece::Expected(text.to_owned())),
            (ChangeTag::Insert, _) => pieces.push(Piece::Received(text.to_owned())),
        }
    }
    pieces
}

/// Where a time was too late: `before 2025-06-02T06:01:00Z` was expected.
fn lateness(expected: &str, received: &str) -> Option<Lateness> {
    let (_, instant) = expected.rsplit_once("before ")?;
    let (expired_at, now): (Timestamp, Timestamp) = (instant.parse().ok()?, received.parse().ok()?);
    Some(Lateness {
        expired_at,
        now,
        late_by: now.duration_since(expired_at),
    })
}

/// The address of a section such as `RFC 6749 §4.1.2`.
fn link(section: &str) -> Option<String> {
    if let Some(rest) = section.strip_prefix("RFC ") {
        let (number, section) = rest.split_once(" §")?;
        return Some(format!("https://www.rfc-editor.org/rfc/rfc{number}#section-{section}"));
    }
    section
        .starts_with("OIDC Core")
        .then(|| "https://openid.net/specs/openid-connect-core-1_0.html".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_compared_with_the_most_similar_of_those_expected() {
        let refusal = Refusal::new("invalid_redirect_uri", "not registered").compare(
            "https://client.example.com/cb or https://other.example/callback or any loopback URI",
            "https://client.example.com/cb/",
        );

        let pieces = Explanation::of(&refusal).difference.unwrap();

        assert_eq!(
            pieces,
            [
                Piece::Same("https://client.example.com/cb".to_owned()),
                Piece::Received("/".to_owned())
            ]
        );
    }

    #[test]
    fn a_difference_shows_what_is_missing_and_what_is_too_much() {
        let pieces = difference("http://a.example/cb", "https://a.example/c");

        assert_eq!(
            pieces,
            [
                Piece::Same("http".to_owned()),
                Piece::Received("s".to_owned()),
                Piece::Same("://a.example/c".to_owned()),
                Piece::Expected("b".to_owned()),
            ]
        );
    }

    #[test]
    fn what_has_expired_says_since_when() {
        let refusal = Refusal::new("invalid_grant", "x").compare("before 2025-06-02T06:01:00Z", "2025-06-02T06:02:01Z");

        let clock = Explanation::of(&refusal).clock.unwrap();

        assert_eq!(clock.late_by, SignedDuration::from_secs(61));
        assert_eq!(serde_json::to_value(&clock).unwrap()["late_by"], "PT1M1S");
    }

    #[test]
    fn other_values_are_shown_without_a_comparison() {
        let refusal = Refusal::new("invalid_scope", "x").compare("openid", "opened");

        let explanation = Explanation::of(&refusal);

        assert!(explanation.difference.is_none() && explanation.clock.is_none() && explanation.hashes.is_none());
    }

    #[test]
    fn a_section_leads_to_its_text() {
        assert_eq!(
            link("RFC 6749 §4.1.2.1").as_deref(),
            Some("https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2.1")
        );
        assert!(link("OIDC Core §3.1.2.1").is_some());
        assert_eq!(link("the documentation"), None);
    }
}
