//! Subject identifiers (OIDC Core §8).

use aws_lc_rs::hmac;

use super::Mint;
use crate::model::{Client, SubjectType, UserId};

impl Mint {
    /// The `sub` of `user` for `client`: the same in ID tokens, userinfo and introspection.
    ///
    /// Pairwise subjects are HMAC-SHA-256(realm, sector ‖ 0 ‖ user) in hexadecimal, first 128 bits.
    pub fn subject(&self, client: &Client, user: &UserId) -> String {
        match self.policy.subject_type {
            SubjectType::Public => user.0.clone(),
            SubjectType::Pairwise => {
                let mut context = hmac::Context::with_key(&self.subject_key);
                context.update(sector(client).as_bytes());
                context.update(&[0]);
                context.update(user.0.as_bytes());
                let tag = context.sign();
                tag.as_ref().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
            }
        }
    }
}

/// The clients that share a pairwise subject: each client has its own, as in the emulated portal.
fn sector(client: &Client) -> &str {
    &client.id.0
}
