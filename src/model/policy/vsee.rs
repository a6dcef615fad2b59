//! The part of a realm's policy that is about VSee Clinic: what its documentation leaves open.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Preset, declared::switches};

switches! {
    /// What VSee Clinic does where its documentation leaves a choice.
    VseePolicy {
        /// `POST /users/sso` is answered; otherwise it is refused with 403, as before VSee's support has enabled it.
        sso_enabled: bool = true;
        /// Whether single sign-on needs `X-ApiSecret`: newer samples send it with the key, older ones send the key
        /// alone.
        sso_secret: VseeSecret = VseeSecret::Required;
        /// Appointments have a link that starts them once.
        one_time_links: bool = true;
    }
}

/// Whether single sign-on asks for `X-ApiSecret`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum VseeSecret {
    Required,
    /// One that is sent must still be right.
    Optional,
}
