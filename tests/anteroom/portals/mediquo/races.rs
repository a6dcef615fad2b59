//! Many at once: of all who want the last of something, exactly one gets it, on either database.

use futures_util::future::join_all;
use serde_json::{Value, json};

use super::{Customer, appointment, clinic};
use crate::support::Answer;

const MANY: usize = 40;
/// Rounds of a race: one alone can end well by luck.
const ROUNDS: usize = 4;

async fn at_once<F>(attempts: impl Iterator<Item = F>) -> Vec<Answer>
where
    F: Future<Output = Answer> + Send + 'static,
{
    let answers = join_all(attempts.map(tokio::spawn)).await;
    answers
        .into_iter()
        .map(|answer| answer.expect("no attempt panics"))
        .collect()
}

fn successes(answers: &[Answer], refusal: u16) -> usize {
    for answer in answers {
        assert!([200, refusal].contains(&answer.status), "{answer}");
    }
    answers.iter().filter(|answer| answer.status == 200).count()
}

async fn redeem(clinic: Customer, body: Value) -> Answer {
    let url = clinic.realm.url("/mediquo/widget/activation-codes/redeem");
    let request = clinic.realm.http.post(url).header("x-api-key", clinic.api_key);
    Answer::to(request.json(&body)).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_last_redemption_of_a_code_has_exactly_one_winner() {
    let clinic = clinic().await;
    for round in 0..ROUNDS {
        let code = format!("RACE-{round}");
        let new = json!({"code": code, "max_redemptions": 2});
        clinic.post("/v1/activation-codes", &new).await.is_ok();
        let by = |name: String| json!({"code": code, "first_name": name});
        redeem(clinic.clone(), by("Early".to_owned())).await.is_ok();

        let answers = at_once((0..MANY).map(|number| redeem(clinic.clone(), by(format!("P{number}"))))).await;

        assert_eq!(successes(&answers, 422), 1);
        let listed = clinic
            .get(&format!("/v1/activation-codes?code={code}"))
            .await
            .is_ok()
            .json();
        assert_eq!(listed[0]["redemptions"].as_array().map(Vec::len), Some(2), "{listed}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn patients_who_race_for_a_plan_leave_one_subscribed() {
    let clinic = clinic().await;
    let patients: Vec<_> = (0..10)
        .map(|one| json!({"code": format!("r-{one}"), "first_name": "R"}))
        .collect();
    clinic.writes(Value::Array(patients)).await;
    clinic
        .post("/v1/activation-codes", &json!({"code": "ONE", "plan_name": "gold"}))
        .await
        .is_ok();
    let mut requests = Vec::new();
    for number in 0..10 {
        let token = clinic.token(&format!("r-{number}")).await;
        requests.push(json!({"code": "ONE", "access_token": token}));
    }

    let answers = at_once(requests.into_iter().map(|request| redeem(clinic.clone(), request))).await;

    assert_eq!(successes(&answers, 422), 1);
    let mut subscribed = 0;
    for number in 0..10 {
        subscribed += usize::from(!clinic.patient(&format!("r-{number}")).await["plan"].is_null());
    }
    assert_eq!(subscribed, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_code_for_many_appointments_makes_one_of_them() {
    let clinic = clinic().await;
    for round in 0..ROUNDS {
        let code = format!("a-{round}");
        let book =
            |clinic: Customer, code: String| async move { clinic.post("/v1/appointments", &appointment(&code)).await };

        let answers = at_once((0..MANY).map(|_| book(clinic.clone(), code.clone()))).await;

        assert_eq!(successes(&answers, 400), 1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn writes_of_the_same_patients_at_once_leave_each_of_them_whole() {
    let clinic = clinic().await;
    let write = |clinic: Customer, number: usize| async move {
        let name = format!("W{number}");
        let one = |code: &str| json!({"code": code, "first_name": name, "last_name": name});
        // In another order each time: whoever locked patients one by one would meet another half-way.
        let patients = if number.is_multiple_of(2) {
            [one("a"), one("b")]
        } else {
            [one("b"), one("a")]
        };
        clinic.put("/v1/patients", &json!({ "patients": patients })).await
    };

    let answers = at_once((0..MANY).map(|number| write(clinic.clone(), number))).await;

    assert_eq!(successes(&answers, 200), MANY);
    let (a, b) = (clinic.patient("a").await, clinic.patient("b").await);
    assert_eq!((&a["first_name"], &a["last_name"]), (&b["first_name"], &b["last_name"]));
    assert_eq!(a["first_name"], a["last_name"]);
}
