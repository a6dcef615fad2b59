//! The session a sign-in begins, and its cookie.

use super::*;

async fn cookie_of(realm: &Realm) -> String {
    let answer = attempt(&realm.user_agent(), &realm.url("/login"), &[("persona", "anne")]).await;
    let answer = answer.has_status(303);
    assert_eq!(answer.headers.get_all(SET_COOKIE).iter().count(), 1, "{answer}");
    answer.header("set-cookie").unwrap_or_default().to_owned()
}

async fn is_signed_in(realm: &Realm, cookie: &str) -> bool {
    let answer = Answer::to(realm.http.get(realm.url("/account")).header("cookie", cookie)).await;
    answer.status == 200
}

#[tokio::test]
async fn is_named_by_a_cookie_that_scripts_and_other_sites_do_not_get() {
    let realm = fresh_realm().await;

    let cookie = cookie_of(&realm).await;

    for attribute in ["HttpOnly", "SameSite=Lax", "Path=/"] {
        assert!(cookie.contains(attribute), "{attribute}: {cookie}");
    }
    for attribute in ["Max-Age", "Expires", "Domain", "Secure", "__Host-"] {
        assert!(!cookie.contains(attribute), "{attribute}: {cookie}");
    }
    let value = cookie.split(['=', ';']).nth(1).unwrap_or_default();
    assert!(value.len() >= 43, "256 bits: {cookie}");
}

#[tokio::test]
async fn of_one_realm_is_nothing_in_another() {
    let (realm, other) = (fresh_realm().await, fresh_realm().await);

    let cookie = cookie_of(&realm).await;
    let pair = cookie.split(';').next().unwrap_or_default();
    let (name, value) = pair.split_once('=').expect("a cookie");
    let others = cookie_of(&other).await;
    let (other_name, _) = others.split_once('=').expect("a cookie");

    assert_ne!(name, other_name);
    assert!(is_signed_in(&realm, pair).await);
    assert!(!is_signed_in(&other, pair).await);
    assert!(!is_signed_in(&other, &format!("{other_name}={value}")).await);
}

#[tokio::test]
async fn gets_a_new_id_with_every_sign_in_and_the_old_one_dies() {
    let realm = fresh_realm().await;
    let browser = realm.user_agent();
    attempt(&browser, &realm.url("/login"), &[("persona", "anne")])
        .await
        .has_status(303);
    let old = browser.cookies();

    attempt(&browser, &realm.url("/login"), &[("persona", "anne")])
        .await
        .has_status(303);

    assert_ne!(browser.cookies(), old);
    assert!(is_signed_in(&realm, &browser.cookies()).await);
    assert!(!is_signed_in(&realm, &old).await);
}

#[tokio::test]
async fn does_not_take_its_id_from_the_browser() {
    let realm = fresh_realm().await;
    let cookie = cookie_of(&realm).await;
    let (name, _) = cookie.split_once('=').expect("a cookie");
    let planted = format!("{name}={}", "p".repeat(43));

    let request = realm.http.post(realm.url("/login")).header("cookie", &planted);
    let answer = Answer::to(request.form(&[("persona", "anne")])).await.has_status(303);

    assert!(
        !answer.header("set-cookie").unwrap_or_default().contains(&planted),
        "{answer}"
    );
    assert!(!is_signed_in(&realm, &planted).await);
}

#[tokio::test]
async fn ends_for_the_first_person_when_a_second_one_signs_in() {
    let realm = fresh_realm().await;
    let other = other_persona(&realm).await;
    let browser = realm.user_agent();
    attempt(&browser, &realm.url("/login"), &[("persona", "anne")])
        .await
        .has_status(303);
    let annes = browser.cookies();

    attempt(&browser, &realm.url("/login"), &[("persona", &other)])
        .await
        .has_status(303);

    assert!(!is_signed_in(&realm, &annes).await);
    assert!(is_signed_in(&realm, &browser.cookies()).await);
}

#[tokio::test]
async fn is_not_begun_by_forms_that_come_from_elsewhere() {
    let realm = fresh_realm().await;
    let form = [("persona", "anne")];
    let post = || realm.http.post(realm.url("/login")).form(&form);

    for (name, value) in [
        ("origin", "https://client.example.com"),
        ("origin", "null"),
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
        ("host", "evil.example"),
    ] {
        let answer = Answer::to(post().header(name, value)).await;
        answer.has_status(403).is_a_refusal_page().lacks_header("set-cookie");
    }
}
