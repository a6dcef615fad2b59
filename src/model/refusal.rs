//! Our considered no, as a value.

use std::fmt;

/// Why a request was refused: what goes over the wire, and what the journal and the log add to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The specified error code, such as `invalid_grant` (RFC 6749 §5.2).
    pub code: &'static str,
    /// What is wrong with this request, in the characters RFC 6749 allows.
    description: String,
    /// The rule that refuses, by a name that stays, such as `code.expired`: the journal's advice is found by it.
    pub kind: Option<&'static str>,
    /// The section that asks for the refusal, such as `RFC 6749 §4.1.3`.
    pub section: Option<&'static str>,
    /// What would have been accepted. Never a secret.
    pub expected: Option<String>,
    /// What came instead. Never a secret.
    pub received: Option<String>,
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

    /// The rule that refuses, by a name that stays: where a code and a section do not tell it from others.
    pub fn kind(mut self, kind: &'static str) -> Self {
        self.kind = Some(kind);
        self
    }

    /// What was expected, and what came: side by side in the log and the journal, not on the wire.
    pub fn compare(mut self, expected: impl Into<String>, received: impl Into<String>) -> Self {
        self.expected = Some(expected.into());
        self.received = Some(received.into());
        self
    }

    /// The same refusal with everything it says passed through `words`.
    pub fn in_other_words(mut self, mut words: impl FnMut(&str) -> String) -> Self {
        self.description = words(&self.description);
        self.expected = self.expected.as_deref().map(&mut words);
        self.received = self.received.as_deref().map(&mut words);
        self
    }

    /// Fit for `error_description`: only %x20-21, %x23-5B, %x5D-7E (RFC 6749 §5.2).
    pub fn description(&self) -> &str {
        &self.description
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.code, self.description)
    }
}

/// Double quotes become single ones, everything else outside the specified characters becomes `?`.
fn printable(text: &str) -> String {
    text.chars()
        .map(|character| match character {
            '"' => '\'',
            '\\' => '/',
            '\u{20}'..='\u{7e}' => character,
            _ => '?',
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_description_holds_only_the_characters_of_rfc_6749() {
        let refusal = Refusal::new("invalid_request", "scope \"a\\b\"\r\n is ü");

        assert_eq!(refusal.description(), "scope 'a/b'?? is ?");
    }
}
