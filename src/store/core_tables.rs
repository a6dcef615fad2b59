//! The tables that are no portal's.

use super::{
    access_tokens, agenda, authorization_codes, authorization_requests, claim_rules, clients, consents, deliveries,
    grants, messages, refresh_tokens, scopes, sessions, signing_keys, tables::Table, users, webhooks,
};

/// Parents before children. Portals add theirs.
pub const TABLES: &[Table] = &[
    clients::TABLE,
    users::TABLE,
    signing_keys::TABLE,
    scopes::TABLE,
    claim_rules::TABLE,
    consents::TABLE,
    sessions::TABLE,
    authorization_requests::TABLE,
    grants::TABLE,
    authorization_codes::TABLE,
    access_tokens::TABLE,
    refresh_tokens::TABLE,
    messages::TABLE,
    agenda::TABLE,
    webhooks::TABLE,
    deliveries::TABLE,
    deliveries::NUMBERS,
];
