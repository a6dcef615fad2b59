//! Which exchanges belong together: an authorization request, the pages it leads to, its code, the tokens, and what
//! is done with them.
//!
//! Each step hands a secret to the next: the request's id, the code, a token. The redaction notes a keyed digest of
//! each, a *tie*; exchanges with a common tie belong to one flow. A session cookie ties nothing together: one person
//! does many things.

use std::fmt::{Display, Formatter, Result as Formatted};

use super::redaction::Seen;

/// A flow's number in its realm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FlowId(pub u64);

/// What a step hands to the next. The first name that is found decides: a token that is introspected or revoked comes
/// before the one that authorises the call.
const TIES: &[&str] = &[
    "request",
    "code",
    "device_code",
    "refresh_token",
    "token",
    "access_token",
    "sso_token",
    "authorization",
    "x-apitoken",
];

/// How many ties of an exchange are kept: no step of ours hands on more secrets.
pub const MOST_TIES: usize = 16;

/// The secrets by which an exchange is tied to others, the deciding one first.
pub fn ties(seen: &[Seen]) -> Vec<u64> {
    let mut ties = Vec::new();
    for name in TIES {
        for secret in seen.iter().filter(|secret| secret.name.eq_ignore_ascii_case(name)) {
            if ties.len() == MOST_TIES {
                return ties;
            }
            if !ties.contains(&secret.digest) {
                ties.push(secret.digest);
            }
        }
    }
    ties
}

impl Display for FlowId {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> Formatted {
        write!(formatter, "{}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(secrets: &[(&str, u64)]) -> Vec<Seen> {
        let one = |(name, digest): &(&str, u64)| Seen {
            name: (*name).to_owned(),
            digest: *digest,
        };
        secrets.iter().map(one).collect()
    }

    #[test]
    fn the_token_in_the_body_decides_before_the_one_that_authorises() {
        let seen = seen(&[
            ("authorization", 1),
            ("token", 2),
            ("cookie", 3),
            ("state", 4),
            ("token", 2),
        ]);

        assert_eq!(ties(&seen), [2, 1]);
    }

    #[test]
    fn the_number_of_remembered_secrets_is_bounded() {
        let many: Vec<_> = (0..1000).map(|digest| ("token", digest)).collect();

        assert_eq!(ties(&seen(&many)).len(), MOST_TIES);
    }
}
