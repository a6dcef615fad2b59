//! `?wait=`: an answer as soon as there is something to show.

use std::time::{Duration, Instant};

use super::{exchanges, text};
use crate::support::fresh_realm;

/// The monotonic clock of the test's own process.
#[expect(
    clippy::disallowed_methods,
    reason = "a test may look at the machine's clock to see that nobody slept"
)]
fn now() -> Instant {
    Instant::now()
}

#[tokio::test]
async fn waiting_returns_only_the_exchange_that_matches() {
    let realm = fresh_realm().await;

    let (waited, ()) = tokio::join!(exchanges(&realm, "endpoint=userinfo&wait=30"), async {
        realm.discovery().await;
        realm.get("/oauth/userinfo").await.has_status(401);
    });

    assert_eq!(waited.len(), 1);
    assert_eq!(text(&waited[0], "endpoint"), "userinfo");
}

#[tokio::test]
async fn waiting_returns_an_existing_exchange_at_once_unless_it_was_seen() {
    let realm = fresh_realm().await;
    realm.discovery().await;

    let begin = now();
    let seen = exchanges(&realm, "wait=30").await;
    assert!(now().duration_since(begin) < Duration::from_secs(20));
    let (next, _) = tokio::join!(exchanges(&realm, "after=1&wait=30"), realm.discovery());

    assert_eq!((&seen[0]["sequence"], &next[0]["sequence"]), (&1.into(), &2.into()));
}

#[tokio::test]
async fn waiting_without_a_match_returns_an_empty_answer() {
    let realm = fresh_realm().await;

    assert!(exchanges(&realm, "wait=PT0.2S").await.is_empty());
}
