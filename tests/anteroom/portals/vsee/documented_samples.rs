//! The documented samples, with their own numbers and at their own time.

use serde_json::{Value, json};

use super::{Caller, at, data, list, public, text};
use crate::support::{Answer, Realm, fresh_realm, realm_with};

/// The clinic of the samples, at a time in Unix seconds.
async fn sample_clinic(now: i64) -> Realm {
    let provider = json!({
        "id": 181_883, "code": "pat", "first_name": "Pat", "last_name": "Doctor", "username": "user181883",
    });
    let room = json!({"id": 170, "code": "sandbox", "slug": "sandbox", "name": "Sandbox", "providers": [181_883]});
    let admin = json!({
        "id": 1, "code": "admin", "first_name": "A", "last_name": "A", "username": "a", "token": "t",
    });
    let account = json!({
        "code": "clinicdev", "id": 1, "domain": "clinicdev.vsee.me", "name": "Clinic", "portal_title": "Clinic",
        "api_key": "key", "api_secret": "secret", "admins": [admin], "providers": [provider], "rooms": [room],
    });
    let now = jiff::Timestamp::from_second(now).expect("a time").to_string();
    let seed = json!({"based_on": "demo", "vsee": {"accounts": [account]}});
    realm_with(json!({"seed": seed, "clock": {"now": now, "frozen": true}})).await
}

async fn sso(realm: &Realm, body: &Value) -> Answer {
    let request = realm.http.post(realm.url(&at("users/sso"))).json(body);
    let request = request.header("X-AccountCode", "clinicdev").header("X-ApiKey", "key");
    Answer::to(request.header("X-ApiSecret", "secret")).await
}

fn is_hexadecimal(value: &Value) -> bool {
    let digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    value
        .as_str()
        .is_some_and(|text| text.len() == 32 && text.bytes().all(digit))
}

#[tokio::test]
async fn a_single_sign_on_answers_the_documented_sample() {
    let realm = sample_clinic(1_473_735_386).await;
    let body = json!({
        "first_name": "John", "last_name": "Smith", "code": "a", "dob": "1990-01-01",
        "username": "57d76ad979b843e6973e7855ac1f0144",
    });

    let mut user = data(sso(&realm, &body).await);

    for drawn in ["/token/token", "/token/refresh_token/token"] {
        let token = user.pointer_mut(drawn).expect("a token").take();
        assert!(is_hexadecimal(&token), "{token}");
    }
    assert_eq!(
        user,
        json!({
            "id": "10008", "code": "ca978112ca1bbdcafac231b39a23dc4d", "first_name": "John", "last_name": "Smith",
            "username": "57d76ad979b843e6973e7855ac1f0144",
            "vseeid": "clinicdev+57d76ad979b843e6973e7855ac1f0144",
            "dob": "1990-01-01", "active": true, "tos": false, "subtype": "",
            "token": {"user_id": "10008", "token": null, "expiry": 1_473_821_786, "refresh_token": {
                "user_id": "10008", "token": null, "expiry": 1_476_327_386, "created": 1_473_735_386,
            }},
        })
    );
}

#[tokio::test]
async fn a_walk_in_answers_the_documented_sample() {
    let realm = sample_clinic(1_458_095_414).await;
    let john = json!({
        "first_name": "John", "last_name": "Smith", "code": "john", "type": 200, "dob": "1990-01-01",
        "gender": "male", "phone": "6505550100", "username": "user10008",
    });
    let john = data(sso(&realm, &john).await);
    let john = Caller {
        token: Some(text(&john["token"], "token")),
        id: text(&john, "id"),
        realm: realm.clone(),
    };
    let post = async |path: &str, body: Value| {
        let token = john.token.as_deref().unwrap_or_default();
        let request = realm.http.post(realm.url(&at(path))).header("X-ApiToken", token);
        data(Answer::to(request.json(&body)).await)
    };
    let intake = json!({"room_code": "sandbox", "type": 1, "reason_for_visit": "followup", "provider": 181_883});
    let intake = text(&post("intakes", intake).await, "id");
    realm.advance("PT74S").await;

    let mut visit = post(
        "visits/add_walkin",
        json!({"intake_id": intake, "provider_id": "181883"}),
    )
    .await;

    assert!(is_hexadecimal(&visit["code"].take()), "{visit}");
    assert_eq!(
        visit,
        json!({
            "id": "67258", "member_id": "10008", "provider_id": "181883", "account_code": null, "code": null,
            "start": "1458095488", "end": "1458096388", "actual_start": null, "actual_end": null,
            "specialty_id": null, "state": null, "type": "1", "status": "10", "completed_by": null,
            "created": 1_458_095_488, "modified": 1_458_095_488, "room_id": null, "_id": "67258",
            "payment": {"duration": 15, "amount": "00.00", "description": "15-min Consultation"},
            "intake": {
                "id": intake, "provider": "181883", "reason_for_visit": "followup", "type": "1",
                "modified": 1_458_095_414, "created": 1_458_095_414, "visit_id": "67258",
            },
            "provider": {
                "id": "181883", "first_name": "Pat", "last_name": "Doctor", "vseeid": "clinicdev+user181883",
                "title": "",
            },
            "member": {
                "id": "10008", "first_name": "John", "last_name": "Smith", "vseeid": "clinicdev+user10008",
                "dob": "1990-01-01", "gender": 1, "phone": "6505550100",
            },
        })
    );
}

#[tokio::test]
async fn a_room_answers_the_documented_sample() {
    let realm = fresh_realm().await;

    let room = data(public(&realm).get("rooms/b4vjj").await);

    assert_eq!(
        room,
        json!({
            "id": "171", "code": "b4vjj", "slug": "provider00102", "name": "provider00102 room",
            "domain": "vclinic.vsee.me", "active": true, "subtitle": "If this is an emergency, please call 911.",
            "account_code": "vclinic", "users": "85741", "provider_ids": ["85741"], "public_access_room": true,
            "created": 1_605_728_974, "modified": 1_605_728_974,
            "visits": {"walkin": {"enabled": true}, "appointment": {"enabled": false}},
            "auth": {"guest": {"type": 600, "log_in": {"enabled": true}}},
            "payment": {
                "consultations": [{
                    "id": "5fb57ace-4808-4346-ad3c-3348925862c1", "description": "15-min Consultation",
                    "duration": 15, "amount": 0, "group": false, "charge": false, "slots": 1,
                }],
                "currency": "USD",
            },
            "operation_settings": {
                "is_closed": false, "close_msg": "Service currently not available. Please check back later",
                "default_timezone": "America/Los_Angeles",
            },
            "specialties": [{"code": "general_care", "name": "Default", "duration": 15}],
        })
    );
}

#[tokio::test]
async fn the_two_documented_texts_are_exact() {
    let realm = fresh_realm().await;
    let admin = super::admin(&realm);
    let room = [("domain", "vclinic.vsee.me"), ("name", "UAT 2"), ("slug", "uat2")];
    admin.form("rooms", &room).await.is_ok();

    let again = admin.form("rooms", &room).await;
    let nowhere = admin.get("nowhere").await;

    assert_eq!(
        again.has_status(400).json(),
        json!({"code": 400, "message": "In domain 'vclinic.vsee.me' slug 'uat2' already exists."})
    );
    assert_eq!(
        nowhere.has_status(404).json(),
        json!({"code": 404, "message": "Sorry, this page is not available."})
    );
}

#[tokio::test]
async fn lists_of_rooms_providers_and_accounts_have_the_documented_members() {
    let realm = fresh_realm().await;
    let anybody = public(&realm);
    let members = |value: &Value| -> Vec<String> {
        let members = value.as_object().expect("an object");
        members.keys().cloned().collect()
    };

    let rooms = list(anybody.get("rooms").await);
    let providers = list(anybody.get("rooms/clinic/providers").await);
    let accounts = list(anybody.get("accounts").await);

    assert_eq!(
        members(&rooms[0]),
        ["slug", "name", "domain", "code", "created", "modified"]
    );
    assert_eq!(
        members(&providers[0]),
        [
            "id",
            "username",
            "code",
            "subtype",
            "first_name",
            "last_name",
            "vseeid",
            "photo",
            "title",
            "suffix",
            "status",
            "short_bio"
        ]
    );
    assert_eq!(
        members(&accounts[0]),
        ["id", "code", "domain", "name", "portal_title", "states"]
    );
}
