//! Row 7: cancelling, in time.

use serde_json::json;

use super::{CATEGORY, TYPE, booked, patient, text};
use crate::support::{fresh_realm, portal_realm};

#[tokio::test]
async fn a_cancelled_appointment_frees_its_slot_and_keeps_its_place_in_the_list() {
    let realm = fresh_realm().await;
    let anne = patient(&realm, "anne").await;
    let slots = anne.availabilities(CATEGORY, TYPE).await.len();
    let id = anne.books(0).await;

    assert_eq!(
        booked(anne.post(&format!("/appointments/{id}/cancel"), &json!({})).await),
        id
    );

    let appointment = anne.appointment(&id).await;
    assert_eq!(appointment["cancelled_at"], "2025-06-02T08:00:00+02:00");
    assert_eq!(
        (
            &appointment["is_cancellable"],
            &appointment["is_reschedulable"],
            &appointment["asap_list"]
        ),
        (&json!(false), &json!(false), &json!(false))
    );
    assert_eq!(anne.availabilities(CATEGORY, TYPE).await.len(), slots);
    anne.books(0).await;
}

#[tokio::test]
async fn it_needs_no_body_and_minds_none() {
    let realm = fresh_realm().await;
    let anne = patient(&realm, "anne").await;
    let (one, other) = (anne.books(0).await, anne.books(0).await);

    let bare = anne.0.request(
        reqwest::Method::POST,
        &super::at(&format!("/appointments/{one}/cancel")),
    );
    crate::support::Answer::to(bare).await.is_ok();
    anne.post_raw(
        &format!("/appointments/{other}/cancel"),
        "application/json",
        "{nonsense",
    )
    .await
    .is_ok();
}

#[tokio::test]
async fn what_is_cancelled_or_too_near_or_past_cannot_be_cancelled() {
    let realm = portal_realm().await;
    let anne = patient(&realm, "anne").await;
    let (cancelled, near) = (anne.books(40).await, anne.books(0).await);
    let refused = json!({"error": "Appointment cannot be cancelled."});
    anne.post(&format!("/appointments/{cancelled}/cancel"), &json!({}))
        .await
        .is_ok();

    let again = anne
        .post(&format!("/appointments/{cancelled}/cancel"), &json!({}))
        .await
        .has_status(400);
    realm.advance("PT1H").await; // 09:00: exactly 24 hours before
    assert_eq!(anne.appointment(&near).await["is_cancellable"], true);
    realm.advance("PT1S").await;
    let too_near = anne
        .post(&format!("/appointments/{near}/cancel"), &json!({}))
        .await
        .has_status(400);
    realm.advance("PT30H").await;
    let anne = patient(&realm, "anne").await;
    let past = anne
        .post(&format!("/appointments/{near}/cancel"), &json!({}))
        .await
        .has_status(400);

    for answer in [again, too_near, past] {
        assert_eq!(answer.json(), refused);
    }
    assert_eq!(anne.appointment(&near).await["cancelled_at"], json!(null));
}

#[tokio::test]
async fn under_the_explaining_policy_the_deadline_is_named() {
    let realm = fresh_realm().await;
    let anne = patient(&realm, "anne").await;
    let near = anne.books(0).await;
    realm.advance("PT2H").await;
    let anne = patient(&realm, "anne").await;

    let refused = anne
        .post(&format!("/appointments/{near}/cancel"), &json!({}))
        .await
        .has_status(400)
        .json();

    assert!(
        text(&refused, "error_description").contains("until 2025-06-02T09:00:00+02:00"),
        "{refused}"
    );
}

#[tokio::test]
async fn a_type_without_a_notice_period_can_be_cancelled_until_it_starts() {
    let realm = fresh_realm().await;
    let anne = patient(&realm, "anne").await;
    let slot = anne.slot(202, 0).await;
    let id = booked(anne.book(&slot).await);

    assert_eq!(anne.appointment(&id).await["cancelable_until"], json!(null));
    realm.advance("PT24H59M").await; // 08:59, and it starts at 09:00
    let anne = patient(&realm, "anne").await;
    anne.post(&format!("/appointments/{id}/cancel"), &json!({}))
        .await
        .is_ok();
}
