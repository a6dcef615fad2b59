//! Passwords and chosen client secrets: Argon2id (RFC 9106), on the blocking pool, a few at a time.
//!
//! One hash takes some 20 ms of a core and 19 MiB, so at most `cores − 1` run at once: sign-ins wait for one another,
//! one realm after the other, and everything else keeps its core. Whether somebody asks too often, `throttle.rs` knows;
//! callers ask it before they let anything be hashed.

mod argon2id;
mod throttle;
mod verified_once;

use std::{
    array,
    collections::hash_map::DefaultHasher,
    fmt,
    hash::{Hash as _, Hasher as _},
    net::IpAddr,
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use argon2::{
    Params,
    password_hash::{self, phc::PasswordHash},
};
use tokio::{runtime::Handle, task::JoinError};
use unicode_normalization::UnicodeNormalization as _;

pub use throttle::{Attempts, Throttle};

use crate::{
    fair_permits::{Exhausted, FairPermits},
    model::RealmId,
    random::Random,
};
use verified_once::VerifiedOnce;

/// What an unknown user's password is compared with, so that the answer takes as long as for a known one. Fits no
/// password.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$YW50ZXJvb20gbm9ib2R5$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// Costs that a hash from a seed may ask for; beyond them it would be a way to exhaust the machine.
const MOST_MEMORY: u32 = 256 * 1024; // KiB
const MOST_PASSES: u32 = 16;
const MOST_LANES: u32 = 16;

/// How many may wait for a hash in one realm: some five seconds on one core.
const LONGEST_QUEUE: usize = 256;

/// Hashes and verifies. One per process, shared by all realms.
#[derive(Clone)]
pub struct Passwords {
    inner: Arc<Inner>,
}

struct Inner {
    /// By realm; `None` hashes new secrets, which only the control API and seeds ask for.
    permits: FairPermits<Option<RealmId>>,
    memory: argon2id::Memory,
    verified: VerifiedOnce,
    attempts: Throttle,
    /// Secrets for one client from one address are hashed one after the other, each under the lock that its hash says.
    turns: [tokio::sync::Mutex<()>; 64],
}

impl Inner {
    fn turn_of(&self, attempts: &Attempts) -> &tokio::sync::Mutex<()> {
        let mut hasher = DefaultHasher::new();
        attempts.hash(&mut hasher);
        let index = hasher.finish() % self.turns.len() as u64;
        &self.turns[index as usize]
    }
}

/// What came of holding a client's secret against the stored one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecretCheck {
    Fits,
    Wrong,
    /// Wrong, after too many wrong ones.
    TooOften {
        wait: Duration,
    },
}

impl Passwords {
    /// With one permit per core but one. Fails only when the system has no random bytes.
    pub fn new() -> Result<Self, PasswordError> {
        let cores = thread::available_parallelism().map_or(1, usize::from);
        let permits = FairPermits::new(cores.saturating_sub(1), LONGEST_QUEUE);
        Ok(Self {
            inner: Arc::new(Inner {
                permits,
                memory: argon2id::Memory::default(),
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
        let (password, salt) = (prepared(password), random.bytes::<16>());
        Ok(self
            .work(None, move |memory| argon2id::hash(memory, password.as_bytes(), &salt))
            .await??)
    }

    /// Whether `password` fits `stored`, a PHC string; without one (nobody has that name) the answer is no, equally
    /// slowly.
    ///
    /// # Errors
    /// When `stored` is not a hash that [`check_phc`] takes, wherever it came from, or too many wait in the realm.
    pub async fn verify(&self, realm: RealmId, password: &str, stored: Option<&str>) -> Result<bool, PasswordError> {
        let hash = checked_phc(stored.unwrap_or(NOBODY))?;
        let password = prepared(password);
        let fits = self
            .work(Some(realm), move |memory| {
                argon2id::fits(memory, password.as_bytes(), &hash)
            })
            .await??;
        Ok(fits && stored.is_some())
    }

    /// Compares `secret` with the `stored` hash of a realm's client; it was sent from the address `from`.
    ///
    /// Clients send their secret with every token request. Once a secret has passed Argon2, it is recognised by a
    /// digest under a key that dies with the process, for as long as the stored hash stays the same. Of many first
    /// requests at once one hashes, and the others learn from it.
    ///
    /// A right secret always passes. Of an address that sends too many wrong ones, one is hashed after the other, so it
    /// keeps nobody else from being heard, and learns only after the limit that a secret was wrong.
    pub async fn check_client_secret(
        &self,
        (realm, client): (RealmId, &str),
        from: Option<IpAddr>,
        secret: &str,
        stored: &str,
        now: Instant,
    ) -> Result<SecretCheck, PasswordError> {
        let owner = format!("{}/{client}", realm.0);
        if self.inner.verified.recognises(&owner, secret, stored) {
            return Ok(SecretCheck::Fits);
        }
        let attempts = Attempts::at(&format!("client {owner}"), from); // apart from user names
        let _turn = self.inner.turn_of(&attempts).lock().await;
        if self.inner.verified.recognises(&owner, secret, stored) {
            return Ok(SecretCheck::Fits);
        }
        let admitted = self.inner.attempts.admit(&attempts, now);
        if self.verify(realm, secret, Some(stored)).await? {
            self.inner.attempts.forgive(&attempts);
            self.inner.verified.remember(&owner, secret, stored);
            return Ok(SecretCheck::Fits);
        }
        Ok(match admitted {
            Ok(()) => SecretCheck::Wrong,
            Err(wait) => SecretCheck::TooOften { wait },
        })
    }

    /// Runs `work` on the blocking pool once a permit is free. The permit goes along, since a caller who hangs up does
    /// not stop the work.
    async fn work<T: Send + 'static>(
        &self,
        realm: Option<RealmId>,
        work: impl FnOnce(&argon2id::Memory) -> T + Send + 'static,
    ) -> Result<T, PasswordError> {
        let permit = self.inner.permits.acquire(realm).await?;
        let (inner, runtime) = (self.inner.clone(), Handle::current());
        let result = tokio::task::spawn_blocking(move || {
            let result = work(&inner.memory);
            drop(permit);
            runtime.spawn(give_back(inner));
            result
        });
        Ok(result.await?)
    }
}

/// A password as it is hashed (RFC 8265 §4.2, OpaqueString): the same however a keyboard composes its characters.
fn prepared(password: &str) -> String {
    if password.is_ascii() {
        return password.to_owned();
    }
    let is_space = |character: char| character.is_whitespace() && !character.is_control();
    let spaced = password
        .chars()
        .map(|character| if is_space(character) { ' ' } else { character });
    spaced.nfc().collect()
}

/// Gives back what hashes worked in, unless another has begun meanwhile.
async fn give_back(inner: Arc<Inner>) {
    let begun = inner.memory.begun();
    tokio::time::sleep(argon2id::KEPT).await;
    inner.memory.give_back(begun);
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
    #[error("the hash needs more than 256 MiB, 16 passes or 16 lanes")]
    TooCostly,
    #[error("hashing failed: {0}")]
    Hashing(#[from] password_hash::Error),
    #[error("the system gives no random bytes")]
    Random,
    #[error("{0}")]
    Exhausted(#[from] Exhausted),
    #[error("hashing was interrupted")]
    Interrupted(#[from] JoinError),
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::monotonic;
    use SecretCheck::{Fits, TooOften, Wrong};
    use std::time::{Duration, Instant};

    const REALM: RealmId = RealmId(1);

    async fn hashed(password: &str) -> (Passwords, String) {
        let passwords = Passwords::new().unwrap();
        let stored = passwords.hash(password, &Random::system()).await.unwrap();
        (passwords, stored)
    }

    #[tokio::test]
    async fn a_password_fits_its_own_hash_and_no_other_does() {
        let (passwords, stored) = hashed("anne-password").await;

        assert!(passwords.verify(REALM, "anne-password", Some(&stored)).await.unwrap());
        for wrong in ["", "Anne-password", "anne-password ", "anne-passwor", "anne-password\0"] {
            assert!(
                !passwords.verify(REALM, wrong, Some(&stored)).await.unwrap(),
                "{wrong:?}"
            );
        }
    }

    #[tokio::test]
    async fn composed_and_decomposed_characters_are_the_same_password() {
        let (passwords, stored) = hashed("gr\u{fc}n\u{a0}tee").await;

        let decomposed = "gru\u{308}n tee";
        assert!(passwords.verify(REALM, decomposed, Some(&stored)).await.unwrap());
        assert!(!passwords.verify(REALM, "grun tee", Some(&stored)).await.unwrap());
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
                assert!(!passwords.verify(REALM, "wrong", stored).await.unwrap());
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
            assert!(!passwords.verify(REALM, guess, None).await.unwrap());
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
                passwords.verify(REALM, "anne-password", Some(stored)).await.is_err(),
                "{stored}"
            );
        }
    }

    fn from(host: u8) -> Option<IpAddr> {
        Some(IpAddr::from([192, 0, 2, host]))
    }

    async fn check(passwords: &Passwords, owner: &str, secret: &str, stored: &str) -> SecretCheck {
        passwords
            .check_client_secret((REALM, owner), from(1), secret, stored, monotonic())
            .await
            .unwrap()
    }

    #[tokio::test]
    async fn a_client_secret_is_recognised_only_after_it_has_been_verified() {
        let (passwords, stored) = hashed("demo-secret").await;
        let recognised = |owner: &str, secret: &str| {
            passwords
                .inner
                .verified
                .recognises(&format!("1/{owner}"), secret, &stored)
        };
        assert!(!recognised("demo", "demo-secret"));

        assert_eq!(check(&passwords, "demo", "demo-secret", &stored).await, Fits);

        assert!(recognised("demo", "demo-secret"));
        assert_eq!(check(&passwords, "demo", "demo-secret", &stored).await, Fits);
        assert!(!recognised("demo", "demo-secreT") && !recognised("other", "demo-secret"));
        assert_eq!(check(&passwords, "demo", "wrong", &stored).await, Wrong);
        assert!(!recognised("demo", "wrong"));
        assert!(
            recognised("demo", "demo-secret"),
            "a wrong one does not drive out the right one"
        );
    }

    #[tokio::test]
    async fn a_changed_hash_forgets_the_old_secret_for_good() {
        let (passwords, old) = hashed("old-secret").await;
        let new = passwords.hash("new-secret", &Random::system()).await.unwrap();
        assert_eq!(check(&passwords, "c", "old-secret", &old).await, Fits);

        assert_eq!(check(&passwords, "c", "old-secret", &new).await, Wrong);

        let recognised = passwords.inner.verified.recognises("1/c", "old-secret", &old);
        assert!(!recognised, "forgotten, even if the old hash came back");
        assert_eq!(check(&passwords, "c", "new-secret", &new).await, Fits);
    }

    #[tokio::test]
    async fn too_many_wrong_secrets_are_refused_and_the_right_one_passes_from_every_address() {
        let (passwords, stored) = hashed("demo-secret").await;
        let now = monotonic();
        let ask = |owner: &'static str, host, secret: &'static str| {
            passwords.check_client_secret((REALM, owner), from(host), secret, &stored, now)
        };

        for _ in 0..10 {
            assert_eq!(ask("c", 1, "guess").await.unwrap(), Wrong);
        }

        assert!(matches!(ask("c", 1, "guess").await.unwrap(), TooOften { .. }));
        assert_eq!(ask("c", 2, "guess").await.unwrap(), Wrong, "another address");
        assert_eq!(ask("d", 1, "guess").await.unwrap(), Wrong, "another client");
        assert_eq!(ask("c", 1, "demo-secret").await.unwrap(), Fits, "never seen before");
        assert_eq!(ask("c", 2, "demo-secret").await.unwrap(), Fits);
    }

    #[tokio::test]
    async fn memory_is_used_again_and_given_back_when_no_hash_follows() {
        let (passwords, stored) = hashed("anne-password").await;
        let memory = &passwords.inner.memory;
        let begun = memory.begun();

        assert!(passwords.verify(REALM, "anne-password", Some(&stored)).await.unwrap());
        memory.give_back(begun);
        assert!(memory.holds_some(), "another hash has begun since");
        memory.give_back(memory.begun());
        assert!(!memory.holds_some());

        assert!(passwords.verify(REALM, "anne-password", Some(&stored)).await.unwrap());
        assert!(
            !passwords
                .verify(REALM, "another-password", Some(&stored))
                .await
                .unwrap()
        );
    }

    #[tokio::test]
    async fn a_client_that_first_comes_with_many_requests_at_once_is_not_taken_for_a_guesser() {
        let (passwords, stored) = hashed("demo-secret").await;
        let ask = || check(&passwords, "c", "demo-secret", &stored);

        let answers = futures_util::future::join_all((0..50).map(|_| ask())).await;

        assert!(answers.iter().all(|answer| *answer == Fits), "{answers:?}");
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
            let hung_up = tokio::time::timeout(Duration::ZERO, passwords.verify(REALM, "x", Some(&stored))).await;
            assert!(hung_up.is_err());
        }

        assert!(passwords.verify(REALM, "anne-password", Some(&stored)).await.unwrap());
    }
}
