//! Refresh tokens and their successors (RFC 6749 §6, RFC 9700 §4.14).
//!
//! A successor is derived from its predecessor, so that the server can issue it once more although it stores only
//! digests: HMAC-SHA-256(realm's refresh key, successor's row id ‖ 0 ‖ predecessor).

use aws_lc_rs::{constant_time::verify_slices_are_equal, hmac};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::Timestamp;

use super::{Mint, after, fault_points};
use crate::{
    model::{Grant, RefreshToken, Scopes, Secret, Successor},
    random::digest,
};

impl Mint {
    /// The first refresh token of a grant: the text for the client, and the row to store.
    pub fn refresh_token(&self, grant: &Grant, pair: &str, now: Timestamp) -> (Secret, RefreshToken) {
        let token = fault_points::alter_refresh_token(Secret::new(self.random.token()));
        let row = self.row(self.random.id(now), &token, grant, &grant.scopes, pair, now);
        (token, row)
    }

    /// The token that replaces `predecessor`, with the same scopes.
    pub fn successor_of(
        &self,
        predecessor: &Secret,
        row: &RefreshToken,
        pair: &str,
        now: Timestamp,
    ) -> (Secret, RefreshToken) {
        let id = self.random.id(now);
        let token = fault_points::alter_refresh_token(self.derive(&id, predecessor));
        let successor = self.row(id, &token, &row.grant, &row.scopes, pair, now);
        (token, successor)
    }

    /// The token that has replaced `predecessor`, once more; `None` if it cannot be derived any longer (the realm's
    /// secret has changed).
    pub fn successor_again(&self, predecessor: &Secret, successor: &Successor) -> Option<Secret> {
        let token = self.derive(&successor.id, predecessor);
        let candidates = [fault_points::with_odd_characters(&token), token];
        let same =
            |token: &Secret| verify_slices_are_equal(digest(token.reveal()).as_bytes(), successor.digest.as_bytes());
        candidates.into_iter().find(|token| same(token).is_ok())
    }

    fn derive(&self, id: &str, predecessor: &Secret) -> Secret {
        let mut context = hmac::Context::with_key(&self.refresh_key);
        context.update(id.as_bytes());
        context.update(&[0]);
        context.update(predecessor.reveal().as_bytes());
        Secret::new(URL_SAFE_NO_PAD.encode(context.sign()))
    }

    fn row(
        &self,
        id: String,
        token: &Secret,
        grant: &Grant,
        scopes: &Scopes,
        pair: &str,
        now: Timestamp,
    ) -> RefreshToken {
        RefreshToken {
            digest: digest(token.reveal()),
            id,
            client: grant.client.clone(),
            pair: pair.to_owned(),
            scopes: scopes.clone(),
            issued_at: now,
            expires_at: self.policy.lifetimes.refresh_token.map(|seconds| after(now, seconds)),
            used_at: None,
            successor: None,
            revoked: false,
            grant: grant.clone(),
        }
    }
}
