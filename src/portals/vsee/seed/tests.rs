//! The demo, and what a seed is refused for.

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
