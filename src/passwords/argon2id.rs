//! Hashing a password and comparing one with a PHC string, in memory that is used again and soon given back.
//!
//! A hash works in 19 MiB. Allocators keep freed blocks of that size, once for every thread that ever hashed, and
//! hashing moves about the blocking pool: after twenty sign-ins the process would hold 250 MiB. So the memory of one
//! hash is kept for the next, and given back when none has come for a while.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use argon2::{
    Algorithm, Argon2, Block, Params, Version,
    password_hash::{
        self,
        phc::{Output, ParamsString, PasswordHash, Salt},
    },
};
use aws_lc_rs::constant_time::verify_slices_are_equal;
use parking_lot::Mutex;

/// How long memory is kept for the next hash.
pub const KEPT: Duration = Duration::from_secs(5);

/// The memory that hashes work in: as many pieces as hashes run at once.
#[derive(Default)]
pub struct Memory {
    idle: Mutex<Vec<Vec<Block>>>,
    /// How many hashes have begun.
    begun: AtomicU64,
}

impl Memory {
    /// How many hashes have begun so far: what [`give_back`](Self::give_back) compares with.
    pub fn begun(&self) -> u64 {
        self.begun.load(Ordering::Relaxed)
    }

    /// Gives the memory back to the system, if no hash has begun since there were `begun`.
    pub fn give_back(&self, begun: u64) {
        let mut idle = self.idle.lock();
        if self.begun() == begun {
            *idle = Vec::new();
        }
    }

    #[cfg(test)]
    pub fn holds_some(&self) -> bool {
        !self.idle.lock().is_empty()
    }

    fn take(&self, blocks: usize) -> Vec<Block> {
        self.begun.fetch_add(1, Ordering::Relaxed);
        let mut memory = self.idle.lock().pop().unwrap_or_default();
        memory.resize(blocks, Block::new());
        memory
    }

    fn put(&self, memory: Vec<Block>) {
        self.idle.lock().push(memory);
    }
}

/// The PHC string of `password`: Argon2id with the default costs, which RFC 9106 and OWASP name.
///
/// # Errors
/// When the salt is too short or too long.
pub fn hash(memory: &Memory, password: &[u8], salt: &[u8]) -> password_hash::Result<String> {
    let (algorithm, version, params) = (Algorithm::Argon2id, Version::default(), Params::default());
    let mut output = [0; Params::DEFAULT_OUTPUT_LEN];
    let argon2 = Argon2::new(algorithm, version, params.clone());
    compute(memory, argon2, password, salt, &mut output)?;
    let hash = PasswordHash {
        algorithm: algorithm.ident(),
        version: Some(version.into()),
        params: ParamsString::try_from(&params)?,
        salt: Some(Salt::new(salt)?),
        hash: Some(Output::new(&output)?),
    };
    Ok(hash.to_string())
}

/// Whether `password` fits `stored`.
///
/// # Errors
/// When `stored` is no complete Argon2 hash.
pub fn fits(memory: &Memory, password: &[u8], stored: &PasswordHash) -> password_hash::Result<bool> {
    let (Some(salt), Some(expected)) = (&stored.salt, &stored.hash) else {
        return Err(password_hash::Error::PasswordInvalid);
    };
    let algorithm = Algorithm::try_from(stored.algorithm.as_str())?;
    let version = stored.version.map(Version::try_from).transpose()?.unwrap_or_default();
    let params = Params::try_from(stored)?;
    let mut computed = vec![0; expected.as_ref().len()];
    let argon2 = Argon2::new(algorithm, version, params);
    compute(memory, argon2, password, salt, &mut computed)?;
    Ok(verify_slices_are_equal(&computed, expected.as_ref()).is_ok())
}

fn compute(
    memory: &Memory,
    argon2: Argon2<'_>,
    password: &[u8],
    salt: &[u8],
    output: &mut [u8],
) -> password_hash::Result<()> {
    let mut blocks = memory.take(argon2.params().block_count());
    let outcome = argon2.hash_password_into_with_memory(password, salt, output, blocks.as_mut_slice());
    memory.put(blocks);
    Ok(outcome?)
}
