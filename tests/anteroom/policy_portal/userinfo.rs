//! Userinfo.

use super::*;

#[tokio::test]
async fn brings_all_claims_with_openid_alone() {
    let realm = portal_realm().await;
    let tokens = client(&realm).asking_for("openid").tokens_for("anne").await;

    let mut userinfo = realm.caller(&tokens.access_token).userinfo().await.is_ok().json();

    assert!(userinfo["sub"].is_string());
    userinfo["sub"] = json!("…");
    let address = userinfo["address"].as_object_mut().expect("the standard object");
    address.retain(|name, _| name != "formatted" && name != "region"); // it may say more
    assert_eq!(
        userinfo,
        json!({
            "sub": "…", "given_name": "Anne", "family_name": "Rogers", "name": "Anne Rogers",
            "email": "anne@example.com", "gender": "female", "birthdate": "1984-03-17",
            "phone_number": "+49301234567", "mobile_phone_number": "+491701234567",
            "address": {"street_address": "Rigaer Str. 44", "postal_code": "10247", "locality": "Berlin", "country": "DE"},
            "insurance_company_id": 136, "insurance_number": "A123456780",
        })
    );
}

#[tokio::test]
async fn leaves_profile_claims_out_of_the_id_token() {
    let realm = portal_realm().await;

    let claims = jwt::claims(client(&realm).tokens_for("anne").await.id_token());

    for name in ["name", "email", "gender", "insurance_number"] {
        assert_eq!(claims.get(name), None);
    }
}
