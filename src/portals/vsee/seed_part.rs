//! This portal's part of a seed, as the rest of the server handles it.

use std::sync::{Arc, LazyLock};

use jiff::Timestamp;
use serde::Deserialize;

use super::{seed::Seed, store::insert_seed};
use crate::{
    keys::sealing::{Sealer, SealingError},
    portals::portal::{Checked, LoadTarget, Loading, PortalSeed, PreparedPart, SeedFormat, SeedPart, UncheckedSeed},
    random::Random,
    store::Tx,
};

pub const FORMAT: SeedFormat = SeedFormat {
    read_toml: |text| {
        let document: Document = toml::from_str(text)?;
        Ok(document.vsee.map(Checked::into_part))
    },
    read_json: Checked::<Seed>::read_json,
    demo,
    walkthrough: demo,
};

fn demo() -> SeedPart {
    static DEMO: LazyLock<SeedPart> = LazyLock::new(|| Arc::new(Seed::demo()));
    DEMO.clone()
}

/// A seed file; its other members are read elsewhere.
#[derive(Deserialize)]
struct Document {
    vsee: Option<Checked<Seed>>,
}

impl UncheckedSeed for Seed {
    fn check(&self) -> Result<(), String> {
        Self::check(self)
    }
}

impl PortalSeed for Seed {
    fn prepare(self: Arc<Self>, _: &Sealer, _: &Random, _: Timestamp) -> Result<Arc<dyn PreparedPart>, SealingError> {
        Ok(self)
    }
}

impl PreparedPart for Seed {
    fn load_in<'a>(&'a self, tx: &'a mut Tx, target: &'a LoadTarget) -> Loading<'a> {
        Box::pin(async move { Ok(insert_seed(tx, target.realm, self, target.now).await?) })
    }
}
