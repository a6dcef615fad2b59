//! What survives the end of the process: everything that was answered. And what a hang-up leaves behind: nothing half
//! done.

use serde_json::{Value, json};
use tokio::{io::AsyncWriteExt, net::TcpStream};

use crate::support::{Emulator, Tokens, emulator::START, hang_up::hang_up};

fn wishes() -> Value {
    json!({ "seed": "demo", "clock": { "now": START, "frozen": true } })
}

/// The whole flow, with `interrupt` between any two steps.
async fn a_flow_survives(mut emulator: Emulator, interrupt: impl Fn(&mut Emulator)) {
    let realm = emulator.realm(wishes()).await;
    interrupt(&mut emulator);
    let client = realm.demo_client();
    let request = client.request().with_pkce();
    let browser = emulator.user_agent();

    let page = request.open(&browser).await.page();
    interrupt(&mut emulator);
    let page = browser
        .submit(&page.form_with("persona").press("persona", "anne"))
        .await
        .page();
    interrupt(&mut emulator);
    let callback = browser
        .submit(&page.form_with("decision").press("decision", "allow"))
        .await
        .callback();
    let code = request.code_in(&callback);
    interrupt(&mut emulator);
    let first = Tokens::read(client.redeem(&code).await);
    interrupt(&mut emulator);
    let userinfo = realm.caller(&first.access_token).userinfo().await.is_ok();
    assert_eq!(userinfo.json()["given_name"], "Anne");
    let second = Tokens::read(client.refresh(first.refresh_token()).await);
    interrupt(&mut emulator);
    let again = Tokens::read(client.refresh(first.refresh_token()).await);
    assert_eq!(again.refresh_token, second.refresh_token, "the grace survives, too");
    request.open(&browser).await.callback().code();
    client.redeem(&code).await.is_refused_with("invalid_grant");
    interrupt(&mut emulator);
    assert!(!realm.accepts(&second.access_token).await);
}

#[tokio::test]
async fn a_restart_during_a_flow_loses_nothing() {
    a_flow_survives(Emulator::start(&[]), |emulator| {
        assert_eq!(emulator.stop(), Some(0), "a server that is asked to go goes cleanly");
        emulator.start_again();
    })
    .await;
}

#[tokio::test]
async fn a_kill_after_an_answer_loses_nothing() {
    a_flow_survives(Emulator::start(&[]), |emulator| {
        emulator.kill();
        emulator.start_again();
    })
    .await;
}

#[tokio::test]
async fn a_kill_loses_no_realm_no_turn_of_its_clock_and_no_end() {
    let mut emulator = Emulator::start(&[]);
    let (kept, ended) = (emulator.realm(wishes()).await, emulator.realm(wishes()).await);
    kept.advance("PT3H").await;
    let root = emulator.default_realm();
    root.http
        .delete(root.url(&format!("/control/api/realms/{}", ended.name)))
        .send()
        .await
        .expect("an answer");

    emulator.kill();
    emulator.start_again();

    assert_eq!(kept.now().await, "2025-06-02T11:00:00+02:00".parse().unwrap());
    ended.get("/.well-known/openid-configuration").await.has_status(404);
}

#[tokio::test]
async fn a_kill_loses_no_revocation() {
    let mut emulator = Emulator::start(&[]);
    let realm = emulator.realm(wishes()).await;
    let tokens = realm.demo_client().tokens_for("anne").await;
    realm.demo_client().revoke(tokens.refresh_token()).await.is_ok();

    emulator.kill();
    emulator.start_again();

    assert!(!realm.accepts(&tokens.access_token).await);
    realm
        .demo_client()
        .refresh(tokens.refresh_token())
        .await
        .is_refused_with("invalid_grant");
}

#[tokio::test]
async fn the_seed_is_loaded_into_an_empty_database_only() {
    let mut emulator = Emulator::start(&[]);
    let root = emulator.default_realm();
    let before = root.demo_client().asking_for("openid").tokens_for("anne").await;

    emulator.stop();
    emulator.start_again();

    let after = root.demo_client().asking_for("openid").tokens_for("anne").await;
    let sub = |tokens: &Tokens| crate::support::jwt::claims(tokens.id_token())["sub"].clone();
    assert_eq!(sub(&after), sub(&before));
    assert!(root.accepts(&before.access_token).await);
}

#[tokio::test]
async fn requests_under_way_are_answered_before_the_end() {
    let mut emulator = Emulator::start(&[]);
    let realm = emulator.realm(wishes()).await;
    let service = realm.demo_service();
    service.client_credentials("profile_read").await.brings_tokens();
    let client = realm.demo_client();
    let (browser, request) = (emulator.user_agent(), client.request());
    let page = request.open(&browser).await.page();
    let form = page
        .form_with("password")
        .fill("username", "anne")
        .fill("password", "anne-password");

    // A password takes a while to check: long enough to be under way when the end is announced.
    let under_way = tokio::spawn(async move { browser.ask(browser.http().post(form.action).form(&form.fields)).await });
    for _ in 0..3 {
        tokio::task::yield_now().await;
        service.client_credentials("profile_read").await.brings_tokens();
    }
    let code = emulator.stop();

    assert_eq!(code, Some(0));
    let answer = under_way.await.expect("the request was answered and not cut off");
    assert!(matches!(answer.status, 302 | 303), "{answer}");
}

/// `demo-client:demo-secret`.
const BASIC: &str = "Basic ZGVtby1jbGllbnQ6ZGVtby1zZWNyZXQ=";

#[tokio::test]
async fn a_hang_up_while_refreshing_leaves_a_token_that_works() {
    let realm = Emulator::shared().realm(wishes()).await;
    let client = realm.demo_client();

    for _ in 0..10 {
        let tokens = client.tokens_for("anne").await;
        let call = client.refreshing(tokens.refresh_token());
        hang_up(&realm, "/oauth/token", &call.form, Some(BASIC)).await;
        // Whether the one that hung up came first, second or not at all: the grant lives and has one successor.
        let refreshed = Tokens::read(call.send().await);
        let again = Tokens::read(call.send().await);
        assert_eq!(again.refresh_token, refreshed.refresh_token);
        assert!(realm.accepts(&refreshed.access_token).await);
    }
}

#[tokio::test]
async fn a_hang_up_while_redeeming_leaves_a_code_whole_or_spent() {
    let realm = Emulator::shared().realm(wishes()).await;
    let client = realm.demo_client();

    for _ in 0..10 {
        let code = client.code_for("anne").await;
        let call = client.redemption(&code);
        hang_up(&realm, "/oauth/token", &call.form, Some(BASIC)).await;
        let answer = client.redeem(&code).await;
        if answer.status == 200 {
            answer.brings_tokens();
        } else {
            answer.is_refused_with("invalid_grant");
        }
        client.redeem(&code).await.is_refused_with("invalid_grant");
    }
}

#[tokio::test]
async fn many_hang_ups_use_nothing_up() {
    let realm = Emulator::shared().realm(wishes()).await;
    let form = [
        ("grant_type".to_owned(), "client_credentials".to_owned()),
        ("scope".to_owned(), "profile_read".to_owned()),
    ];

    for _ in 0..200 {
        hang_up(&realm, "/oauth/token", &form, Some(BASIC)).await;
    }

    for _ in 0..20 {
        realm
            .demo_client()
            .client_credentials("profile_read")
            .await
            .brings_tokens();
    }
}

#[tokio::test]
async fn unfinished_requests_do_not_block_other_requests() {
    let realm = Emulator::shared().realm(wishes()).await;
    let url = url::Url::parse(&realm.issuer).expect("an issuer is a URL");
    let host = format!("127.0.0.1:{}", url.port().expect("a port"));
    let mut slow = Vec::new();
    for _ in 0..50 {
        let mut stream = TcpStream::connect(&host).await.expect("the server listens");
        let head = format!(
            "POST {}/oauth/token HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\ngrant",
            url.path()
        );
        stream.write_all(head.as_bytes()).await.expect("it is written");
        slow.push(stream);
    }

    realm
        .demo_client()
        .client_credentials("profile_read")
        .await
        .brings_tokens();
}
