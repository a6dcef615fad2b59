//! The outbox: what leaves the house, seen from both sides.

mod mail;
mod messages;
mod webhooks;
