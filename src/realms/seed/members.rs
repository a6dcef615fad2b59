//! Refuses what is no member of a seed: neither one of its own nor the part of a portal that this server emulates.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, Visitor};

/// The members of a seed that are not a portal's.
const MEMBERS: [&str; 8] = [
    "based_on",
    "policy",
    "clock",
    "clients",
    "users",
    "scopes",
    "claims",
    "random_seed",
];

/// Reads the names of a seed's members and skips their values. Errors have the place of the name.
#[derive(Clone, Copy)]
pub struct MemberCheck<'a> {
    /// The names of the portals.
    pub portals: &'a [&'static str],
}

impl<'de> DeserializeSeed<'de> for MemberCheck<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for MemberCheck<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a seed")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while map.next_key_seed(NameCheck(self))?.is_some() {
            map.next_value::<IgnoredAny>()?;
        }
        Ok(())
    }
}

struct NameCheck<'a>(MemberCheck<'a>);

impl<'de> DeserializeSeed<'de> for NameCheck<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for NameCheck<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the name of a member")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<(), E> {
        let portals = self.0.portals;
        if MEMBERS.contains(&name) || portals.contains(&name) {
            return Ok(());
        }
        let own = MEMBERS.join(", ");
        Err(E::custom(match portals {
            [] => format!("unknown field `{name}`: a seed has {own}, and this server emulates no portal"),
            _ => format!(
                "unknown field `{name}`: a seed has {own} and the parts of the portals that this server emulates, {}",
                portals.join(", ")
            ),
        }))
    }
}
