//! Many at once: one slot, one e-consult, one one-time link, one intake, one slug: exactly one winner each.

use futures_util::future::join_all;
use serde_json::{Value, json};

use super::{Caller, MONDAY_NINE, QUARTER, admin, data, list, open, patient, provider, public, refused, sign_on, text};
use crate::support::{Answer, Realm, fresh_realm};

const MANY: usize = 30;
const ROUNDS: i64 = 3;

async fn at_once(attempts: Vec<(Caller, String, Value)>) -> Vec<Answer> {
    let send =
        |(caller, path, body): (Caller, String, Value)| tokio::spawn(async move { caller.post(&path, &body).await });
    let answers = join_all(attempts.into_iter().map(send)).await;
    answers
        .into_iter()
        .map(|answer| answer.expect("no attempt panics"))
        .collect()
}

/// One got it; everybody else was told so in the portal's form.
#[track_caller]
fn one_winner(answers: &[Answer]) -> &Answer {
    let winners: Vec<_> = answers.iter().filter(|answer| answer.status == 200).collect();
    for answer in answers.iter().filter(|answer| answer.status != 200) {
        refused(answer, 400);
    }
    assert_eq!(winners.len(), 1, "{answers:?}");
    winners[0]
}

async fn patients(realm: &Realm) -> Vec<Caller> {
    join_all((0..5).map(|nth| async move { patient(realm, &format!("p-{nth}")).await })).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_all_who_book_one_slot_exactly_one_wins() {
    let realm = fresh_realm().await;
    let patients = patients(&realm).await;
    for round in 0..ROUNDS {
        // Slots of different length that begin at the same time, one after the other.
        let start = MONDAY_NINE + round * 4 * QUARTER;
        let mut attempts = Vec::new();
        for nth in 0..MANY {
            let caller = &patients[nth % patients.len()];
            let length = if nth % 2 == 0 { QUARTER } else { 2 * QUARTER };
            let body = json!({
                "intake_id": caller.intake().await, "start": start, "end": start + length, "provider_id": "181883",
            });
            attempts.push((caller.clone(), "visits".to_owned(), body));
        }

        let answers = at_once(attempts).await;

        one_winner(&answers);
    }
    let visits = list(admin(&realm).get("visits").await);
    assert_eq!(i64::try_from(visits.len()), Ok(ROUNDS));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_providers_free_at_a_time_each_gets_one_patient() {
    let realm = fresh_realm().await;
    let patients = patients(&realm).await;
    let wednesday = MONDAY_NINE + 2 * super::DAY;
    let mut attempts = Vec::new();
    for nth in 0..MANY {
        let caller = &patients[nth % patients.len()];
        let mut body = json!({"intake_id": caller.intake().await, "start": wednesday});
        if nth % 3 > 0 {
            body["provider_id"] = json!(["181883", "85741"][nth % 2]);
        }
        attempts.push((caller.clone(), "visits".to_owned(), body));
    }

    let answers = at_once(attempts).await;

    let mut winners: Vec<_> = answers
        .into_iter()
        .filter(|answer| answer.status == 200)
        .map(|answer| text(&data(answer), "provider_id"))
        .collect();
    winners.sort_unstable();
    assert_eq!(winners, ["181883", "85741"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_all_who_accept_one_e_consult_exactly_one_wins() {
    let realm = fresh_realm().await;
    let (john, pat, robin) = (
        patient(&realm, "p-1").await,
        provider(&realm, "pat").await,
        provider(&realm, "robin").await,
    );
    for round in 0..ROUNDS {
        let visit = text(&john.asks_an_e_consult().await, "id");
        if round > 0 {
            // The patient goes in first, alone.
            let browser = john.browser().await;
            let page = open(&browser, &realm, &format!("/visits/start/{visit}")).await;
            browser
                .submit(&page.form_with("decision").press("decision", "start"))
                .await
                .page();
            assert_eq!(john.visit(&visit).await["status"], "20");
        }
        let path = format!("visits/{visit}/accept");
        let attempts = (0..MANY).map(|nth| ([&pat, &robin][nth % 2].clone(), path.clone(), json!({})));

        let answers = at_once(attempts.collect()).await;

        let winner = text(&data(one_winner(&answers).clone()), "provider_id");
        assert_eq!(john.visit(&visit).await["provider_id"], json!(winner));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_all_who_start_one_link_exactly_one_gets_in() {
    let realm = fresh_realm().await;
    let john = patient(&realm, "p-1").await;
    for round in 0..ROUNDS {
        let start = MONDAY_NINE + round * QUARTER;
        let visit = data(john.books(start).await);
        let now = jiff::Timestamp::from_second(start).expect("a time").to_string();
        realm.turn_clock(json!({ "now": now })).await.is_ok();
        let link = format!(
            "/members/appointment/{}?token={}",
            text(&visit, "id"),
            text(&visit, "one_time_link_token")
        );
        let browser = realm.user_agent();
        let form = open(&browser, &realm, &link)
            .await
            .form_with("decision")
            .press("decision", "start");
        let address = form.action.clone();

        let attempts = (0..MANY).map(|_| {
            let (http, address, fields) = (realm.http.clone(), address.clone(), form.fields.clone());
            tokio::spawn(async move { Answer::to(http.post(address).form(&fields)).await })
        });
        let answers = join_all(attempts).await;

        let answers: Vec<_> = answers
            .into_iter()
            .map(|answer| answer.expect("no attempt panics"))
            .collect();
        let entered: Vec<_> = answers.iter().filter(|answer| answer.status == 303).collect();
        assert_eq!(entered.len(), 1, "{answers:?}");
        assert!(entered[0].header("set-cookie").is_some());
        for answer in answers.iter().filter(|answer| answer.status != 303) {
            assert_eq!((answer.status, answer.header("set-cookie")), (400, None), "{answer}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_all_visits_made_of_one_intake_exactly_one_is_made() {
    let realm = fresh_realm().await;
    let john = patient(&realm, "p-1").await;
    let intake = john.intake().await;
    let attempts = (0..MANY).map(|nth| {
        let (path, body) = match nth % 3 {
            0 => ("visits/add_walkin", json!({"intake_id": intake})),
            1 => ("visits/add_econsult", json!({"intake_id": intake})),
            _ => ("visits", json!({"intake_id": intake, "start": MONDAY_NINE})),
        };
        (john.clone(), path.to_owned(), body)
    });

    let answers = at_once(attempts.collect()).await;

    one_winner(&answers);
    assert_eq!(list(john.get("visits").await).len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_all_rooms_of_one_slug_exactly_one_is_opened() {
    let realm = fresh_realm().await;
    let body = json!({"domain": "vclinic.vsee.me", "name": "R", "slug": "uat2"});

    let answers = at_once(
        (0..MANY)
            .map(|_| (admin(&realm), "rooms".to_owned(), body.clone()))
            .collect(),
    )
    .await;

    one_winner(&answers);
    assert_eq!(public(&realm).get("rooms").await.is_ok().json()["total_count"], 4);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_who_sign_the_same_person_on_get_the_same_person() {
    let realm = fresh_realm().await;
    let body = json!({"first_name": "John", "last_name": "Smith", "code": "p-1"});

    let answers = join_all((0..MANY).map(|_| sign_on(&realm, &body))).await;

    let ids: std::collections::HashSet<_> = answers.into_iter().map(|answer| text(&data(answer), "id")).collect();
    assert_eq!(ids.len(), 1, "{ids:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_many_say_of_one_person_at_once_is_all_taken_over() {
    let realm = fresh_realm().await;
    let said = json!({
        "email": "john@example.test", "street_addr": "1 Main St", "city": "San Jose", "state": "CA", "zip": "95112",
        "phone": "408-555-0100",
    });
    let bodies: Vec<_> = said
        .as_object()
        .expect("an object")
        .iter()
        .map(|(member, value)| {
            let mut body = json!({"first_name": "John", "last_name": "Smith", "code": "p-1"});
            body[member] = value.clone();
            body
        })
        .collect();

    let answers = join_all(bodies.iter().map(|body| sign_on(&realm, body))).await;

    for answer in answers {
        answer.is_ok();
    }
    let profile = data(patient(&realm, "p-1").await.get("users/-").await);
    for (member, value) in said.as_object().expect("an object") {
        assert_eq!(&profile[member], value, "{member}: {profile}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_visit_that_many_end_ends_once() {
    let realm = fresh_realm().await;
    let john = patient(&realm, "p-1").await;
    let visit = text(&john.walks_in().await, "id");
    let reasons = ["call_ended", "patient_cancel_appointment"];
    let attempts = (0..MANY).map(|nth| {
        let body = json!({"reason": reasons[nth % 2]});
        (john.clone(), format!("visits/{visit}/end"), body)
    });

    let answers = at_once(attempts.collect()).await;

    let status = text(&data(one_winner(&answers).clone()), "status");
    assert_eq!(john.visit(&visit).await["status"], json!(status));
}
