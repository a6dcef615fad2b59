//! Proof Key for Code Exchange (RFC 7636).

use aws_lc_rs::constant_time::verify_slices_are_equal;
use serde::{Deserialize, Serialize};

use crate::random::digest;

/// How a challenge is computed from its verifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum CodeChallengeMethod {
    #[serde(rename = "S256")]
    S256,
    /// No transformation: refused unless the client's metadata allow it.
    #[serde(rename = "plain")]
    Plain,
}

impl CodeChallengeMethod {
    pub fn name(self) -> &'static str {
        match self {
            Self::S256 => "S256",
            Self::Plain => "plain",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        [Self::S256, Self::Plain]
            .into_iter()
            .find(|method| method.name() == text)
    }
}

/// A `code_challenge` with its method.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodeChallenge {
    pub challenge: String,
    pub method: CodeChallengeMethod,
}

impl CodeChallenge {
    /// Whether `verifier` is what this challenge was made from (RFC 7636 §4.6).
    pub fn answered_by(&self, verifier: &str) -> bool {
        let computed = self.computed(verifier);
        verify_slices_are_equal(computed.as_bytes(), self.challenge.as_bytes()).is_ok()
    }

    /// The challenge of `verifier`.
    pub fn computed(&self, verifier: &str) -> String {
        match self.method {
            CodeChallengeMethod::S256 => digest(verifier),
            CodeChallengeMethod::Plain => verifier.to_owned(),
        }
    }

    /// Whether `text` has the form of a verifier or challenge: 43 to 128 unreserved characters
    /// (RFC 7636 §4.1, §4.2).
    pub fn well_formed(text: &str) -> bool {
        let unreserved = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~');
        (43..=128).contains(&text.len()) && text.bytes().all(unreserved)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    fn challenge(method: CodeChallengeMethod, challenge: &str) -> CodeChallenge {
        CodeChallenge {
            challenge: challenge.to_owned(),
            method,
        }
    }

    #[test]
    fn the_example_of_rfc_7636_appendix_b_matches() {
        assert!(challenge(CodeChallengeMethod::S256, CHALLENGE).answered_by(VERIFIER));
    }

    #[test]
    fn another_verifier_does_not_answer() {
        assert!(!challenge(CodeChallengeMethod::S256, CHALLENGE).answered_by(&VERIFIER.to_lowercase()));
        assert!(!challenge(CodeChallengeMethod::S256, CHALLENGE).answered_by(CHALLENGE));
        assert!(!challenge(CodeChallengeMethod::Plain, VERIFIER).answered_by(CHALLENGE));
    }

    #[test]
    fn a_verifier_has_43_to_128_unreserved_characters() {
        assert!(CodeChallenge::well_formed(VERIFIER));
        assert!(CodeChallenge::well_formed(&"~".repeat(128)));
        for wrong in ["a".repeat(42), "a".repeat(129), "+".repeat(43), "=".repeat(43)] {
            assert!(!CodeChallenge::well_formed(&wrong), "{wrong}");
        }
    }
}
