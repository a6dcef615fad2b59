//! Encryption of stored secrets that cannot be hashed: AES-256-GCM with a key outside the database.
//!
//! A sealed value reads `<key id>.<base64url of IV ‖ ciphertext ‖ tag>`. The caller binds it to its place with
//! associated data (realm, table, row), so that a value copied into another row cannot be opened there. IVs come from
//! the system, inside aws-lc.
//!
//! The key file holds one key per line, 32 bytes in base64; the first line seals, every line opens. Rotating is writing
//! a new first line: old values stay readable, and move to the new key when they are next written.

use std::{
    fmt,
    fs::{self, OpenOptions},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey},
    digest::{SHA256, digest},
};
use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};

const KEY_BYTES: usize = 32;

/// Seals with its first key, opens with any.
pub struct Sealer {
    keys: Vec<SealingKey>,
}

struct SealingKey {
    id: String,
    key: RandomizedNonceKey,
}

impl Sealer {
    /// Reads the keys of `--secret-key-file`, which must exist.
    pub fn from_file(path: &Path) -> Result<Self, KeyFileError> {
        let failed = |reason| KeyFileError {
            path: path.to_owned(),
            reason,
        };
        let text = fs::read_to_string(path).map_err(|error| failed(Reason::Io(error)))?;
        warn_if_others_can_read(path);
        Self::parse(&text).map_err(failed)
    }

    /// Reads the keys beside a development database. For an empty database the file is made, readable by its owner
    /// only; one that is missing beside a database with realms is an error, since a new key would not open their
    /// secrets.
    pub fn beside_database(path: &Path, is_empty: bool) -> Result<Self, KeyFileError> {
        if !is_empty && !path.exists() {
            return Err(KeyFileError {
                path: path.to_owned(),
                reason: Reason::Missing,
            });
        }
        if !path.exists() {
            let text = new_key_file().map_err(|reason| KeyFileError {
                path: path.to_owned(),
                reason,
            })?;
            create_privately(path, &text).map_err(|error| KeyFileError {
                path: path.to_owned(),
                reason: Reason::Io(error),
            })?;
        }
        Self::from_file(path)
    }

    /// A key that exists as long as the process, for a database in memory.
    pub fn ephemeral() -> Result<Self, SealingError> {
        let key = new_key().map_err(|_| SealingError::Library)?;
        Ok(Self {
            keys: vec![SealingKey::new(&key).ok_or(SealingError::Library)?],
        })
    }

    fn parse(text: &str) -> Result<Self, Reason> {
        let lines = text.lines().enumerate().map(|(index, line)| (index + 1, line.trim()));
        let keys = lines
            .filter(|(_, line)| !line.is_empty() && !line.starts_with('#'))
            .map(|(number, line)| {
                let bytes = STANDARD.decode(line).map_err(|_| Reason::Line(number))?;
                SealingKey::new(&bytes).ok_or(Reason::Line(number))
            })
            .collect::<Result<Vec<_>, _>>()?;
        if keys.is_empty() {
            Err(Reason::Empty)
        } else {
            Ok(Self { keys })
        }
    }

    /// Seals `secret` for the place that `associated` names.
    pub fn seal(&self, secret: &[u8], associated: &[u8]) -> Result<String, SealingError> {
        let sealing = &self.keys[0]; // a sealer is only made with at least one key
        let mut ciphertext = secret.to_vec();
        let nonce = sealing
            .key
            .seal_in_place_append_tag(Aad::from(associated), &mut ciphertext);
        let nonce = nonce.map_err(|_| SealingError::Library)?;
        let sealed = [nonce.as_ref().as_slice(), ciphertext.as_slice()].concat();
        Ok(format!("{}.{}", sealing.id, URL_SAFE_NO_PAD.encode(sealed)))
    }

    /// The secret in `sealed`, if it was sealed with one of the keys for the place that `associated` names.
    pub fn open(&self, sealed: &str, associated: &[u8]) -> Result<Vec<u8>, SealingError> {
        let (id, text) = sealed.split_once('.').ok_or(SealingError::Damaged)?;
        let sealing = self.keys.iter().find(|key| key.id == id);
        let sealing = sealing.ok_or_else(|| SealingError::UnknownKey(id.to_owned()))?;
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| SealingError::Damaged)?;
        let (nonce, ciphertext) = bytes.split_at_checked(NONCE_LEN).ok_or(SealingError::Damaged)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| SealingError::Damaged)?;

        let mut in_place = ciphertext.to_vec();
        let secret = sealing.key.open_in_place(nonce, Aad::from(associated), &mut in_place);
        Ok(secret.map_err(|_| SealingError::Damaged)?.to_vec())
    }
}

impl fmt::Debug for Sealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.keys.iter().map(|key| &key.id)).finish()
    }
}

impl SealingKey {
    /// None unless there are exactly 32 bytes. The id is taken from a digest, so that the same key has the same id
    /// everywhere.
    fn new(bytes: &[u8]) -> Option<Self> {
        let key = (bytes.len() == KEY_BYTES).then(|| RandomizedNonceKey::new(&AES_256_GCM, bytes).ok())??;
        let digest = digest(&SHA256, &[b"anteroom sealing key id: ".as_slice(), bytes].concat());
        Some(Self {
            id: URL_SAFE_NO_PAD.encode(&digest.as_ref()[..6]),
            key,
        })
    }
}

/// Why a value could not be sealed or opened.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SealingError {
    #[error("it was sealed with the key {0:?}, which is not in the secret key file")]
    UnknownKey(String),
    #[error("the sealed value is damaged or was copied from another row")]
    Damaged,
    #[error("the cryptographic library failed")]
    Library,
}

/// Why the key file cannot be used. Names the path, never the content.
#[derive(Debug, thiserror::Error)]
#[error("secret key file {}: {reason}", path.display())]
pub struct KeyFileError {
    path: PathBuf,
    reason: Reason,
}

#[derive(Debug, thiserror::Error)]
enum Reason {
    #[error("{0}")]
    Io(io::Error),
    #[error("line {0} is not a key: expected 32 bytes in base64, as `openssl rand -base64 32` prints them")]
    Line(usize),
    #[error(
        "missing: what the database beside it has sealed can only be opened with this key. Put the file back, or remove \
         the database as well to start with an empty one"
    )]
    Missing,
    #[error("has no key; add one with `openssl rand -base64 32`")]
    Empty,
    #[error("the system gives no random bytes")]
    Random,
}

#[expect(
    clippy::disallowed_methods,
    reason = "keys never come from a realm's random values, which may be seeded"
)]
fn new_key() -> Result<[u8; KEY_BYTES], Reason> {
    let mut key = [0; KEY_BYTES];
    aws_lc_rs::rand::fill(&mut key).map_err(|_| Reason::Random)?;
    Ok(key)
}

fn new_key_file() -> Result<String, Reason> {
    Ok(format!(
        "# The key that encrypts secrets in the database beside this file. Without it, they cannot be read.\n{}\n",
        STANDARD.encode(new_key()?)
    ))
}

/// Writes a new file that only its owner can read, completely or not at all. A file that exists already is kept.
fn create_privately(path: &Path, text: &str) -> io::Result<()> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.new", std::process::id()));
    let draft = path.with_file_name(name);

    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&draft)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;

    // A link, unlike a rename, does not replace what is already there. Where links do not exist, renaming has to do.
    let linked = match fs::hard_link(&draft, path) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return fs::rename(&draft, path),
        Err(_) | Ok(()) => Ok(()),
    };
    fs::remove_file(&draft)?;
    linked
}

#[cfg(unix)]
fn warn_if_others_can_read(path: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    let open_to_others = fs::metadata(path).is_ok_and(|file| file.permissions().mode() & 0o077 != 0);
    if open_to_others {
        tracing::warn!(path = %path.display(), "the secret key file is readable by other users; run chmod 600");
    }
}

#[cfg(not(unix))]
fn warn_if_others_can_read(_: &Path) {}

#[cfg(test)]
mod tests {
    use super::*;

    fn file_with(text: &str) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret.key");
        fs::write(&path, text).unwrap();
        (folder, path)
    }

    fn line(byte: u8) -> String {
        STANDARD.encode([byte; KEY_BYTES])
    }

    #[test]
    fn a_sealed_secret_opens_in_its_own_place() {
        let sealer = Sealer::ephemeral().unwrap();

        let sealed = sealer.seal(b"s3cret", b"default/clients/1").unwrap();

        assert_eq!(sealer.open(&sealed, b"default/clients/1").unwrap(), b"s3cret");
    }

    #[test]
    fn a_sealed_secret_does_not_open_in_another_place() {
        let sealer = Sealer::ephemeral().unwrap();
        let sealed = sealer.seal(b"s3cret", b"default/clients/1").unwrap();

        assert_eq!(sealer.open(&sealed, b"default/clients/2"), Err(SealingError::Damaged));
        assert_eq!(sealer.open(&sealed, b""), Err(SealingError::Damaged));
    }

    #[test]
    fn the_same_secret_sealed_twice_looks_different_and_shows_nothing() {
        let sealer = Sealer::ephemeral().unwrap();

        let (one, other) = (
            sealer.seal(b"s3cret", b"").unwrap(),
            sealer.seal(b"s3cret", b"").unwrap(),
        );

        assert_ne!(one, other);
        assert!(!one.contains("s3cret"));
    }

    #[test]
    fn every_flipped_bit_is_noticed() {
        let sealer = Sealer::ephemeral().unwrap();
        let sealed = sealer.seal(b"s3cret", b"place").unwrap();
        let (id, text) = sealed.split_once('.').unwrap();
        let bytes = URL_SAFE_NO_PAD.decode(text).unwrap();

        for position in 0..bytes.len() {
            let mut damaged = bytes.clone();
            damaged[position] ^= 0x40;
            let damaged = format!("{id}.{}", URL_SAFE_NO_PAD.encode(damaged));
            assert_eq!(
                sealer.open(&damaged, b"place"),
                Err(SealingError::Damaged),
                "byte {position}"
            );
        }
    }

    #[test]
    fn values_that_were_never_sealed_do_not_open() {
        let sealer = Sealer::ephemeral().unwrap();
        let id = sealer.keys[0].id.clone();

        for value in [
            "",
            "s3cret",
            &format!("{id}."),
            &format!("{id}.AAAA"),
            &format!("{id}.not base64"),
        ] {
            assert_eq!(sealer.open(value, b""), Err(SealingError::Damaged), "{value}");
        }
        assert_eq!(
            sealer.open("other.AAAA", b""),
            Err(SealingError::UnknownKey("other".into()))
        );
    }

    #[test]
    fn a_value_of_another_key_names_that_key() {
        let (one, other) = (Sealer::ephemeral().unwrap(), Sealer::ephemeral().unwrap());
        let sealed = one.seal(b"s3cret", b"").unwrap();

        assert_eq!(
            other.open(&sealed, b""),
            Err(SealingError::UnknownKey(one.keys[0].id.clone()))
        );
    }

    #[test]
    fn after_a_rotation_the_new_key_seals_and_the_old_one_still_opens() {
        let (_folder, path) = file_with(&line(1));
        let before = Sealer::from_file(&path).unwrap();
        let old = before.seal(b"s3cret", b"place").unwrap();

        fs::write(&path, format!("# new\n{}\n\n# old\n{}\n", line(2), line(1))).unwrap();
        let after = Sealer::from_file(&path).unwrap();
        let new = after.seal(b"s3cret", b"place").unwrap();

        assert_eq!(after.open(&old, b"place").unwrap(), b"s3cret");
        assert!(matches!(before.open(&new, b"place"), Err(SealingError::UnknownKey(_))));
    }

    #[test]
    fn the_file_beside_the_database_is_made_once_and_for_its_owner_only() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("anteroom.db.key");

        let first = Sealer::beside_database(&path, true).unwrap();
        let sealed = first.seal(b"s3cret", b"").unwrap();
        let second = Sealer::beside_database(&path, true).unwrap();

        assert_eq!(second.open(&sealed, b"").unwrap(), b"s3cret");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "the draft is gone");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
    }

    #[test]
    fn whoever_is_slower_takes_the_file_of_the_faster() {
        let (_folder, path) = file_with(&line(1));

        create_privately(&path, &line(2)).unwrap();

        assert_eq!(fs::read_to_string(&path).unwrap(), line(1));
    }

    #[test]
    fn a_missing_file_is_an_error_that_names_it() {
        let error = Sealer::from_file(Path::new("/nowhere/secret.key")).unwrap_err();

        assert!(
            error.to_string().starts_with("secret key file /nowhere/secret.key: "),
            "{error}"
        );
    }

    #[test]
    fn a_line_that_is_no_key_is_named_and_not_shown() {
        let short = STANDARD.encode([1; 16]);
        for text in [format!("# comment\n{short}\n"), "\nhunter2\n".to_owned()] {
            let (_folder, path) = file_with(&text);
            let error = Sealer::from_file(&path).unwrap_err().to_string();
            assert!(error.contains("line 2 is not a key"), "{error}");
            assert!(!error.contains("hunter2") && !error.contains(&short), "{error}");
        }
    }

    #[test]
    fn an_empty_file_is_refused() {
        for text in ["", "\n\n", "# only a comment\n"] {
            let (_folder, path) = file_with(text);
            let error = Sealer::from_file(&path).unwrap_err().to_string();
            assert!(error.contains("has no key"), "{error}");
        }
    }
}
