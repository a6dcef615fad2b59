//! What a realm was made from, kept sealed so that it can be reset.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    error::CreationError,
    seed::{RandomSeed, SeedClock},
};
use crate::{app::App, store};

/// What the sealed origin of a realm is bound to (associated data of the encryption).
const ORIGIN: &[u8] = b"realm origin";

/// What a realm is made from, as the request said it: what a reset goes back to.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Origin {
    /// `demo`, `walkthrough`, `none`, or a seed; without it: demo.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seed: Option<Value>,
    /// A preset's name, or switches that change the seed's policy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clock: Option<SeedClock>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub random_seed: Option<RandomSeed>,
}

impl Origin {
    /// The origin encrypted with the server's sealing key, to be stored with the realm.
    ///
    /// # Errors
    /// When sealing fails.
    pub fn seal(&self, app: &App) -> Result<String, CreationError> {
        let text = serde_json::to_vec(self).map_err(store::Error::broken)?;
        Ok(app.realms.sealer().seal(&text, ORIGIN)?)
    }

    /// Opens what [`Origin::seal`] made.
    ///
    /// # Errors
    /// When it was sealed with another key, or is not an origin.
    pub fn open(app: &App, sealed: &str) -> Result<Self, CreationError> {
        let text = app.realms.sealer().open(sealed, ORIGIN)?;
        Ok(serde_json::from_slice(&text).map_err(|reason| store::Error::column("origin", reason))?)
    }
}
