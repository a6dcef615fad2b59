//! The documented walkthrough, replayed: `spec` §10, literally under policy `portal`, and once more under
//! `default`, where only what the policies decide is different.

use serde_json::{Value, json};

use super::{Patient, at, booked, data, ids, text};
use crate::support::{Answer, Realm, Tokens, jwt, realm_with};

const ID: &str = "xbCuVVTNU6rT6E5m8p6Y8h7opzfo";
const CALLBACK: &str = "https://client.example.com/cb";

async fn walkthrough_realm() -> Realm {
    realm_with(json!({"seed": "walkthrough", "policy": "portal"})).await
}

async fn anne(realm: &Realm) -> (Patient, Tokens) {
    let client = realm.demo_client().called_back_at(CALLBACK);
    let tokens = client
        .asking_for("openid profile_read appointment_read appointment_write")
        .tokens_for("anne")
        .await;
    (Patient(realm.caller(&tokens.access_token)), tokens)
}

#[tokio::test]
async fn discovery_sign_in_tokens_and_userinfo_are_as_documented() {
    let realm = walkthrough_realm().await;
    let client = realm
        .demo_client()
        .called_back_at(CALLBACK)
        .asking_for("openid profile_read appointment_read appointment_write");

    let document = realm.discovery().await;
    let callback = client
        .request()
        .with("state", "s1")
        .with("nonce", "n1")
        .authorize_as("anne")
        .await
        .0;

    assert_eq!(document["token_endpoint"], realm.url("/oauth/token"));
    assert!(callback.address().starts_with(CALLBACK));
    assert_eq!(callback.get("state"), Some("s1"));
    let again = client.request().with("nonce", "n2").tokens_for("anne").await;
    let claims = jwt::claims(again.id_token());
    assert_eq!(
        (&claims["aud"], &claims["nonce"]),
        (&json!("demo-client"), &json!("n2"))
    );
    let userinfo = realm.caller(&again.access_token).userinfo().await.is_ok().json();
    assert_eq!(userinfo["sub"], claims["sub"]);
}

/// Steps 2b and 3.
#[tokio::test]
async fn a_denial_and_a_code_used_twice_are_answered_as_documented() {
    let realm = walkthrough_realm().await;
    let client = realm.demo_client().called_back_at(CALLBACK).asking_for(super::SCOPES);
    let browser = realm.user_agent();

    let request = client.request().with("state", "s1");
    let page = request.open(&browser).await.page();
    let page = browser
        .submit(&page.form_with("persona").press("persona", "anne"))
        .await
        .page();
    let denied = browser
        .submit(&page.form_with("decision").press("decision", "deny"))
        .await
        .callback();
    let code = client.code_for("anne").await;
    client.redeem(&code).await.brings_tokens();
    let again = client.redeem(&code).await;

    assert_eq!(
        denied.url.as_str(),
        "https://client.example.com/cb?error=access_denied&error_description=The+resource+owner+or+authorization+\
         server+denied+the+request.&state=s1"
    );
    again.is_refused_with("invalid_grant");
}

#[tokio::test]
async fn the_walkthrough_can_be_replayed_literally() {
    let realm = walkthrough_realm().await;
    let (anne, _) = anne(&realm).await;

    // 5 to 8: who, and what there is.
    assert_eq!(anne.get("/user").await.is_ok().json()["data"]["first_name"], "Anne");
    assert!(ids(&data(anne.get("/insurances").await)).contains(&136));
    assert!(ids(&data(anne.get("/appointment_categories?insurance_id=136").await)).contains(&53));
    let types = data(
        anne.get("/appointment_types?appointment_category_id=53&insurance_id=136")
            .await,
    );
    let sprechstunde = types.iter().find(|one| one["id"] == 198).expect("type 198");
    assert_eq!(sprechstunde["asap_notifications_enabled"], true);

    // 9 and 10: find and book.
    let slots = data(anne.get("/availabilities?appointment_category_id=53&appointment_type_id=198&insurance_id=136&from=2025-06-03&to=2025-06-30").await);
    assert!(slots.len() >= 3, "{}", slots.len());
    let a1 = text(slots.last().expect("slots"), "id");
    assert_shape(&a1);
    assert_eq!(anne.book(&a1).await.is_ok().json(), json!({"data": {"id": ID}}));
    let again = anne.book(&a1).await.has_status(400);
    assert_eq!(again.json(), json!({"error": "The event is unavailable."}));

    // 11: look at it.
    let appointment = anne.appointment(ID).await;
    assert_eq!(
        (&appointment["cancelled_at"], &appointment["asap_list"]),
        (&Value::Null, &json!(false))
    );
    assert_eq!(appointment["starts_at"], slots.last().expect("slots")["starts_at"]);

    // 12 and 13: move it to the middle.
    let others = data(anne.get(&format!("/appointments/{ID}/availabilities")).await);
    let a2 = &others[others.len() / 2];
    assert_eq!(booked(reschedule(&anne, &text(a2, "id")).await), ID);
    assert_eq!(anne.appointment(ID).await["starts_at"], a2["starts_at"]);

    // 14 to 16: wait for an earlier one, and take it.
    let list = format!("/appointments/{ID}/asap_list");
    assert_eq!(
        anne.put(&list, &json!({})).await.has_status(400).json(),
        json!({"error": "email missing"})
    );
    assert_eq!(booked(anne.put(&list, &json!({"email": "anne@example.com"})).await), ID);
    let earlier = format!("/appointments/{ID}/earlier_availability");
    let found = anne.get(&earlier).await.is_ok().json()["data"].clone();
    let a3 = &found["availability"];
    assert!(
        instant(&a3["starts_at"]) < instant(&found["appointment"]["starts_at"]),
        "{found}"
    );
    assert_eq!(booked(reschedule(&anne, &text(a3, "id")).await), ID);

    // 17: wait no longer.
    assert_eq!(anne.delete(&list).await.is_ok().json(), json!({"data": {"id": ID}}));
    anne.get(&earlier).await.has_status(400);

    // 18: cancel.
    let cancel = format!("/appointments/{ID}/cancel");
    assert_eq!(booked(anne.post(&cancel, &json!({})).await), ID);
    let appointment = anne.appointment(ID).await;
    assert!(appointment["cancelled_at"].is_string(), "{appointment}");
    assert_eq!(appointment["is_cancellable"], false);
    anne.post(&cancel, &json!({})).await.has_status(400);
    reschedule(&anne, &text(a2, "id")).await.has_status(400);

    // 19: book again, waiting for an earlier one from the start.
    let slot = anne.slot(198, 5).await;
    let second = booked(
        anne.post("/booking", &json!({"availability_id": slot, "asap_list_opt_in": true}))
            .await,
    );
    assert_ne!(second, ID);
    assert_eq!(anne.appointment(&second).await["asap_list"], true);
}

#[tokio::test]
async fn tokens_are_refreshed_narrowed_and_revoked_as_documented() {
    let realm = walkthrough_realm().await;
    let (before, tokens) = anne(&realm).await;
    let client = realm.demo_client();
    let booked = before.books(0).await;

    // 20: a new pair, and the old one is dead.
    let new = Tokens::read(client.refresh(tokens.refresh_token()).await);
    before.get("/user").await.has_status(401);
    client
        .refresh(tokens.refresh_token())
        .await
        .is_refused_with("invalid_grant");

    // 21: less scope, less to do.
    let profile = super::patient_with(&realm, "anne", "profile_read").await;
    profile.get("/user").await.is_ok();
    lacks_scope(&profile.get(&format!("/appointments/{booked}")).await);
    lacks_scope(&profile.post("/booking", &json!({"availability_id": "x"})).await);
    let reader = super::patient_with(&realm, "anne", "profile_read appointment_read").await;
    reader.get(&format!("/appointments/{booked}")).await.is_ok();
    lacks_scope(&reader.post("/booking", &json!({"availability_id": "x"})).await);

    // 22: revoked.
    let after = Patient(realm.caller(&new.access_token));
    after.get("/user").await.is_ok();
    assert_eq!(client.revoke(&new.access_token).await.is_ok().json(), json!({}));
    after.get("/user").await.has_status(401);
}

/// Under `default` the walkthrough goes the same way. The differences: errors explain themselves beside the
/// documented text, and a request without a token is asked for one without being told that its token is bad.
#[tokio::test]
async fn under_the_default_policy_the_walkthrough_goes_the_same_way_with_more_to_read() {
    let realm = realm_with(json!({"seed": "walkthrough", "policy": "default"})).await;
    let anne = super::patient(&realm, "anne").await;

    let a1 = anne.slot(198, 300).await;
    assert_eq!(booked(anne.book(&a1).await), ID);
    let again = anne.book(&a1).await.has_status(400).json();
    assert_eq!(again["error"], "The event is unavailable.");
    assert_eq!(
        again["error_description"],
        "it is already booked, or overlaps a booked time"
    );

    let nobody = realm.get(&at("/user")).await.has_status(401);
    assert_eq!(nobody.header("www-authenticate"), Some("Bearer realm=\"Anteroom\""));

    let others = data(anne.get(&format!("/appointments/{ID}/availabilities")).await);
    assert_eq!(booked(reschedule(&anne, &text(&others[3], "id")).await), ID);
    assert_eq!(
        booked(
            anne.put(
                &format!("/appointments/{ID}/asap_list"),
                &json!({"email": "anne@example.com"})
            )
            .await
        ),
        ID
    );
    let found = anne
        .get(&format!("/appointments/{ID}/earlier_availability"))
        .await
        .is_ok()
        .json();
    assert_eq!(found["data"]["availability"]["starts_at"], others[0]["starts_at"]);
    assert_eq!(
        booked(anne.post(&format!("/appointments/{ID}/cancel"), &json!({})).await),
        ID
    );
}

async fn reschedule(anne: &Patient, availability: &str) -> Answer {
    anne.post(
        &format!("/appointments/{ID}/reschedule"),
        &json!({"availability_id": availability}),
    )
    .await
}

fn lacks_scope(answer: &Answer) {
    assert_eq!(answer.status, 403, "{answer}");
    assert_eq!(answer.json()["error"], "insufficient_scope");
}

fn instant(value: &Value) -> jiff::Timestamp {
    value
        .as_str()
        .and_then(|text| text.parse().ok())
        .unwrap_or_else(|| panic!("no instant: {value}"))
}

/// `^[A-Za-z0-9+_=]+--[A-Za-z0-9+_=]+--[A-Za-z0-9+_=]+$`
fn assert_shape(id: &str) {
    let parts: Vec<_> = id.split("--").collect();
    let sound = |part: &&str| {
        !part.is_empty()
            && part
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"+_=".contains(&byte))
    };
    assert!(parts.len() == 3 && parts.iter().all(sound), "{id}");
}
