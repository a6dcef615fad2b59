//! What access tokens are for: protected resources (RFC 8707 §2), which become their `aud` (RFC 7519 §4.1.3).

use serde::{Deserialize, Serialize, Serializer};
use url::Url;

/// Some resources, each once; most requests name none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Resources(Vec<String>);

impl Resources {
    /// A single one.
    pub fn one(resource: impl Into<String>) -> Self {
        Self(vec![resource.into()])
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    pub fn contains(&self, resource: &str) -> bool {
        self.iter().any(|known| known == resource)
    }

    /// Adds one that is not there yet.
    pub fn add(&mut self, resource: &str) {
        if !self.contains(resource) {
            self.0.push(resource.to_owned());
        }
    }

    /// As it is stored: nothing where there are none.
    pub fn stored(&self) -> Option<Self> {
        (!self.is_empty()).then(|| self.clone())
    }

    /// As the value of `aud`: one is a text, several are a list.
    ///
    /// # Errors
    /// As the serializer's.
    pub fn as_aud<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0.as_slice() {
            [one] => one.serialize(serializer),
            several => several.serialize(serializer),
        }
    }
}

/// Why a text cannot be a resource, or `None` where it can (RFC 8707 §2).
pub fn resource_problem(resource: &str) -> Option<&'static str> {
    if resource.len() > 255 {
        return Some("is longer than 255 bytes");
    }
    match Url::parse(resource) {
        Err(_) => Some("is not an absolute URI"),
        Ok(_) if resource.contains('#') => Some("has a fragment"),
        Ok(_) if !resource.is_ascii() || resource.contains(|one: char| one.is_ascii_control() || one == ' ') => {
            Some("contains a character that is not allowed in a URI")
        }
        Ok(_) => None,
    }
}
