//! `anteroom policy …`

use super::typed;
use crate::support::{fresh_realm, portal_realm};

#[tokio::test]
async fn a_switch_is_set_and_the_others_stay() {
    let realm = portal_realm().await;

    let said = typed(
        &realm,
        &["policy", "set", "auto_login=true", "lifetimes.access_token=60"],
    )
    .await
    .does();

    let lines: Vec<Vec<&str>> = said.lines().map(|line| line.split_whitespace().collect()).collect();
    for line in [
        ["auto_login", "true"],
        ["lifetimes.access_token", "60"],
        ["pkce", "ignored"],
    ] {
        assert!(lines.contains(&line.to_vec()), "{line:?}: {said}");
    }
    assert_eq!(typed(&realm, &["policy", "show"]).await.does(), said);
}

#[tokio::test]
async fn a_preset_is_used_but_for_what_is_said() {
    let realm = portal_realm().await;

    let said = typed(&realm, &["policy", "use", "default", "pkce=ignored", "--json"])
        .await
        .json();

    assert_eq!(
        (&said["policy"]["pkce"], &said["policy"]["refresh_rotation"]),
        (&"ignored".into(), &"guarded".into()),
        "{said}"
    );
    assert_eq!(realm.discovery().await.get("code_challenge_methods_supported"), None);
}

#[tokio::test]
async fn what_is_no_switch_sets_nothing() {
    let realm = fresh_realm().await;
    let before = typed(&realm, &["policy", "show"]).await.does();

    for words in [
        &["policy", "set", "auto_logn=true"][..],
        &["policy", "set", "auto_login=perhaps"],
        &["policy", "set", "auto_login=true", "pkce=sometimes"],
        &["policy", "use", "strict"],
    ] {
        typed(&realm, words).await.comes_to_nothing();
    }
    for words in [
        &["policy", "set"][..],
        &["policy", "set", "auto_login"],
        &["policy", "use"],
    ] {
        typed(&realm, words).await.is_misunderstood();
    }
    assert_eq!(typed(&realm, &["policy", "show"]).await.does(), before);
}
