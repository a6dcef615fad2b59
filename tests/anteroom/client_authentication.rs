//! Who is calling the token endpoint, and in what form (RFC 6749 §2.3, §3.2).

use serde_json::json;

use crate::support::{Answer, ClientApp, Realm, client_app::ClientCall, fresh_realm, realm_with};

const SCOPE: &str = "appointment_guest_write";

/// A request that lacks nothing but the client's authentication.
fn request(realm: &Realm) -> ClientCall {
    ClientCall::new(realm, "/oauth/token")
        .with("grant_type", "client_credentials")
        .with("scope", SCOPE)
}

mod by_secret {
    use super::*;

    #[tokio::test]
    async fn header_and_form_are_both_accepted() {
        let realm = fresh_realm().await;

        request(&realm)
            .basic("demo-service", "demo-service-secret")
            .send()
            .await
            .brings_tokens();
        request(&realm)
            .in_body("demo-service", "demo-service-secret")
            .send()
            .await
            .brings_tokens();
    }

    #[tokio::test]
    async fn the_name_of_the_scheme_may_be_written_in_any_case() {
        let realm = fresh_realm().await;
        let credentials = "ZGVtby1zZXJ2aWNlOmRlbW8tc2VydmljZS1zZWNyZXQ=";

        for scheme in ["Basic", "basic", "BASIC"] {
            request(&realm)
                .authorized(&format!("{scheme} {credentials}"))
                .send()
                .await
                .brings_tokens();
        }
    }

    #[tokio::test]
    async fn in_the_header_both_parts_are_form_encoded() {
        let realm = fresh_realm().await;

        request(&realm)
            .basic_with("demo%2Dservice:demo%2dservice%2Dsecret")
            .send()
            .await
            .brings_tokens();
        request(&realm)
            .basic_with("demo%2Dservice%:demo-service-secret")
            .send()
            .await
            .has_status(401);
        request(&realm)
            .basic_with("demo+service:demo-service-secret")
            .send()
            .await
            .is_refused_with("invalid_client");
        request(&realm)
            .basic_with("demo%2Dservice%3Ademo%2Dservice%2Dsecret")
            .send()
            .await
            .has_status(401);
    }

    #[tokio::test]
    async fn in_the_header_odd_characters_survive_when_encoded() {
        let (id, secret) = ("odd:client+%/?", "s%C3%A9 cret:+&=%/");
        let odd = json!({ "client_id": id, "client_secret": secret, "client_name": "Odd", "grant_types": ["client_credentials"] });
        let realm = realm_with(json!({ "seed": { "clients": [odd] } })).await;
        let client = ClientApp::new(&realm, id, Some(secret));

        client.client_credentials(SCOPE).await.brings_tokens();
        request(&realm).in_body(id, secret).send().await.brings_tokens();
        request(&realm)
            .basic_with(&format!("{id}:{secret}"))
            .send()
            .await
            .has_status(401);
    }

    #[tokio::test]
    async fn both_at_once_are_an_invalid_request_even_when_they_agree() {
        let realm = fresh_realm().await;
        let twice = request(&realm).in_body("demo-service", "demo-service-secret");

        let agreeing = twice.clone().basic("demo-service", "demo-service-secret");
        let differing = twice.basic("demo-client", "demo-secret");

        agreeing.send().await.is_refused_with("invalid_request");
        differing.send().await.is_refused_with("invalid_request");
    }

    #[tokio::test]
    async fn an_empty_secret_beside_the_header_is_as_good_as_none() {
        let realm = fresh_realm().await;
        let call = request(&realm)
            .basic("demo-service", "demo-service-secret")
            .with("client_secret", "");

        call.send().await.brings_tokens();
    }

    #[tokio::test]
    async fn the_id_may_be_repeated_in_the_form_if_it_is_the_same() {
        let realm = fresh_realm().await;
        let call = request(&realm).basic("demo-service", "demo-service-secret");

        call.clone()
            .with("client_id", "demo-service")
            .send()
            .await
            .brings_tokens();
        let other = call.with("client_id", "demo-client").send().await;

        other.is_refused_with_one_of(&["invalid_request", "invalid_client"]);
    }
}

/// What the emulated portal accepts, and where this server is stricter unless told otherwise.
mod under_policy_portal {
    use super::*;

    /// A client whose id and secret differ in the two encodings.
    async fn realm_of(policy: &str) -> Realm {
        let odd = json!({ "client_id": "a_b-c", "client_secret": "x-y_z+1", "client_name": "Odd",
            "grant_types": ["client_credentials"] });
        realm_with(json!({ "policy": policy, "seed": { "clients": [odd] } })).await
    }

    fn asked(realm: &Realm) -> ClientCall {
        request(realm)
    }

    fn explains(answer: &Answer, words: &str) {
        assert!(answer.text().contains(words), "{answer}");
    }

    #[tokio::test]
    async fn the_header_is_taken_as_it_is_and_not_decoded() {
        let realm = realm_of("portal").await;

        asked(&realm).basic_with("a_b-c:x-y_z+1").send().await.brings_tokens();
        asked(&realm)
            .basic_with("a%5Fb%2Dc:x%2Dy%5Fz%2B1")
            .send()
            .await
            .has_status(401);
    }

    #[tokio::test]
    async fn the_wrong_encoding_is_named() {
        let strict = realm_of("default").await;
        let answer = asked(&strict).basic_with("a_b-c:x-y_z+1").send().await;
        explains(
            &answer.is_refused_with("invalid_client"),
            "plain, and they are read form-encoded",
        );

        let texts = json!({"preset": "portal", "error_texts": "explained"});
        let client = json!({ "client_id": "a_b-c", "client_secret": "x-y_z+1", "client_name": "Odd",
            "grant_types": ["client_credentials"] });
        let portal = realm_with(json!({ "policy": texts, "seed": { "clients": [client] } })).await;
        let answer = asked(&portal).basic_with("a%5Fb%2Dc:x%2Dy%5Fz%2B1").send().await;
        explains(&answer.has_status(401), "form-encoded, and they are read plain");
        let answer = asked(&portal).basic_with("a%5Fb%2Dc:guessed").send().await;
        assert!(
            !answer.text().contains("form-encoded"),
            "nothing is said of a wrong secret: {answer}"
        );
    }

    #[tokio::test]
    async fn a_bearer_token_beside_the_client_is_ignored() {
        let realm = realm_with(json!({ "policy": "portal" })).await;
        let service = request(&realm).in_body("demo-service", "demo-service-secret");

        service
            .clone()
            .authorized("Bearer of-the-user")
            .send()
            .await
            .brings_tokens();
        let public = realm.demo_spa().asking_for("openid");
        let code = public.code_for("anne").await;
        public
            .redemption(&code)
            .authorized("bearer of-the-user")
            .send()
            .await
            .brings_tokens();
        ClientCall::new(&realm, "/oauth/revoke")
            .with("token", "unknown")
            .in_body("demo-service", "demo-service-secret")
            .authorized("Bearer of-the-user")
            .send()
            .await
            .is_ok();
        request(&realm)
            .authorized("Bearer of-the-user")
            .send()
            .await
            .has_status(401);
    }

    #[tokio::test]
    async fn a_public_client_may_send_an_empty_secret_in_the_header() {
        let realm = realm_with(json!({ "policy": "portal" })).await;
        let public = realm.demo_spa().asking_for("openid");
        let code = public.code_for("anne").await;

        let guess = public
            .redemption(&code)
            .without("client_id")
            .basic("demo-spa", "guessed");
        guess.send().await.has_status(401);
        let empty = public.redemption(&code).without("client_id").basic("demo-spa", "");
        empty.send().await.brings_tokens();
        request(&realm).basic("demo-service", "").send().await.has_status(401);
    }

    #[tokio::test]
    async fn elsewhere_a_stray_bearer_token_is_refused_by_name() {
        let realm = fresh_realm().await;

        for path in ["/oauth/token", "/oauth/revoke", "/oauth/introspect"] {
            let answer = ClientCall::new(&realm, path)
                .with("grant_type", "client_credentials")
                .with("token", "unknown")
                .in_body("demo-service", "demo-service-secret")
                .authorized("Bearer of-the-user")
                .send()
                .await
                .has_status(401)
                .is_refused_with("invalid_client");
            explains(&answer, "Authorization: Bearer");
        }
    }
}

mod that_fails {
    use super::*;

    fn challenged_as_basic(answer: &Answer) {
        let challenge = answer.challenge();
        assert!(challenge.scheme.eq_ignore_ascii_case("basic"), "{answer}");
        assert!(challenge.get("realm").is_some(), "{answer}");
    }

    #[tokio::test]
    async fn by_header_is_answered_with_a_basic_challenge() {
        let realm = fresh_realm().await;

        for (id, secret) in [
            ("nobody", "demo-service-secret"),
            ("demo-service", "guessed"),
            ("demo-service", "demo-service-secre"),
            ("demo-service", "demo-service-secret "),
            ("demo-service", "Demo-service-secret"),
            ("demo-service", "demo-secret"),
            ("demo-service", ""),
            ("Demo-Service", "demo-service-secret"),
            ("", "demo-service-secret"),
            ("", ""),
        ] {
            let answer = request(&realm)
                .basic(id, secret)
                .send()
                .await
                .is_refused_with("invalid_client");
            challenged_as_basic(&answer);
        }
    }

    #[tokio::test]
    async fn by_form_is_an_invalid_client() {
        let realm = fresh_realm().await;

        for (id, secret) in [
            ("nobody", "x"),
            ("demo-service", "guessed"),
            ("demo-service", "demo-secret"),
            ("demo-service", ""),
        ] {
            request(&realm)
                .in_body(id, secret)
                .send()
                .await
                .is_refused_with("invalid_client");
        }
    }

    /// RFC 9110 §15.5.2: a 401 without a challenge is none.
    #[tokio::test]
    async fn is_always_challenged() {
        let realm = fresh_realm().await;

        for call in [
            request(&realm),
            request(&realm).in_body("demo-service", "guessed"),
            request(&realm).with("client_id", "nobody"),
            request(&realm).authorized("Bearer x"),
        ] {
            let answer = call.send().await.is_refused_with("invalid_client");
            assert!(answer.header("www-authenticate").is_some(), "{answer}");
        }
    }

    #[tokio::test]
    async fn never_repeats_the_secret_that_was_tried() {
        let realm = fresh_realm().await;

        let unknown = request(&realm)
            .basic("nobody", "guessed")
            .send()
            .await
            .is_refused_with("invalid_client");
        let wrong = request(&realm)
            .basic("demo-service", "guessed")
            .send()
            .await
            .is_refused_with("invalid_client");

        assert!(!wrong.text().contains("guessed") && !unknown.text().contains("guessed"));
    }

    #[tokio::test]
    async fn because_nobody_tried_is_an_invalid_client() {
        let realm = fresh_realm().await;

        request(&realm).send().await.is_refused_with("invalid_client");
        request(&realm)
            .with("client_id", "")
            .send()
            .await
            .is_refused_with("invalid_client");
        request(&realm)
            .with("client_id", "demo-service")
            .send()
            .await
            .is_refused_with("invalid_client");
        request(&realm)
            .with("client_secret", "demo-service-secret")
            .send()
            .await
            .is_refused_with_one_of(&["invalid_client", "invalid_request"]);
    }

    #[tokio::test]
    async fn because_the_header_is_no_basic_is_an_invalid_client() {
        let realm = fresh_realm().await;

        for authorization in [
            "Basic",
            "Basic ",
            "Basic !!!!",
            "Basic ZGVtby1zZXJ2aWNl", // no colon in it
            "Basic /////w==",         // bytes that are no text
            "Basic ZGVtbwA6eA==",     // NUL
            "Digest username=\"demo-service\"",
            "Bearer demo-service-secret",
            "demo-service:demo-service-secret",
        ] {
            let answer = request(&realm).authorized(authorization).send().await;
            answer.is_refused_with_one_of(&["invalid_client", "invalid_request"]);
        }
    }

    #[tokio::test]
    async fn because_the_secret_stands_in_the_address_is_an_invalid_client() {
        let realm = fresh_realm().await;
        let path = "/oauth/token?client_id=demo-service&client_secret=demo-service-secret";
        let call = ClientCall::new(&realm, path)
            .with("grant_type", "client_credentials")
            .with("scope", SCOPE);

        call.send()
            .await
            .is_refused_with_one_of(&["invalid_client", "invalid_request"]);
    }

    #[tokio::test]
    async fn because_a_public_client_has_no_secret_to_show() {
        let realm = fresh_realm().await;
        let client = realm.demo_spa();
        let code = client.code_for("anne").await;

        let guess = client.redemption(&code).with("client_secret", "guessed");
        guess.send().await.is_refused_with("invalid_client");
        let guess = client
            .redemption(&code)
            .without("client_id")
            .basic("demo-spa", "guessed");
        guess.send().await.is_refused_with("invalid_client");

        client
            .redemption(&code)
            .with("client_secret", "")
            .send()
            .await
            .brings_tokens();
    }

    #[tokio::test]
    async fn comes_before_everything_else() {
        let realm = fresh_realm().await;
        let guess = |grant_type| {
            ClientCall::new(&realm, "/oauth/token")
                .with("grant_type", grant_type)
                .basic("demo-client", "guessed")
        };

        guess("authorization_code")
            .with("code", "x")
            .send()
            .await
            .is_refused_with("invalid_client");
        guess("refresh_token")
            .with("refresh_token", "x")
            .send()
            .await
            .is_refused_with("invalid_client");
    }
}

mod the_form {
    use super::*;

    fn sound(realm: &Realm) -> ClientCall {
        request(realm).basic("demo-service", "demo-service-secret")
    }

    #[tokio::test]
    async fn may_name_its_characters() {
        let realm = fresh_realm().await;

        for content_type in [
            "application/x-www-form-urlencoded",
            "application/x-www-form-urlencoded; charset=UTF-8",
            "application/x-www-form-urlencoded;charset=utf-8",
            "Application/X-WWW-Form-Urlencoded",
        ] {
            sound(&realm).send_as(Some(content_type)).await.brings_tokens();
        }
    }

    #[tokio::test]
    async fn is_the_only_thing_understood() {
        let realm = fresh_realm().await;

        sound(&realm).send_as_json().await.is_refused_with("invalid_request");
        for content_type in [
            None,
            Some("text/plain"),
            Some("multipart/form-data"),
            Some("application/json"),
            Some(""),
        ] {
            sound(&realm)
                .send_as(content_type)
                .await
                .is_refused_with("invalid_request");
        }
    }

    #[tokio::test]
    async fn has_nothing_twice() {
        let realm = fresh_realm().await;

        for (name, value) in [
            ("grant_type", "client_credentials"),
            ("scope", SCOPE),
            ("grant_type", "refresh_token"),
        ] {
            sound(&realm)
                .adding(name, value)
                .send()
                .await
                .is_refused_with("invalid_request");
        }
        let secret = request(&realm).in_body("demo-service", "demo-service-secret");
        for (name, value) in [
            ("client_id", "demo-service"),
            ("client_secret", "demo-service-secret"),
            ("client_id", "demo-client"),
        ] {
            secret
                .clone()
                .adding(name, value)
                .send()
                .await
                .is_refused_with("invalid_request");
        }
    }

    #[tokio::test]
    async fn has_no_code_twice_and_does_not_spend_it() {
        let realm = fresh_realm().await;
        let client = realm.demo_spa();
        let code = client.code_for("anne").await;

        for name in ["code", "redirect_uri", "code_verifier", "client_id"] {
            client
                .redemption(&code)
                .adding(name, "x")
                .send()
                .await
                .is_refused_with("invalid_request");
        }

        client.redeem(&code).await.brings_tokens();
    }

    #[tokio::test]
    async fn may_have_what_nobody_knows() {
        let realm = fresh_realm().await;

        sound(&realm)
            .with("extra", "foobar")
            .with("", "nameless")
            .send()
            .await
            .brings_tokens();
    }

    #[tokio::test]
    async fn is_not_read_from_the_address() {
        let realm = fresh_realm().await;
        let call = ClientCall::new(
            &realm,
            "/oauth/token?grant_type=client_credentials&scope=appointment_guest_write",
        );

        call.basic("demo-service", "demo-service-secret")
            .send()
            .await
            .is_refused_with("invalid_request");
    }

    #[tokio::test]
    async fn must_name_a_grant_type_we_know() {
        let realm = fresh_realm().await;

        sound(&realm)
            .without("grant_type")
            .send()
            .await
            .is_refused_with("invalid_request");
        sound(&realm)
            .with("grant_type", "")
            .send()
            .await
            .is_refused_with("invalid_request");
        for unknown in [
            "password",
            "implicit",
            "CLIENT_CREDENTIALS",
            "client_credentials ",
            "urn:x",
            "code",
            "é",
        ] {
            sound(&realm)
                .with("grant_type", unknown)
                .send()
                .await
                .is_refused_with("unsupported_grant_type");
        }
    }

    #[tokio::test]
    async fn may_not_hold_nul() {
        let realm = fresh_realm().await;

        sound(&realm)
            .with("scope", "a\0b")
            .send()
            .await
            .is_refused_with_one_of(&["invalid_request", "invalid_scope"]);
        sound(&realm)
            .with("grant_type", "a\0b")
            .send()
            .await
            .is_refused_with_one_of(&["invalid_request", "unsupported_grant_type"]);
        request(&realm)
            .in_body("demo\0", "x")
            .send()
            .await
            .is_refused_with_one_of(&["invalid_request", "invalid_client"]);
        request(&realm)
            .in_body("demo-service", "x\0")
            .send()
            .await
            .is_refused_with_one_of(&["invalid_request", "invalid_client"]);
    }

    #[tokio::test]
    async fn may_be_garbage_and_no_harm_is_done() {
        let realm = fresh_realm().await;

        for body in [
            "%",
            "%ff%fe=%ff",
            "grant_type=%ff",
            "====",
            "&&&&",
            "grant_type",
            "\u{0}\u{1}",
        ] {
            let request = realm.http.post(realm.url("/oauth/token")).body(body);
            let answer = Answer::to(request.header("content-type", "application/x-www-form-urlencoded")).await;
            answer.is_refused_with_one_of(&["invalid_request", "invalid_client", "unsupported_grant_type"]);
        }
    }

    #[tokio::test]
    async fn has_its_bounds() {
        let realm = fresh_realm().await;

        let endless = realm.http.post(realm.url("/oauth/token")).body("x".repeat(10_000_000));
        let endless = endless
            .header("content-type", "application/x-www-form-urlencoded")
            .send()
            .await;
        // A server that has heard enough may hang up before everything is said.
        assert!(endless.is_err() || endless.is_ok_and(|answer| answer.status().is_client_error()));
        let long_id = request(&realm).in_body(&"x".repeat(10_000), "x").send().await;
        long_id.is_refused_with_one_of(&["invalid_request", "invalid_client"]);
        let long_secret = request(&realm)
            .in_body("demo-service", &"x".repeat(10_000))
            .send()
            .await;
        long_secret.is_refused_with_one_of(&["invalid_request", "invalid_client"]);
    }

    #[tokio::test]
    async fn must_be_posted() {
        let realm = fresh_realm().await;

        for path in ["/oauth/token", "/oauth/revoke", "/oauth/introspect"] {
            for method in [reqwest::Method::GET, reqwest::Method::PUT, reqwest::Method::DELETE] {
                let answer = Answer::to(realm.http.request(method, realm.url(path)))
                    .await
                    .has_status(405);
                assert!(
                    answer.header("allow").is_some_and(|allow| allow.contains("POST")),
                    "{answer}"
                );
            }
        }
    }
}

mod guessing {
    use super::*;

    #[tokio::test]
    async fn is_refused_with_the_time_to_wait_and_does_not_lock_the_client_out() {
        let realm = fresh_realm().await;
        let wrong = request(&realm).basic("demo-service", "a-guess");

        for _ in 0..10 {
            wrong.clone().send().await.is_refused_with("invalid_client");
        }
        let throttled = wrong.clone().send().await.has_status(429);

        let wait: u64 = throttled
            .header("retry-after")
            .unwrap_or_default()
            .parse()
            .expect("seconds");
        assert!((1..=60).contains(&wait), "{throttled}");
        assert_eq!(throttled.json()["error"], "invalid_client");
        request(&realm)
            .basic("demo-service", "demo-service-secret")
            .send()
            .await
            .brings_tokens();
        wrong.send().await.has_status(401);
    }
}
