//! Snapshots in which one value is not what it should be: whatever it is, it is refused with its place, or the realm
//! that comes of it works.

use reqwest::Method;
use serde_json::{Value, json};

use super::realm_operations::{realms, restore_as, snapshot};
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
    "/control/api/outbox/webhooks",
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

/// Something in tables that the demo leaves empty.
async fn fill(realm: &Realm) {
    let put = async |path: &str, body: Value| {
        realm.control(Method::POST, path, &body).await.has_status(201);
    };
    put(
        "scopes",
        json!({"name": "extra", "descriptions": {"en": "More"}, "claims": ["nickname"]}),
    )
    .await;
    let rule = json!({"where": ["id_token", "userinfo"], "claims": {"clinic": "{{ user.username }}"}});
    put("claims", rule).await;
    let headers = json!([{"name": "x-a", "value": "b"}]);
    let webhook = json!({"event": "e", "url": "http://127.0.0.1:9/hook", "body": "{}", "headers": headers});
    put("outbox/webhooks", webhook).await;
    let message = json!({"recipient": "a@example.com", "subject": "s", "body": "t"});
    put("outbox", message).await;
}

#[tokio::test]
async fn users_scopes_and_claim_rules_follow_the_rules_of_seeds() {
    let realm = realm_with(json!({})).await;
    fill(&realm).await;
    let taken: Value = serde_json::from_str(&snapshot(&realm).await).expect("JSON");
    for (place, value) in [
        ("scopes/0/claims", json!(["iss"])),
        ("scopes/0/claims", json!([1])),
        ("scopes/0/name", json!("a b")),
        ("scopes/0/name", json!("")),
        ("claim_rules/0/places", json!([])),
        ("claim_rules/0/places", json!(["id_token", "id_token"])),
        ("claim_rules/0/places", json!(["nowhere"])),
        ("claim_rules/0/claims", json!({})),
        ("claim_rules/0/claims", json!({"iss": "x"})),
        (
            "claim_rules/0/claims",
            json!({"a": format!("{{{{ {} }}}}", "-".repeat(6000))}),
        ),
        (
            "claim_rules/0/claims",
            json!({"a": format!("{{{{ a }}}}{{{{ {}", "-".repeat(6000))}),
        ),
        ("users/0/claims", json!({"iss": "x"})),
        ("users/0/id", json!("a b")),
    ] {
        let mut document = taken.clone();
        *document["tables"].pointer_mut(&format!("/{place}")).expect(place) = value.clone();

        let answer = restore_as(&realm, &format!("{}-rules", realm.name), document.to_string()).await;

        assert_eq!(answer.status, 400, "{place} = {value:.60}: {answer}");
        let table = place.split('/').next().unwrap_or_default();
        assert!(answer.json()["detail"].to_string().contains(table), "{answer}");
    }
}

/// Restores a snapshot of the realm as often as there are columns in these tables and hostile values for them; how many
/// of them were refused, and how many taken in. A realm that comes of one has to work.
pub async fn restore_each(realm: &Realm, tables: &[&str], works: impl AsyncFn(&Realm, &str)) -> (usize, usize) {
    let taken: Value = serde_json::from_str(&snapshot(realm).await).expect("JSON");
    let name = format!("{}-hostile", realm.name);
    let (mut refused, mut taken_in) = (0, 0);
    for table in tables {
        let row = taken["tables"][table][0].as_object();
        for column in row.unwrap_or_else(|| panic!("{table} is empty")).keys() {
            for value in hostile() {
                let mut document = taken.clone();
                document["tables"][table][0][column] = value.clone();
                let what = format!("{table}.{column} = {value:.40}");
                let answer = restore_as(realm, &name, document.to_string()).await;
                match answer.status {
                    400 => {
                        refused += 1;
                        let detail = answer.json()["detail"].to_string();
                        // A key is tried after everything was read, and named by its `kid`.
                        let named = ["tables.", "the key "].iter().any(|place| detail.contains(place));
                        assert!(named, "{what}: {detail}");
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
    let gone = realm.http.delete(format!("{}/{name}", realms()));
    Answer::to(gone).await.has_status(204);
    (refused, taken_in)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_value_that_is_none_is_refused_with_its_place_or_does_no_harm() {
    let realm = realm_with(json!({})).await;
    fill(&realm).await;
    let tokens = realm.demo_client().tokens_for("anne").await;
    realm.demo_client().refresh(tokens.refresh_token()).await.is_ok();
    let taken: Value = serde_json::from_str(&snapshot(&realm).await).expect("JSON");
    let tables = taken["tables"].as_object().expect("tables").iter();
    let filled: Vec<_> = tables
        .filter(|(_, rows)| rows.get(0).is_some())
        .map(|(table, _)| table.as_str())
        .collect();

    let (refused, taken_in) = restore_each(&realm, &filled, works).await;

    assert!(
        refused > 1000 && taken_in > 100,
        "{refused} refused, {taken_in} taken in"
    );
}
