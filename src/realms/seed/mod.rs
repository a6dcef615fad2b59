//! Seeds: what an empty realm begins with. A TOML file, the same as JSON in a request, or one that is shipped.
//!
//! Both forms have the same structs, and no member beyond them; each portal reads its own part. Whatever is wrong in
//! itself (a redirect URI with a fragment, a public client with a secret) is refused while it is read, so that an error
//! in a file shows the line. [`loading`] writes a seed into the database.

mod claim_rules;
mod claims;
mod clients;
mod document;
mod error;
pub mod loading;
mod members;
mod scopes;
mod secret;
mod users;
mod values;

pub use claim_rules::{SeedClaimRule, check_names as check_rule_names};
pub use clients::SeedClient;
pub use document::Seed;
pub use error::SeedError;
pub use scopes::SeedScope;
pub use secret::{Phc, SeedSecret};
pub use users::{SeedUser, check_claims};
pub use values::{RandomSeed, SeedClock};

#[cfg(test)]
mod tests;
