//! Who handles events.

use std::pin::Pin;

use jiff::Timestamp;

use crate::{
    app::{App, Realm},
    store::Tx,
};

/// Handles the events of one kind.
#[derive(Debug)]
pub struct Handler {
    pub kind: &'static str,
    pub fire: for<'a> fn(&'a mut Tx, Occasion<'a>) -> Firing<'a>,
}

/// What a handler is told.
#[derive(Clone, Copy)]
pub struct Occasion<'a> {
    pub app: &'a App,
    /// Its clock shows the event's instant or later.
    pub realm: &'a Realm,
    pub subject: &'a str,
    /// The event's instant, or what the clock showed when it was late.
    pub now: Timestamp,
}

/// A handler at work: only database calls, in the transaction that took the event off the agenda.
pub type Firing<'a> = Pin<Box<dyn Future<Output = Result<Afterwards, FiringError>> + Send + 'a>>;
/// What is left to do once that transaction is committed, such as delivering what it wrote.
pub type Afterwards = Option<Pin<Box<dyn Future<Output = ()> + Send>>>;
/// Why an event did not happen.
pub type FiringError = Box<dyn std::error::Error + Send + Sync>;
