//! Rooms and accounts.

use serde_json::json;

use super::{admin, data, list, patient, public, refused, text};
use crate::support::fresh_realm;

#[tokio::test]
async fn rooms_come_in_pages() {
    let realm = fresh_realm().await;
    let anybody = public(&realm);

    let all = anybody.get("rooms").await.is_ok().json();
    let second = list(anybody.get("rooms?page=2&limit=1").await);

    assert_eq!(all["total_count"], 3);
    assert_eq!(second[0], all["data"][1]);
    assert!(list(anybody.get("rooms?page=5").await).is_empty());
    for wrong in ["page=0", "page=x", "limit=0", "limit=501", "page=-1", "limit=1&limit=2"] {
        refused(&anybody.get(&format!("rooms?{wrong}")).await, 400);
    }
}

#[tokio::test]
async fn a_room_of_ones_own_can_be_used_at_once() {
    let realm = fresh_realm().await;
    let room = json!({"domain": "vclinic.vsee.me", "name": "Drawn"});

    let room = data(admin(&realm).post("rooms", &room).await);

    let code = text(&room, "code");
    assert_eq!(
        (code.len(), &room["slug"], &room["id"]),
        (5, &room["code"], &json!("172"))
    );
    assert_eq!(room["payment"]["consultations"][0]["duration"], 15);
    let john = patient(&realm, "p-1").await;
    let intake = data(john.post("intakes", &json!({"room_code": code})).await);
    john.post("visits/add_walkin", &json!({"intake_id": intake["id"]}))
        .await
        .is_ok();
}

#[tokio::test]
async fn a_slug_is_unique_in_its_domain_and_a_code_in_its_clinic() {
    let realm = fresh_realm().await;
    let admin = admin(&realm);
    let room =
        |domain: &str, code: &str, slug: &str| json!({"domain": domain, "name": "R", "code": code, "slug": slug});

    admin.post("rooms", &room("one.vsee.me", "r1", "same")).await.is_ok();
    admin.post("rooms", &room("two.vsee.me", "r2", "same")).await.is_ok();
    let slug = refused(&admin.post("rooms", &room("one.vsee.me", "r3", "same")).await, 400);
    assert_eq!(slug, "In domain 'one.vsee.me' slug 'same' already exists.");
    let code = refused(&admin.post("rooms", &room("one.vsee.me", "r1", "other")).await, 400);
    assert!(code.contains("r1"), "{code}");
    refused(&public(&realm).get("rooms/r3").await, 404);
}

#[tokio::test]
async fn only_admins_open_rooms_and_only_sound_ones() {
    let realm = fresh_realm().await;
    let john = patient(&realm, "p-1").await;
    let sound = json!({"domain": "vclinic.vsee.me", "name": "R"});

    refused(&john.post("rooms", &sound).await, 403);
    refused(&public(&realm).post("rooms", &sound).await, 401);
    for (member, wrong) in [
        ("domain", json!("")),
        ("domain", json!("a/b")),
        ("name", json!(null)),
        ("name", json!("x".repeat(256))),
        ("code", json!("A B")),
        ("slug", json!("../x")),
        ("slug", json!("Uat2")),
    ] {
        let mut room = sound.clone();
        room[member] = wrong;
        refused(&admin(&realm).post("rooms", &room).await, 400);
    }
    assert_eq!(public(&realm).get("rooms").await.is_ok().json()["total_count"], 3);
}

#[tokio::test]
async fn who_works_in_a_room_is_public() {
    let realm = fresh_realm().await;
    let anybody = public(&realm);

    let providers = list(anybody.get("rooms/clinic/providers").await);
    let pat = data(anybody.get("rooms/clinic/providers/181883").await);

    assert_eq!((providers.len(), &providers[0]), (2, &pat));
    assert_eq!(
        (&pat["vseeid"], &pat["status"]),
        (&json!("vclinic+user181883"), &json!(true))
    );
    refused(&anybody.get("rooms/b4vjj/providers/181883").await, 404);
    refused(&anybody.get("rooms/nowhere/providers").await, 404);
    refused(&anybody.get("rooms/clinic/providers/pat").await, 404);
}

#[tokio::test]
async fn the_account_has_a_short_name() {
    let realm = fresh_realm().await;
    let anybody = public(&realm);

    let account = data(anybody.get("accounts/-").await);

    assert_eq!(account, data(anybody.get("accounts/vclinic").await));
    assert_eq!(account["states"]["CA"], "California");
    refused(&anybody.get("accounts/nowhere").await, 404);
    let request = realm
        .http
        .get(realm.url(&super::at("rooms")))
        .header("X-AccountCode", "nowhere");
    refused(&crate::support::Answer::to(request).await, 401);
}
