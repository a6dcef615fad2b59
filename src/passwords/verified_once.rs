//! The memory of client secrets that have passed Argon2, so that a client does not pay for it with every request.

use std::collections::{HashMap, hash_map::Entry};

use aws_lc_rs::{constant_time::verify_slices_are_equal, hmac, rand::SystemRandom};
use parking_lot::{Mutex, MutexGuard};

use super::PasswordError;

/// How many clients' secrets are remembered as verified before the memory starts anew.
const MOST_REMEMBERED: usize = 10_000;

/// Client secrets that have passed Argon2 before: per client the stored hash and a keyed digest of what was presented.
///
/// Nothing here can be turned back into a secret: the digest's key is random and never leaves the process.
pub struct VerifiedOnce {
    key: hmac::Key,
    clients: Mutex<HashMap<String, Verified>>,
}

struct Verified {
    stored: String,
    presented: hmac::Tag,
}

impl VerifiedOnce {
    #[expect(
        clippy::disallowed_methods,
        reason = "keys never come from a realm's chance, which may be seeded"
    )]
    pub fn new() -> Result<Self, PasswordError> {
        let key = hmac::Key::generate(hmac::HMAC_SHA256, &SystemRandom::new()).map_err(|_| PasswordError::Random)?;
        Ok(Self {
            key,
            clients: Mutex::default(),
        })
    }

    pub fn recognises(&self, owner: &str, secret: &str, stored: &str) -> bool {
        let mut clients = self.clients();
        let Entry::Occupied(known) = clients.entry(owner.to_owned()) else {
            return false;
        };
        if known.get().stored != stored {
            known.remove(); // the secret was changed: what fitted the old one must never pass again
            return false;
        }
        let presented = self.digest(owner, secret);
        verify_slices_are_equal(known.get().presented.as_ref(), presented.as_ref()).is_ok()
    }

    pub fn remember(&self, owner: &str, secret: &str, stored: &str) {
        let verified = Verified {
            stored: stored.to_owned(),
            presented: self.digest(owner, secret),
        };
        let mut clients = self.clients();
        if clients.len() >= MOST_REMEMBERED && !clients.contains_key(owner) {
            clients.clear(); // cheaper to hash each once more than to keep book of who was last
        }
        clients.insert(owner.to_owned(), verified);
    }

    fn digest(&self, owner: &str, secret: &str) -> hmac::Tag {
        let mut context = hmac::Context::with_key(&self.key);
        context.update(owner.as_bytes());
        context.update(&[0]); // no owner and no secret contains it: `web` refuses U+0000
        context.update(secret.as_bytes());
        context.sign()
    }

    fn clients(&self) -> MutexGuard<'_, HashMap<String, Verified>> {
        self.clients.lock()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_memory_of_verified_secrets_is_bounded() {
        let verified = VerifiedOnce::new().unwrap();

        for number in 0..=MOST_REMEMBERED {
            verified.remember(&number.to_string(), "secret", "hash");
        }

        assert!(verified.clients().len() <= MOST_REMEMBERED);
        assert!(verified.recognises(&MOST_REMEMBERED.to_string(), "secret", "hash"));
    }
}
