use std::collections::HashSet;

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
fn dangling_references_and_impossible_values_are_refused() {
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
fn what_is_listed_twice_is_refused() {
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
            verdict.as_ref().is_err_and(|problem| problem.contains("listed twice")),
            "{list}: {verdict:?}"
        );
    }
}

#[test]
fn an_age_range_without_any_age_is_refused() {
    let mut seed = minimal();
    seed["practices"][0]["categories"][0]["types"][0]["age_from"] = json!(18);
    seed["practices"][0]["categories"][0]["types"][0]["age_to"] = json!(17);

    assert_eq!(verdict(seed), Err("type 1: age_from is greater than age_to".to_owned()));
}
