//! Snapshots in which one value is not what it should be: whatever it is, it is refused with its place, or the realm that
//! comes of it works.

use reqwest::Method;
use serde_json::{Value, json};

use super::levers::{realms, restore_as, snapshot};
use crate::support::{Answer, Realm, realm_with};

fn hostile() -> Vec<Value> {
    vec![
        Value::Null,
        json!(-1),
        json!(i64::MAX),
        json!(1.5),
        json!(""),
        json!("\u{0}"),
        json!("x".repeat(300)),
        json!([1]),
        json!({}),
        json!(true),
    ]
}

/// What people and programs look at in a realm.
const LOOKED_AT: &[&str] = &[
    "/.well-known/openid-configuration",
    "/oauth/discovery/keys",
    "/control/api/users",
    "/control/api/clients",
    "/control/api/scopes",
    "/control/api/claims",
    "/control/api/keys",
    "/control/api/policy",
    "/control/api/outbox",
    "/control/api/webhooks",
    "/control/api/mediquo/organizations",
    "/control/api/mediquo/webhook-endpoints",
    "/control/api/vsee/webhook-endpoints",
    "/api/portal/v1/practices",
];

async fn works(realm: &Realm, what: &str) {
    for path in LOOKED_AT {
        let answer = Answer::to(realm.http.get(realm.url(path))).await;
        assert!(answer.status < 500, "{path} after {what}: {answer}");
    }
    let clock = json!({"advance": "PT1H"});
    let answer = realm.control(Method::PATCH, "clock", &clock).await;
    assert!(answer.status < 500, "the clock after {what}: {answer}");
    let token = json!({"client_id": "demo-client", "user": "anne", "scope": "openid profile"});
    let answer = realm.control(Method::POST, "tokens", &token).await;
    assert!(answer.status < 500, "a token after {what}: {answer}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_value_that_is_none_is_refused_with_its_place_or_does_no_harm() {
    let realm = realm_with(json!({})).await;
    let tokens = realm.demo_client().tokens_for("anne").await;
    realm.demo_client().refresh(tokens.refresh_token()).await.is_ok();
    let taken: Value = serde_json::from_str(&snapshot(&realm).await).expect("JSON");
    let name = format!("{}-hostile", realm.name);
    let (mut refused, mut taken_in) = (0, 0);

    for (table, rows) in taken["tables"].as_object().expect("tables") {
        let Some(row) = rows.get(0).and_then(Value::as_object) else {
            continue;
        };
        for column in row.keys() {
            for value in hostile() {
                let mut document = taken.clone();
                document["tables"][table][0][column] = value.clone();
                let what = format!("{table}.{column} = {value:.40}");
                let answer = restore_as(&realm, &name, document.to_string()).await;
                match answer.status {
                    400 => {
                        refused += 1;
                        let detail = answer.json()["detail"].to_string();
                        assert!(detail.contains("tables."), "{what}: {detail}");
                    }
                    200 | 201 => {
                        taken_in += 1;
                        let made = Realm::at(&answer.member("issuer"), &answer.member("name"), realm.http.clone());
                        works(&made, &what).await;
                    }
                    status => panic!("{status} for {what}: {answer}"),
                }
            }
        }
    }
    assert!(
        refused > 1000 && taken_in > 100,
        "{refused} refused, {taken_in} taken in"
    );
    let gone = realm.http.delete(format!("{}/{name}", realms()));
    Answer::to(gone).await.has_status(204);
}
