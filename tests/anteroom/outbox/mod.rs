//! The outbox: what leaves the server, seen from both sides.

mod mail;
mod messages;
mod webhooks;
