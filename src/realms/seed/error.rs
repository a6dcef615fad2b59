//! Why a seed is refused.

use std::path::PathBuf;

/// Why a seed is refused.
#[derive(Debug, thiserror::Error)]
pub enum SeedError {
    /// The reason shows the line where there is one.
    #[error("{}: {reason}", path.display())]
    File { path: PathBuf, reason: String },
    #[error("invalid seed: {0}")]
    Inline(String),
    #[error("there is no seed {:?}: use demo, walkthrough, none or an object", .0.display().to_string())]
    Unknown(PathBuf),
    #[error("the seed has {what} {name:?} twice")]
    Twice { what: &'static str, name: String },
    #[error(
        "the users \"{0}\" and \"{1}\" have the same name: neither case nor the composition of characters counts (RFC 8265)"
    )]
    SameName(String, String),
    #[error("a rule for claims: {0}")]
    Rule(String),
    /// A portal's part contradicts the rest.
    #[error("the part of {portal}: {reason}")]
    Portal { portal: &'static str, reason: String },
    #[error("the realm is not empty, and a seed can only be loaded into an empty one")]
    NotEmpty,
}
