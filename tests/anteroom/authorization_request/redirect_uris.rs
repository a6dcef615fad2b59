//! Redirect uris.

use super::*;

#[tokio::test]
async fn the_registered_one_is_accepted() {
    let realm = fresh_realm().await;

    let callback = realm
        .demo_client()
        .called_back_at(REGISTERED)
        .authorize_as("anne")
        .await;

    assert_eq!(callback.address(), REGISTERED);
}

#[tokio::test]
async fn whatever_differs_from_the_registered_one_is_refused_on_a_page() {
    let realm = fresh_realm().await;

    for similar in [
        "https://client.example.com/cb/",
        "https://client.example.com/cb/x7Fq",
        "https://client.example.com/cb?",
        "https://client.example.com/cb?next=1",
        "https://client.example.com/cb#",
        "https://client.example.com/cb#fragment",
        "https://client.example.com/CB",
        "https://CLIENT.example.com/cb",
        "HTTPS://client.example.com/cb",
        "http://client.example.com/cb",
        "https://client.example.com:443/cb",
        "https://client.example.com:8443/cb",
        "https://client.example.com./cb",
        "https://client.example.com/./cb",
        "https://client.example.com/x/../cb",
        "https://client.example.com//cb",
        "https://client.example.com/%63b",
        "https://client.example.com/cb%00",
        "https://client.example.com/cb\0",
        "https://client.example.com/cb%0d%0aSet-Cookie:%20a=b",
        "https://client.example.com/cb\r\nSet-Cookie: a=b",
        "https://client.example.com/cb ",
        " https://client.example.com/cb",
        "https://client.example.com/cb;x",
        "https://client.example.com/cb\\",
        "https:\\\\client.example.com\\cb",
        "https:client.example.com/cb",
        "https:/client.example.com/cb",
        "//client.example.com/cb",
        "/cb",
        "cb",
        "client.example.com/cb",
    ] {
        lands_on_a_page(realm.demo_client().called_back_at(similar).request()).await;
    }
}

#[tokio::test]
async fn other_hosts_that_resemble_the_registered_one_are_refused_on_a_page() {
    let realm = fresh_realm().await;

    for foreign in [
        "https://evil.example/cb",
        "https://client.example.com.evil.example/cb",
        "https://client.example.com@evil.example/cb",
        "https://client.example.com:x@evil.example/cb",
        "https://user@client.example.com/cb",
        "https://user:password@client.example.com/cb",
        "https://evil.example/https://client.example.com/cb",
        "https://evil.example/?https://client.example.com/cb",
        "https://evil.example#@client.example.com/cb",
        "https://evil.example\\@client.example.com/cb",
        "https://evil.example%2f@client.example.com/cb",
        "https://client\u{3002}example.com/cb",
        "https://cli\u{435}nt.example.com/cb",
        "https://xclient.example.com/cb",
        "https://example.com/cb",
    ] {
        lands_on_a_page(realm.demo_client().called_back_at(foreign).request()).await;
    }
}

#[tokio::test]
async fn schemes_that_are_no_address_are_refused_on_a_page() {
    let realm = fresh_realm().await;

    for scheme in [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)//https://client.example.com/cb",
        "data:text/html,hello",
        "vbscript:x",
        "file:///etc/passwd",
        "about:blank",
        "blob:https://client.example.com/cb",
        "urn:ietf:wg:oauth:2.0:oob",
        "com.example.app:/cb",
    ] {
        lands_on_a_page(realm.demo_client().called_back_at(scheme).request()).await;
    }
}

#[tokio::test]
async fn any_loopback_address_is_accepted_where_the_client_allows_it() {
    let realm = fresh_realm().await;
    let browser = realm.user_agent();

    for loopback in [
        "http://127.0.0.1/cb",
        "http://127.0.0.1:5000/cb",
        "http://127.0.0.1:65535/other/path",
        "http://[::1]/cb",
        "http://[::1]:5000/cb",
        "http://localhost:5000/cb",
        "https://localhost:5000/cb",
        "http://localhost:5000/cb?tenant=1",
    ] {
        let request = realm.demo_client().called_back_at(loopback).request();
        let callback = request.with("prompt", "none").open(&browser).await.callback();
        callback.is_refused_with("login_required"); // it reached the client, then: that is the point
    }
}

#[tokio::test]
async fn what_only_looks_like_a_loopback_address_is_refused_on_a_page() {
    let realm = fresh_realm().await;

    for foreign in [
        "http://localhost.evil.example/cb",
        "http://localhost@evil.example/cb",
        "http://127.0.0.1@evil.example/cb",
        "http://127.0.0.1.evil.example/cb",
        "http://127.0.0.1:5000@evil.example/cb",
        "http://evil.example/127.0.0.1",
        "http://evil.example?@127.0.0.1/cb",
        "http://evil.example#@127.0.0.1/cb",
        "http://evil.example\\@127.0.0.1/cb",
        "http://user@127.0.0.1/cb",
        "http://user:password@localhost/cb",
        "http://:@localhost/cb",
        "http://127.0.0.1/cb#fragment",
        "http://127.0.0.1/cb#",
        "http://0.0.0.0/cb",
        "http://10.0.0.1/cb",
        "http://192.168.0.1/cb",
        "http://[::]/cb",
        "http://[::2]/cb",
        "ftp://127.0.0.1/cb",
        "ws://127.0.0.1/cb",
        "http://127.0.0.1/c b",
        "http://127.0.0.1/cb\n",
        "http:\\\\127.0.0.1\\cb",
    ] {
        lands_on_a_page(realm.demo_client().called_back_at(foreign).request()).await;
    }
}

#[tokio::test]
async fn a_query_of_its_own_survives_the_answer() {
    let realm = fresh_realm().await;
    let client = realm
        .demo_client()
        .called_back_at("http://127.0.0.1:5000/cb?tenant=a%20b&x=%2B&y=1+2");

    let callback = client
        .authorize_as("anne")
        .await
        .has("tenant", "a b")
        .has("x", "+")
        .has("state", "af0ifjsldkj");
    assert!(
        callback
            .url
            .as_str()
            .starts_with("http://127.0.0.1:5000/cb?tenant=a%20b&x=%2B&y=1+2&"),
        "{callback:?}"
    );
    let refusal = refused(client.request().with("prompt", "none")).await;
    refusal.is_refused_with("login_required").has("tenant", "a b");
}
