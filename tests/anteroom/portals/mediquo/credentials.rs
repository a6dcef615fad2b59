//! Who may ask: `X-API-Key` and `X-Secret-Key` on every call.

use reqwest::Method;
use serde_json::{Value, json};

use super::{Customer, clinic, says};
use crate::support::{Answer, Realm};

/// Every documented call of version 1.
const CALLS: [(&str, &str); 16] = [
    ("PUT", "/v1/patients"),
    ("GET", "/v1/patients/jane-1"),
    ("POST", "/v1/patients/authenticate"),
    ("POST", "/v1/appointments"),
    ("PUT", "/v1/appointments/a-1"),
    ("DELETE", "/v1/appointments/a-1"),
    ("GET", "/v1/consultants"),
    ("POST", "/v1/messages"),
    ("GET", "/api/v1/prescriptions/8da0198f-33fa-4dbf-8f50-bbefe6fe15c1"),
    (
        "GET",
        "/api/v1/prescriptions/8da0198f-33fa-4dbf-8f50-bbefe6fe15c1/download",
    ),
    ("POST", "/v1/activation-codes"),
    ("GET", "/v1/activation-codes"),
    ("PUT", "/v1/activation-codes/WELCOME/activate"),
    ("PUT", "/v1/activation-codes/WELCOME/deactivate"),
    ("PUT", "/v1/activation-codes/WELCOME/send"),
    ("POST", "/v2/authenticate"),
];

async fn ask(realm: &Realm, method: &str, path: &str, keys: &[(&str, &str)]) -> Answer {
    let method = method.parse::<Method>().expect("a method");
    let mut request = realm.http.request(method, realm.url(&format!("/mediquo{path}")));
    for (name, value) in keys {
        request = request.header(*name, *value);
    }
    Answer::to(request).await
}

#[tokio::test]
async fn no_call_is_answered_without_both_keys_being_right() {
    let realm = clinic().await.realm;
    let (api, secret) = (("x-api-key", "demo-api-key"), ("x-secret-key", "demo-secret-key"));
    let wrong: [&[(&str, &str)]; 7] = [
        &[],
        &[api],
        &[secret],
        &[api, ("x-secret-key", "other-secret-key")],
        &[("x-api-key", "nobody"), secret],
        &[("x-api-key", ""), ("x-secret-key", "")],
        &[api, secret, secret],
    ];
    for (method, path) in CALLS {
        for keys in wrong {
            says(ask(&realm, method, path, keys).await, 401, "Unauthorized");
        }
    }
}

#[tokio::test]
async fn the_names_of_the_headers_are_read_in_any_case() {
    let realm = clinic().await.realm;

    let keys = [("X-API-KEY", "demo-api-key"), ("x-Secret-key", "demo-secret-key")];

    ask(&realm, "GET", "/v1/consultants", &keys).await.is_ok();
}

#[tokio::test]
async fn keys_are_good_in_their_realm_only_and_for_their_own_things() {
    let (one, other) = (clinic().await, clinic().await);
    one.writes(json!([{"code": "only-here", "first_name": "P"}])).await;

    says(other.get("/v1/patients/only-here").await, 404, "Not found");
    let hashes = |answer: Answer| answer.is_ok().json()[0]["hash"].clone();
    assert_eq!(hashes(one.get("/v1/consultants").await), "prof-hash");
    assert_eq!(
        hashes(Customer::insurer(&one.realm).get("/v1/consultants").await),
        "other-prof-hash"
    );
}

#[tokio::test]
async fn a_refusal_comes_before_the_body_is_looked_at() {
    let realm = clinic().await.realm;
    let url = realm.url("/mediquo/v1/patients");

    let answer = Answer::to(realm.http.put(url).body("{nonsense")).await;

    says(answer, 401, "Unauthorized");
}

#[tokio::test]
async fn a_seed_of_ones_own_brings_its_own_keys() {
    let seed = json!({"based_on": "demo", "mediquo": {"organizations": [
        {"id": "mine", "name": "Mine", "api_key": "my-api-key", "secret_key": "my-secret-key"},
    ]}});
    let realm = crate::support::realm_with(json!({ "seed": seed })).await;

    let mine = [("x-api-key", "my-api-key"), ("x-secret-key", "my-secret-key")];

    let listed = ask(&realm, "GET", "/v1/consultants", &mine).await.is_ok().json();
    assert_eq!(listed, Value::Array(vec![]));
    let demo = [("x-api-key", "demo-api-key"), ("x-secret-key", "demo-secret-key")];
    says(ask(&realm, "GET", "/v1/consultants", &demo).await, 401, "Unauthorized");
}
