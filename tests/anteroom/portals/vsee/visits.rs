//! Visits after they were made: whose they are, how they end, who accepts them.

use serde_json::{Value, json};

use super::{MONDAY_NINE, admin, data, list, patient, provider, refused, text};
use crate::support::fresh_realm;

#[tokio::test]
async fn each_reason_leaves_its_state() {
    let realm = fresh_realm().await;
    let john = patient(&realm, "p-1").await;
    for (reason, status) in [
        ("patient_end_call", "30"),
        ("patient_exit_room", "30"),
        ("call_ended", "30"),
        ("patient_cancel_appointment", "40"),
    ] {
        let visit = john.walks_in().await;
        realm.advance("PT1M").await;

        let ended = data(
            john.post(
                &format!("visits/{}/end", text(&visit, "id")),
                &json!({"reason": reason}),
            )
            .await,
        );

        let now = realm.now().await.as_second();
        assert_eq!(
            (
                &ended["status"],
                &ended["completed_by"],
                &ended["actual_end"],
                &ended["modified"]
            ),
            (&json!(status), &json!(john.id), &json!(now.to_string()), &json!(now))
        );
        assert_eq!(ended["actual_start"], Value::Null);
    }
}

#[tokio::test]
async fn a_visit_ends_once_and_for_a_known_reason() {
    let realm = fresh_realm().await;
    let john = patient(&realm, "p-1").await;
    let path = format!("visits/{}/end", text(&john.walks_in().await, "id"));
    for wrong in [json!({}), json!({"reason": "bored"}), json!({"reason": 7})] {
        refused(&john.post(&path, &wrong).await, 400);
    }

    john.post(&path, &json!({"reason": "call_ended"})).await.is_ok();

    refused(&john.post(&path, &json!({"reason": "call_ended"})).await, 400);
    refused(
        &john.post(&path, &json!({"reason": "patient_cancel_appointment"})).await,
        400,
    );
    refused(
        &john.post("visits/4711/end", &json!({"reason": "call_ended"})).await,
        404,
    );
}

#[tokio::test]
async fn a_visit_is_for_those_who_take_part() {
    let realm = fresh_realm().await;
    let (john, other) = (patient(&realm, "p-1").await, patient(&realm, "p-2").await);
    let (pat, robin, stranger) = (
        provider(&realm, "pat").await,
        provider(&realm, "robin").await,
        provider(&realm, "stranger").await,
    );
    let booked = text(&data(john.books(MONDAY_NINE).await), "id");
    let waiting = text(&john.walks_in().await, "id");

    for (visit, allowed, others) in [
        (&booked, vec![&john, &pat], vec![&other, &robin, &stranger]),
        (&waiting, vec![&john, &pat, &robin], vec![&other, &stranger]),
    ] {
        for caller in allowed {
            assert_eq!(caller.visit(visit).await["id"], json!(visit));
            assert!(
                list(caller.get("visits").await)
                    .iter()
                    .any(|one| one["id"] == json!(visit))
            );
        }
        for caller in others {
            refused(&caller.get(&format!("visits/{visit}")).await, 403);
            refused(
                &caller
                    .post(&format!("visits/{visit}/end"), &json!({"reason": "call_ended"}))
                    .await,
                403,
            );
            assert!(
                list(caller.get("visits").await)
                    .iter()
                    .all(|one| one["id"] != json!(visit))
            );
        }
    }
    assert_eq!(admin(&realm).visit(&booked).await["status"], "10");
    for unknown in ["4711", "x"] {
        assert_eq!(
            refused(&john.get(&format!("visits/{unknown}")).await, 404),
            super::NOT_FOUND
        );
    }
}

#[tokio::test]
async fn the_list_can_be_narrowed() {
    let realm = fresh_realm().await;
    let (john, other, admin) = (
        patient(&realm, "p-1").await,
        patient(&realm, "p-2").await,
        admin(&realm),
    );
    let booked = text(&data(john.books(MONDAY_NINE).await), "id");
    let walked_in = text(&john.walks_in().await, "id");
    other.walks_in().await;
    john.post(&format!("visits/{walked_in}/end"), &json!({"reason": "call_ended"}))
        .await
        .is_ok();

    let ids = async |query: &str| -> Vec<String> {
        let visits = list(admin.get(&format!("visits?{query}")).await);
        visits.iter().map(|one| text(one, "id")).collect()
    };
    assert_eq!(ids("member_id=p-1").await, [booked.clone(), walked_in.clone()]);
    assert_eq!(ids("status=30").await, std::slice::from_ref(&walked_in));
    assert_eq!(
        ids(&format!("from={MONDAY_NINE}&to={}", MONDAY_NINE + 1)).await,
        std::slice::from_ref(&booked)
    );
    assert_eq!(ids("limit=1&offset=1").await, [walked_in]);
    assert!(ids("room_code=b4vjj").await.is_empty());
    assert_eq!(admin.get("visits?limit=1").await.is_ok().json()["total_count"], 3);
    refused(&john.get(&format!("visits?member_id={}", other.id)).await, 403);
    for wrong in ["status=50", "status=done", "from=today", "limit=0"] {
        refused(&john.get(&format!("visits?{wrong}")).await, 400);
    }
    refused(&admin.get("visits?room_code=nowhere").await, 404);
}

#[tokio::test]
async fn an_e_consult_is_seen_by_all_of_the_room_until_one_accepts_it() {
    let realm = fresh_realm().await;
    let john = patient(&realm, "p-1").await;
    let (pat, robin, stranger) = (
        provider(&realm, "pat").await,
        provider(&realm, "robin").await,
        provider(&realm, "stranger").await,
    );
    let visit = text(&john.asks_an_e_consult().await, "id");
    let path = format!("visits/{visit}/accept");
    let nothing = json!({});

    refused(&john.post(&path, &nothing).await, 403);
    refused(&stranger.post(&path, &nothing).await, 403);
    refused(&admin(&realm).post(&path, &nothing).await, 403);
    assert_eq!(
        (
            list(pat.get("visits").await).len(),
            list(robin.get("visits").await).len()
        ),
        (1, 1)
    );
    let accepted = data(robin.post(&path, &nothing).await);
    assert_eq!(
        (&accepted["provider_id"], &accepted["status"]),
        (&json!("85741"), &json!("10"))
    );
    refused(&pat.post(&path, &nothing).await, 400);
    refused(&robin.post(&path, &nothing).await, 400);
    assert!(list(pat.get("visits").await).is_empty());
    let walk_in = text(&john.walks_in().await, "id");
    refused(&pat.post(&format!("visits/{walk_in}/accept"), &nothing).await, 400);
    refused(&pat.post("visits/4711/accept", &nothing).await, 404);
}

#[tokio::test]
async fn an_e_consult_takes_no_time_of_a_provider() {
    let realm = fresh_realm().await;
    let monday = jiff::Timestamp::from_second(MONDAY_NINE).expect("a time").to_string();
    realm.turn_clock(json!({"now": monday})).await.is_ok();
    let (john, pat) = (patient(&realm, "p-1").await, provider(&realm, "pat").await);
    let visit = text(&john.asks_an_e_consult().await, "id");
    pat.post(&format!("visits/{visit}/accept"), &json!({})).await.is_ok();

    john.books(MONDAY_NINE).await.is_ok();
}
