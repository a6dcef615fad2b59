//! This portal's part of a seed: clinics with their rooms, their people and where they want to be told of things.
//!
//! The same in TOML and JSON; a misspelled member is an error. [`Seed::check`] finds what types cannot:
//! names that lead nowhere, hours that are never open. What passes it can be written.

use std::collections::HashSet;

use jiff::{Timestamp, tz::TimeZone};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::model::{Gender, RoomSettings, WebhookVersion, check_endpoint, is_code};
use crate::{
    passwords::check_phc,
    schedule::{
        SlotLength,
        hours::{Closed, Hours},
    },
};

/// What the portal of a realm begins with.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Seed {
    pub accounts: Vec<Account>,
    /// The numbers the next ones get.
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

/// Somebody with an admin token, as it is made by hand in the clinic's API app. It does not expire.
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
    /// On the wall clock of the room they are asked for. None: nothing can be booked.
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

/// What everybody has. `code` is what SSO calls them by.
#[derive(Clone, Debug, Deserialize)]
pub struct Person {
    pub id: i64,
    pub code: String,
    pub first_name: String,
    pub last_name: String,
    pub username: String,
    /// Argon2id in PHC form, so that loading hashes nothing. Without it: signs in from outside only.
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
    /// Without it: the clinic's.
    #[serde(default)]
    pub domain: Option<String>,
    /// Numbers of the clinic's providers.
    #[serde(default)]
    pub providers: Vec<i64>,
    /// Without it: when the seed was loaded.
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
    /// Without it: all.
    #[serde(default)]
    pub events: Option<Vec<String>>,
}

/// How far ahead anybody may be booked.
const MOST_DAYS: i64 = 732;

impl Seed {
    /// What a fresh start shows.
    pub fn demo() -> Self {
        toml::from_str(include_str!("demo.toml")).expect("the demo is sound, which a test reads it to see")
    }

    /// What is wrong with it, in words for the person who wrote it.
    ///
    /// # Errors
    /// The first thing found.
    pub fn check(&self) -> Result<(), String> {
        let numbers = [self.next_user_id, self.next_room_id, self.next_visit_id];
        check(numbers.iter().all(|number| *number > 0), || {
            "next_user_id, next_room_id and next_visit_id are positive".to_owned()
        })?;
        unique("accounts", self.accounts.iter().map(|account| &account.code))?;
        unique("api_key", self.accounts.iter().map(|account| &account.api_key))?;
        let people = || self.accounts.iter().flat_map(Account::people);
        unique("ids of people", people().map(|person| person.id))?;
        let rooms = || self.accounts.iter().flat_map(|account| &account.rooms);
        unique("ids of rooms", rooms().map(|room| room.id))?;
        let tokens = self.accounts.iter().flat_map(|account| &account.admins);
        unique("tokens", tokens.map(|admin| &admin.token))?;
        let slugs = self.accounts.iter().flat_map(|account| {
            let rooms = account.rooms.iter();
            rooms.map(|room| (room.domain.as_deref().unwrap_or(&account.domain), room.slug.as_str()))
        });
        unique("slugs of a domain", slugs)?;
        self.accounts.iter().try_for_each(Account::check)
    }
}

impl Account {
    fn people(&self) -> impl Iterator<Item = &Person> {
        let admins = self.admins.iter().map(|admin| &admin.person);
        let members = self.members.iter().map(|member| &member.person);
        let providers = self.providers.iter().map(|provider| &provider.person);
        admins.chain(members).chain(providers)
    }

    fn check(&self) -> Result<(), String> {
        let code = &self.code;
        check(is_code(code), || {
            format!("account {code:?}: a code is 1 to 64 small letters, digits, - and _")
        })?;
        check(!self.api_key.is_empty() && !self.api_secret.is_empty(), || {
            format!("account {code}: api_key and api_secret are not empty")
        })?;
        unique("codes of rooms", self.rooms.iter().map(|room| &room.code))?;
        for codes in [
            self.members.iter().map(|one| &one.person.code).collect::<Vec<_>>(),
            self.providers.iter().map(|one| &one.person.code).collect(),
            self.admins.iter().map(|one| &one.person.code).collect(),
        ] {
            unique("codes of people", codes)?;
        }
        self.people().try_for_each(Person::check)?;
        for admin in &self.admins {
            check(!admin.token.is_empty(), || {
                format!("admin {}: the token is not empty", admin.person.id)
            })?;
        }
        self.providers.iter().try_for_each(Provider::check)?;
        let providers: HashSet<_> = self.providers.iter().map(|provider| provider.person.id).collect();
        self.rooms.iter().try_for_each(|room| room.check(&providers))?;
        for endpoint in &self.webhook_endpoints {
            check_endpoint(&endpoint.url, endpoint.events.as_deref())?;
        }
        Ok(())
    }
}

impl Person {
    fn check(&self) -> Result<(), String> {
        check(self.id > 0, || format!("person {}: ids are positive", self.id))?;
        let code = (1..=128).contains(&self.code.chars().count());
        check(code, || format!("person {}: a code has 1 to 128 characters", self.id))?;
        let hash = self.password_hash.as_deref();
        check(hash.is_none_or(|hash| check_phc(hash).is_ok()), || {
            format!("person {}: password_hash is Argon2id in PHC form", self.id)
        })
    }
}

impl Provider {
    fn check(&self) -> Result<(), String> {
        let id = self.person.id;
        for hours in &self.openings {
            check(hours.ever_open(), || {
                format!("provider {id}: {} to {} is never open", hours.opens, hours.closes)
            })?;
        }
        for closed in &self.closures {
            check(closed.closes_something(), || {
                format!("provider {id}: a closure ends before it begins")
            })?;
        }
        check(self.openings.len() <= 100 && self.closures.len() <= 1000, || {
            format!("provider {id}: more than 100 openings or 1000 closures")
        })?;
        check((0..=MOST_DAYS).contains(&self.horizon_days), || {
            format!("provider {id}: horizon_days is 0 to {MOST_DAYS}")
        })?;
        check((0..=MOST_DAYS * 1440).contains(&self.lead_time_minutes), || {
            format!("provider {id}: lead_time_minutes is 0 to {}", MOST_DAYS * 1440)
        })
    }
}

impl Room {
    fn check(&self, providers: &HashSet<i64>) -> Result<(), String> {
        let code = &self.code;
        check(self.id > 0, || format!("room {code:?}: ids are positive"))?;
        for name in [code, &self.slug] {
            check(is_code(name), || {
                format!("room {name:?}: codes and slugs are 1 to 64 small letters, digits, - and _")
            })?;
        }
        let zone = &self.settings.default_timezone;
        check(TimeZone::get(zone).is_ok(), || {
            format!("room {code}: there is no time zone {zone:?}")
        })?;
        let stranger = self.providers.iter().find(|id| !providers.contains(id));
        check(stranger.is_none(), || {
            format!("room {code}: the clinic has no provider {}", stranger.unwrap_or(&0))
        })?;
        unique("providers of a room", &self.providers)?;
        let consultations = &self.settings.consultations;
        unique("ids of consultations", consultations.iter().map(|one| &one.id))?;
        for consultation in consultations {
            let sound = SlotLength::from_minutes(consultation.duration).is_some() && consultation.amount >= 0;
            check(sound, || {
                format!("room {code}: a consultation lasts 1 to 1440 minutes and costs nothing or something")
            })?;
        }
        Ok(())
    }
}

fn check(sound: bool, problem: impl FnOnce() -> String) -> Result<(), String> {
    if sound { Ok(()) } else { Err(problem()) }
}

fn unique<T: Eq + std::hash::Hash + std::fmt::Debug>(
    what: &str,
    names: impl IntoIterator<Item = T>,
) -> Result<(), String> {
    let mut seen = HashSet::new();
    for name in names {
        check(!seen.contains(&name), || format!("{what}: {name:?} stands twice"))?;
        seen.insert(name);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_demo_is_sound_and_has_what_the_documented_flows_need() {
        let demo = Seed::demo();

        assert_eq!(demo.check(), Ok(()));
        let clinic = &demo.accounts[0];
        assert_eq!(
            (
                clinic.code.as_str(),
                clinic.api_key.as_str(),
                clinic.api_secret.as_str()
            ),
            ("vclinic", "k", "s")
        );
        assert!(clinic.rooms.iter().any(|room| room.code == "clinic"));
        assert!(clinic.providers.iter().any(|provider| provider.person.id == 181_883));
    }

    fn minimal() -> Value {
        let person = |id| json!({"id": id, "code": "c", "first_name": "F", "last_name": "L", "username": "u"});
        let mut admin = person(1);
        admin["token"] = json!("t");
        let mut provider = person(2);
        provider["openings"] = json!([{"days": ["monday"], "opens": "09:00", "closes": "17:00"}]);
        provider["closures"] = json!([{"first": "2025-01-01", "last": "2025-01-01"}]);
        json!({"accounts": [{
            "code": "a", "id": 1, "domain": "a.vsee.me", "name": "A", "portal_title": "A",
            "api_key": "k", "api_secret": "s",
            "admins": [admin], "members": [person(3)], "providers": [provider],
            "rooms": [{
                "id": 1, "code": "r", "slug": "r", "name": "R", "providers": [2],
                "settings": {"consultations": [{"id": "c", "description": "C", "duration": 15}]},
            }],
            "webhook_endpoints": [{"url": "http://127.0.0.1:9/hook", "version": "1.0", "events": ["visit.created"]}],
        }]})
    }

    fn verdict(seed: Value) -> Result<(), String> {
        let seed: Seed = serde_json::from_value(seed).map_err(|error| error.to_string())?;
        seed.check()
    }

    #[test]
    fn a_minimal_seed_is_sound() {
        assert_eq!(verdict(minimal()), Ok(()));
    }

    #[test]
    fn what_leads_nowhere_or_cannot_be_is_refused() {
        let account = "/accounts/0";
        let (provider, room) = ("/accounts/0/providers/0", "/accounts/0/rooms/0");
        let hook = "/accounts/0/webhook_endpoints/0";
        for (place, member, wrong) in [
            ("", "next_visit_id", json!(0)),
            ("", "account", json!([])),
            (account, "code", json!("A clinic")),
            (account, "api_key", json!("")),
            ("/accounts/0/admins/0", "token", json!("")),
            ("/accounts/0/admins/0", "id", json!(2)),
            ("/accounts/0/members/0", "password_hash", json!("plain")),
            ("/accounts/0/members/0", "code", json!("")),
            (provider, "id", json!(-2)),
            (provider, "horizon_days", json!(733)),
            (provider, "lead_time_minutes", json!(-1)),
            (
                provider,
                "openings",
                json!([{"days": ["monday"], "opens": "17:00", "closes": "09:00"}]),
            ),
            (
                provider,
                "closures",
                json!([{"first": "2025-01-02", "last": "2025-01-01"}]),
            ),
            (room, "providers", json!([3])),
            (room, "providers", json!([2, 2])),
            (room, "slug", json!("a/b")),
            (room, "settings", json!({"default_timezone": "Mars/Olympus"})),
            (room, "settings", json!({"closed": true})),
            (
                room,
                "settings",
                json!({"consultations": [{"id": "c", "description": "C", "duration": 0}]}),
            ),
            (hook, "url", json!("ftp://example.com/")),
            (hook, "version", json!("3.0")),
            (hook, "events", json!(["visit.begun"])),
        ] {
            let mut seed = minimal();
            seed.pointer_mut(place).expect("a place")[member] = wrong.clone();
            assert!(verdict(seed).is_err(), "{place} {member} {wrong}");
        }
    }
}
