//! This portal's part of a seed, as the rest of the server handles it.

use std::sync::{Arc, LazyLock};

use jiff::Timestamp;
use serde::Deserialize;

use super::{seed::Seed, store::insert_seed};
use crate::{
    keys::sealing::{Sealer, SealingError},
    model::User,
    portals::portal::{
        Checked, LoadTarget, Loading, PortalSeed, PreparedPart, SeedFormat, SeedPart, SeedPartError, UncheckedSeed,
    },
    random::Random,
    store::Tx,
};

pub const FORMAT: SeedFormat = SeedFormat {
    read_toml: |text| {
        let document: Document = toml::from_str(text)?;
        Ok(document.mypatientportal.map(Checked::into_part))
    },
    read_json: Checked::<Seed>::read_json,
    demo: || {
        static DEMO: LazyLock<SeedPart> = LazyLock::new(|| Arc::new(Seed::demo()));
        DEMO.clone()
    },
    walkthrough: || {
        static WALKTHROUGH: LazyLock<SeedPart> = LazyLock::new(|| Arc::new(Seed::walkthrough()));
        WALKTHROUGH.clone()
    },
};

/// A seed file; its other members are read elsewhere.
#[derive(Deserialize)]
struct Document {
    mypatientportal: Option<Checked<Seed>>,
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
        Box::pin(async move {
            check_blocked_patients(self, target)?;
            Ok(insert_seed(tx, target.realm, self).await?)
        })
    }
}

/// Patients are users of the realm, which has no others than the seed's.
fn check_blocked_patients(seed: &Seed, target: &LoadTarget) -> Result<(), SeedPartError> {
    for practice in &seed.practices {
        let mut blocked = practice.blocked_patients.iter();
        if let Some(username) = blocked.find(|username| !target.usernames.contains(&User::folded(username))) {
            return Err(SeedPartError::Refused(format!(
                "the practice {} blocks the patient {username:?}, and the seed has no user of that name",
                practice.id
            )));
        }
    }
    Ok(())
}
