//! An emulated portal as a value: everything the rest of the server asks of it.

use std::{collections::HashSet, fmt, pin::Pin, sync::Arc};

use axum::{Router, response::Response};
use http::StatusCode;
use jiff::Timestamp;
use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, Error as _},
};
use serde_json::Value;

use crate::{
    app::{App, Realm, agenda::Handler, control_operation::ControlOperation},
    keys::sealing::{Sealer, SealingError},
    model::RealmId,
    random::Random,
    store::{self, Tx, tables::Table},
    web::{csrf::KnownHosts, endpoint::Endpoint},
};

/// An emulated portal. `portals/mod.rs` lists them all.
#[derive(Debug)]
pub struct Portal {
    /// What it is called in seeds, policies and the journal; its endpoints have the same name.
    pub name: &'static str,
    /// Its paths within a realm begin with this.
    pub mount: &'static str,
    /// Its rows in the table of endpoints.
    pub endpoints: &'static [Endpoint],
    pub routes: fn(&App, KnownHosts) -> Router<App>,
    /// Parents before children.
    pub tables: &'static [Table],
    /// Its part of the control API.
    pub control_operations: &'static [ControlOperation],
    /// Who handles the events it puts on a realm's agenda.
    pub event_handlers: &'static [Handler],
    /// How its part of a seed is read.
    pub seed: SeedFormat,
    /// The answer to a request for which a fault was armed, at a path within the realm, in the portal's own error form.
    pub fault_response: fn(&Realm, &str, &PortalFault) -> Response,
}

/// A refusal or failure that no rule of the portal asks for.
#[derive(Clone, Copy, Debug)]
pub struct PortalFault {
    pub status: StatusCode,
    /// Somebody else has taken the slot: what the portal says then, whatever the status.
    pub slot_taken: bool,
    /// For error forms that have a text.
    pub sentence: &'static str,
}

/// How a portal's part of a seed is read.
#[derive(Debug)]
pub struct SeedFormat {
    /// The part in the text of a seed file, where there is one. Errors show the line.
    pub read_toml: fn(&str) -> Result<Option<SeedPart>, toml::de::Error>,
    /// The part as JSON.
    pub read_json: fn(Value) -> Result<SeedPart, String>,
    /// The part of the shipped seed `demo`.
    pub demo: fn() -> SeedPart,
    /// The part of the shipped seed `walkthrough`.
    pub walkthrough: fn() -> SeedPart,
}

/// A portal's part of a seed, checked.
pub type SeedPart = Arc<dyn PortalSeed>;

pub trait PortalSeed: fmt::Debug + Send + Sync {
    /// Draws and seals what has to be, before any transaction.
    ///
    /// # Errors
    /// When something cannot be sealed.
    fn prepare(
        self: Arc<Self>,
        sealer: &Sealer,
        random: &Random,
        now: Timestamp,
    ) -> Result<Arc<dyn PreparedPart>, SealingError>;
}

/// A part ready to be written.
pub trait PreparedPart: fmt::Debug + Send + Sync {
    /// Writes it into a realm in which the portal has no rows yet, in the caller's transaction.
    fn load_in<'a>(&'a self, tx: &'a mut Tx, target: &'a LoadTarget) -> Loading<'a>;
}

/// A part being written.
pub type Loading<'a> = Pin<Box<dyn Future<Output = Result<(), SeedPartError>> + Send + 'a>>;

/// Where a part is written to.
#[derive(Debug)]
pub struct LoadTarget {
    pub realm: RealmId,
    /// The realm's users, as [`User::folded`](crate::model::User::folded) has their names.
    pub usernames: HashSet<String>,
    pub now: Timestamp,
}

/// Why a part was not written.
#[derive(Debug, thiserror::Error)]
pub enum SeedPartError {
    /// The part contradicts the rest of the seed.
    #[error("{0}")]
    Refused(String),
    #[error("the database failed: {0}")]
    Database(#[from] store::Error),
}

/// What a part is before it is checked.
pub trait UncheckedSeed: PortalSeed + DeserializeOwned + 'static {
    /// # Errors
    /// The first thing found that the types do not rule out, for the person who wrote the seed.
    fn check(&self) -> Result<(), String>;
}

/// A part that is checked while it is read, so that an error in a file shows the line.
#[derive(Debug)]
pub struct Checked<T>(T);

impl<'de, T: UncheckedSeed> Deserialize<'de> for Checked<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let seed = T::deserialize(deserializer)?;
        seed.check().map_err(D::Error::custom)?;
        Ok(Self(seed))
    }
}

impl<T: UncheckedSeed> Checked<T> {
    /// Reads a part from JSON.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn read_json(value: Value) -> Result<SeedPart, String> {
        let seed: Self = serde_json::from_value(value).map_err(|error| error.to_string())?;
        Ok(seed.into_part())
    }

    pub fn into_part(self) -> SeedPart {
        Arc::new(self.0)
    }
}
