//! The outbox: what leaves the house, seen from both sides.

mod letters;
mod mail;
mod webhooks;
