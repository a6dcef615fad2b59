//! Passwords and chosen client secrets: Argon2id (RFC 9106), on the blocking pool behind a semaphore.
//!
//! One hash takes some 20 ms of a core and 19 MiB, so at most `cores − 1` run at once: sign-ins wait for one another,
//! everything else keeps its core. Whether somebody asks too often, `throttle.rs` knows; callers ask it before they let
//! anything be hashed.

mod argon2id;
mod throttle;

use std::{
    array,
    collections::{
        HashMap,
        hash_map::{DefaultHasher, Entry},
    },
    fmt,
    hash::{Hash as _, Hasher as _},
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use argon2::{
    Params,
    password_hash::{self, phc::PasswordHash},
};
use aws_lc_rs::{constant_time::verify_slices_are_equal, hmac, rand::SystemRandom};
use parking_lot::{Mutex, MutexGuard};
use tokio::{sync::Semaphore, task::JoinError};

pub use throttle::Throttle;

use crate::random::Random;

/// What an unknown user's password is compared with, so that the answer takes as long as for a known one. Fits no
/// password.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$YW50ZXJvb20gbm9ib2R5$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// Costs that a hash from a seed may ask for; beyond them it would be a way to exhaust the machine.
const MOST_MEMORY: u32 = 256 * 1024; // KiB
const MOST_PASSES: u32 = 16;
const MOST_LANES: u32 = 16;

/// How many clients' secrets are remembered as verified before the memory starts anew.
const MOST_REMEMBERED: usize = 10_000;

/// Hashes and verifies. One per process, shared by all realms.
#[derive(Clone)]
pub struct Passwords {
    inner: Arc<Inner>,
}

struct Inner {
    permits: Arc<Semaphore>,
    verified: VerifiedOnce,
    attempts: Throttle,
    /// One client's secrets are hashed one after the other; which lock is its, its name's hash says.
    turns: [tokio::sync::Mutex<()>; 64],
}

impl Inner {
    fn turn_of(&self, owner: &str) -> &tokio::sync::Mutex<()> {
        let mut hasher = DefaultHasher::new();
        owner.hash(&mut hasher);
        let index = hasher.finish() % self.turns.len() as u64;
        &self.turns[index as usize]
    }
}

/// What came of holding a client's secret against the stored one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecretCheck {
    Fits,
    Wrong,
    /// Too many wrong ones were tried; this one was not looked at.
    TooOften {
        wait: Duration,
    },
}

impl Passwords {
    /// With one permit per core but one. Fails only when the system has no random bytes.
    pub fn new() -> Result<Self, PasswordError> {
        let cores = thread::available_parallelism().map_or(1, usize::from);
        let permits = Arc::new(Semaphore::new(cores.saturating_sub(1).max(1)));
        Ok(Self {
            inner: Arc::new(Inner {
                permits,
                verified: VerifiedOnce::new()?,
                attempts: Throttle::default(),
                turns: array::from_fn(|_| tokio::sync::Mutex::default()),
            }),
        })
    }

    /// Who has tried how often, in all realms of this process.
    pub fn attempts(&self) -> &Throttle {
        &self.inner.attempts
    }

    /// A new PHC string for `password`: Argon2id, 19 MiB, two passes, one lane, a salt of 16 bytes from `random`.
    pub async fn hash(&self, password: &str, random: &Random) -> Result<String, PasswordError> {
        let (password, salt) = (password.to_owned(), random.bytes::<16>());
        Ok(self.work(move || argon2id::hash(password.as_bytes(), &salt)).await??)
    }

    /// Whether `password` fits `stored`, a PHC string; without one (nobody has that name) the answer is no, equally
    /// slowly.
    ///
    /// # Errors
    /// When `stored` is not a hash that [`check_phc`] takes, wherever it came from.
    pub async fn verify(&self, password: &str, stored: Option<&str>) -> Result<bool, PasswordError> {
        let hash = checked_phc(stored.unwrap_or(NOBODY))?;
        let password = password.to_owned();
        let fits = self.work(move || argon2id::fits(password.as_bytes(), &hash)).await??;
        Ok(fits && stored.is_some())
    }

    /// Holds `secret` against the `stored` hash of the client that `owner` names (uniquely in this process: realm and
    /// client).
    ///
    /// Clients bring their secret with every token request. Once a secret has passed Argon2, it is recognised by a
    /// digest under a key that dies with the process, for as long as the stored hash stays the same; so guessers, who
    /// are slowed down here, do not slow down the client itself. Of many first requests at once one hashes, and the
    /// others learn from it.
    pub async fn check_client_secret(
        &self,
        owner: &str,
        secret: &str,
        stored: &str,
        now: Instant,
    ) -> Result<SecretCheck, PasswordError> {
        if self.inner.verified.recognises(owner, secret, stored) {
            return Ok(SecretCheck::Fits);
        }
        let _turn = self.inner.turn_of(owner).lock().await;
        if self.inner.verified.recognises(owner, secret, stored) {
            return Ok(SecretCheck::Fits);
        }
        let name = format!("client {owner}"); // apart from user names
        if let Err(wait) = self.inner.attempts.admit(&name, now) {
            return Ok(SecretCheck::TooOften { wait });
        }
        if !self.verify(secret, Some(stored)).await? {
            return Ok(SecretCheck::Wrong);
        }
        self.inner.attempts.forgive(&name);
        self.inner.verified.remember(owner, secret, stored);
        Ok(SecretCheck::Fits)
    }

    /// Runs `work` on the blocking pool once a permit is free. The permit goes along, since a caller who hangs up does
    /// not stop the work.
    async fn work<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, PasswordError> {
        let permit = self.inner.permits.clone().acquire_owned().await;
        let permit = permit.expect("the semaphore is never closed");
        let result = tokio::task::spawn_blocking(move || {
            let result = work();
            drop(permit);
            result
        });
        Ok(result.await?)
    }
}

impl fmt::Debug for Passwords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Passwords")
    }
}

/// Checks a PHC string that somebody else made (a seed, a snapshot): an Argon2 hash whose costs this server is willing
/// to pay.
pub fn check_phc(stored: &str) -> Result<(), PasswordError> {
    checked_phc(stored).map(drop)
}

fn checked_phc(stored: &str) -> Result<PasswordHash, PasswordError> {
    let hash = PasswordHash::new(stored).map_err(PasswordError::NotPhc)?;
    if !hash.algorithm.as_str().starts_with("argon2") || hash.salt.is_none() || hash.hash.is_none() {
        return Err(PasswordError::OtherHash);
    }
    let costs = Params::try_from(&hash)?;
    if costs.m_cost() > MOST_MEMORY || costs.t_cost() > MOST_PASSES || costs.p_cost() > MOST_LANES {
        return Err(PasswordError::TooCostly);
    }
    Ok(hash)
}

/// Why a password was neither accepted nor refused, or a hash not taken.
#[derive(Debug, thiserror::Error)]
pub enum PasswordError {
    #[error("not a PHC string (`$argon2id$v=19$…`): {0}")]
    NotPhc(password_hash::phc::Error),
    #[error("not a complete Argon2 hash")]
    OtherHash,
    #[error("the hash asks for more than 256 MiB, 16 passes or 16 lanes")]
    TooCostly,
    #[error("hashing failed: {0}")]
    Hashing(#[from] password_hash::Error),
    #[error("no random bytes to be had from the system")]
    Random,
    #[error("hashing was interrupted")]
    Interrupted(#[from] JoinError),
}

/// Client secrets that have passed Argon2 before: per client the stored hash and a keyed digest of what was presented.
///
/// Nothing here can be turned back into a secret: the digest's key is random and never leaves the process.
struct VerifiedOnce {
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
    fn new() -> Result<Self, PasswordError> {
        let key = hmac::Key::generate(hmac::HMAC_SHA256, &SystemRandom::new()).map_err(|_| PasswordError::Random)?;
        Ok(Self {
            key,
            clients: Mutex::default(),
        })
    }

    fn recognises(&self, owner: &str, secret: &str, stored: &str) -> bool {
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

    fn remember(&self, owner: &str, secret: &str, stored: &str) {
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
    use crate::clock::monotonic;
    use SecretCheck::{Fits, TooOften, Wrong};
    use std::time::{Duration, Instant};

    async fn hashed(password: &str) -> (Passwords, String) {
        let passwords = Passwords::new().unwrap();
        let stored = passwords.hash(password, &Random::system()).await.unwrap();
        (passwords, stored)
    }

    #[tokio::test]
    async fn a_password_fits_its_own_hash_and_no_other_does() {
        let (passwords, stored) = hashed("anne-password").await;

        assert!(passwords.verify("anne-password", Some(&stored)).await.unwrap());
        for wrong in ["", "Anne-password", "anne-password ", "anne-passwor", "anne-password\0"] {
            assert!(!passwords.verify(wrong, Some(&stored)).await.unwrap(), "{wrong:?}");
        }
    }

    #[tokio::test]
    async fn the_hash_is_argon2id_with_its_own_salt() {
        let (passwords, one) = hashed("anne-password").await;
        let other = passwords.hash("anne-password", &Random::system()).await.unwrap();

        assert!(one.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{one}");
        assert_ne!(one, other);
        check_phc(&one).unwrap();
    }

    #[expect(clippy::disallowed_methods, reason = "how long hashing takes is the point")]
    #[tokio::test]
    async fn an_unknown_user_is_refused_after_the_same_work() {
        let (passwords, stored) = hashed("anne-password").await;
        let mut fastest = [Duration::MAX; 2];
        for _ in 0..5 {
            for (time, stored) in fastest.iter_mut().zip([Some(stored.as_str()), None]) {
                let start = Instant::now();
                assert!(!passwords.verify("wrong", stored).await.unwrap());
                *time = (*time).min(start.elapsed());
            }
        }

        let [known, unknown] = fastest;
        assert!(
            unknown * 3 > known && known * 3 > unknown,
            "known {known:?}, unknown {unknown:?}"
        );
        let costs = |phc: &str| Params::try_from(&PasswordHash::new(phc).unwrap()).unwrap();
        assert_eq!(costs(NOBODY), costs(&stored));
    }

    #[tokio::test]
    async fn an_unknown_user_cannot_sign_in() {
        let passwords = Passwords::new().unwrap();

        for guess in ["", "nobody", NOBODY] {
            assert!(!passwords.verify(guess, None).await.unwrap());
        }
    }

    #[tokio::test]
    async fn a_stored_text_that_is_no_hash_is_a_failure_and_not_a_refusal() {
        let passwords = Passwords::new().unwrap();

        let ruinous =
            "$argon2id$v=19$m=4194304,t=2,p=1$YW50ZXJvb20gbm9ib2R5$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
        for stored in [
            "",
            "anne-password",
            "$argon2id$",
            "$2b$12$abcdefghijklmnopqrstuv",
            ruinous,
        ] {
            assert!(
                passwords.verify("anne-password", Some(stored)).await.is_err(),
                "{stored}"
            );
        }
    }

    async fn check(passwords: &Passwords, owner: &str, secret: &str, stored: &str) -> SecretCheck {
        passwords
            .check_client_secret(owner, secret, stored, monotonic())
            .await
            .unwrap()
    }

    #[tokio::test]
    async fn a_client_secret_is_recognised_only_after_it_has_been_verified() {
        let (passwords, stored) = hashed("demo-secret").await;
        let recognised = |owner: &str, secret: &str| passwords.inner.verified.recognises(owner, secret, &stored);
        assert!(!recognised("default/demo", "demo-secret"));

        assert_eq!(check(&passwords, "default/demo", "demo-secret", &stored).await, Fits);

        assert!(recognised("default/demo", "demo-secret"));
        assert_eq!(check(&passwords, "default/demo", "demo-secret", &stored).await, Fits);
        assert!(!recognised("default/demo", "demo-secreT") && !recognised("other/demo", "demo-secret"));
        assert_eq!(check(&passwords, "default/demo", "wrong", &stored).await, Wrong);
        assert!(!recognised("default/demo", "wrong"));
        assert!(
            recognised("default/demo", "demo-secret"),
            "a wrong one does not drive out the right one"
        );
    }

    #[tokio::test]
    async fn a_changed_hash_forgets_the_old_secret_for_good() {
        let (passwords, old) = hashed("old-secret").await;
        let new = passwords.hash("new-secret", &Random::system()).await.unwrap();
        assert_eq!(check(&passwords, "c", "old-secret", &old).await, Fits);

        assert_eq!(check(&passwords, "c", "old-secret", &new).await, Wrong);

        let recognised = passwords.inner.verified.recognises("c", "old-secret", &old);
        assert!(!recognised, "forgotten, even if the old hash came back");
        assert_eq!(check(&passwords, "c", "new-secret", &new).await, Fits);
    }

    #[tokio::test]
    async fn who_guesses_a_clients_secret_is_slowed_down_and_the_client_is_not() {
        let (passwords, stored) = hashed("demo-secret").await;
        let now = monotonic();
        let ask = |secret: &'static str| passwords.check_client_secret("c", secret, &stored, now);
        assert_eq!(ask("demo-secret").await.unwrap(), Fits);

        for _ in 0..10 {
            assert_eq!(ask("guess").await.unwrap(), Wrong);
        }

        assert!(matches!(ask("guess").await.unwrap(), TooOften { .. }));
        assert_eq!(ask("demo-secret").await.unwrap(), Fits);
        let other = passwords.check_client_secret("d", "guess", &stored, now).await.unwrap();
        assert_eq!(other, Wrong, "another client has turns of its own");
    }

    #[tokio::test]
    async fn a_client_that_first_comes_with_many_requests_at_once_is_not_taken_for_a_guesser() {
        let (passwords, stored) = hashed("demo-secret").await;
        let ask = || check(&passwords, "c", "demo-secret", &stored);

        let answers = futures_util::future::join_all((0..50).map(|_| ask())).await;

        assert!(answers.iter().all(|answer| *answer == Fits), "{answers:?}");
    }

    #[test]
    fn the_memory_of_verified_secrets_is_bounded() {
        let verified = VerifiedOnce::new().unwrap();

        for number in 0..=MOST_REMEMBERED {
            verified.remember(&number.to_string(), "secret", "hash");
        }

        assert!(verified.clients().len() <= MOST_REMEMBERED);
        assert!(verified.recognises(&MOST_REMEMBERED.to_string(), "secret", "hash"));
    }

    #[test]
    fn foreign_incomplete_and_ruinous_hashes_are_not_taken_from_a_seed() {
        let tail = "YW50ZXJvb20gbm9ib2R5$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
        check_phc(&format!("$argon2id$v=19$m=19456,t=2,p=1${tail}")).unwrap();

        for refused in [
            "anne-password".to_owned(),
            format!("$scrypt$ln=16,r=8,p=1${tail}"),
            "$argon2id$v=19$m=19456,t=2,p=1".to_owned(),
            "$argon2id$v=19$m=19456,t=2,p=1$YW50ZXJvb20gbm9ib2R5".to_owned(),
            format!("$argon2id$v=19$m=4194304,t=2,p=1${tail}"),
            format!("$argon2id$v=19$m=19456,t=1000000,p=1${tail}"),
            format!("$argon2id$v=19$m=19456,t=2,p=255${tail}"),
        ] {
            assert!(check_phc(&refused).is_err(), "{refused}");
        }
    }

    #[tokio::test]
    async fn a_caller_who_hangs_up_gives_the_permit_back() {
        let (passwords, stored) = hashed("anne-password").await;
        for _ in 0..8 {
            let hung_up = tokio::time::timeout(Duration::ZERO, passwords.verify("x", Some(&stored))).await;
            assert!(hung_up.is_err());
        }

        assert!(passwords.verify("anne-password", Some(&stored)).await.unwrap());
    }
}
