//! Bookings with client credentials, for people who have no account (`spec` §6).

use serde_json::{Value, json};

use super::{CATEGORY, Patient, booked, data, guests, patient, text};
use crate::support::{Realm, fresh_realm, portal_realm};

const BOTH: &str = "appointment_guest_lookup appointment_guest_write";
/// A type for guests.
const VACCINATION: i64 = 202;

fn eva() -> Value {
    json!({"data": {"first_name": "Eva", "last_name": "Beispiel", "email": "eva@example.com"}})
}

async fn book(guest: &Patient, appointment_type: i64, attendant: Value) -> crate::support::Answer {
    let slot = guest.slot(appointment_type, 0).await;
    guest
        .post("/booking", &json!({"availability_id": slot, "attendant": attendant}))
        .await
}

/// `demo-client` on its own: another client than `demo-service`.
async fn other_client(realm: &Realm) -> Patient {
    let token = realm
        .demo_client()
        .client_credentials(BOTH)
        .await
        .is_ok()
        .access_token();
    Patient(realm.caller(&token))
}

#[tokio::test]
async fn a_client_books_looks_up_and_cancels_for_a_guest() {
    let realm = fresh_realm().await;
    let guest = guests(&realm, BOTH).await;

    let id = booked(book(&guest, VACCINATION, eva()).await);

    assert_eq!(guest.appointment(&id).await["appointment_type_id"], VACCINATION);
    assert_eq!(
        booked(guest.post(&format!("/appointments/{id}/cancel"), &json!({})).await),
        id
    );
    assert!(guest.appointment(&id).await["cancelled_at"].is_string());
}

#[tokio::test]
async fn a_form_says_the_attendant_in_brackets() {
    let realm = fresh_realm().await;
    let guest = guests(&realm, BOTH).await;
    let slot = guest.slot(VACCINATION, 0).await;
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.append_pair("availability_id", &slot);
    form.append_pair("attendant[data][first_name]", "Eva");
    form.append_pair("attendant[data][last_name]", "Beispiel");
    form.append_pair("attendant[data][email]", "eva@example.com");

    booked(
        guest
            .post_raw("/booking", "application/x-www-form-urlencoded", form.finish())
            .await,
    );
}

#[tokio::test]
async fn a_type_that_needs_an_account_is_refused_in_the_documented_words() {
    let realm = portal_realm().await;
    let guest = guests(&realm, BOTH).await;

    for appointment_type in [198, 199, 200] {
        let refused = book(&guest, appointment_type, eva()).await.has_status(400);
        assert_eq!(
            refused.json(),
            json!({"error": "attendant must have an external_user_id"}),
            "{appointment_type}"
        );
    }
}

#[tokio::test]
async fn a_guest_has_a_name_and_an_address() {
    let realm = portal_realm().await;
    let guest = guests(&realm, BOTH).await;
    let refusal = async |attendant: Value| {
        text(
            &book(&guest, VACCINATION, attendant).await.has_status(400).json(),
            "error",
        )
    };

    assert_eq!(refusal(Value::Null).await, "attendant missing");
    assert_eq!(refusal(json!("Eva")).await, "Format error in attendant");
    assert_eq!(refusal(json!({})).await, "attendant[data] missing");
    assert_eq!(refusal(json!({"data": []})).await, "Format error in attendant[data]");
    assert_eq!(
        refusal(json!({"data": {"first_name": "Eva"}})).await,
        "attendant[data][last_name] missing"
    );
    let mut wrong = eva();
    wrong["data"]["email"] = json!("eva");
    assert_eq!(refusal(wrong.clone()).await, "Format error in attendant[data][email]");
    wrong["data"]["email"] = json!(7);
    assert_eq!(refusal(wrong).await, "Format error in attendant[data][email]");
    let mut born = eva();
    born["data"]["born_on"] = json!("17.03.1984");
    assert_eq!(refusal(born).await, "Format error in attendant[data][born_on]");
    let mut numbered = eva();
    numbered["data"]["mobile"] = json!(491_701_234_567_i64);
    assert_eq!(refusal(numbered).await, "Format error in attendant[data][mobile]");
    let mut nested = eva();
    nested["data"]["city"] = json!({"name": "Berlin"});
    assert_eq!(refusal(nested).await, "Format error in attendant[data][city]");
    assert_eq!(
        guest.availabilities(CATEGORY, VACCINATION).await.len(),
        720,
        "nothing was booked"
    );
}

#[tokio::test]
async fn a_patient_who_is_signed_in_books_for_nobody_else() {
    let realm = portal_realm().await;
    let anne = patient(&realm, "anne").await;

    let refused = book(&anne, VACCINATION, eva()).await.has_status(400);

    assert_eq!(refused.json(), json!({"error": "Format error in attendant"}));
    booked(book(&anne, VACCINATION, Value::Null).await);
}

#[tokio::test]
async fn a_guests_appointment_belongs_to_the_client_that_booked_it() {
    let realm = fresh_realm().await;
    let (guest, anne) = (guests(&realm, BOTH).await, patient(&realm, "anne").await);
    let id = booked(book(&guest, VACCINATION, eva()).await);
    let other = other_client(&realm).await;

    other.get(&format!("/appointments/{id}")).await.has_status(404);
    other
        .post(&format!("/appointments/{id}/cancel"), &json!({}))
        .await
        .has_status(404);
    anne.get(&format!("/appointments/{id}")).await.has_status(404);
    assert_eq!(data(anne.get("/appointments").await), [Value::Null; 0]);
    let of_anne = anne.books(5).await;
    guest.get(&format!("/appointments/{of_anne}")).await.has_status(404);
    guest
        .post(&format!("/appointments/{of_anne}/cancel"), &json!({}))
        .await
        .has_status(404);
}

#[tokio::test]
async fn a_guests_slot_is_gone_for_everybody() {
    let realm = fresh_realm().await;
    let (guest, anne) = (guests(&realm, BOTH).await, patient(&realm, "anne").await);
    let slot = anne.slot(VACCINATION, 0).await;

    booked(book(&guest, VACCINATION, eva()).await);

    anne.book(&slot).await.has_status(400);
}

#[tokio::test]
async fn a_guest_cannot_wait_for_an_earlier_slot_since_no_row_would_let_them_take_it_or_stop_waiting() {
    let realm = portal_realm().await;
    let guest = guests(&realm, BOTH).await;
    let slot = guest.slot(VACCINATION, 20).await;
    let with = |opt_in: bool| json!({"availability_id": slot, "attendant": eva(), "asap_list_opt_in": opt_in});

    let refused = guest.post("/booking", &with(true)).await.has_status(400);

    assert_eq!(refused.json(), json!({"error": "Format error in asap_list_opt_in"}));
    booked(guest.post("/booking", &with(false)).await);
}

#[tokio::test]
async fn the_practices_demands_and_age_rules_hold_for_guests_too() {
    let realm = fresh_realm().await;
    let guest = guests(&realm, BOTH).await;
    let slot = guest.slot(VACCINATION, 0).await;
    let demanding = json!({"availability_id": slot, "attendant": eva(), "validate_patient_data": true});

    let refused = guest.post("/booking", &demanding).await.has_status(400).json();

    assert_eq!(refused["error"], "mobile missing");
}
