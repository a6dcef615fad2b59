//! Guessing passwords is slowed down, for one name and no other.

use super::*;

async fn guess_until_throttled(realm: &Realm, username: &str) -> Answer {
    let browser = realm.user_agent();
    for _ in 0..30 {
        let answer = wrong_password(&browser, realm, username).await;
        if answer.status == 429 {
            return answer;
        }
        answer.has_status(403);
    }
    panic!("thirty guesses in a row were heard")
}

#[tokio::test]
async fn is_slowed_down_even_for_the_right_password() {
    let realm = fresh_realm().await;

    let throttled = guess_until_throttled(&realm, "anne").await;

    let seconds: u64 = throttled
        .header("retry-after")
        .unwrap_or_default()
        .parse()
        .expect("seconds");
    assert!((1..=60).contains(&seconds), "{throttled}");
    let fields = [("username", "Anne"), ("password", "anne-password")];
    attempt(&realm.user_agent(), &realm.url("/login"), &fields)
        .await
        .has_status(429);
}

#[tokio::test]
async fn is_slowed_down_for_names_that_nobody_has() {
    let realm = fresh_realm().await;

    guess_until_throttled(&realm, "nobody").await;
}

#[tokio::test]
async fn does_not_get_faster_with_the_realms_clock() {
    let realm = fresh_realm().await;
    guess_until_throttled(&realm, "anne").await;

    realm.advance("P1D").await;

    wrong_password(&realm.user_agent(), &realm, "anne")
        .await
        .has_status(429);
}

#[tokio::test]
async fn one_name_does_not_slow_down_others_nor_other_realms() {
    let realm = fresh_realm().await;
    let other = fresh_realm().await;
    guess_until_throttled(&realm, "anne").await;

    wrong_password(&realm.user_agent(), &realm, "nobody")
        .await
        .has_status(403);
    wrong_password(&other.user_agent(), &other, "anne")
        .await
        .has_status(403);
    let picked = attempt(&realm.user_agent(), &realm.url("/login"), &[("persona", "anne")]).await;
    picked.has_status(303);
}
