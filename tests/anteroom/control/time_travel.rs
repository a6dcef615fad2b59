//! What depends on time follows the realm's clock, turned or running, and the neighbour's stays where it is.

use serde_json::json;

use super::realm_operations::is_a_problem;
use crate::{
    portals::mypatientportal::{booked, patient},
    support::{Realm, fresh_realm},
};

#[tokio::test]
async fn a_code_a_token_and_a_request_expire_when_the_clock_passes_them() {
    let (realm, neighbour) = (fresh_realm().await, fresh_realm().await);
    let client = realm.demo_client();
    let code = client.code_for("anne").await;
    let tokens = client.tokens_for("anne").await;
    let at_the_neighbours = neighbour.demo_client().tokens_for("anne").await;
    let code_at_the_neighbours = neighbour.demo_client().code_for("anne").await;

    realm.advance("PT61S").await;
    client.redeem(&code).await.is_refused_with("invalid_grant");
    assert!(realm.accepts(&tokens.access_token).await);

    realm.advance("PT2H").await;
    assert!(!realm.accepts(&tokens.access_token).await);
    client.refresh(tokens.refresh_token()).await.is_ok();

    assert!(neighbour.accepts(&at_the_neighbours.access_token).await);
    neighbour
        .demo_client()
        .redeem(&code_at_the_neighbours)
        .await
        .brings_tokens();
}

#[tokio::test]
async fn a_session_ends_and_a_request_in_flight_is_forgotten() {
    let realm = fresh_realm().await;
    let browser = realm.user_agent();
    realm.demo_client().request().authorize(&browser, "anne").await;
    realm
        .demo_client()
        .request()
        .with("prompt", "none")
        .open(&browser)
        .await
        .callback();

    realm.advance("PT8H").await;

    let silent = realm
        .demo_client()
        .request()
        .with("prompt", "none")
        .open(&browser)
        .await;
    silent.callback().is_refused_with("login_required");

    let form = realm.demo_client().request().open(&realm.user_agent()).await.page();
    let address = form.url.to_string();
    realm.advance("PT11M").await;
    let late = realm.get(&address).await;
    assert!((400..500).contains(&late.status), "{late}");
}

#[tokio::test]
async fn the_grace_of_a_refresh_token_ends() {
    let realm = fresh_realm().await;
    let client = realm.demo_client();
    let (lucky, late) = (client.tokens_for("anne").await, client.tokens_for("ben").await);
    client.refresh(lucky.refresh_token()).await.is_ok();
    client.refresh(late.refresh_token()).await.is_ok();

    realm.advance("PT59S").await;
    client.refresh(lucky.refresh_token()).await.is_ok();
    realm.advance("PT2S").await;
    client
        .refresh(late.refresh_token())
        .await
        .is_refused_with("invalid_grant");
}

#[tokio::test]
async fn the_deadline_of_a_cancellation_passes() {
    let realm = fresh_realm().await;
    let anne = patient(&realm, "anne").await;
    let (early, late) = (anne.books(20).await, anne.books(22).await);
    let starts_at: jiff::Timestamp = anne.appointment(&late).await["starts_at"]
        .as_str()
        .unwrap()
        .parse()
        .unwrap();
    booked(anne.post(&format!("/appointments/{early}/cancel"), &json!({})).await);

    let too_late = starts_at.checked_sub(jiff::SignedDuration::from_hours(23)).unwrap();
    realm.turn_clock(json!({"now": too_late.to_string()})).await.is_ok();
    let anne = patient(&realm, "anne").await;

    let refused = anne.post(&format!("/appointments/{late}/cancel"), &json!({})).await;
    assert!((400..500).contains(&refused.status), "{refused}");
}

/// Asks again until the clock has come so far; how often is the machine's affair.
async fn until(realm: &Realm, then: jiff::Timestamp) {
    while realm.now().await < then {}
}

#[tokio::test]
async fn a_fast_clock_lets_tokens_expire_while_another_realms_clock_is_frozen() {
    let (realm, neighbour) = (fresh_realm().await, fresh_realm().await);
    let tokens = realm.demo_client().tokens_for("anne").await;
    let at_the_neighbours = neighbour.demo_client().tokens_for("anne").await;
    let begun = realm.now().await;
    let stood = neighbour.now().await;

    realm.turn_clock(json!({"rate": 30_000})).await.is_ok();
    until(&realm, begun + jiff::SignedDuration::from_secs(7200)).await;

    assert!(!realm.accepts(&tokens.access_token).await);
    assert!(neighbour.accepts(&at_the_neighbours.access_token).await);
    assert_eq!(neighbour.now().await, stood);
}

mod the_speed {
    use super::*;

    async fn shown(realm: &Realm, turn: serde_json::Value) -> (bool, f64, f64) {
        let clock = realm.turn_clock(turn).await.is_ok().json();
        let number = |member: &str| clock[member].as_f64().unwrap();
        (clock["frozen"].as_bool().unwrap(), number("rate"), number("resumes_at"))
    }

    #[tokio::test]
    async fn is_shown_and_kept_while_the_clock_is_frozen() {
        let realm = fresh_realm().await;

        assert_eq!(shown(&realm, json!({"rate": 60})).await, (false, 60.0, 60.0));
        assert_eq!(shown(&realm, json!({"frozen": true})).await, (true, 0.0, 60.0));
        assert_eq!(shown(&realm, json!({"advance": "PT1H"})).await, (true, 0.0, 60.0));
        assert_eq!(shown(&realm, json!({"frozen": false})).await, (false, 60.0, 60.0));
        assert_eq!(shown(&realm, json!({"rate": 0})).await, (true, 0.0, 60.0));
        assert_eq!(
            shown(&realm, json!({"rate": 0.5, "frozen": true})).await,
            (true, 0.0, 0.5)
        );
        assert_eq!(
            shown(&realm, json!({"frozen": false, "advance": "PT1S"})).await,
            (false, 0.5, 0.5)
        );
        assert_eq!(shown(&realm, json!({"rate": 1.001})).await, (false, 1.001, 1.001));
    }

    #[tokio::test]
    async fn has_its_bounds_and_no_contradictions() {
        let realm = fresh_realm().await;
        let before = realm.get("/control/api/clock").await.text();

        for (wrong, saying) in [
            (json!({"rate": -1}), "rate"),
            (json!({"rate": 100_001}), "rate"),
            (json!({"rate": 0.0001}), "rate"),
            (json!({"rate": "60"}), "f64"),
            (json!({"rate": null, "frozen": null}), "send one of"),
            (json!({"rate": 0, "frozen": false}), "frozen"),
            (
                json!({"rate": 60, "now": "2020-01-01T00:00:00Z", "advance": "PT1S"}),
                "both",
            ),
        ] {
            let answer = realm.turn_clock(wrong.clone()).await;
            is_a_problem(answer, 400, saying);
        }
        is_a_problem(
            realm
                .turn_clock(json!({"rate": 60, "now": "2020-01-01T00:00:00Z"}))
                .await,
            409,
            "backwards",
        );

        assert_eq!(realm.get("/control/api/clock").await.text(), before);
    }

    #[tokio::test]
    async fn may_be_set_when_a_realm_is_created() {
        let realm = crate::support::realm_with(json!({"clock": {"now": "2030-01-01T00:00:00Z", "rate": 3600}})).await;

        let clock = realm.get("/control/api/clock").await.is_ok().json();

        assert_eq!((&clock["rate"], &clock["frozen"]), (&json!(3600), &json!(false)));
        assert!(clock["now"].as_str().unwrap().starts_with("2030-01-0"), "{clock}");
    }
}
