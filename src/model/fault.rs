//! The values that faults change, and the mark they leave on a response: shared by modules that do not import each
//! other.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value};

/// The members of a JSON object that is about to be sent.
pub type Members = Map<String, Value>;

/// An armed fault that has triggered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct FaultMark {
    /// The id it was armed under.
    pub id: String,
    /// Its name in the catalogue.
    pub fault: &'static str,
}

/// In the extensions of a changed response: every fault that triggered, in this order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(transparent)]
pub struct FaultMarks(pub Vec<FaultMark>);

impl FaultMarks {
    /// Bytes of memory they hold.
    pub fn weight(&self) -> usize {
        let ids: usize = self.0.iter().map(|mark| mark.id.capacity()).sum();
        self.0.capacity() * size_of::<FaultMark>() + ids
    }
}

/// An ID token before it is signed.
#[derive(Clone, Debug)]
pub struct IdTokenDraft {
    pub header: Members,
    pub claims: Members,
    /// Text put before the first claim, such as `"sub":"x",`: a JSON object in memory cannot have a member twice.
    pub before_claims: String,
    pub signature: Signature,
}

/// How an ID token is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signature {
    /// The right signature.
    Good,
    /// Every byte of the right one XOR 0x5A.
    Flipped,
    /// None at all, and `alg` is `none` (RFC 7515 §6).
    Absent,
    /// A right one by another published algorithm than the configured one.
    OtherAlgorithm,
    /// A right one by a key that is never published.
    UnpublishedKey,
    /// HS256, keyed with the public key as PEM or DER (RFC 8725 §2.1).
    PublicKeyAsSecret { pem: bool },
}

/// An authorization response on its way to the client (RFC 6749 §4.1.2).
#[derive(Clone, Debug)]
pub struct AuthorizationResponse {
    pub parameters: Vec<(String, String)>,
    /// Of the redirect.
    pub status: u16,
    /// A page is shown first, and the user decides when to continue.
    pub held: bool,
}

impl AuthorizationResponse {
    pub fn get(&self, name: &str) -> Option<&str> {
        let found = self.parameters.iter().find(|(own, _)| own == name);
        found.map(|(_, value)| value.as_str())
    }

    /// Sets a parameter, where it stands or at the end.
    pub fn set(&mut self, name: &str, value: impl Into<String>) {
        let value = value.into();
        match self.parameters.iter_mut().find(|(own, _)| own == name) {
            Some((_, old)) => *old = value,
            None => self.parameters.push((name.to_owned(), value)),
        }
    }

    pub fn remove(&mut self, name: &str) {
        self.parameters.retain(|(own, _)| own != name);
    }

    /// Turns it into an error response; `state` and `iss` stay.
    pub fn refuse(&mut self, error: &str, description: &str) {
        self.remove("code");
        self.remove("error_description");
        self.remove("error");
        let error = [("error", error), ("error_description", description)];
        let error = error.map(|(name, value)| (name.to_owned(), value.to_owned()));
        self.parameters.splice(0..0, error);
    }
}
