//! A request as faults see it: what it asks, of whom it is, and where.

use http::Method;
use jiff::Timestamp;

use super::parameter::Parameters;
use crate::{random::Random, web::endpoint::Endpoint};

/// The request, as far as faults look at it.
#[derive(Clone, Debug)]
pub struct Asked {
    pub endpoint: &'static Endpoint,
    pub method: Method,
    /// Within the realm.
    pub path: String,
    pub query: String,
    /// At the token endpoint.
    pub grant_type: Option<String>,
    /// By HTTP Basic (RFC 6749 §2.3.1), rather than in the form.
    pub authenticates_by_header: bool,
}

impl Asked {
    pub fn asks_by_code(&self) -> bool {
        self.grant_type.as_deref() == Some("authorization_code")
    }

    pub fn refreshes(&self) -> bool {
        self.grant_type.as_deref() == Some("refresh_token")
    }

    pub fn writes(&self) -> bool {
        self.method != Method::GET && self.method != Method::HEAD
    }

    pub fn at_resource(&self) -> bool {
        self.endpoint.is_resource()
    }
}

/// Who asks, as far as it could be found out.
#[derive(Clone, Debug, Default)]
pub struct Subject {
    pub client: Option<String>,
    /// The identifier of the user it is about.
    pub user: Option<String>,
}

/// The realm that answers.
#[derive(Clone, Debug)]
pub struct Here {
    pub issuer: String,
    pub random: Random,
    /// By the realm's clock.
    pub now: Timestamp,
}

/// A call that an armed fault waits for, with what its row may need to know.
#[derive(Clone, Copy, Debug)]
pub struct Call<'a> {
    /// Of the fault.
    pub parameters: &'a Parameters,
    /// How often what the fault waits for has happened.
    pub events: u64,
    pub asked: &'a Asked,
    pub here: &'a Here,
}
