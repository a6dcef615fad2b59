//! Users: as a sign-in answers, and their profile.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value};

use super::text_numbers::Id;
use crate::portals::vsee::model::{Gender, User, hexadecimal};

/// `status` of an active user.
pub const ACTIVE: i64 = 20;
/// `status` of an inactive user: inferred.
const INACTIVE: i64 = 10;
/// The time zone in every profile: users have none of their own.
const ZONE: &str = "America/Los_Angeles";

/// The members of a user in every answer.
#[derive(Serialize, JsonSchema)]
struct Person {
    id: Id,
    #[schemars(extend("pattern" = "^[0-9a-f]{32}$"))]
    code: String,
    first_name: String,
    last_name: String,
    username: String,
    vseeid: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("format" = "date"))]
    dob: Option<String>,
    active: bool,
    tos: bool,
    subtype: String,
}

impl From<&User> for Person {
    fn from(user: &User) -> Self {
        Self {
            id: user.id.into(),
            code: user.code.clone(),
            first_name: user.first_name.clone(),
            last_name: user.last_name.clone(),
            username: user.username.clone(),
            vseeid: user.vsee_id(),
            dob: user.details.dob.clone(),
            active: user.active,
            tos: false,
            subtype: user.subtype.clone(),
        }
    }
}

/// A user who was signed in, with a new token.
#[derive(Serialize, JsonSchema)]
pub struct SignedOn {
    #[serde(flatten)]
    person: Person,
    token: NewTokenView,
    /// Only with `fields=vsee`.
    #[serde(skip_serializing_if = "Option::is_none")]
    vsee: Option<VseeLogin>,
}

impl SignedOn {
    pub fn new(user: &User, token: NewTokenView, vsee: Option<VseeLogin>) -> Self {
        Self {
            person: user.into(),
            token,
            vsee,
        }
    }
}

#[derive(Serialize, JsonSchema)]
pub struct NewTokenView {
    pub user_id: Id,
    #[schemars(extend("pattern" = "^[0-9a-f]{32}$"))]
    pub token: String,
    /// Unix seconds.
    pub expiry: i64,
    pub refresh_token: RefreshTokenView,
}

#[derive(Serialize, JsonSchema)]
pub struct RefreshTokenView {
    pub user_id: Id,
    #[schemars(extend("pattern" = "^[0-9a-f]{32}$"))]
    pub token: String,
    /// Unix seconds.
    pub expiry: i64,
    /// Unix seconds.
    pub created: i64,
}

/// The VSee id of a user, and a token.
#[derive(Serialize, JsonSchema)]
pub struct VseeLogin {
    id: String,
    #[schemars(extend("pattern" = "^[0-9a-f]{32}$"))]
    token: String,
}

impl VseeLogin {
    pub fn new(user: &User, token: [u8; 16]) -> Self {
        Self {
            id: user.vsee_id(),
            token: hexadecimal(&token),
        }
    }
}

#[derive(Serialize, JsonSchema)]
pub struct Profile {
    #[serde(flatten)]
    person: Person,
    full_name: String,
    #[serde(rename = "type")]
    kind: Id,
    email: Option<String>,
    gender: Option<i64>,
    street_addr: Option<String>,
    city: Option<String>,
    state: Option<String>,
    zip: Option<String>,
    phone: Option<String>,
    /// 20 is active.
    status: i64,
    timezone: &'static str,
    email_verified: bool,
    signup_step: i64,
    extra: Map<String, Value>,
}

impl From<&User> for Profile {
    fn from(user: &User) -> Self {
        let details = user.details.clone();
        Self {
            person: user.into(),
            full_name: user.full_name(),
            kind: user.kind.number().into(),
            email: details.email,
            gender: details.gender.map(Gender::number),
            street_addr: details.street_addr,
            city: details.city,
            state: details.state,
            zip: details.zip,
            phone: details.phone,
            status: if user.active { ACTIVE } else { INACTIVE },
            timezone: ZONE,
            email_verified: false,
            signup_step: 0,
            extra: Map::new(),
        }
    }
}

/// A user in a list.
#[derive(Serialize, JsonSchema)]
pub struct UserInList {
    id: Id,
    email: Option<String>,
    full_name: String,
    /// The members of the profile that `fields` names.
    #[serde(flatten)]
    more: Map<String, Value>,
}

impl UserInList {
    /// # Errors
    /// Never for our structures.
    pub fn new(user: &User, fields: &[&str]) -> serde_json::Result<Self> {
        let always = ["id", "email", "full_name"];
        let mut more = Map::new();
        if let Value::Object(profile) = serde_json::to_value(Profile::from(user))? {
            more = profile;
            more.retain(|name, _| fields.contains(&name.as_str()) && !always.contains(&name.as_str()));
        }
        Ok(Self {
            id: user.id.into(),
            email: user.details.email.clone(),
            full_name: user.full_name(),
            more,
        })
    }
}
