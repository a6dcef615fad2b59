//! Rows 2 to 4: whose appointments are seen by whom, and in which order.

use serde_json::{Value, json};

use super::{CATEGORY, Patient, TYPE, data, patient, text};
use crate::support::{fresh_realm, portal_realm};

#[tokio::test]
async fn appointments_are_listed_latest_first_and_upcoming_next_first() {
    let realm = fresh_realm().await;
    let anne = patient(&realm, "anne").await;
    let (late, early) = (anne.books(30).await, anne.books(0).await);
    anne.post(&format!("/appointments/{late}/cancel"), &json!({}))
        .await
        .is_ok();
    let listed = async |path: &str| {
        data(anne.get(path).await)
            .iter()
            .map(|one| text(one, "id"))
            .collect::<Vec<_>>()
    };

    assert_eq!(listed("/appointments").await, [late.clone(), early.clone()]);
    assert_eq!(listed("/appointments/upcoming").await, [early.clone(), late.clone()]);
    assert_eq!(listed("/appointments?include_cancelled=false").await, [early.as_str()]);
    assert_eq!(
        listed("/appointments?from=2025-06-03&to=2025-06-03").await,
        [early.as_str()]
    );
    assert_eq!(listed("/appointments?from=2025-06-04").await, [late.as_str()]);
    realm.advance("PT25H").await; // 09:00 on the 3rd: the early one starts
    let anne = patient(&realm, "anne").await;
    let listed = async |path: &str| {
        data(anne.get(path).await)
            .iter()
            .map(|one| text(one, "id"))
            .collect::<Vec<_>>()
    };
    assert_eq!(
        listed("/appointments/upcoming").await,
        [early.clone(), late.clone()],
        "now is not past"
    );
    realm.advance("PT1S").await;
    assert_eq!(listed("/appointments/upcoming").await, [late.as_str()]);
    assert_eq!(listed("/appointments").await, [late, early]);
}

#[tokio::test]
async fn nobody_sees_or_touches_the_appointments_of_others() {
    let realm = portal_realm().await;
    let (anne, peter) = (patient(&realm, "anne").await, patient(&realm, "peter").await);
    let id = anne.books(0).await;
    let before = anne.appointment(&id).await;
    let slot = peter.slot(TYPE, 3).await;
    let gone = json!({"error": "Appointment not found."});

    for path in ["", "/availabilities", "/earlier_availability"] {
        let answer = peter.get(&format!("/appointments/{id}{path}")).await.has_status(404);
        assert_eq!(answer.json(), gone, "{path}");
    }
    for path in ["cancel", "video_consultation", "reschedule"] {
        let answer = peter
            .post(&format!("/appointments/{id}/{path}"), &json!({"availability_id": slot}))
            .await;
        assert_eq!(answer.has_status(404).json(), gone, "{path}");
    }
    let list = format!("/appointments/{id}/asap_list");
    peter
        .put(&list, &json!({"email": "peter@example.com"}))
        .await
        .has_status(404);
    peter.delete(&list).await.has_status(404);
    assert_eq!(data(peter.get("/appointments").await), [Value::Null; 0]);
    assert_eq!(anne.appointment(&id).await, before);
}

#[tokio::test]
async fn an_appointment_of_one_realm_is_unknown_in_another() {
    let (here, elsewhere) = (fresh_realm().await, fresh_realm().await);
    let id = patient(&elsewhere, "anne").await.books(0).await;

    let anne = patient(&here, "anne").await;

    anne.get(&format!("/appointments/{id}")).await.has_status(404);
    assert_eq!(
        anne.availabilities(CATEGORY, TYPE).await.len(),
        360,
        "nor is its slot taken here"
    );
}

#[tokio::test]
async fn bookings_outlive_the_client_that_made_them_and_the_token() {
    let realm = fresh_realm().await;
    let id = patient(&realm, "anne").await.books(0).await;

    let spa = realm
        .demo_spa()
        .asking_for(super::SCOPES)
        .request()
        .with_pkce()
        .tokens_for("anne")
        .await;

    assert_eq!(
        Patient(realm.caller(&spa.access_token)).appointment(&id).await["id"],
        id
    );
}
