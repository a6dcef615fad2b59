//! What types cannot check: names that lead nowhere, numbers that appear twice, hours that are never open.

use std::{collections::HashSet, fmt::Debug, hash::Hash};

use jiff::tz::TimeZone;

use super::{Account, Person, Provider, Room, Seed};
use crate::{
    passwords::check_phc,
    portals::vsee::model::{check_endpoint, is_code},
    schedule::SlotLength,
};

/// The largest horizon and lead time, in days.
const MOST_DAYS: i64 = 732;

impl Seed {
    /// # Errors
    /// The first thing that is wrong, in words for the person who wrote the seed.
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
                format!(
                    "provider {id}: {} to {} is empty: it must end after it begins",
                    hours.opens, hours.closes
                )
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
                format!("room {code}: a consultation must last 1 to 1440 minutes, and its price must not be negative")
            })?;
        }
        Ok(())
    }
}

fn check(sound: bool, problem: impl FnOnce() -> String) -> Result<(), String> {
    if sound { Ok(()) } else { Err(problem()) }
}

fn unique<T: Eq + Hash + Debug>(what: &str, names: impl IntoIterator<Item = T>) -> Result<(), String> {
    let mut seen = HashSet::new();
    for name in names {
        check(!seen.contains(&name), || format!("{what}: {name:?} is listed twice"))?;
        seen.insert(name);
    }
    Ok(())
}
