//! This portal's part of a seed, as the rest of the server handles it.

use std::sync::{Arc, LazyLock};

use jiff::Timestamp;
use serde::Deserialize;

use super::{seed::Seed, seeding::PreparedOrganizations};
use crate::{
    keys::sealing::{Sealer, SealingError},
    portals::portal::{Checked, LoadTarget, Loading, PortalSeed, PreparedPart, SeedFormat, SeedPart, UncheckedSeed},
    random::Random,
    store::Tx,
};

pub const FORMAT: SeedFormat = SeedFormat {
    read_toml: |text| {
        let document: Document = toml::from_str(text)?;
        Ok(document.mediquo.map(Checked::into_part))
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
    mediquo: Option<Checked<Seed>>,
}

impl UncheckedSeed for Seed {
    fn check(&self) -> Result<(), String> {
        Self::check(self)
    }
}

impl PortalSeed for Seed {
    fn prepare(
        self: Arc<Self>,
        sealer: &Sealer,
        random: &Random,
        now: Timestamp,
    ) -> Result<Arc<dyn PreparedPart>, SealingError> {
        Ok(Arc::new(PreparedOrganizations::new(self, sealer, random, now)?))
    }
}

impl PreparedPart for PreparedOrganizations {
    fn load_in<'a>(&'a self, tx: &'a mut Tx, target: &'a LoadTarget) -> Loading<'a> {
        Box::pin(async move { Ok(self.load(tx, target.realm, target.now).await?) })
    }
}
