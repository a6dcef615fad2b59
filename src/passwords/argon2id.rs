//! Holding a password against a PHC string, in memory that goes back to the system.
//!
//! A hash works in 19 MiB. Blocks of that size the system's allocator keeps, once for every thread that
//! ever hashed, and hashing moves about the blocking pool: after twenty sign-ins the process would hold
//! 250 MiB. An allocation beyond 32 MiB is always mapped and unmapped by itself, so more is reserved than
//! is touched; what is not touched costs nothing.

use argon2::password_hash::{self, phc::PasswordHash};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use aws_lc_rs::constant_time::verify_slices_are_equal;

/// Blocks of 1 KiB whose allocation is above the largest threshold below which glibc keeps what is freed.
const ALWAYS_MAPPED: usize = 33 * 1024;

/// Whether `password` fits `stored`.
///
/// # Errors
/// When `stored` is no complete Argon2 hash.
pub fn fits(password: &[u8], stored: &PasswordHash) -> password_hash::Result<bool> {
    let (Some(salt), Some(expected)) = (&stored.salt, &stored.hash) else {
        return Err(password_hash::Error::PasswordInvalid);
    };
    let algorithm = Algorithm::try_from(stored.algorithm.as_str())?;
    let version = stored.version.map(Version::try_from).transpose()?.unwrap_or_default();
    let params = Params::try_from(stored)?;

    let needed = params.block_count();
    let mut memory = Vec::with_capacity(needed.max(ALWAYS_MAPPED));
    memory.resize(needed, Block::new());
    let mut computed = vec![0; expected.as_ref().len()];
    Argon2::new(algorithm, version, params).hash_password_into_with_memory(
        password,
        salt,
        &mut computed,
        memory.as_mut_slice(),
    )?;
    Ok(verify_slices_are_equal(&computed, expected.as_ref()).is_ok())
}
