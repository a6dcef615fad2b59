//! Row 19: the link to a video consultation, and the page behind it.

use serde_json::{Value, json};

use super::{booked, patient, text};
use crate::support::{fresh_realm, portal_realm};

#[tokio::test]
async fn the_link_leads_to_a_page_that_needs_no_signing_in() {
    let realm = fresh_realm().await;
    let anne = patient(&realm, "anne").await;
    let id = booked(anne.book(&anne.slot(199, 0).await).await);

    let opened = anne
        .post(&format!("/appointments/{id}/video_consultation"), &json!({}))
        .await
        .is_ok()
        .json()["data"]
        .clone();
    let link = text(&opened, "access_video_consultation_link");
    let page = realm.user_agent().speaking("de").open(&link).await.page();

    assert_eq!(opened["id"], id);
    assert!(link.starts_with(&realm.url("/video/")), "{link}");
    assert_eq!(anne.appointment(&id).await["access_video_consultation_link"], link);
    page.must_show("Videosprechstunde");
    page.must_show("MVZ Berlin");
    page.must_show("3. Juni 2025");
}

#[tokio::test]
async fn only_a_video_consultation_that_is_not_cancelled_has_a_link() {
    let realm = portal_realm().await;
    let anne = patient(&realm, "anne").await;
    let at_the_practice = anne.books(0).await;
    let video = booked(anne.book(&anne.slot(199, 0).await).await);
    let link = text(&anne.appointment(&video).await, "access_video_consultation_link");
    let open = async |id: &str| {
        anne.post(&format!("/appointments/{id}/video_consultation"), &json!({}))
            .await
    };

    let refused = open(&at_the_practice).await.has_status(400);
    assert_eq!(
        refused.json(),
        json!({"error": "Appointment is not a video consultation."})
    );
    assert_eq!(
        anne.appointment(&at_the_practice).await["access_video_consultation_link"],
        Value::Null
    );

    anne.post(&format!("/appointments/{video}/cancel"), &json!({}))
        .await
        .is_ok();
    assert_eq!(
        open(&video).await.has_status(400).json(),
        json!({"error": "Appointment is cancelled."})
    );
    assert_eq!(
        anne.appointment(&video).await["access_video_consultation_link"],
        Value::Null
    );
    realm.get(&link).await.has_status(404);
}

#[tokio::test]
async fn a_made_up_link_is_not_found() {
    let (realm, neighbour) = (fresh_realm().await, fresh_realm().await);
    let anne = patient(&realm, "anne").await;
    let id = booked(anne.book(&anne.slot(199, 0).await).await);
    let link = text(&anne.appointment(&id).await, "access_video_consultation_link");
    let token = link.rsplit('/').next().expect("a token");

    let last = if token.ends_with('A') { "B" } else { "A" };
    let changed = format!("{}{last}", &token[..40]);
    for wrong in [
        id.as_str(),
        &token[..60],
        changed.as_str(),
        "x",
        "%00",
        "..%2f..%2flogin",
        "ä",
    ] {
        realm.get(&format!("/video/{wrong}")).await.has_status(404);
    }
    neighbour.get(&format!("/video/{token}")).await.has_status(404);
    realm.get(&link).await.is_ok();
}
