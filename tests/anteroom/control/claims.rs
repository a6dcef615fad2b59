//! `…/control/api/claims`: rules that put further claims into tokens and answers.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{ClientApp, Emulator, Realm, fresh_realm, jwt, portal_realm, realm_with};

const EVERYWHERE: [&str; 4] = ["id_token", "access_token", "userinfo", "introspection"];

async fn rule(realm: &Realm, rule: Value) -> String {
    realm.add("claims", rule).await["id"]
        .as_str()
        .expect("an id")
        .to_owned()
}

/// What one journey says in each of the places: the ID token, a JWT access token, userinfo, introspection.
async fn told(client: &ClientApp, user: &str) -> [Value; 4] {
    let realm = &client.realm;
    let tokens = client.tokens_for(user).await;
    let id_token = jwt::verified(realm, &client.client_id, tokens.id_token()).await;
    let access_token = jwt::judged(realm, &realm.issuer, &tokens.access_token)
        .await
        .expect("a JWT");
    let userinfo = realm.caller(&tokens.access_token).userinfo().await.is_ok().json();
    let introspected = client.introspect(&tokens.access_token).await.is_ok().json();
    [id_token, access_token, userinfo, introspected]
}

async fn with_jwts() -> Realm {
    let realm = fresh_realm().await;
    realm
        .change("clients/demo-client", json!({"access_token_format": "jwt"}))
        .await;
    realm
}

#[tokio::test]
async fn a_rule_speaks_in_the_places_it_names_and_in_no_other() {
    let realm = with_jwts().await;
    for place in EVERYWHERE {
        let claims = json!({format!("in_{place}"): "{{ user.username }} at {{ client.client_id }}"});
        rule(&realm, json!({"where": [place], "claims": claims})).await;
    }

    let told = told(&realm.demo_client(), "anne").await;

    for (number, here) in told.iter().enumerate() {
        for (other, place) in EVERYWHERE.iter().enumerate() {
            let said = here.get(format!("in_{place}"));
            let expected = (number == other).then(|| json!("anne at demo-client"));
            assert_eq!(said.cloned(), expected, "{place} in {here}");
        }
    }
}

#[tokio::test]
async fn a_rule_narrowed_to_a_client_a_user_or_a_scope_says_nothing_to_others() {
    let realm = with_jwts().await;
    let places = ["id_token", "userinfo"];
    rule(
        &realm,
        json!({"client_id": "demo-client", "where": places, "claims": {"of_client": true}}),
    )
    .await;
    rule(
        &realm,
        json!({"user": "anne", "where": places, "claims": {"of_user": true}}),
    )
    .await;
    rule(
        &realm,
        json!({"scope": "phone", "where": places, "claims": {"of_scope": true}}),
    )
    .await;
    let said = async |client: ClientApp, user: &str| {
        let tokens = client.tokens_for(user).await;
        let claims = jwt::verified(&realm, &client.client_id, tokens.id_token()).await;
        let userinfo = realm.caller(&tokens.access_token).userinfo().await.is_ok().json();
        ["of_client", "of_user", "of_scope"].map(|claim| {
            assert_eq!(claims.get(claim), userinfo.get(claim), "{claim}");
            claims.get(claim).is_some()
        })
    };

    assert_eq!(said(realm.demo_client(), "anne").await, [true, true, false]);
    assert_eq!(
        said(realm.demo_client().asking_for("openid phone"), "ben").await,
        [true, false, true]
    );
    assert_eq!(said(realm.demo_spa(), "ben").await, [false, false, false]);
}

#[tokio::test]
async fn templates_see_the_user_the_client_the_scopes_and_the_realm() {
    let realm = fresh_realm().await;
    let claims = json!({
        "mail": "{{ user.claims.email }}",
        "address_line": "{{ user.claims.address.street_address }}, {{ user.claims.address.locality }}",
        "groups": ["users", "{{ user.username | upper }}"],
        "scopes_seen": "{{ scopes }}",
        "tenant": {"name": "{{ realm.name }}", "of": "{{ client.client_name }}"},
        "adult": "{{ user.claims.birthdate < '2007' }}",
        "literal": 7,
        "missing": "{{ user.claims.nothing }}",
        "half": "x{{ user.claims.nothing }}",
    });
    rule(&realm, json!({"where": ["userinfo"], "claims": claims})).await;

    let tokens = realm.demo_client().asking_for("openid email").tokens_for("anne").await;
    let said = realm.caller(&tokens.access_token).userinfo().await.is_ok().json();

    assert_eq!(said["mail"], "anne@example.com");
    assert_eq!(said["address_line"], "Rigaer Str. 44, Berlin");
    assert_eq!(said["groups"], json!(["users", "ANNE"]));
    assert_eq!(said["scopes_seen"], json!(["openid", "email"]));
    assert_eq!(said["tenant"], json!({"name": realm.name, "of": "Demo Client"}));
    assert_eq!(said["adult"], true);
    assert_eq!(said["literal"], 7);
    assert!(said.get("missing").is_none() && said.get("half").is_none(), "{said}");
}

#[tokio::test]
async fn the_later_rule_wins_over_the_users_own_claim_and_over_the_earlier_rule() {
    let realm = fresh_realm().await;
    rule(
        &realm,
        json!({"where": ["userinfo"], "claims": {"email": "first@example.com", "kept": 1}}),
    )
    .await;
    let second = rule(
        &realm,
        json!({"where": ["userinfo"], "claims": {"email": "second@example.com"}}),
    )
    .await;
    let email = async || {
        let tokens = realm.demo_client().tokens_for("anne").await;
        realm.caller(&tokens.access_token).userinfo().await.is_ok().json()["email"].clone()
    };
    assert_eq!(email().await, "second@example.com");

    realm
        .control(
            Method::PUT,
            &format!("claims/{second}"),
            &json!({"where": ["userinfo"], "claims": {"email": null}}),
        )
        .await
        .is_ok();
    assert_eq!(email().await, Value::Null);

    realm.take_away(&format!("claims/{second}")).await.has_status(204);
    assert_eq!(email().await, "first@example.com");
}

#[tokio::test]
async fn a_template_that_fails_when_the_token_is_made_leaves_its_claim_out_and_nothing_else() {
    let realm = fresh_realm().await;
    let claims =
        json!({"broken": "{{ user.username / 2 }}", "unknown": "{{ user.claims.nobody.knows }}", "fine": true});
    rule(&realm, json!({"where": ["id_token"], "claims": claims})).await;

    let tokens = realm.demo_client().tokens_for("anne").await;

    let said = jwt::verified(&realm, "demo-client", tokens.id_token()).await;
    assert_eq!(said["fine"], true);
    assert!(said.get("broken").is_none() && said.get("unknown").is_none(), "{said}");
}

#[tokio::test]
async fn a_refreshed_id_token_follows_the_current_rules() {
    let realm = with_jwts().await;
    let client = realm.demo_client();
    let tokens = client.tokens_for("anne").await;

    rule(
        &realm,
        json!({"where": ["id_token", "access_token"], "claims": {"level": "{{ user.claims.gender }}"}}),
    )
    .await;
    let answer = client.refresh(tokens.refresh_token()).await.is_ok();

    assert_eq!(
        jwt::verified(&realm, "demo-client", &answer.id_token()).await["level"],
        "female"
    );
    assert_eq!(jwt::claims(&answer.access_token())["level"], "female");
}

#[tokio::test]
async fn discovery_names_what_userinfo_and_id_tokens_may_say() {
    for realm in [fresh_realm().await, portal_realm().await] {
        rule(
            &realm,
            json!({"where": ["userinfo"], "claims": {"clinic": 1, "email": "x@example.com"}}),
        )
        .await;
        rule(&realm, json!({"where": ["introspection"], "claims": {"internal": 1}})).await;

        let discovery = realm.discovery().await;
        let claims = discovery["claims_supported"].as_array().expect("a list");

        assert!(
            claims.contains(&json!("clinic")) && !claims.contains(&json!("internal")),
            "{claims:?}"
        );
        assert_eq!(claims.iter().filter(|claim| *claim == "email").count(), 1);
    }
}

#[tokio::test]
async fn claims_of_the_protocol_are_not_a_rules_to_say() {
    let realm = fresh_realm().await;

    for claim in [
        "iss",
        "sub",
        "aud",
        "exp",
        "iat",
        "nbf",
        "nonce",
        "at_hash",
        "auth_time",
        "jti",
        "azp",
        "active",
        "scope",
    ] {
        let command = json!({"where": EVERYWHERE, "claims": {claim: "x", "fine": 1}});
        let problem = realm.control(Method::POST, "claims", &command).await.is_a_problem(400);
        let detail = problem["detail"].as_str().expect("text");
        assert!(detail.contains(claim) && detail.contains("fault"), "{detail}");
    }
    assert_eq!(realm.look_at("claims").await, json!({"rules": []}));
}

#[tokio::test]
async fn what_is_no_sound_rule_is_refused_and_leaves_nothing() {
    let realm = fresh_realm().await;
    let id = rule(&realm, json!({"where": ["userinfo"], "claims": {"kept": 1}})).await;
    let with = |member: &str, value: Value| {
        let mut rule = json!({"where": ["userinfo"], "claims": {"a": 1}});
        rule[member] = value;
        rule
    };
    let unsound = [
        (400, json!({})),
        (400, json!({"claims": {"a": 1}})),
        (400, json!({"where": ["userinfo"]})),
        (400, with("where", json!([]))),
        (400, with("where", json!(["header"]))),
        (400, with("where", json!(["userinfo", "userinfo"]))),
        (400, with("where", json!("userinfo"))),
        (400, with("claims", json!({}))),
        (400, with("claims", json!({"": 1}))),
        (400, with("claims", json!({"a": "{{ user. }}"}))),
        (400, with("claims", json!({"a": {"b": ["{% if %}"]}}))),
        (400, with("claims", json!({"a": "{% include 'x' %}"}))),
        (400, with("claims", json!({"a": "x".repeat(20_000)}))),
        (400, with("client_id", json!("nobody"))),
        (400, with("user", json!("nobody"))),
        (400, with("scope", json!("nothing"))),
        (400, with("colour", json!("red"))),
    ];

    realm.refuses(Method::POST, "claims", "claims", &unsound).await;
    realm
        .refuses(Method::PUT, &format!("claims/{id}"), "claims", &unsound)
        .await;
    realm
        .control(Method::PUT, "claims/nothing", &with("where", json!(["id_token"])))
        .await
        .is_a_problem(404);
    realm.take_away("claims/nothing").await.is_a_problem(404);
}

#[tokio::test]
async fn rules_about_a_user_or_client_go_with_them() {
    let realm = fresh_realm().await;
    rule(
        &realm,
        json!({"user": "ben", "where": ["userinfo"], "claims": {"a": 1}}),
    )
    .await;
    rule(
        &realm,
        json!({"client_id": "demo-spa", "where": ["userinfo"], "claims": {"a": 1}}),
    )
    .await;
    let stays = rule(&realm, json!({"where": ["userinfo"], "claims": {"a": 1}})).await;

    realm.take_away("users/ben").await.has_status(204);
    realm.take_away("clients/demo-spa").await.has_status(204);

    let rules = realm.look_at("claims").await;
    assert_eq!(rules["rules"].as_array().map(Vec::len), Some(1));
    assert_eq!(rules["rules"][0]["id"], *stays);
}

#[tokio::test]
async fn a_seed_brings_rules_along() {
    let claims = json!([
        {"user": "anne", "where": ["id_token"], "claims": {"tier": "gold"}},
        {"client_id": "demo-spa", "scope": "email", "where": ["id_token"], "claims": {"mail": "{{ user.claims.email }}"}},
    ]);

    let realm = realm_with(json!({"seed": {"based_on": "demo", "claims": claims}})).await;

    let tokens = realm.demo_spa().tokens_for("anne").await;
    let said = jwt::verified(&realm, "demo-spa", tokens.id_token()).await;
    assert_eq!(
        (&said["tier"], &said["mail"]),
        (&json!("gold"), &json!("anne@example.com"))
    );
}

#[tokio::test]
async fn a_seed_whose_rule_names_nobody_makes_no_realm() {
    for rule in [
        json!({"user": "nobody", "where": ["id_token"], "claims": {"a": 1}}),
        json!({"client_id": "nobody", "where": ["id_token"], "claims": {"a": 1}}),
        json!({"where": ["id_token"], "claims": {"iss": "x"}}),
    ] {
        let wishes = json!({"seed": {"based_on": "demo", "claims": [rule]}});
        Emulator::shared().try_realm(wishes).await.is_a_problem(400);
    }
}

#[tokio::test]
async fn a_variable_that_does_not_exist_is_refused_with_those_that_do() {
    let realm = fresh_realm().await;
    let rule = |template: &str| json!({"where": ["id_token"], "claims": {"a": template}});

    for (template, unknown) in [
        ("{{ user.name }}", "user.name"),
        ("{{ usr.username }}", "usr.username"),
        ("x-{{ client.id }}", "client.id"),
        ("{% if realm.title %}x{% endif %}", "realm.title"),
        ("{{ email | default('x') }}", "email"),
        ("{{ loop }}", "loop"),
    ] {
        let answer = realm
            .control(Method::POST, "claims", &rule(template))
            .await
            .has_status(400);
        let said = answer.text();
        assert!(said.contains(&format!("there is no {unknown}")), "{template}: {said}");
        assert!(said.contains("user.claims.NAME"), "{said}");
    }
    for template in [
        "{{ user.claims.nickname }}",
        "{{ user.claims['a b'] | default('x') }}",
        "{{ scopes | first }}",
        "{% for one in user.claims.roles %}{{ one.name }}{{ loop.index }}{% endfor %}",
        "{{ realm.issuer }}/{{ client.client_id }}",
    ] {
        realm
            .control(Method::POST, "claims", &rule(template))
            .await
            .has_status(201);
    }
}
