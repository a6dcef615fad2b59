//! The outbox: what leaves the house, seen from both sides.

mod webhooks;
