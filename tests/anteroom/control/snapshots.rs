//! A realm as a document: taken, compared, restored here and elsewhere.

use serde_json::{Value, json};

use super::realm_operations::{is_a_problem, realms, restore, restore_as, snapshot, with_own_address};
use crate::{
    portals::mypatientportal::{TYPE, booked, data, patient},
    support::{Answer, Emulator, Realm, fresh_realm, jwt, realm_with},
};

/// A realm in which something of everything has happened.
async fn lived_in() -> (Realm, crate::support::Tokens) {
    let realm = realm_with(json!({"random_seed": "snapshots"})).await;
    let tokens = realm
        .demo_client()
        .asking_for("openid profile email")
        .tokens_for("anne")
        .await;
    realm.demo_client().refresh(tokens.refresh_token()).await.is_ok();
    realm
        .demo_service()
        .client_credentials("appointment_guest_lookup")
        .await
        .is_ok();
    realm.demo_client().code_for("ben").await;
    let anne = patient(&realm, "anne").await;
    anne.books(40).await;
    // Less than anything lives: what has expired may be removed at any moment, also between two snapshots.
    realm.advance("PT30S").await;
    (realm, tokens)
}

/// A hash that asks for 4 GiB.
const RUINOUS: &str =
    "$argon2id$v=19$m=4194304,t=2,p=1$YW50ZXJvb20gbm9ib2R5$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

fn read(snapshot: &str) -> Value {
    serde_json::from_str(snapshot).expect("a snapshot is JSON")
}

#[tokio::test]
async fn restored_elsewhere_it_is_the_same_to_the_last_message() {
    let (realm, _) = lived_in().await;
    let taken = snapshot(&realm).await;

    let name = format!("{}-copy", realm.name);
    let made = restore_as(&realm, &name, taken.clone()).await.has_status(201);
    let copy = Realm::at(&made.member("issuer"), &made.member("name"), realm.http.clone());

    assert_eq!(snapshot(&copy).await, taken);
    assert_eq!(snapshot(&realm).await, taken, "taking one changes nothing");
}

#[tokio::test]
async fn it_holds_secrets_and_is_not_cached() {
    let realm = fresh_realm().await;
    let url = format!("{}/{}/snapshot", realms(), realm.name);

    let answer = Answer::to(realm.http.get(url)).await.is_ok();

    assert_eq!(answer.header("cache-control"), Some("no-store"));
}

#[tokio::test]
async fn it_is_made_to_be_compared_line_by_line() {
    let (realm, _) = lived_in().await;
    let before = snapshot(&realm).await;
    realm.advance("PT1M").await;
    patient(&realm, "anne").await;
    let after = snapshot(&realm).await;

    let removed: Vec<_> = before
        .lines()
        .filter(|line| !after.contains(line.trim_end_matches(',')))
        .collect();

    assert!(removed.len() <= 3, "{removed:#?}"); // the clock, and a consent that now covers more
    assert!(before.lines().count() > 60, "one row a line");
    assert!(before.ends_with("}\n"));
}

#[tokio::test]
async fn what_was_held_before_is_worth_the_same_after() {
    let (realm, tokens) = lived_in().await;
    let taken = snapshot(&realm).await;
    let before = jwt::claims(tokens.id_token())["sub"].clone();
    let browser = realm.user_agent();
    realm.demo_client().request().authorize(&browser, "anne").await;
    realm.advance("P365D").await;
    assert!(!realm.accepts(&tokens.access_token).await);

    restore(&realm, &taken).await.is_ok();

    assert!(realm.accepts(&tokens.access_token).await);
    let again = realm.demo_client().tokens_for("anne").await;
    assert_eq!(jwt::claims(again.id_token())["sub"], before);
    let anne = patient(&realm, "anne").await;
    assert_eq!(data(anne.get("/appointments").await).len(), 1);
    let demo_password = realm.demo_client().client_credentials("profile_read").await;
    demo_password.is_ok();
}

#[tokio::test]
async fn it_may_set_the_clock_back() {
    let realm = fresh_realm().await;
    let taken = snapshot(&realm).await;
    let begun = realm.now().await;
    realm.turn_clock(json!({"advance": "P30D", "rate": 60})).await.is_ok();

    restore(&realm, &taken).await.is_ok();

    assert_eq!(realm.now().await, begun);
    let clock = realm.get("/control/api/clock").await.is_ok().json();
    assert_eq!((&clock["frozen"], &clock["resumes_at"]), (&json!(true), &json!(1)));
}

#[tokio::test]
async fn what_has_happened_since_is_gone() {
    let realm = fresh_realm().await;
    let taken = snapshot(&realm).await;
    let tokens = realm.demo_client().tokens_for("anne").await;
    let code = realm.demo_client().code_for("ben").await;

    restore(&realm, &taken).await.is_ok();

    assert!(!realm.accepts(&tokens.access_token).await);
    realm.demo_client().redeem(&code).await.is_refused_with("invalid_grant");
    realm
        .demo_client()
        .refresh(tokens.refresh_token())
        .await
        .is_refused_with("invalid_grant");
}

#[tokio::test]
async fn a_slot_that_was_offered_before_can_be_booked_after() {
    let realm = fresh_realm().await;
    let anne = patient(&realm, "anne").await;
    let slot = anne.slot(TYPE, 3).await;
    let taken = snapshot(&realm).await;
    booked(anne.book(&slot).await);

    restore(&realm, &taken).await.is_ok();

    booked(anne.book(&slot).await);
    assert_eq!(data(anne.get("/appointments").await).len(), 1);
}

#[tokio::test]
async fn addresses_of_the_realm_follow_it_and_others_stay() {
    let realm = with_own_address().await;
    let taken = snapshot(&realm).await;
    assert!(!taken.contains(&realm.issuer), "it belongs to no address");
    assert!(taken.contains("{issuer}/api-docs/oauth2-redirect.html"));

    let name = format!("{}-moved", realm.name);
    let made = restore_as(&realm, &name, taken).await.has_status(201);
    let moved = Realm::at(&made.member("issuer"), &name, realm.http.clone());

    for (one, other) in [(&realm, &moved), (&moved, &realm)] {
        let at = |redirect: &Realm| {
            let uri = format!("{}/cb", redirect.issuer);
            crate::support::ClientApp::new(one, "own", None)
                .called_back_at(&uri)
                .request()
        };
        assert_eq!(at(one).answer().await.status, 303);
        at(other).answer().await.is_a_refusal_page();
    }
}

/// The realm at the root, another machine, another key to seal with.
#[tokio::test]
async fn it_goes_to_another_machine_and_into_the_realm_at_the_root() {
    let (realm, tokens) = lived_in().await;
    let taken = snapshot(&realm).await;
    let elsewhere = Emulator::start(&["--seed", "none"]);
    let root = elsewhere.default_realm();

    let address = format!("{}/control/api/realms/default/snapshot", elsewhere.issuer);
    let request = root.http.put(&address).header("content-type", "application/json");
    Answer::to(request.body(taken.clone())).await.is_ok();

    assert_eq!(Answer::to(root.http.get(&address)).await.is_ok().text(), taken);
    assert!(root.accepts(&tokens.access_token).await);
    let fresh = root.demo_client().tokens_for("anne").await;
    assert_eq!(jwt::claims(fresh.id_token())["iss"], elsewhere.issuer);
}

#[tokio::test]
async fn a_time_to_live_may_be_given_and_is_kept() {
    let realm = fresh_realm().await;
    let taken = snapshot(&realm).await;
    let name = format!("{}-brief", realm.name);
    let address = format!("{}/{name}/snapshot?ttl=PT1H", realms());
    let put = realm.http.put(address).header("content-type", "application/json");
    Answer::to(put.body(taken.clone())).await.has_status(201);
    let ends = async || {
        let shown = Answer::to(realm.http.get(format!("{}/{name}", realms()))).await.is_ok();
        shown.member("expires_at")
    };
    let before = ends().await;

    restore_as(&realm, &name, taken).await.is_ok();

    assert_eq!(ends().await, before);
}

/// Everything that can be wrong is told with its place, and leaves the realm as it was.
#[tokio::test]
async fn an_unsound_one_changes_nothing_and_is_told_where() {
    let (realm, _) = lived_in().await;
    let taken = snapshot(&realm).await;
    let with = |change: &dyn Fn(&mut Value)| {
        let mut document = read(&taken);
        change(&mut document);
        document.to_string()
    };
    let set = |pointer: &'static str, value: Value| {
        with(&move |document| *document.pointer_mut(pointer).expect(pointer) = value.clone())
    };
    let first = |table: &str| read(&taken)["tables"][table][0].clone();
    let delivery = |member: &str, value: Value| {
        let mut row = json!({"id": "d", "sequence": 1, "kind": "webhook", "destination": "x", "state": "delivered",
            "pauses": [1000], "tries": 1, "attempts": 1, "due_at": "2025-06-02T06:00:00Z", "history": []});
        row[member] = value;
        with(&move |document| document["tables"]["deliveries"] = json!([row]))
    };
    let mut dangling = first("sessions");
    dangling["user_id"] = json!("nobody");
    let mut same_name = first("users");
    same_name["id"] = json!("another");

    for (document, place) in [
        ("{".to_owned(), "EOF"),
        ("[]".to_owned(), "object"),
        ("{}".to_owned(), "`anteroom_snapshot`"),
        (
            set("/anteroom_snapshot", json!(1)),
            "create the realm again from its seed",
        ),
        (set("/anteroom_snapshot", json!(3)), "a newer release"),
        (with(&|document| document["more"] = json!(1)), "`more`"),
        (taken.replacen("\"chance\"", "\"clock\"", 1), "more than once"),
        (set("/clock/now", json!("noon")), "`clock`"),
        (
            with(&|document| document["clock"] = json!({"frozen": true})),
            "`clock.now`",
        ),
        (set("/policy/pkce", json!("sometimes")), "`policy`"),
        (set("/chance/epoch", json!("one")), "`chance.epoch`"),
        (set("/chance/seed", json!("")), "`chance.seed`"),
        (set("/root_secret", json!("c2hvcnQ")), "`root_secret`"),
        (set("/made_from", json!({"sead": "demo"})), "`made_from`"),
        (set("/tables", json!([])), "`tables`"),
        (
            with(&|document| document["tables"]["patients"] = json!([])),
            "`tables.patients`",
        ),
        (set("/tables/users", json!({})), "`tables.users`"),
        (set("/tables/users/1", json!("ben")), "`tables.users[1]`"),
        (
            with(&|document| document["tables"]["users"][2]["shoes"] = json!(43)),
            "`tables.users[2].shoes`",
        ),
        (
            set("/tables/users/2/username", Value::Null),
            "`tables.users[2].username`",
        ),
        (set("/tables/users/2/username", json!(7)), "`tables.users[2].username`"),
        (
            set("/tables/users/2/sequence", json!("3")),
            "`tables.users[2].sequence`",
        ),
        (
            set("/tables/users/2/sequence", json!(3.5)),
            "`tables.users[2].sequence`",
        ),
        (set("/tables/users/2/claims", json!([])), "`tables.users[2].claims`"),
        (
            set("/tables/users/2/created_at", json!(0)),
            "`tables.users[2].created_at`",
        ),
        (set("/tables/users/2/username", json!("a\0b")), "U+0000"),
        (
            set("/tables/users/2/password", json!("anne-password")),
            "`tables.users[2].password`",
        ),
        (set("/tables/users/2/password", json!(RUINOUS)), "256 MiB"),
        (
            with(&|document| document["tables"]["clients"][0]["secret"] = json!(RUINOUS)),
            "`tables.clients[0].secret`",
        ),
        (
            with(&|document| document["tables"]["users"][2]["behaviour"] = json!("sings")),
            "`tables.users[2].behaviour`",
        ),
        (set("/tables/users/2/id", json!("x".repeat(256))), "255 characters"),
        (delivery("state", json!("lost")), "`tables.deliveries[0].state`"),
        (delivery("kind", json!("pigeon")), "`tables.deliveries[0].kind`"),
        (delivery("pauses", json!(["PT1S"])), "`tables.deliveries[0].pauses`"),
        (delivery("pauses", json!([-1])), "`tables.deliveries[0].pauses`"),
        (delivery("history", json!([{}])), "`tables.deliveries[0].history`"),
        (
            set("/tables/clients/0/metadata", json!({"grant_types": "all"})),
            "`tables.clients[0].metadata`",
        ),
        (
            set("/tables/mypatientportal_types/0/video", json!("no")),
            "`tables.mypatientportal_types[0].video`",
        ),
        (
            with(&|document| {
                let rows = document["tables"]["users"].as_array_mut().expect("a list");
                rows.push(rows[0].clone());
            }),
            ".id`: an earlier row",
        ),
        (
            with(&|document| {
                document["tables"]["users"]
                    .as_array_mut()
                    .expect("a list")
                    .push(same_name.clone());
            }),
            ".username_folded`: an earlier row",
        ),
        (
            with(&|document| document["tables"]["sessions"][0] = dangling.clone()),
            "`tables.sessions[0].user_id`",
        ),
        (
            with(&|document| document["tables"]["users"] = json!([])),
            "there is no such row in users",
        ),
    ] {
        is_a_problem(restore(&realm, &document).await, 400, place);
    }
    assert_eq!(snapshot(&realm).await, taken);
}

#[tokio::test]
async fn it_is_json_in_a_place_that_can_be_and_may_be_larger_than_other_bodies() {
    let realm = fresh_realm().await;
    let taken = snapshot(&realm).await;
    let address = format!("{}/{}/snapshot", realms(), realm.name);
    let untyped = Answer::to(realm.http.put(&address).body(taken.clone())).await;
    is_a_problem(untyped, 415, "application/json");
    is_a_problem(restore_as(&realm, "Not-A-Name", taken.clone()).await, 400, "name");
    is_a_problem(
        Answer::to(realm.http.get(format!("{}/nowhere-to-be-found/snapshot", realms()))).await,
        404,
        "",
    );
    let inside = realm.get(&format!("/control/api/realms/{}/snapshot", realm.name)).await;
    is_a_problem(inside, 404, "default realm");

    let mut large = read(&taken);
    large["tables"]["users"][0]["claims"]["note"] = "x".repeat(2 << 20).into();
    restore(&realm, &large.to_string()).await.is_ok();
}

/// Of many restores at once one is the last, and it is there as a whole; what is booked meanwhile is in none of them by
/// half.
#[tokio::test(flavor = "multi_thread")]
async fn restores_at_once_leave_one_of_them_whole() {
    let realm = fresh_realm().await;
    let mut documents = Vec::new();
    for user in ["anne", "ben", "layla"] {
        let variant = realm_with(json!({})).await;
        variant.demo_client().tokens_for(user).await;
        variant.advance("PT5M").await;
        documents.push(snapshot(&variant).await);
    }

    let mut jobs = Vec::new();
    for round in 0..12 {
        let (realm, document) = (realm.clone(), documents[round % documents.len()].clone());
        jobs.push(tokio::spawn(async move { restore(&realm, &document).await.is_ok() }));
    }
    let client = realm.demo_client();
    let bookings = tokio::spawn(async move {
        for _ in 0..20 {
            client.client_credentials("profile_read").await;
        }
    });
    for job in jobs {
        job.await.unwrap();
    }
    bookings.await.unwrap();

    // Tokens written into the last one after it stood are its own; everything else is one of the documents.
    let mut found = read(&snapshot(&realm).await);
    let without_new_tokens = |document: &mut Value| {
        let tokens = document["tables"]["access_tokens"].as_array_mut().expect("a list");
        tokens.retain(|token| token.get("grant_id").is_some());
        document.to_string()
    };
    let found = without_new_tokens(&mut found);
    let same = documents
        .iter()
        .filter(|document| without_new_tokens(&mut read(document)) == found);
    assert_eq!(same.count(), 1);
}
