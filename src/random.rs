//! The only source of chance.
//!
//! A realm hands its [`Random`] to whatever needs an unguessable or unique value. Signing keys and the
//! initialisation vectors of sealed values never come from here: they always use the machine's source. A tester may
//! seed a realm's chance; then the same requests in the same order give the same values.

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use aws_lc_rs::{
    digest,
    rand::{SecureRandom, SystemRandom},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::Timestamp;
use rand_chacha::{
    ChaCha20Rng,
    rand_core::{Rng as _, SeedableRng as _},
};
use uuid::{Builder, Uuid};

/// Chance for identifiers, codes and tokens: the machine's, or a stream that can be repeated.
#[derive(Clone, Default)]
pub struct Random {
    /// `None`: the machine's.
    stream: Option<Arc<Mutex<ChaCha20Rng>>>,
}

impl Random {
    /// The machine's source: unpredictable, and different in each process.
    pub fn system() -> Self {
        Self::default()
    }

    /// One of the streams of a seed, the same for the same seed and the same name. Whoever knows them knows all that is
    /// drawn.
    ///
    /// Clones go on in the same stream. No two that may draw for the same realm may have the same name.
    pub fn seeded(seed: &str, name: &str) -> Self {
        let mut context = digest::Context::new(&digest::SHA256);
        for part in ["anteroom chance", seed, name] {
            context.update(&part.len().to_be_bytes());
            context.update(part.as_bytes());
        }
        let mut key = [0; 32];
        key.copy_from_slice(context.finish().as_ref());
        Self {
            stream: Some(Arc::new(Mutex::new(ChaCha20Rng::from_seed(key)))),
        }
    }

    /// `N` bytes: unpredictable, or the next of the stream.
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        match &self.stream {
            None => fill(&mut bytes),
            Some(stream) => stream
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .fill_bytes(&mut bytes),
        }
        bytes
    }

    /// 256 bits as 43 base64url characters: codes, tokens, request and session identifiers.
    pub fn token(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.bytes::<32>())
    }

    /// A row's identifier: UUID version 7, whose time is the realm's.
    pub fn id(&self, now: Timestamp) -> String {
        self.uuid(now).to_string()
    }

    /// UUID version 7 (RFC 9562 §5.7) whose time is the realm's.
    pub fn uuid(&self, now: Timestamp) -> Uuid {
        let milliseconds = u64::try_from(now.as_millisecond()).unwrap_or(0);
        Builder::from_unix_timestamp_millis(milliseconds, &self.bytes::<10>()).into_uuid()
    }

    /// `length` characters out of `alphabet`, each equally likely.
    ///
    /// The alphabet holds at most 256 ASCII characters; bytes beyond its last full multiple are drawn
    /// again, so that no character is favoured.
    pub fn characters(&self, alphabet: &[u8], length: usize) -> String {
        let limit = 256 - 256 % alphabet.len();
        let mut text = String::with_capacity(length);
        while text.len() < length {
            for byte in self.bytes::<32>() {
                if text.len() < length && usize::from(byte) < limit {
                    text.push(char::from(alphabet[usize::from(byte) % alphabet.len()]));
                }
            }
        }
        text
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "this is the source that everybody else is sent to"
)]
fn fill(bytes: &mut [u8]) {
    SystemRandom::new()
        .fill(bytes)
        .expect("the operating system gives random bytes");
}

impl fmt::Debug for Random {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.stream.is_some() {
            "Random(seeded)"
        } else {
            "Random(system)"
        })
    }
}

/// What is stored instead of a code or token: its SHA-256 digest, base64url, 43 characters.
pub fn digest(secret: &str) -> String {
    URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, secret.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_has_43_base64url_characters() {
        let token = Random::system().token();

        assert_eq!(token.len(), 43);
        assert!(
            token
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
        );
    }

    #[test]
    fn an_id_carries_the_realms_time_and_not_the_machines() {
        let then: Timestamp = "2001-02-03T04:05:06.789Z".parse().expect("a test's instant");

        let id = Random::system().uuid(then);

        let (seconds, nanoseconds) = id.get_timestamp().expect("version 7 has a time").to_unix();
        assert_eq!((seconds, nanoseconds), (981_173_106, 789_000_000));
    }

    #[test]
    fn drawn_characters_stay_in_their_alphabet() {
        let text = Random::system().characters(b"abc", 500);

        assert_eq!(text.len(), 500);
        assert!(text.bytes().all(|byte| b"abc".contains(&byte)));
        assert!(text.contains('a') && text.contains('b') && text.contains('c'));
    }

    #[test]
    fn a_seed_and_a_name_give_one_stream() {
        let draw = |seed: &str, name: &str| {
            let random = Random::seeded(seed, name);
            [random.token(), random.clone().token(), random.token()]
        };

        assert_eq!(draw("suite", "1"), draw("suite", "1"));
        let [one, two, three] = draw("suite", "1");
        assert!(one != two && two != three && one != three);
        for (seed, name) in [("suite", "2"), ("suite1", ""), ("", "suite1"), ("suit", "e1")] {
            assert_ne!(draw(seed, name), draw("suite", "1"), "{seed} {name}");
        }
    }

    /// Worked out apart from this crate: ChaCha20 (RFC 8439 §2.3, nonce and counter 0) under the SHA-256 of seed and
    /// name.
    #[test]
    fn the_stream_of_a_seed_is_the_same_in_every_version() {
        let random = Random::seeded("suite-17", "realm 1");

        let [first, second] = [random.bytes::<16>(), random.bytes::<16>()];

        assert_eq!(u128::from_be_bytes(first), 0x8068_c653_82c3_33df_628e_d9e1_26c1_85b9);
        assert_eq!(u128::from_be_bytes(second), 0xac00_dd10_e7d3_820b_f5ce_ec64_e2e4_e47f);
    }

    #[test]
    fn a_random_stream_does_not_show_its_position() {
        assert_eq!(format!("{:?}", Random::seeded("suite", "1")), "Random(seeded)");
    }

    #[test]
    fn the_digest_is_sha_256() {
        assert_eq!(digest("abc"), "ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0");
    }
}
