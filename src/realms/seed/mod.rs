//! Seeds: what an empty realm begins with. A TOML file, the same as JSON in a request, or one that is shipped.
//!
//! Both forms have the same structs, and no member beyond them. Whatever is wrong in itself (a redirect URI with a fragment,
//! a public client with a secret) refuses while it is read, so that an error in a file shows the line. [`loading`] puts a
//! seed into the database.

mod claim_rules;
mod claims;
mod clients;
pub mod loading;
mod scopes;
mod secret;
mod users;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, de::Error as _};
use serde_json::Value;

use super::rate::Rate;
use crate::{
    clock::Clock,
    config::SeedSource,
    model::Policy,
    portals::{mediquo, mypatientportal, vsee},
    web::json_object::check_characters,
};

pub use claim_rules::{SeedClaimRule, check_names as check_rule_names};
pub use clients::SeedClient;
pub use scopes::SeedScope;
pub use secret::{Phc, SeedSecret};
pub use users::{SeedUser, check_claims};

/// What a realm begins with.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Seed {
    /// A shipped seed that this one begins with: its clients and users come first, the rest where this one says nothing.
    based_on: Option<Shipped>,
    pub policy: Option<SeedPolicy>,
    pub clock: Option<SeedClock>,
    pub clients: Vec<SeedClient>,
    pub users: Vec<SeedUser>,
    /// Scopes beside those of the policy.
    pub scopes: Vec<SeedScope>,
    /// Rules that put further claims into tokens and answers.
    pub claims: Vec<SeedClaimRule>,
    /// Practices, and what can be booked there.
    pub mypatientportal: Option<SeedPortal>,
    /// Organizations with their keys, professionals and patients.
    pub mediquo: Option<SeedMediquo>,
    /// Clinics, their rooms and people.
    pub vsee: Option<SeedClinics>,
    /// What the realm's chance is drawn from, so that ids and tokens repeat.
    pub random_seed: Option<RandomSeed>,
    /// The seed as a request says it, so that it can be read again; without it, none.
    #[serde(skip)]
    source: Option<Value>,
}

/// Where a realm's chance begins: 1 to 255 characters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct RandomSeed(pub String);

impl<'de> Deserialize<'de> for RandomSeed {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if (1..=255).contains(&text.chars().count()) {
            Ok(Self(text))
        } else {
            Err(D::Error::custom("random_seed has 1 to 255 characters"))
        }
    }
}

/// A seed that is compiled in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Shipped {
    Demo,
    Walkthrough,
}

/// A policy preset's name, or an object of switches; see [`Policy::read`].
#[derive(Clone, Debug)]
pub struct SeedPolicy(pub Policy);

impl<'de> Deserialize<'de> for SeedPolicy {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        Policy::read(&value).map(Self).map_err(D::Error::custom)
    }
}

/// What stands in the MyPatientPortal of the realm, checked.
#[derive(Clone, Debug)]
pub struct SeedPortal(pub Arc<mypatientportal::seed::Seed>);

impl<'de> Deserialize<'de> for SeedPortal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let seed = mypatientportal::seed::Seed::deserialize(deserializer)?;
        seed.check().map_err(D::Error::custom)?;
        Ok(Self(Arc::new(seed)))
    }
}

/// What stands in the mediQuo of the realm, checked.
#[derive(Clone, Debug)]
pub struct SeedMediquo(pub Arc<mediquo::seed::Seed>);

impl<'de> Deserialize<'de> for SeedMediquo {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let seed = mediquo::seed::Seed::deserialize(deserializer)?;
        seed.check().map_err(D::Error::custom)?;
        Ok(Self(Arc::new(seed)))
    }
}

/// What stands in the VSee Clinic of the realm, checked.
#[derive(Clone, Debug)]
pub struct SeedClinics(pub Arc<vsee::seed::Seed>);

impl<'de> Deserialize<'de> for SeedClinics {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let seed = vsee::seed::Seed::deserialize(deserializer)?;
        seed.check().map_err(D::Error::custom)?;
        Ok(Self(Arc::new(seed)))
    }
}

/// Where a realm's clock begins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct SeedClock {
    /// Without it: the machine's time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub now: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub frozen: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rate: Option<Rate>,
}

impl<'de> Deserialize<'de> for SeedClock {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Default, Deserialize)]
        #[serde(default, deny_unknown_fields, rename = "clock")]
        struct Written {
            now: Option<Timestamp>,
            frozen: Option<bool>,
            rate: Option<Rate>,
        }
        let Written { now, frozen, rate } = Written::deserialize(deserializer)?;
        Rate::speed(rate, frozen).map_err(D::Error::custom)?;
        Ok(Self { now, frozen, rate })
    }
}

impl SeedClock {
    /// The clock of a realm that begins with it.
    pub fn clock(self) -> Clock {
        let clock = match self.now {
            Some(now) => Clock::starting_at(now, true),
            None => Clock::real(),
        };
        let speed = Rate::speed(self.rate, self.frozen).unwrap_or_default();
        let frozen = speed.frozen.unwrap_or(false);
        clock.at_speed(speed.rate.unwrap_or(Clock::REAL_TIME), frozen)
    }
}

impl Seed {
    /// The seed as a request says it: what [`Seed::read_json`] reads this seed from again.
    pub fn source(&self) -> Value {
        self.source.clone().unwrap_or_else(|| "none".into())
    }

    /// The seed a setting or a request names. Files are read anew, shipped seeds once.
    pub fn find(source: &SeedSource) -> Result<Arc<Self>, SeedError> {
        match source {
            SeedSource::Demo => Ok(Shipped::Demo.seed()),
            SeedSource::Walkthrough => Ok(Shipped::Walkthrough.seed()),
            SeedSource::None => Ok(Arc::default()),
            SeedSource::File(path) => Self::read_file(path).map(Arc::new),
        }
    }

    /// A seed file.
    pub fn read_file(path: &Path) -> Result<Self, SeedError> {
        let failed = |reason: String| SeedError::File {
            path: path.to_owned(),
            reason,
        };
        let text = fs::read_to_string(path).map_err(|error| failed(error.to_string()))?;
        Self::parse(&text).map_err(|error| failed(error.to_string().trim_end().to_owned()))
    }

    /// A seed in a request: the name of a shipped one, `none`, or the seed itself.
    pub fn read_json(value: Value) -> Result<Arc<Self>, SeedError> {
        match value {
            Value::String(name) => match SeedSource::from(name) {
                SeedSource::File(name) => Err(SeedError::Unknown(name)), // a request reads no files of ours
                source => Self::find(&source),
            },
            seed @ Value::Object(_) => {
                check_characters(&seed).map_err(SeedError::Inline)?;
                let mut read: Self =
                    serde_json::from_value(seed.clone()).map_err(|error| SeedError::Inline(error.to_string()))?;
                read.source = Some(seed);
                Ok(Arc::new(read.completed()))
            }
            _ => Err(SeedError::Inline(
                "it is demo, walkthrough, none or an object".to_owned(),
            )),
        }
    }

    fn parse(text: &str) -> Result<Self, toml::de::Error> {
        let mut seed: Self = toml::from_str(text)?;
        let source = toml::from_str(text)?;
        check_characters(&source).map_err(toml::de::Error::custom)?;
        seed.source = Some(source);
        Ok(seed.completed())
    }

    /// With what it is based on.
    fn completed(self) -> Self {
        let Some(base) = self.based_on.map(Shipped::seed) else {
            return self;
        };
        Self {
            based_on: None,
            policy: self.policy.or_else(|| base.policy.clone()),
            clock: self.clock.or(base.clock),
            clients: base.clients.iter().cloned().chain(self.clients).collect(),
            users: base.users.iter().cloned().chain(self.users).collect(),
            scopes: base.scopes.iter().cloned().chain(self.scopes).collect(),
            claims: base.claims.iter().cloned().chain(self.claims).collect(),
            mypatientportal: self.mypatientportal.or_else(|| base.mypatientportal.clone()),
            mediquo: self.mediquo.or_else(|| base.mediquo.clone()),
            vsee: self.vsee.or_else(|| base.vsee.clone()),
            random_seed: self.random_seed.or_else(|| base.random_seed.clone()),
            source: self.source,
        }
    }
}

impl Shipped {
    fn seed(self) -> Arc<Seed> {
        use mypatientportal::seed::Seed as Portal;
        static DEMO: LazyLock<Arc<Seed>> =
            LazyLock::new(|| read_shipped("demo", include_str!("demo.toml"), Portal::demo()));
        static WALKTHROUGH: LazyLock<Arc<Seed>> =
            LazyLock::new(|| read_shipped("walkthrough", include_str!("walkthrough.toml"), Portal::walkthrough()));
        match self {
            Self::Demo => DEMO.clone(),
            Self::Walkthrough => WALKTHROUGH.clone(),
        }
    }
}

/// A portal's part is shipped with the portal.
fn read_shipped(name: &str, text: &str, portal: mypatientportal::seed::Seed) -> Arc<Seed> {
    let seed = Seed::parse(text).expect("the shipped seeds are sound, which a test loads them to see");
    Arc::new(Seed {
        mypatientportal: Some(SeedPortal(Arc::new(portal))),
        mediquo: Some(SeedMediquo(Arc::new(mediquo::seed::Seed::demo()))),
        vsee: Some(SeedClinics(Arc::new(vsee::seed::Seed::demo()))),
        source: Some(name.into()),
        ..seed
    })
}

/// Why a seed is not taken.
#[derive(Debug, thiserror::Error)]
pub enum SeedError {
    /// The reason shows the line where there is one.
    #[error("{}: {reason}", path.display())]
    File { path: PathBuf, reason: String },
    #[error("the seed is not sound: {0}")]
    Inline(String),
    #[error("there is no seed {:?}: it is demo, walkthrough, none or an object", .0.display().to_string())]
    Unknown(PathBuf),
    #[error("the seed has {what} {name:?} twice")]
    Twice { what: &'static str, name: String },
    #[error("a rule for claims: {0}")]
    Rule(String),
    #[error("the practice {practice} blocks {username:?}, who is none of the users")]
    UnknownPatient { practice: String, username: String },
    #[error("the realm is not empty, and a seed goes only into an empty one")]
    NotEmpty,
}

#[cfg(test)]
mod tests;
