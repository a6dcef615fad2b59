//! `anteroom clock …`

use jiff::Timestamp;

use super::typed;
use crate::support::{Realm, emulator::START, fresh_realm};

async fn turned(realm: &Realm, words: &[&str]) -> String {
    typed(realm, &[&["clock"], words].concat()).await.does()
}

#[tokio::test]
async fn it_is_read_advanced_and_set() {
    let realm = fresh_realm().await;

    let shown = turned(&realm, &["show"]).await;
    assert!(
        shown.starts_with("now     2025-06-02T06:00:00Z\nfrozen  true\n"),
        "{shown}"
    );

    turned(&realm, &["advance", "PT2H"]).await;
    turned(&realm, &["advance", "90 minutes"]).await;
    assert_eq!(realm.now().await, "2025-06-02T09:30:00Z".parse().unwrap());

    let shown = turned(&realm, &["set", "2030-01-01T09:00:00+01:00"]).await;
    assert!(shown.contains("2030-01-01T08:00:00Z"), "{shown}");
}

#[tokio::test]
async fn it_runs_again_and_stops_again() {
    let realm = fresh_realm().await;

    assert!(turned(&realm, &["resume"]).await.contains("frozen  false"));
    assert!(turned(&realm, &["freeze"]).await.contains("frozen  true"));
    let stopped = realm.now().await;
    assert_eq!(realm.now().await, stopped);
    assert!(stopped >= START.parse::<Timestamp>().unwrap());
}

#[tokio::test]
async fn what_the_server_says_can_be_had_as_it_is() {
    let realm = fresh_realm().await;

    let said = typed(&realm, &["clock", "show", "--json"]).await.json();

    assert_eq!(said, realm.get("/control/api/clock").await.json());
}

#[tokio::test]
async fn the_clock_of_another_realm_does_not_change() {
    let (here, there) = (fresh_realm().await, fresh_realm().await);

    turned(&here, &["advance", "PT1H"]).await;
    turned(&here, &["advance", "PT1H", "--realm", &there.name]).await;

    let start: Timestamp = START.parse().unwrap();
    assert_eq!(here.now().await.duration_since(start).as_hours(), 1);
    assert_eq!(there.now().await.duration_since(start).as_hours(), 1);
}

#[tokio::test]
async fn a_turn_that_cannot_be_made_moves_nothing() {
    let realm = fresh_realm().await;

    for (words, reason) in [
        (&["clock", "advance", "-PT2H"][..], "cannot go backwards"),
        (&["clock", "set", "2020-01-01T00:00:00Z"], "cannot go backwards"),
        (&["clock", "advance", "soon"], "duration"),
        (&["clock", "set", "yesterday"], "year"),
    ] {
        let said = typed(&realm, words).await.comes_to_nothing();
        assert!(said.contains(reason), "{words:?}: {said}");
    }
    for words in [
        &["clock"][..],
        &["clock", "advance"],
        &["clock", "rate", "fast"],
        &["clock", "wind"],
        &["clock", "show", "now"],
        &["clock", "show", "--realm", "No Name"],
    ] {
        typed(&realm, words).await.is_misunderstood();
    }
    assert_eq!(realm.now().await, START.parse::<Timestamp>().unwrap());
}
