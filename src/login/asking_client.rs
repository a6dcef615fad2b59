//! The client a person deals with, as pages show it.

use crate::web::monogram::{Monogram, monogram};

#[derive(Clone, Debug)]
pub struct AskingClient {
    pub name: String,
    /// Where the answer goes: host and port, or the scheme of an application on this device.
    pub returns_to: String,
    pub logo: Option<String>,
    pub policy: Option<String>,
    pub terms: Option<String>,
}

impl AskingClient {
    pub fn monogram(&self) -> Monogram {
        monogram(&self.name)
    }
}
