//! Many at once: of simultaneous attempts at something that may happen once, exactly one wins, and nothing breaks.

use std::collections::HashSet;

use futures_util::future::join_all;
use serde_json::json;

use crate::support::{Answer, Arrival, Emulator, Tokens, fresh_realm, portal_realm};

const MANY: usize = 50;

/// Sends the same thing many times at the same moment.
pub async fn at_once<T, F: Future<Output = T> + Send + 'static>(attempts: impl Iterator<Item = F>) -> Vec<T>
where
    T: Send + 'static,
{
    let tasks: Vec<_> = attempts.map(tokio::spawn).collect();
    let results = join_all(tasks).await;
    results
        .into_iter()
        .map(|result| result.expect("no attempt panics"))
        .collect()
}

fn won(answers: &[Answer]) -> Vec<&Answer> {
    answers.iter().filter(|answer| answer.status == 200).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_redemptions_of_one_code_exactly_one_yields_tokens() {
    let realm = fresh_realm().await;
    let client = realm.demo_client();
    let code = client.code_for("anne").await;
    let redeem = client.redemption(&code);

    let answers = at_once(
        (0..MANY)
            .map(|_| redeem.clone())
            .map(|call| async move { call.send().await }),
    )
    .await;

    let winners = won(&answers);
    assert_eq!(winners.len(), 1, "{answers:?}");
    let winner = Tokens::read(winners[0].clone());
    for loser in answers.iter().filter(|answer| answer.status != 200) {
        loser.clone().is_refused_with("invalid_grant");
    }
    assert!(
        !realm.accepts(&winner.access_token).await,
        "the others were replays, and a replay ends the grant"
    );
    client
        .refresh(winner.refresh_token())
        .await
        .is_refused_with("invalid_grant");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_client_racing_for_a_code_cannot_spoil_it() {
    let realm = fresh_realm().await;
    let code = realm.demo_client().code_for("anne").await;
    let (owner, thief) = (
        realm.demo_client().redemption(&code),
        realm.demo_spa().redemption(&code),
    );
    let calls = (0..MANY).map(|number| {
        if number == MANY / 2 {
            owner.clone()
        } else {
            thief.clone()
        }
    });

    let answers = at_once(calls.map(|call| async move { call.send().await })).await;

    let winners = won(&answers);
    assert_eq!(winners.len(), 1);
    assert!(realm.accepts(&winners[0].access_token()).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_refreshes_at_once_yield_one_successor() {
    let realm = fresh_realm().await;
    let client = realm.demo_client();
    let tokens = client.tokens_for("anne").await;
    let refresh = client.refreshing(tokens.refresh_token());

    let answers = at_once(
        (0..MANY)
            .map(|_| refresh.clone())
            .map(|call| async move { call.send().await }),
    )
    .await;

    let tokens: Vec<_> = answers.into_iter().map(Tokens::read).collect();
    let successors: HashSet<_> = tokens.iter().map(|tokens| tokens.refresh_token().to_owned()).collect();
    let access_tokens: HashSet<_> = tokens.iter().map(|tokens| tokens.access_token.clone()).collect();
    assert_eq!((successors.len(), access_tokens.len()), (1, MANY));
    assert!(realm.accepts(&tokens[0].access_token).await);
    client.refresh(tokens[0].refresh_token()).await.brings_tokens();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_grace_exactly_one_of_many_refreshes_wins() {
    let realm = fresh_realm().await;
    realm.change("policy", json!({"lifetimes": {"refresh_grace": 0}})).await;
    for frozen in [false, true] {
        realm.turn_clock(json!({"frozen": frozen})).await.is_ok();
        let client = realm.demo_client();
        let tokens = client.tokens_for("anne").await;
        let refresh = client.refreshing(tokens.refresh_token());

        let answers = at_once(
            (0..MANY)
                .map(|_| refresh.clone())
                .map(|call| async move { call.send().await }),
        )
        .await;

        assert_eq!(won(&answers).len(), 1, "with a frozen clock: {frozen}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_refreshing_kills_the_pair_exactly_one_of_many_wins() {
    let realm = portal_realm().await;
    let client = realm.demo_client().asking_for("openid profile_read");
    let tokens = client.tokens_for("anne").await;
    let refresh = client.refreshing(tokens.refresh_token());

    let answers = at_once(
        (0..MANY)
            .map(|_| refresh.clone())
            .map(|call| async move { call.send().await }),
    )
    .await;

    let winners = won(&answers);
    assert_eq!(winners.len(), 1, "{answers:?}");
    for loser in answers.iter().filter(|answer| answer.status != 200) {
        loser.clone().is_refused_with("invalid_grant");
    }
    assert!(realm.accepts(&winners[0].access_token()).await);
    client.refresh(&winners[0].refresh_token()).await.brings_tokens();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_token_escapes_a_revocation_that_races_with_refreshes() {
    let realm = fresh_realm().await;
    let client = realm.demo_client();
    let tokens = client.tokens_for("anne").await;
    let refresh = client.refreshing(tokens.refresh_token());
    let revoke = client.call("/oauth/revoke").with("token", tokens.refresh_token());
    let calls = (0..20).map(|number| if number == 10 { revoke.clone() } else { refresh.clone() });

    let answers = at_once(calls.map(|call| async move { call.send().await })).await;

    for answer in &answers {
        let body = answer.json();
        assert!(answer.status < 500, "{answer}");
        if let Some(token) = body.get("access_token").and_then(|token| token.as_str()) {
            assert!(
                !realm.accepts(token).await,
                "issued while the grant was ended: {answer}"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_consent_pressed_many_times_yields_one_code() {
    let realm = fresh_realm().await;
    let client = realm.demo_client();
    let browser = realm.user_agent();
    let request = client.request();
    let page = request.open(&browser).await.page();
    let page = browser
        .submit(&page.form_with("persona").press("persona", "anne"))
        .await
        .page();
    let form = page.form_with("decision").press("decision", "allow");

    let presses = (0..10).map(|_| (browser.clone(), form.clone()));
    let arrivals = at_once(presses.map(|(browser, form)| async move { browser.submit(&form).await })).await;

    let mut codes = HashSet::new();
    for arrival in arrivals {
        match arrival {
            Arrival::Callback(callback) => assert!(codes.insert(callback.code()), "one code twice"),
            Arrival::Page(page) => assert!(page.answer.status < 500, "{}", page.answer),
        }
    }
    assert_eq!(codes.len(), 1, "{codes:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_tabs_sign_in_at_the_same_moment() {
    let realm = fresh_realm().await;
    let browser = realm.user_agent();
    let requests = [realm.demo_client().request(), realm.demo_spa().request()];
    let mut pages = Vec::new();
    for request in &requests {
        pages.push(request.open(&browser).await.page());
    }

    let forms = pages
        .iter()
        .map(|page| page.form_with("persona").press("persona", "anne"));
    let presses: Vec<_> = forms.map(|form| (browser.clone(), form)).collect();
    at_once(
        presses
            .into_iter()
            .map(|(browser, form)| async move { browser.submit(&form).await }),
    )
    .await;

    // Whichever came last, this browser is signed in now and both may go on.
    for request in requests {
        let callback = request.authorize(&browser, "anne").await;
        request.client.redeem(&request.code_in(&callback)).await.brings_tokens();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_name_is_given_to_one_realm_only() {
    let emulator = Emulator::shared();
    let name = format!("raced-{}", fresh_realm().await.name);

    let wishes = (0..10).map(|_| json!({ "name": name, "seed": "none" }));
    let answers = at_once(wishes.map(|wishes| async move { emulator.try_realm(wishes).await })).await;

    let made = answers.iter().filter(|answer| answer.status == 201).count();
    let refused = answers.iter().filter(|answer| answer.status == 409).count();
    assert_eq!((made, refused), (1, 9), "{answers:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clock_turned_many_times_at_once_counts_every_turn() {
    let realm = fresh_realm().await;
    let before = realm.now().await;

    let turns = (0..10).map(|_| realm.clone());
    let answers = at_once(turns.map(|realm| async move { realm.turn_clock(json!({ "advance": "PT1M" })).await })).await;

    assert!(answers.iter().all(|answer| answer.status == 200), "{answers:?}");
    assert_eq!(realm.now().await.as_second() - before.as_second(), 600);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crowd_is_served_and_every_answer_is_its_own() {
    let realm = fresh_realm().await;
    let service = realm.demo_service();

    let crowd = (0..200).map(|_| service.clone());
    let answers =
        at_once(crowd.map(|service| async move { service.client_credentials("appointment_guest_write").await })).await;

    let tokens: HashSet<_> = answers
        .into_iter()
        .map(|answer| answer.brings_tokens().access_token())
        .collect();
    assert_eq!(tokens.len(), 200);
}

/// Two processes on one database: what one of them spends is spent.
mod between_two_processes {
    use super::*;
    use crate::support::{ClientApp, Realm};

    /// The same realm as the second process serves it.
    fn in_another_realm(realm: &Realm, emulator: &Emulator, address: &str) -> Realm {
        Realm {
            issuer: realm.issuer.replace(&emulator.issuer, address),
            ..realm.clone()
        }
    }

    fn wishes() -> serde_json::Value {
        json!({ "seed": "demo", "clock": { "now": crate::support::emulator::START, "frozen": true } })
    }

    /// The realm of the second process, once that knows of it (it looks every second).
    async fn known_in_another_realm(realm: Realm) -> Realm {
        while realm.get("/oauth/discovery/keys").await.status == 404 {
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        realm
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_code_is_redeemed_once() {
        let emulator = Emulator::start(&[]);
        let (_second, address) = emulator.beside();
        let realm = emulator.realm(wishes()).await;
        let other = known_in_another_realm(in_another_realm(&realm, &emulator, &address)).await;
        let client = realm.demo_client();
        let code = client.code_for("anne").await;
        let calls = [client.redemption(&code), other.demo_client().redemption(&code)];

        let attempts = (0..20).map(|number| calls[number % 2].clone());
        let answers = at_once(attempts.map(|call| async move { call.send().await })).await;

        assert_eq!(won(&answers).len(), 1, "{answers:?}");
        for loser in answers.iter().filter(|answer| answer.status != 200) {
            loser.clone().is_refused_with("invalid_grant");
        }
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn many_refreshes_yield_one_successor() {
        let emulator = Emulator::start(&[]);
        let (_second, address) = emulator.beside();
        let realm = emulator.realm(wishes()).await;
        let other = known_in_another_realm(in_another_realm(&realm, &emulator, &address)).await;
        let tokens = realm.demo_client().tokens_for("anne").await;
        let clients: [ClientApp; 2] = [realm.demo_client(), other.demo_client()];

        let attempts = (0..20).map(|number| clients[number % 2].refreshing(tokens.refresh_token()));
        let answers = at_once(attempts.map(|call| async move { call.send().await })).await;

        let successors: HashSet<_> = answers
            .into_iter()
            .map(|answer| answer.brings_tokens().refresh_token())
            .collect();
        assert_eq!(successors.len(), 1);
    }

    #[tokio::test]
    async fn a_revocation_here_is_seen_there() {
        let emulator = Emulator::start(&[]);
        let (_second, address) = emulator.beside();
        let realm = emulator.realm(wishes()).await;
        let other = known_in_another_realm(in_another_realm(&realm, &emulator, &address)).await;
        let tokens = realm.demo_client().tokens_for("anne").await;
        assert!(other.accepts(&tokens.access_token).await);

        realm.demo_client().revoke(tokens.refresh_token()).await.is_ok();

        assert!(!other.accepts(&tokens.access_token).await);
    }

    #[tokio::test]
    async fn a_clock_turned_here_is_turned_there_before_long() {
        let emulator = Emulator::start(&[]);
        let (_second, address) = emulator.beside();
        let realm = emulator.realm(wishes()).await;
        let other = known_in_another_realm(in_another_realm(&realm, &emulator, &address)).await;

        realm.advance("PT3H").await;

        while other.now().await != realm.now().await {
            tokio::time::sleep(std::time::Duration::from_millis(50)).await; // this ends, or the test never does
        }
    }
}

/// One order of locks for all who change a family: whoever comes second waits, and nobody's request fails.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn revoking_and_refreshing_the_same_pair_at_once_break_nothing() {
    let realm = portal_realm().await;
    let client = realm.demo_client().asking_for("openid profile_read");

    for _ in 0..10 {
        let tokens = client.tokens_for("anne").await;
        let calls = [
            client.refreshing(tokens.refresh_token()),
            client.call("/oauth/revoke").with("token", &tokens.access_token),
            client.refreshing(tokens.refresh_token()),
            client.call("/oauth/revoke").with("token", tokens.refresh_token()),
        ];

        let answers = at_once(calls.into_iter().map(|call| async move { call.send().await })).await;

        assert!(answers.iter().all(|answer| answer.status < 500), "{answers:?}");
        assert!(!realm.accepts(&tokens.access_token).await);
    }
}
