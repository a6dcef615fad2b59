//! Checks of a seed that its types cannot make: names that refer to nothing, hours that are never open, numbers out of
//! range.

use std::{collections::HashSet, fmt::Debug, hash::Hash};

use jiff::tz::TimeZone;

use super::{AppointmentType, Calendar, Practice, Seed};
use crate::{
    portals::mypatientportal::comment_form::FieldType,
    schedule::{SlotLength, TEN_YEARS, hours::Hours},
    text::Language,
};

/// How many slots a type may have within the horizon of its calendar: twice as many as a year of ten-minute slots.
const MOST_SLOTS: i64 = 100_000;
/// How many openings a calendar may have in a week.
const MOST_OPENINGS: usize = 1000;

impl Seed {
    /// # Errors
    /// The first problem, for the author of the seed.
    pub fn check(&self) -> Result<(), String> {
        self.check_uniqueness()?;
        for id in &self.next_appointment_ids {
            let sound = id.len() == 28 && id.bytes().all(|byte| byte.is_ascii_alphanumeric());
            check(sound, || {
                format!("next_appointment_ids: {id:?} must be 28 letters and digits")
            })?;
        }
        for insurance in &self.insurances {
            check(insurance.id > 0, || {
                format!("insurance {}: ids must be positive", insurance.id)
            })?;
        }
        let insurances: HashSet<_> = self.insurances.iter().map(|insurance| insurance.id).collect();
        self.practices
            .iter()
            .try_for_each(|practice| practice.check(&insurances))
    }

    fn check_uniqueness(&self) -> Result<(), String> {
        unique("insurances", self.insurances.iter().map(|insurance| insurance.id))?;
        unique("practices", self.practices.iter().map(|practice| &practice.id))?;
        unique("next_appointment_ids", &self.next_appointment_ids)?;
        let calendars = self.practices.iter().flat_map(|practice| &practice.calendars);
        unique("calendars", calendars.map(|calendar| &calendar.id))?;
        let categories = || self.practices.iter().flat_map(|practice| &practice.categories);
        unique("categories", categories().map(|category| category.id))?;
        unique(
            "types",
            categories().flat_map(|category| &category.types).map(|one| one.id),
        )
    }
}

impl Practice {
    fn check(&self, insurances: &HashSet<i64>) -> Result<(), String> {
        let sound = (1..=64).contains(&self.id.len()) && self.id.bytes().all(|byte| byte.is_ascii_alphanumeric());
        check(sound, || {
            format!("practice {:?}: an id must be 1 to 64 letters and digits", self.id)
        })?;
        let zone = TimeZone::get(&self.zone);
        check(zone.is_ok(), || {
            format!("practice {}: there is no time zone {:?}", self.id, self.zone)
        })?;
        check((0..=TEN_YEARS * 1440).contains(&self.reminder_minutes), || {
            format!(
                "practice {}: reminder_minutes must be 0 to {}",
                self.id,
                TEN_YEARS * 1440
            )
        })?;
        let language = self.language.parse::<Language>();
        check(language.is_ok(), || {
            format!("practice {}: there is no language {:?}", self.id, self.language)
        })?;
        self.calendars.iter().try_for_each(Calendar::check)?;
        for category in &self.categories {
            let known = self.calendars.iter().any(|calendar| calendar.id == category.calendar);
            check(known, || {
                format!(
                    "category {}: its practice has no calendar {:?}",
                    category.id, category.calendar
                )
            })?;
            check(category.id > 0, || {
                format!("category {}: ids must be positive", category.id)
            })?;
            category.types.iter().try_for_each(|one| one.check(insurances))?;
            for calendar in self
                .calendars
                .iter()
                .filter(|calendar| calendar.id == category.calendar)
            {
                category.types.iter().try_for_each(|one| calendar.check_slots_of(one))?;
            }
        }
        Ok(())
    }
}

impl Calendar {
    fn check(&self) -> Result<(), String> {
        for hours in &self.openings {
            check(hours.ever_open(), || {
                format!(
                    "calendar {}: {} to {} is empty: it must end after it begins",
                    self.id, hours.opens, hours.closes
                )
            })?;
        }
        for closed in &self.closures {
            check(closed.closes_something(), || {
                format!("calendar {}: a closure ends before it begins", self.id)
            })?;
        }
        let openings: usize = self.openings.iter().map(|hours| hours.days.len()).sum();
        check(openings <= MOST_OPENINGS, || {
            format!("calendar {}: it opens more than {MOST_OPENINGS} times a week", self.id)
        })?;
        let horizon = (0..=TEN_YEARS).contains(&self.horizon_days);
        check(horizon, || {
            format!("calendar {}: horizon_days must be 0 to {TEN_YEARS}", self.id)
        })?;
        let lead = (0..=TEN_YEARS * 1440).contains(&self.lead_time_minutes);
        check(lead, || {
            format!(
                "calendar {}: lead_time_minutes must be 0 to {}",
                self.id,
                TEN_YEARS * 1440
            )
        })
    }
}

impl Calendar {
    /// The time for listing slots grows with their number, so it is limited.
    fn check_slots_of(&self, one: &AppointmentType) -> Result<(), String> {
        let minutes: i64 = self.openings.iter().map(Hours::minutes_a_week).sum();
        let weeks = self.horizon_days / 7 + 1;
        let slots = minutes.min(7 * 1440) * weeks / one.length_minutes;
        check(slots <= MOST_SLOTS, || {
            format!(
                "type {}: it has about {slots} slots within {} days, but at most {MOST_SLOTS} are allowed",
                one.id, self.horizon_days
            )
        })
    }
}

impl AppointmentType {
    fn check(&self, insurances: &HashSet<i64>) -> Result<(), String> {
        let id = self.id;
        check(id > 0, || format!("type {id}: ids must be positive"))?;
        let length = SlotLength::from_minutes(self.length_minutes);
        check(length.is_some(), || {
            format!("type {id}: length_minutes must be 1 to 1440")
        })?;
        for insurance in self.insurances.iter().flatten() {
            check(insurances.contains(insurance), || {
                format!("type {id}: there is no insurance {insurance}")
            })?;
        }
        let ages = self.age_from.zip(self.age_to).is_none_or(|(from, to)| from <= to);
        check(ages, || format!("type {id}: age_from is greater than age_to"))?;
        let notice = self.cancellation_notice_minutes.unwrap_or(0);
        check((0..=TEN_YEARS * 1440).contains(&notice), || {
            format!(
                "type {id}: cancellation_notice_minutes must be 0 to {}",
                TEN_YEARS * 1440
            )
        })?;
        self.check_comment_form()
    }

    fn check_comment_form(&self) -> Result<(), String> {
        let form = self.comment_form.as_deref().unwrap_or_default();
        unique(
            &format!("type {}: comment_form", self.id),
            form.iter().map(|field| &field.name),
        )?;
        for field in form.iter().filter(|field| field.kind == FieldType::Combo) {
            let values = field.config.as_ref().and_then(|config| config.values.as_deref());
            let choice = values.is_some_and(|values| values.lines().any(|value| !value.trim().is_empty()));
            check(choice, || {
                format!("type {}: the combo {:?} offers no values", self.id, field.name)
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
