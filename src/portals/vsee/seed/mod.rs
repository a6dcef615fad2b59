//! This portal's part of a seed: clinics with their rooms, users and webhook endpoints.
//!
//! The same in TOML and JSON; a misspelled member is an error. [`Seed::check`] finds what types cannot. A seed that
//! passes it can be written.

mod checks;
#[cfg(test)]
mod tests;

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::model::{Gender, RoomSettings, WebhookVersion};
use crate::schedule::hours::{Closed, Hours};

/// The initial data of the portal.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Seed {
    pub accounts: Vec<Account>,
    /// The number of the next new user; likewise for rooms and visits.
    pub next_user_id: i64,
    pub next_room_id: i64,
    pub next_visit_id: i64,
}

impl Default for Seed {
    /// The numbers are those of the documented samples.
    fn default() -> Self {
        Self {
            accounts: Vec::new(),
            next_user_id: 10008,
            next_room_id: 172,
            next_visit_id: 67258,
        }
    }
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Account {
    pub code: String,
    pub id: i64,
    pub domain: String,
    pub name: String,
    pub portal_title: String,
    /// Two-letter state → name.
    #[serde(default)]
    pub states: Map<String, Value>,
    pub api_key: String,
    pub api_secret: String,
    #[serde(default)]
    pub admins: Vec<Admin>,
    #[serde(default)]
    pub members: Vec<Member>,
    #[serde(default)]
    pub providers: Vec<Provider>,
    #[serde(default)]
    pub rooms: Vec<Room>,
    #[serde(default)]
    pub webhook_endpoints: Vec<WebhookEndpoint>,
}

/// An admin, with a token that does not expire.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Admin {
    #[serde(flatten)]
    pub person: Person,
    pub token: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Member {
    #[serde(flatten)]
    pub person: Person,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Provider {
    #[serde(flatten)]
    pub person: Person,
    #[serde(default)]
    pub subtype: String,
    #[serde(default)]
    pub title: String,
    #[serde(default)]
    pub suffix: String,
    #[serde(default)]
    pub short_bio: String,
    /// In the time zone of the room. Without any, no time can be booked.
    #[serde(default)]
    pub openings: Vec<Hours>,
    #[serde(default)]
    pub closures: Vec<Closed>,
    #[serde(default)]
    pub lead_time_minutes: i64,
    #[serde(default = "sixty_days")]
    pub horizon_days: i64,
}

fn sixty_days() -> i64 {
    60
}

/// The members of every user. `code` is the one that the clinic's system uses for single sign-on.
#[derive(Clone, Debug, Deserialize)]
pub struct Person {
    pub id: i64,
    pub code: String,
    pub first_name: String,
    pub last_name: String,
    pub username: String,
    /// Argon2id in PHC form, so that loading hashes nothing. Without it, only single sign-on is possible.
    #[serde(default)]
    pub password_hash: Option<String>,
    #[serde(default)]
    pub email: Option<String>,
    #[serde(default)]
    pub dob: Option<String>,
    #[serde(default)]
    pub gender: Option<Gender>,
    #[serde(default)]
    pub phone: Option<String>,
    #[serde(default = "yes")]
    pub active: bool,
}

fn yes() -> bool {
    true
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Room {
    pub id: i64,
    pub code: String,
    pub slug: String,
    pub name: String,
    /// Default: the clinic's.
    #[serde(default)]
    pub domain: Option<String>,
    /// The ids of its providers.
    #[serde(default)]
    pub providers: Vec<i64>,
    /// Default: when the seed was loaded.
    #[serde(default)]
    pub created: Option<Timestamp>,
    #[serde(default)]
    pub settings: RoomSettings,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WebhookEndpoint {
    pub url: String,
    pub version: WebhookVersion,
    /// Default: all.
    #[serde(default)]
    pub events: Option<Vec<String>>,
}

impl Seed {
    /// The seed of a new server.
    pub fn demo() -> Self {
        toml::from_str(include_str!("../demo.toml")).expect("a test checks that the demo can be read")
    }
}
