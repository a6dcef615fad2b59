//! The vocabulary of the call table: one [`Operation`] for each method at a path.
//!
//! Routing, the OpenAPI document and the tests all read the same table, so they cannot disagree.

use http::Method;

use super::access::Access;

/// How we know what a call does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Evidence {
    /// The vendor's documentation describes it.
    Documented,
    /// The documentation leaves it open, and this is our best guess.
    Inferred,
}

/// The methods the API knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verb {
    Get,
    Post,
}

impl Verb {
    pub fn method(self) -> Method {
        match self {
            Self::Get => Method::GET,
            Self::Post => Method::POST,
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
        }
    }
}

/// One method at one path, served by a handler of type `H`.
#[derive(Debug)]
pub struct Operation<H> {
    pub verb: Verb,
    /// Below the mount, such as `/users/{id}`.
    pub path: &'static str,
    /// The operation id of the OpenAPI document.
    pub id: &'static str,
    pub tag: &'static str,
    pub access: Access,
    pub evidence: Evidence,
    pub summary: &'static str,
    pub query: &'static [Parameter],
    pub body: &'static [Parameter],
    /// Whether a body can have more members, which are kept as they came.
    pub open: bool,
    /// Whether a body can have files.
    pub files: bool,
    pub answer: Answer,
    /// Refusals that only this operation has, or describes better than the common ones.
    pub refusals: &'static [(u16, &'static str)],
    pub handler: H,
}

/// A query parameter, or a member of the body.
#[derive(Debug)]
pub struct Parameter {
    pub name: &'static str,
    pub kind: Kind,
    pub required: bool,
    pub description: &'static str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Text,
    /// A number, or the same as text.
    Number,
    /// Unix seconds, as a number or as text.
    Seconds,
    /// `YYYY-MM-DD`.
    Date,
    /// `true`, `1` and the like.
    Boolean,
    /// `[{"id": …}]`, `[…]`, or joined by commas.
    Ids,
    /// Anything.
    Any,
}

/// The schema of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Answer {
    SignedOn,
    User,
    Users,
    RoomAssigned,
    IntakeId,
    Intake,
    Attachment,
    File,
    Visit,
    Visits,
    Slots,
    Room,
    Rooms,
    Provider,
    Providers,
    Account,
    Accounts,
}

impl<H> Operation<H> {
    /// Whether it changes something.
    pub fn writes(&self) -> bool {
        self.verb != Verb::Get
    }

    pub fn has_body(&self) -> bool {
        !self.body.is_empty() || self.files
    }
}
