//! Two hundred realms at once, each driven through everything, and none sees another.

use std::{collections::HashSet, sync::Arc};

use serde_json::Value;
use tokio::sync::Semaphore;

use crate::{
    portals::mypatientportal::{SCOPES, data},
    support::{Realm, fresh_realm},
};

const REALMS: usize = 200;
/// As many as a laptop drives side by side.
const AT_ONCE: usize = 16;

/// What one realm gave.
struct Lived {
    realm: Realm,
    access_token: String,
    refresh_token: String,
    appointment: String,
    clock: jiff::Timestamp,
}

async fn live(number: usize) -> Lived {
    let realm = fresh_realm().await;
    let tokens = realm.demo_client().asking_for(SCOPES).tokens_for("anne").await;
    let anne = crate::portals::mypatientportal::Patient(realm.caller(&tokens.access_token));
    let appointment = anne.books(30 + number % 20).await;
    let begun = realm.now().await;
    realm.advance(&format!("PT{}M", number + 1)).await;
    let clock = realm.now().await;
    let moved = i64::try_from(number + 1).unwrap();
    assert_eq!(clock.duration_since(begun).as_mins(), moved);
    Lived {
        realm,
        access_token: tokens.access_token.clone(),
        refresh_token: tokens.refresh_token().to_owned(),
        appointment,
        clock,
    }
}

/// Held against the next one in the row, after all have lived.
async fn check(one: &Lived, other: &Lived) {
    let stranger = one.realm.caller(&other.access_token).get("/api/portal/v1/user").await;
    stranger.has_status(401);
    assert!(!one.realm.accepts(&other.access_token).await);
    let refused = one.realm.demo_client().refresh(&other.refresh_token).await;
    refused.is_refused_with("invalid_grant");

    assert_eq!(one.realm.now().await, one.clock, "somebody else turned it");
    let mut refreshed = one.realm.demo_client().refresh(&one.refresh_token).await.is_ok();
    refreshed = refreshed.brings_tokens();
    let own = one.realm.caller(&refreshed.access_token());
    let appointments = data(own.get("/api/portal/v1/appointments").await);
    let ids: Vec<_> = appointments.iter().map(|one| one["id"].as_str().unwrap()).collect();
    assert_eq!(ids, [one.appointment.as_str()]);

    one.realm.advance("P60D").await;
    let outbox: Value = one.realm.get("/control/api/outbox").await.is_ok().json();
    assert_eq!(outbox["messages"].as_array().map(Vec::len), Some(1), "{outbox}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_hundred_realms_live_side_by_side_and_none_sees_another() {
    let gate = Arc::new(Semaphore::new(AT_ONCE));
    let lives = (0..REALMS).map(|number| {
        let gate = gate.clone();
        tokio::spawn(async move {
            let _turn = gate.acquire_owned().await.unwrap();
            live(number).await
        })
    });
    let mut lived = Vec::new();
    for life in lives.collect::<Vec<_>>() {
        lived.push(life.await.unwrap());
    }
    let lived = Arc::new(lived);
    let tokens: HashSet<_> = lived.iter().map(|one| one.access_token.clone()).collect();
    assert_eq!(tokens.len(), REALMS);

    let checks = (0..REALMS).map(|number| {
        let (gate, lived) = (gate.clone(), lived.clone());
        tokio::spawn(async move {
            let _turn = gate.acquire_owned().await.unwrap();
            check(&lived[number], &lived[(number + 1) % REALMS]).await;
        })
    });
    for check in checks.collect::<Vec<_>>() {
        check.await.unwrap();
    }
}
