//! Hashing a password and comparing one with a PHC string, in memory that goes back to the system.
//!
//! A hash works in 19 MiB. The system's allocator keeps freed blocks of that size, once for every thread that ever
//! hashed, and hashing moves about the blocking pool: after twenty sign-ins the process would hold 250 MiB. An
//! allocation beyond 32 MiB is always mapped and unmapped by itself, so more is reserved than is touched; what is not
//! touched costs nothing.

use argon2::{
    Algorithm, Argon2, Block, Params, Version,
    password_hash::{
        self,
        phc::{Output, ParamsString, PasswordHash, Salt},
    },
};
use aws_lc_rs::constant_time::verify_slices_are_equal;

/// Blocks of 1 KiB whose allocation is above the largest threshold below which glibc keeps what is freed.
const ALWAYS_MAPPED: usize = 33 * 1024;

/// The PHC string of `password`: Argon2id with the default costs, which RFC 9106 and OWASP name.
///
/// # Errors
/// When the salt is too short or too long.
pub fn hash(password: &[u8], salt: &[u8]) -> password_hash::Result<String> {
    let (algorithm, version, params) = (Algorithm::Argon2id, Version::default(), Params::default());
    let mut output = [0; Params::DEFAULT_OUTPUT_LEN];
    compute(
        Argon2::new(algorithm, version, params.clone()),
        password,
        salt,
        &mut output,
    )?;
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
pub fn fits(password: &[u8], stored: &PasswordHash) -> password_hash::Result<bool> {
    let (Some(salt), Some(expected)) = (&stored.salt, &stored.hash) else {
        return Err(password_hash::Error::PasswordInvalid);
    };
    let algorithm = Algorithm::try_from(stored.algorithm.as_str())?;
    let version = stored.version.map(Version::try_from).transpose()?.unwrap_or_default();
    let params = Params::try_from(stored)?;
    let mut computed = vec![0; expected.as_ref().len()];
    compute(Argon2::new(algorithm, version, params), password, salt, &mut computed)?;
    Ok(verify_slices_are_equal(&computed, expected.as_ref()).is_ok())
}

fn compute(argon2: Argon2<'_>, password: &[u8], salt: &[u8], output: &mut [u8]) -> password_hash::Result<()> {
    let needed = argon2.params().block_count();
    let mut memory = Vec::with_capacity(needed.max(ALWAYS_MAPPED));
    memory.resize(needed, Block::new());
    argon2.hash_password_into_with_memory(password, salt, output, memory.as_mut_slice())?;
    Ok(())
}
