//! Numbers that a switch takes, checked where they are read.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

/// A number of at least one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub struct AtLeastOne(u32);

impl AtLeastOne {
    /// # Panics
    /// At compile time, for zero.
    pub const fn new(number: u32) -> Self {
        assert!(number > 0, "at least one");
        Self(number)
    }

    pub const fn get(self) -> u32 {
        self.0
    }
}

impl TryFrom<u32> for AtLeastOne {
    type Error = &'static str;

    fn try_from(number: u32) -> Result<Self, Self::Error> {
        if number == 0 {
            return Err("must be at least 1");
        }
        Ok(Self(number))
    }
}

impl From<AtLeastOne> for u32 {
    fn from(number: AtLeastOne) -> Self {
        number.0
    }
}

impl From<AtLeastOne> for i64 {
    fn from(number: AtLeastOne) -> Self {
        number.0.into()
    }
}

impl JsonSchema for AtLeastOne {
    fn schema_name() -> Cow<'static, str> {
        "AtLeastOne".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "integer", "minimum": 1, "maximum": u32::MAX})
    }
}

/// An HTTP status: one of two.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u16", into = "u16")]
pub struct OneOf<const A: u16, const B: u16>(u16);

impl<const A: u16, const B: u16> OneOf<A, B> {
    pub const FIRST: Self = Self(A);
    pub const SECOND: Self = Self(B);

    pub const fn get(self) -> u16 {
        self.0
    }
}

impl<const A: u16, const B: u16> TryFrom<u16> for OneOf<A, B> {
    type Error = String;

    fn try_from(number: u16) -> Result<Self, Self::Error> {
        if number != A && number != B {
            return Err(format!("must be {A} or {B}"));
        }
        Ok(Self(number))
    }
}

impl<const A: u16, const B: u16> From<OneOf<A, B>> for u16 {
    fn from(number: OneOf<A, B>) -> Self {
        number.0
    }
}

impl<const A: u16, const B: u16> JsonSchema for OneOf<A, B> {
    fn schema_name() -> Cow<'static, str> {
        format!("OneOf{A}And{B}").into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "integer", "enum": [A, B]})
    }
}
