//! Why a request was refused, as a value.

use std::fmt;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

/// Why a request was refused: what goes over the wire, and what the journal and the log add to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The specified error code, such as `invalid_grant` (RFC 6749 §5.2).
    pub code: &'static str,
    /// What is wrong with this request, in the characters RFC 6749 allows.
    description: String,
    /// A stable name of the rule that refuses, such as `code.expired`: the key of the journal's advice.
    pub kind: Option<&'static str>,
    /// The section that asks for the refusal, such as `RFC 6749 §4.1.3`.
    pub section: Option<&'static str>,
    /// What would have been accepted. Never a secret.
    pub expected: Option<String>,
    /// What came instead. Never a secret.
    pub received: Option<String>,
}

/// A rule in one line: refuses when `wrong`. The refusal is put together only then, as most requests are right.
///
/// # Errors
/// The refusal.
pub fn refuse_when<E>(wrong: bool, refusal: impl FnOnce() -> E) -> Result<(), E> {
    if wrong { Err(refusal()) } else { Ok(()) }
}

impl Refusal {
    /// Bytes of memory its texts hold.
    pub fn weight(&self) -> usize {
        let of = |text: &Option<String>| text.as_ref().map_or(0, String::capacity);
        self.description.capacity() + of(&self.expected) + of(&self.received)
    }

    pub fn new(code: &'static str, description: impl AsRef<str>) -> Self {
        Self {
            code,
            description: printable(description.as_ref()),
            kind: None,
            section: None,
            expected: None,
            received: None,
        }
    }

    /// The section that asks for this refusal.
    pub fn see(mut self, section: &'static str) -> Self {
        self.section = Some(section);
        self
    }

    /// A stable name of the rule that refuses, where code and section do not identify it.
    pub fn kind(mut self, kind: &'static str) -> Self {
        self.kind = Some(kind);
        self
    }

    /// What was expected and what was received: for the log and the journal, not sent to the client.
    pub fn compare(mut self, expected: impl Into<String>, received: impl Into<String>) -> Self {
        self.expected = Some(expected.into());
        self.received = Some(received.into());
        self
    }

    /// The same refusal with all its texts passed through `change`.
    pub fn map_texts(mut self, mut change: impl FnMut(&str) -> String) -> Self {
        self.description = change(&self.description);
        self.expected = self.expected.as_deref().map(&mut change);
        self.received = self.received.as_deref().map(&mut change);
        self
    }

    /// What is wrong, as `error_description` may have it: only %x20-21, %x23-5B, %x5D-7E (RFC 6749 §5.2).
    pub fn description(&self) -> &str {
        &self.description
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.code, self.description)
    }
}

/// The text in the characters that RFC 6749 allows. Signs of typography have their usual substitutes; every other
/// character is percent-encoded, so that what a client sent can still be read.
fn printable(text: &str) -> String {
    let mut printable = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '"' | '\u{2018}'..='\u{201f}' => printable.push('\''),
            '\\' => printable.push('/'),
            '\u{20}'..='\u{7e}' => printable.push(character),
            '\u{a7}' => printable.push_str("section "),
            '\u{a0}' | '\u{202f}' => printable.push(' '),
            '\u{2010}'..='\u{2015}' | '\u{2212}' => printable.push('-'),
            '\u{2026}' => printable.push_str("..."),
            '\u{d7}' => printable.push('x'),
            '\u{2264}' => printable.push_str("<="),
            '\u{2265}' => printable.push_str(">="),
            _ => printable.extend(utf8_percent_encode(
                character.encode_utf8(&mut [0; 4]),
                NON_ALPHANUMERIC,
            )),
        }
    }
    printable
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_description_holds_only_the_characters_of_rfc_6749() {
        let refusal = Refusal::new("invalid_request", "scope \"a\\b\"\r\n is ü");

        assert_eq!(refusal.description(), "scope 'a/b'%0D%0A is %C3%BC");
    }

    #[test]
    fn signs_of_typography_are_written_in_ascii() {
        let refusal = Refusal::new("invalid_scope", "RFC 6749 §3.3 – 1 × ‘a’… “b”");

        assert_eq!(refusal.description(), "RFC 6749 section 3.3 - 1 x 'a'... 'b'");
    }
}
