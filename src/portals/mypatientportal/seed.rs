//! This portal's part of a seed: practices with their hours, and what can be booked there.
//!
//! The same in TOML and JSON; a misspelled member is an error. [`Seed::check`] finds what types cannot:
//! names that lead nowhere, hours that are never open. What passes it can be booked.

use std::collections::HashSet;

use jiff::tz::TimeZone;
use serde::Deserialize;

use super::{
    comment_form::{CommentForm, FieldType},
    model::{InsuranceKind, PatientField},
};
use crate::{
    schedule::{
        SlotLength,
        hours::{Closed, Hours},
    },
    text::Language,
};

/// What the portal of a realm begins with.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Seed {
    pub insurances: Vec<Insurance>,
    pub practices: Vec<Practice>,
    /// Ids of the next bookings, in order; then they are drawn.
    pub next_appointment_ids: Vec<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Insurance {
    pub id: i64,
    pub name: String,
    #[serde(rename = "type")]
    pub kind: InsuranceKind,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Practice {
    /// 1 to 64 letters and digits; today's have 16, lower case.
    pub id: String,
    pub name: String,
    /// IANA.
    pub zone: String,
    /// `de` (as the recorded messages are), `en` or `es`.
    #[serde(default = "german")]
    pub language: String,
    #[serde(default)]
    pub photo_url: Option<String>,
    #[serde(default)]
    pub required_patient_fields: Vec<PatientField>,
    /// User names of patients whose bookings are refused.
    #[serde(default)]
    pub blocked_patients: Vec<String>,
    /// How long before an appointment its patient is reminded of it; 0: never.
    #[serde(default = "a_day_before")]
    pub reminder_minutes: i64,
    pub calendars: Vec<Calendar>,
    pub categories: Vec<Category>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Calendar {
    /// What categories of the practice call it. Unique in the realm.
    pub id: String,
    pub openings: Vec<Hours>,
    #[serde(default)]
    pub closures: Vec<Closed>,
    #[serde(default)]
    pub lead_time_minutes: i64,
    #[serde(default = "a_year")]
    pub horizon_days: i64,
}

fn a_day_before() -> i64 {
    24 * 60
}

fn german() -> String {
    Language::German.tag().to_owned()
}

fn a_year() -> i64 {
    365
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Category {
    pub id: i64,
    pub calendar: String,
    pub name: String,
    #[serde(default)]
    pub description: Option<String>,
    #[serde(default)]
    pub subtitle: Option<String>,
    #[serde(default)]
    pub photo_url: Option<String>,
    pub types: Vec<AppointmentType>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AppointmentType {
    pub id: i64,
    pub name: String,
    #[serde(default)]
    pub description: Option<String>,
    pub length_minutes: i64,
    /// The insurances it is open to; left out: all.
    #[serde(default)]
    pub insurances: Option<Vec<i64>>,
    #[serde(default)]
    pub age_from: Option<i64>,
    #[serde(default)]
    pub age_to: Option<i64>,
    #[serde(default)]
    pub is_video_consultation: bool,
    #[serde(default)]
    pub comment_form: Option<CommentForm>,
    #[serde(default)]
    pub asap_notifications_enabled: bool,
    #[serde(default = "yes")]
    pub attendant_user_required: bool,
    #[serde(default)]
    pub patient_can_book_without_account: bool,
    /// Left out: can be cancelled until it starts.
    #[serde(default)]
    pub cancellation_notice_minutes: Option<i64>,
}

fn yes() -> bool {
    true
}

/// The most slots a type may have up to its calendar's horizon: a year of ten-minute slots day and night is half of it.
const MOST_SLOTS: i64 = 100_000;
/// The most openings of a calendar in a week.
const MOST_OPENINGS: usize = 1000;
/// The longest notice, lead time or horizon anybody may ask for, in days.
const TEN_YEARS: i64 = 3660;

impl Seed {
    /// What a fresh start shows.
    pub fn demo() -> Self {
        toml::from_str(include_str!("demo.toml")).expect("the demo is sound, which a test reads it to see")
    }

    /// What the documented walkthrough needs, and no more.
    pub fn walkthrough() -> Self {
        toml::from_str(include_str!("walkthrough.toml"))
            .expect("the walkthrough is sound, which a test reads it to see")
    }

    /// What is wrong with it, in words for the person who wrote it.
    ///
    /// # Errors
    /// The first thing found.
    pub fn check(&self) -> Result<(), String> {
        self.check_uniqueness()?;
        for id in &self.next_appointment_ids {
            let sound = id.len() == 28 && id.bytes().all(|byte| byte.is_ascii_alphanumeric());
            check(sound, || {
                format!("next_appointment_ids: {id:?} is not 28 letters and digits")
            })?;
        }
        for insurance in &self.insurances {
            check(insurance.id > 0, || {
                format!("insurance {}: ids are positive", insurance.id)
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
            format!("practice {:?}: an id is 1 to 64 letters and digits", self.id)
        })?;
        let zone = TimeZone::get(&self.zone);
        check(zone.is_ok(), || {
            format!("practice {}: there is no time zone {:?}", self.id, self.zone)
        })?;
        check((0..=TEN_YEARS * 1440).contains(&self.reminder_minutes), || {
            format!("practice {}: reminder_minutes is 0 to {}", self.id, TEN_YEARS * 1440)
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
                format!("category {}: ids are positive", category.id)
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
                    "calendar {}: {} to {} is never open",
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
            format!("calendar {}: horizon_days is 0 to {TEN_YEARS}", self.id)
        })?;
        let lead = (0..=TEN_YEARS * 1440).contains(&self.lead_time_minutes);
        check(lead, || {
            format!("calendar {}: lead_time_minutes is 0 to {}", self.id, TEN_YEARS * 1440)
        })
    }
}

impl Calendar {
    /// Listing the slots up to the horizon takes as long as there are slots, and whoever asks waits for it.
    fn check_slots_of(&self, one: &AppointmentType) -> Result<(), String> {
        let minutes: i64 = self.openings.iter().map(Hours::minutes_a_week).sum();
        let weeks = self.horizon_days / 7 + 1;
        let slots = minutes.min(7 * 1440) * weeks / one.length_minutes;
        check(slots <= MOST_SLOTS, || {
            format!(
                "type {}: it has about {slots} slots up to the horizon of {} days, and {MOST_SLOTS} are possible",
                one.id, self.horizon_days
            )
        })
    }
}

impl AppointmentType {
    fn check(&self, insurances: &HashSet<i64>) -> Result<(), String> {
        let id = self.id;
        check(id > 0, || format!("type {id}: ids are positive"))?;
        let length = SlotLength::from_minutes(self.length_minutes);
        check(length.is_some(), || format!("type {id}: length_minutes is 1 to 1440"))?;
        for insurance in self.insurances.iter().flatten() {
            check(insurances.contains(insurance), || {
                format!("type {id}: there is no insurance {insurance}")
            })?;
        }
        let ages = self.age_from.zip(self.age_to).is_none_or(|(from, to)| from <= to);
        check(ages, || format!("type {id}: nobody is of its age"))?;
        let notice = self.cancellation_notice_minutes.unwrap_or(0);
        check((0..=TEN_YEARS * 1440).contains(&notice), || {
            format!("type {id}: cancellation_notice_minutes is 0 to {}", TEN_YEARS * 1440)
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
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn the_shipped_seeds_are_sound() {
        assert_eq!(Seed::demo().check(), Ok(()));
        assert_eq!(Seed::walkthrough().check(), Ok(()));
    }

    #[test]
    fn both_seeds_hold_the_fixtures_of_the_documented_walkthrough() {
        for seed in [Seed::demo(), Seed::walkthrough()] {
            let practice = &seed.practices[0];
            assert_eq!(
                (practice.id.as_str(), practice.name.as_str()),
                ("9yrnjbqpcfwgsajr", "MVZ Berlin")
            );
            let types = |id| {
                let category = practice
                    .categories
                    .iter()
                    .find(|category| category.id == id)
                    .expect("a category");
                category.types.iter().map(|one| one.id).collect::<Vec<_>>()
            };
            assert_eq!(types(53), [198, 199, 200, 202]);
            assert_eq!(types(54), [201]);
            assert!(seed.insurances.iter().any(|insurance| insurance.id == 136));
        }
    }

    #[test]
    fn the_demo_has_a_practice_in_another_time_zone() {
        let zones: HashSet<_> = Seed::demo()
            .practices
            .into_iter()
            .map(|practice| practice.zone)
            .collect();

        assert_eq!(zones.len(), 3);
    }

    #[test]
    fn toml_and_json_say_the_same() {
        let toml: Seed = toml::from_str("[[insurances]]\nid = 1\nname = \"A\"\ntype = \"private\"").expect("TOML");
        let json: Seed =
            serde_json::from_value(json!({"insurances": [{"id": 1, "name": "A", "type": "private"}]})).expect("JSON");

        assert_eq!(format!("{toml:?}"), format!("{json:?}"));
    }

    fn minimal() -> Value {
        json!({
            "insurances": [{"id": 1, "name": "A", "type": "public"}],
            "practices": [{
                "id": "abcdefgh12345678", "name": "P", "zone": "Europe/Berlin",
                "calendars": [{
                    "id": "c",
                    "openings": [{"days": ["monday"], "opens": "09:00", "closes": "12:00"}],
                    "closures": [{"first": "2025-01-01", "last": "2025-01-01"}],
                }],
                "categories": [{
                    "id": 1, "calendar": "c", "name": "C",
                    "types": [{
                        "id": 1, "name": "T", "length_minutes": 20, "insurances": [1],
                        "comment_form": [{"name": "q", "type": "combo", "config": {"values": "a\nb"}}],
                    }],
                }],
            }],
        })
    }

    fn verdict(seed: Value) -> Result<(), String> {
        serde_json::from_value::<Seed>(seed)
            .map_err(|error| error.to_string())?
            .check()
    }

    #[test]
    fn a_minimal_seed_is_sound() {
        assert_eq!(verdict(minimal()), Ok(()));
    }

    #[test]
    fn what_leads_nowhere_or_cannot_be_is_refused() {
        let practice = "/practices/0";
        let calendar = "/practices/0/calendars/0";
        let category = "/practices/0/categories/0";
        let one = "/practices/0/categories/0/types/0";
        for (place, member, wrong) in [
            ("", "next_appointment_ids", json!(["short"])),
            ("", "next_appointment_ids", json!(["xbCuVVTNU6rT6E5m8p6Y8h7opzf-"])),
            ("", "practice", json!([])),
            ("/insurances/0", "id", json!(0)),
            ("/insurances/0", "type", json!("statutory")),
            (practice, "id", json!("with-hyphen")),
            (practice, "id", json!("")),
            (practice, "zone", json!("Europe/Bärlin")),
            (practice, "language", json!("fr")),
            (practice, "required_patient_fields", json!(["shoe_size"])),
            (calendar, "horizon_days", json!(-1)),
            (calendar, "lead_time_minutes", json!(-1)),
            (
                calendar,
                "openings",
                json!([{"days": ["monday"], "opens": "12:00", "closes": "09:00"}]),
            ),
            (
                calendar,
                "openings",
                json!([{"days": ["montag"], "opens": "09:00", "closes": "12:00"}]),
            ),
            (
                calendar,
                "openings",
                json!([{"days": ["monday"], "opens": "09:00", "closes": "25:00"}]),
            ),
            (
                calendar,
                "closures",
                json!([{"first": "2025-01-02", "last": "2025-01-01"}]),
            ),
            (
                calendar,
                "closures",
                json!([{"from": "2025-01-01T09:00", "until": "2025-01-01T09:00"}]),
            ),
            (calendar, "closures", json!([{"first": "2025-01-01"}])),
            (category, "id", json!(-53)),
            (category, "calendar", json!("d")),
            (one, "id", json!(0)),
            (one, "length_minutes", json!(0)),
            (one, "insurances", json!([2])),
            (one, "age_to", json!("old")),
            (one, "cancellation_notice_minutes", json!(-1)),
            (one, "comment_form", json!([{"name": "q", "type": "combo"}])),
            (
                one,
                "comment_form",
                json!([{"name": "q", "type": "date"}, {"name": "q", "type": "time"}]),
            ),
            (one, "asap_notification_enabled", json!(true)),
        ] {
            let mut seed = minimal();
            seed.pointer_mut(place).expect("a place")[member] = wrong;
            assert!(verdict(seed.clone()).is_err(), "{seed:#}");
        }
    }

    #[test]
    fn more_slots_than_anybody_could_list_are_refused() {
        let with = |minutes: i64, horizon: i64| {
            let mut seed = minimal();
            let days = [
                "monday",
                "tuesday",
                "wednesday",
                "thursday",
                "friday",
                "saturday",
                "sunday",
            ];
            let calendar = &mut seed["practices"][0]["calendars"][0];
            calendar["openings"] = json!([{"days": days, "opens": "00:00", "closes": "00:00"}]);
            calendar["horizon_days"] = json!(horizon);
            seed["practices"][0]["categories"][0]["types"][0]["length_minutes"] = json!(minutes);
            verdict(seed)
        };

        assert_eq!(with(10, 365), Ok(()));
        assert_eq!(with(1, 60), Ok(()));
        assert_eq!(with(60, 3660), Ok(()));
        assert!(with(1, 3660).is_err_and(|problem| problem.contains("slots")));
        assert!(with(1, 365).is_err());
    }

    #[test]
    fn more_openings_than_a_week_has_room_for_are_refused() {
        let mut seed = minimal();
        let opening = json!({"days": ["monday"], "opens": "09:00", "closes": "12:00"});
        seed["practices"][0]["calendars"][0]["openings"] = Value::from(vec![opening; 1001]);

        assert!(verdict(seed).is_err_and(|problem| problem.contains("opens more than")));
    }

    #[test]
    fn what_stands_twice_is_refused() {
        for list in [
            "/insurances",
            "/practices",
            "/practices/0/calendars",
            "/practices/0/categories",
            "/practices/0/categories/0/types",
        ] {
            let mut seed = minimal();
            let items = seed.pointer_mut(list).and_then(Value::as_array_mut).expect("a list");
            items.push(items[0].clone());
            let verdict = verdict(seed);
            assert!(
                verdict.as_ref().is_err_and(|problem| problem.contains("stands twice")),
                "{list}: {verdict:?}"
            );
        }
    }

    #[test]
    fn an_age_nobody_is_of_is_refused() {
        let mut seed = minimal();
        seed["practices"][0]["categories"][0]["types"][0]["age_from"] = json!(18);
        seed["practices"][0]["categories"][0]["types"][0]["age_to"] = json!(17);

        assert_eq!(verdict(seed), Err("type 1: nobody is of its age".to_owned()));
    }
}
