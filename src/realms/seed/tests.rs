//! Reading seeds: the shipped ones, files with something wrong in them, JSON.

use std::path::Path;

use serde_json::json;

use super::*;
use crate::{
    config::SeedSource,
    model::{Policy, Preset, RealmId},
    passwords::Passwords,
    portals,
};

fn refusal(text: &str) -> String {
    Seed::parse(text, portals::ALL).map(|_| ()).expect_err(text).to_string()
}

/// A client that is sound but for what `wrong` adds.
fn client(wrong: &str) -> String {
    format!("\n[[clients]]\nclient_id = \"c\"\n{wrong}\n")
}

fn user(wrong: &str) -> String {
    format!("\n[[users]]\nusername = \"u\"\n{wrong}\n")
}

#[test]
fn the_demo_seed_has_the_clients_and_people_of_the_contract() {
    let seed = Seed::find(&SeedSource::Demo, portals::ALL).unwrap();

    let clients: Vec<_> = seed.clients.iter().map(|client| client.id.0.as_str()).collect();
    assert_eq!(clients, ["demo-client", "demo-spa", "demo-service"]);
    assert!(seed.users.iter().filter(|user| user.persona.is_some()).count() >= 6);
    assert_eq!(seed.users[0].username, "anne");
    for claim in [
        "name",
        "given_name",
        "family_name",
        "middle_name",
        "nickname",
        "preferred_username",
        "profile",
        "picture",
        "website",
        "email",
        "email_verified",
        "gender",
        "birthdate",
        "zoneinfo",
        "locale",
        "phone_number",
        "phone_number_verified",
        "address",
        "updated_at",
    ] {
        assert!(seed.users[0].claims.contains_key(claim), "OIDC Core §5.1: {claim}");
    }
    let spa = seed.clients[1].metadata("http://localhost:8080");
    assert_eq!(
        spa.redirect_uris,
        ["http://localhost:8080/api-docs/oauth2-redirect.html"]
    );
}

#[tokio::test]
async fn every_shipped_hash_fits_the_password_the_file_promises() {
    let seed = Seed::find(&SeedSource::Demo, portals::ALL).unwrap();
    let passwords = Passwords::new().unwrap();
    let secrets = [("demo-client", "demo-secret"), ("demo-service", "demo-service-secret")];
    let clients = seed.clients.iter().filter_map(|client| {
        let secret = secrets.iter().find(|(id, _)| *id == client.id.0)?.1;
        Some((secret.to_owned(), client.secret.clone()))
    });
    let users = seed
        .users
        .iter()
        .map(|user| (format!("{}-password", user.username), user.password.clone()));

    for (plain, stored) in clients.chain(users) {
        let Some(SeedSecret::Hash(phc)) = stored else {
            panic!("{plain} is not stored as a hash")
        };
        assert!(
            passwords.verify(RealmId(1), &plain, Some(&phc.0)).await.unwrap(),
            "{plain}"
        );
    }
}

#[test]
fn the_walkthrough_is_the_demo_seed_with_the_portals_policy_and_a_frozen_clock() {
    let seed = Seed::find(&SeedSource::Walkthrough, portals::ALL).unwrap();
    let demo = Seed::find(&SeedSource::Demo, portals::ALL).unwrap();

    assert_eq!(seed.clients.len(), demo.clients.len());
    assert_eq!(seed.users.len(), demo.users.len());
    assert_eq!(seed.policy.as_ref().unwrap().0, Policy::preset(Preset::Portal));
    let now = "2025-06-02T08:00:00+02:00".parse().unwrap();
    assert_eq!(
        seed.clock,
        Some(SeedClock {
            now: Some(now),
            frozen: Some(true),
            rate: None,
        })
    );
}

#[test]
fn a_seed_based_on_another_adds_to_it() {
    let seed = Seed::parse(
        &format!("based_on = \"demo\"\npolicy = \"portal\"\n{}", client("")),
        portals::ALL,
    )
    .unwrap();

    assert_eq!(seed.clients.len(), 4);
    assert_eq!(seed.clients[3].id.0, "c");
    assert_eq!(seed.policy.unwrap().0.preset, Preset::Portal);
}

#[test]
fn a_seed_reads_the_same_from_json() {
    let seed = Seed::read_json(
        json!({
            "policy": {"preset": "portal", "lifetimes": {"id_token": 60}},
            "clock": {"frozen": true},
            "clients": [{"client_id": "c", "client_secret": "s", "redirect_uris": ["https://c.example/cb"]}],
            "users": [{"username": "u", "password": "p", "claims": {"name": "U", "address": {"country": "DE"}}}],
        }),
        portals::ALL,
    )
    .unwrap();

    assert_eq!(seed.policy.as_ref().unwrap().0.lifetimes.id_token.get(), 60);
    assert_eq!(seed.users[0].claims["address"]["country"], "DE");
    assert!(matches!(seed.clients[0].secret, Some(SeedSecret::Plain(_))));
    assert!(Seed::read_json(json!("none"), portals::ALL).unwrap().users.is_empty());
}

#[test]
fn an_unquoted_date_in_a_claim_is_the_text_it_looks_like() {
    let seed = Seed::parse(
        &user("[users.claims]\nbirthdate = 1984-03-17\nnested = { dates = [2025-06-02T08:00:00Z] }"),
        portals::ALL,
    )
    .unwrap();

    assert_eq!(seed.users[0].claims["birthdate"], "1984-03-17");
    assert_eq!(seed.users[0].claims["nested"]["dates"][0], "2025-06-02T08:00:00Z");
}

#[test]
fn a_misspelled_member_is_shown_with_its_line() {
    for (text, line, word) in [
        ("polcy = \"portal\"\n".to_owned(), "line 1", "unknown field `polcy`"),
        (
            client("redirect_uri = \"https://c.example/cb\""),
            "line",
            "unknown field `redirect_uri`",
        ),
        (user("pasword = \"x\""), "line", "unknown field `pasword`"),
        (
            "clock = { now = \"2025-06-02T08:00:00+02:00\", frosen = true }\n".to_owned(),
            "line 1",
            "unknown field `frosen`",
        ),
    ] {
        let refused = refusal(&text);
        assert!(refused.contains(line) && refused.contains(word), "{refused}");
    }
}

#[test]
fn what_is_wrong_in_itself_is_refused_with_its_reason() {
    let tail = "YW50ZXJvb20gbm9ib2R5$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    for (text, reason) in [
        ("based_on = \"nothing\"\n".to_owned(), "unknown variant `nothing`"),
        ("policy = \"strict\"\n".to_owned(), "unknown policy preset \"strict\""),
        (
            "policy = { pcke = \"ignored\" }\n".to_owned(),
            "there is no switch \"pcke\"; did you mean \"pkce\"?",
        ),
        ("clock = { now = \"2025-06-02T08:00:00\" }\n".to_owned(), "line 1"), // no offset: no instant
        (client("redirect_uris = [\"/cb\"]"), "is not an absolute URI"),
        (client("redirect_uris = [\"https://c.example/cb#x\"]"), "has a fragment"),
        (client("redirect_uris = [\"{issuer}/cb#x\"]"), "has a fragment"),
        (
            client("redirect_uris = [\"javascript:alert(1)\"]"),
            "has a scheme that cannot receive a response",
        ),
        (client("grant_types = [\"implicit\"]"), "unknown variant `implicit`"),
        (
            client("grant_types = [\"client_credentials\"]"),
            "cannot use client_credentials",
        ),
        (client("scope = \"a\\\\b\""), "RFC 6749 §3.3"),
        (
            client("client_secret = \"s\"\ntoken_endpoint_auth_method = \"none\""),
            "has no secret",
        ),
        (
            client("token_endpoint_auth_method = \"client_secret_basic\""),
            "must have one",
        ),
        (client("client_secret = \"\""), "a secret is not empty"),
        (
            client("client_secret = \"s\"\nclient_secret_hash = \"s\""),
            "not a PHC string",
        ),
        (
            client(&format!(
                "client_secret = \"s\"\nclient_secret_hash = \"$argon2id$v=19$m=19456,t=2,p=1${tail}\""
            )),
            "not both",
        ),
        (
            client(&format!(
                "client_secret_hash = \"$argon2id$v=19$m=9999999,t=2,p=1${tail}\""
            )),
            "256 MiB",
        ),
        ("[[clients]]\nclient_id = \"\"\n".to_owned(), "1 to 255 characters"),
        (
            "[[clients]]\nclient_name = \"x\"\n".to_owned(),
            "missing field `client_id`",
        ),
        ("[[users]]\nusername = \" \"\n".to_owned(), "1 to 255 characters"),
        (user("password_hash = \"hunter2\""), "not a PHC string"),
        (
            "[[mypatientportal.insurances]]\nid = 0\nname = \"A\"\ntype = \"public\"\n".to_owned(),
            "ids must be positive",
        ),
        (
            "[mypatientportal]\npractises = []\n".to_owned(),
            "unknown field `practises`",
        ),
        (user("id = \"ü\""), "printable ASCII"),
        (
            user("claims = { sub = \"x\" }"),
            "the claim \"sub\" is set by the protocol",
        ),
    ] {
        let refused = refusal(&text);
        assert!(
            refused.contains(reason) && refused.contains("line"),
            "{text}\n{refused}"
        );
    }
}

#[test]
fn a_refusal_never_shows_a_secret_of_another_line() {
    let refused = refusal(&client("client_secret = \"hunter2\"\ngrant_types = [\"implicit\"]"));

    assert!(!refused.contains("hunter2"), "{refused}");
}

#[test]
fn a_request_cannot_name_a_file_of_ours() {
    let refused = Seed::read_json(json!("/etc/passwd"), portals::ALL)
        .map(|_| ())
        .unwrap_err()
        .to_string();

    assert!(refused.contains("there is no seed \"/etc/passwd\""), "{refused}");
    for wrong in [json!(7), json!([]), json!({"usrs": []}), json!(null)] {
        assert!(Seed::read_json(wrong.clone(), portals::ALL).is_err(), "{wrong}");
    }
}

#[test]
fn a_missing_file_is_named() {
    let refused = Seed::read_file(Path::new("/nowhere.toml"), portals::ALL)
        .map(|_| ())
        .unwrap_err()
        .to_string();

    assert!(refused.starts_with("/nowhere.toml: "), "{refused}");
}

#[test]
fn a_zero_character_is_refused_wherever_a_file_hides_it() {
    for (text, place) in [
        (user("persona = \"a\\u0000b\""), "users[0].persona"),
        (user("password = \"a\\u0000b\""), "users[0].password"),
        (user("claims = { \"a\\u0000\" = 1 }"), "users[0].claims.a?"),
        (client("client_secret = \"\\u0000\""), "clients[0].client_secret"),
    ] {
        let refusal = refusal(&text);
        assert!(refusal.contains("U+0000") && refusal.contains(place), "{refusal}");
    }
    let refused = Seed::read_json(json!({"users": [{"username": "a\0"}]}), portals::ALL);
    assert!(refused.is_err_and(|error| error.to_string().contains("users[0].username")));
}

#[test]
fn a_part_of_a_portal_that_is_not_there_is_refused_with_the_parts_there_are() {
    let portals: Vec<_> = portals::ALL
        .iter()
        .filter(|portal| portal.name != "vsee")
        .copied()
        .collect();
    let reason = "unknown field `vsee`: a seed has based_on";

    let refused = Seed::parse("[vsee]\naccounts = []\n", &portals)
        .unwrap_err()
        .to_string();
    assert!(refused.contains(reason) && refused.contains("line 1"), "{refused}");
    let refused = Seed::read_json(json!({"vsee": {}}), &portals)
        .map(|_| ())
        .unwrap_err()
        .to_string();
    assert!(
        refused.contains(reason) && refused.ends_with("mypatientportal, mediquo"),
        "{refused}"
    );
    let refused = Seed::read_json(json!({"vsee": {}}), &[])
        .map(|_| ())
        .unwrap_err()
        .to_string();
    assert!(refused.ends_with("this server emulates no portal"), "{refused}");

    let demo = Seed::find(&SeedSource::Demo, &portals).unwrap();
    let names: Vec<_> = demo.parts.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, ["mypatientportal", "mediquo"]);
}
