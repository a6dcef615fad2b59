//! The document a seed is.

use std::{
    fs,
    path::Path,
    sync::{Arc, LazyLock},
};

use serde::{
    Deserialize,
    de::{DeserializeSeed as _, Error as _},
};
use serde_json::Value;

use super::{
    claim_rules::SeedClaimRule,
    clients::SeedClient,
    error::SeedError,
    members::MemberCheck,
    scopes::SeedScope,
    users::SeedUser,
    values::{RandomSeed, SeedClock, SeedPolicy},
};
use crate::{
    config::SeedSource,
    portals::portal::{Portal, SeedPart},
    web::json_object::check_characters,
};

/// What a realm begins with.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Seed {
    /// A shipped seed that this one begins with: its clients and users come first, the rest where this one says
    /// nothing.
    based_on: Option<Shipped>,
    pub policy: Option<SeedPolicy>,
    pub clock: Option<SeedClock>,
    pub clients: Vec<SeedClient>,
    pub users: Vec<SeedUser>,
    /// Scopes beside those of the policy.
    pub scopes: Vec<SeedScope>,
    /// Rules that put further claims into tokens and answers.
    pub claims: Vec<SeedClaimRule>,
    /// What the realm's random numbers are drawn from, so that ids and tokens repeat.
    pub random_seed: Option<RandomSeed>,
    /// What the portals begin with, by the portal's name, in the order of the list of portals.
    #[serde(skip)]
    pub parts: Vec<(&'static str, SeedPart)>,
    /// The seed as a request says it, so that it can be read again; without it, none.
    #[serde(skip)]
    source: Option<Value>,
}

/// A seed that is compiled in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Shipped {
    Demo,
    Walkthrough,
}

impl Seed {
    /// The seed as a request says it: what [`Seed::read_json`] reads this seed from again.
    pub fn source(&self) -> Value {
        self.source.clone().unwrap_or_else(|| "none".into())
    }

    /// The seed a setting or a request names, for a server that emulates `portals`. Files are read anew, shipped seeds
    /// once.
    ///
    /// # Errors
    /// When a file cannot be read, or is not a seed.
    pub fn find(source: &SeedSource, portals: &[&'static Portal]) -> Result<Arc<Self>, SeedError> {
        match source {
            SeedSource::Demo => Ok(Arc::new(Shipped::Demo.seed(portals))),
            SeedSource::Walkthrough => Ok(Arc::new(Shipped::Walkthrough.seed(portals))),
            SeedSource::None => Ok(Arc::default()),
            SeedSource::File(path) => Self::read_file(path, portals).map(Arc::new),
        }
    }

    /// A seed file.
    ///
    /// # Errors
    /// When it cannot be read, or is not a seed.
    pub fn read_file(path: &Path, portals: &[&'static Portal]) -> Result<Self, SeedError> {
        let failed = |reason: String| SeedError::File {
            path: path.to_owned(),
            reason,
        };
        let text = fs::read_to_string(path).map_err(|error| failed(error.to_string()))?;
        Self::parse(&text, portals).map_err(|error| failed(error.to_string().trim_end().to_owned()))
    }

    /// A seed in a request: the name of a shipped one, `none`, or the seed itself.
    ///
    /// # Errors
    /// When it is not a seed.
    pub fn read_json(value: Value, portals: &[&'static Portal]) -> Result<Arc<Self>, SeedError> {
        match value {
            Value::String(name) => match SeedSource::from(name) {
                SeedSource::File(name) => Err(SeedError::Unknown(name)), // a request must not read files of the server
                source => Self::find(&source, portals),
            },
            seed @ Value::Object(_) => Self::read_object(seed, portals)
                .map(Arc::new)
                .map_err(SeedError::Inline),
            _ => Err(SeedError::Inline("use demo, walkthrough, none or an object".to_owned())),
        }
    }

    fn read_object(source: Value, portals: &[&'static Portal]) -> Result<Self, String> {
        check_characters(&source)?;
        let reason = |error: serde_json::Error| error.to_string();
        let names = names(portals);
        MemberCheck { portals: &names }.deserialize(&source).map_err(reason)?;
        let mut seed: Self = serde_json::from_value(source.clone()).map_err(reason)?;
        for portal in portals {
            if let Some(part) = source.get(portal.name).filter(|part| !part.is_null()) {
                seed.parts.push((portal.name, (portal.seed.read_json)(part.clone())?));
            }
        }
        seed.source = Some(source);
        Ok(seed.completed(portals))
    }

    pub(super) fn parse(text: &str, portals: &[&'static Portal]) -> Result<Self, toml::de::Error> {
        let mut seed = Self::parse_alone(text, portals)?;
        for portal in portals {
            if let Some(part) = (portal.seed.read_toml)(text)? {
                seed.parts.push((portal.name, part));
            }
        }
        Ok(seed.completed(portals))
    }

    /// Without the portals' parts and what it is based on.
    fn parse_alone(text: &str, portals: &[&'static Portal]) -> Result<Self, toml::de::Error> {
        let names = names(portals);
        MemberCheck { portals: &names }.deserialize(toml::Deserializer::parse(text)?)?;
        let mut seed: Self = toml::from_str(text)?;
        let source = toml::from_str(text)?;
        check_characters(&source).map_err(toml::de::Error::custom)?;
        seed.source = Some(source);
        Ok(seed)
    }

    /// With what it is based on.
    fn completed(self, portals: &[&'static Portal]) -> Self {
        let Some(mut base) = self.based_on.map(|shipped| shipped.seed(portals)) else {
            return self;
        };
        base.clients.extend(self.clients);
        base.users.extend(self.users);
        base.scopes.extend(self.scopes);
        base.claims.extend(self.claims);
        for (name, part) in self.parts {
            base.parts.retain(|(other, _)| *other != name);
            base.parts.push((name, part));
        }
        let place = |name: &str| portals.iter().position(|portal| portal.name == name);
        base.parts.sort_by_key(|(name, _)| place(name));
        Self {
            based_on: None,
            policy: self.policy.or(base.policy),
            clock: self.clock.or(base.clock),
            random_seed: self.random_seed.or(base.random_seed),
            source: self.source,
            ..base
        }
    }
}

fn names(portals: &[&'static Portal]) -> Vec<&'static str> {
    portals.iter().map(|portal| portal.name).collect()
}

impl Shipped {
    /// A portal's part is shipped with the portal.
    fn seed(self, portals: &[&'static Portal]) -> Seed {
        static DEMO: LazyLock<Seed> = LazyLock::new(|| read_shipped("demo", include_str!("demo.toml")));
        static WALKTHROUGH: LazyLock<Seed> =
            LazyLock::new(|| read_shipped("walkthrough", include_str!("walkthrough.toml")));
        let (seed, part): (&Seed, fn(&Portal) -> SeedPart) = match self {
            Self::Demo => (&DEMO, |portal| (portal.seed.demo)()),
            Self::Walkthrough => (&WALKTHROUGH, |portal| (portal.seed.walkthrough)()),
        };
        Seed {
            parts: portals.iter().map(|portal| (portal.name, part(portal))).collect(),
            ..seed.clone()
        }
    }
}

fn read_shipped(name: &str, text: &str) -> Seed {
    let seed = Seed::parse_alone(text, &[]).map(|seed| seed.completed(&[]));
    Seed {
        source: Some(name.into()),
        ..seed.expect("the shipped seeds are sound, which a test loads them to see")
    }
}
