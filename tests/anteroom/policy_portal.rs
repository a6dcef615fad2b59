//! Policy `portal`: what the emulated portal was seen to do, row by row of the design's policy table, in its own
//! words.

use serde_json::json;

use crate::support::client_app::ClientCall;
use crate::support::{Answer, ClientApp, Realm, Tokens, UserAgent, jwt, portal_realm};

const SCOPE: &str = "openid profile_read appointment_read appointment_write";

const CLIENT_FAILED: &str = "Client authentication failed due to unknown client, no client authentication included, or unsupported authentication method.";
const GRANT_FAILED: &str = "The provided authorization grant is invalid, expired, revoked, does not match the redirection URI used in the authorization request, or was issued to another client.";
const SCOPE_FAILED: &str = "The requested scope is invalid, unknown, or malformed.";

fn client(realm: &Realm) -> ClientApp {
    realm.demo_client().asking_for(SCOPE)
}

/// A refusal of the token endpoint: its words, and the same words in the challenge of upstream.
#[track_caller]
fn refused(answer: Answer, error: &str, description: &str) {
    let answer = answer.is_refused_with(error).describes_it_as(description);
    let challenge = answer.challenge();
    assert_eq!(
        (challenge.scheme.as_str(), challenge.get("realm")),
        ("Bearer", Some("Doorkeeper")),
        "{answer}"
    );
    assert_eq!(
        (challenge.get("error"), challenge.get("error_description")),
        (Some(error), Some(description)),
        "{answer}"
    );
}

mod pkce {
    use super::*;

    #[tokio::test]
    async fn is_ignored_in_every_way() {
        let realm = portal_realm().await;
        let client = client(&realm);

        let challenged = client.request().with_pkce().code_for("anne").await;
        client
            .redemption(&challenged)
            .with("code_verifier", "wrong")
            .send()
            .await
            .brings_tokens();
        let challenged = client.request().with_pkce().code_for("anne").await;
        client
            .redemption(&challenged)
            .without("code_verifier")
            .send()
            .await
            .brings_tokens();
        let unchallenged = client.code_for("anne").await;
        client
            .redemption(&unchallenged)
            .with("code_verifier", "unasked")
            .send()
            .await
            .brings_tokens();
    }

    #[tokio::test]
    async fn is_not_required_of_public_clients() {
        let realm = portal_realm().await;
        let public = realm.demo_spa().asking_for(SCOPE);

        let code = public
            .request()
            .without("code_challenge")
            .without("code_challenge_method")
            .code_for("anne")
            .await;

        public
            .redemption(&code)
            .without("code_verifier")
            .send()
            .await
            .brings_tokens();
    }
}

mod the_authorization_response {
    use super::*;

    #[tokio::test]
    async fn is_a_302_with_code_and_state_alone() {
        let realm = portal_realm().await;

        let callback = client(&realm).authorize_as("anne").await;

        assert_eq!(callback.status, 302);
        let names: Vec<_> = callback.parameters.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["code", "state"]);
    }

    #[tokio::test]
    async fn to_a_no_has_the_documented_words() {
        let realm = portal_realm().await;
        let client = client(&realm).called_back_at("https://client.example.com/cb");
        let browser = realm.user_agent();
        let page = client.request().with("state", "s1").open(&browser).await.page();
        let page = browser
            .submit(&page.form_with("persona").press("persona", "anne"))
            .await
            .page();
        let form = page.form_with("decision").press("decision", "deny");

        let location = last_redirect(&browser, &form).await;

        assert_eq!(
            location,
            "https://client.example.com/cb?error=access_denied&error_description=The+resource+owner+or+authorization+server+denied+the+request.&state=s1"
        );
    }

    /// The address, to the letter, with which the house sends the browser away.
    async fn last_redirect(browser: &UserAgent, form: &crate::support::Form) -> String {
        let mut answer = browser
            .ask(browser.http().post(form.action.clone()).form(&form.fields))
            .await;
        let mut url = form.action.clone();
        loop {
            let location = answer
                .header("location")
                .unwrap_or_else(|| panic!("no redirect: {answer}"))
                .to_owned();
            let target = url.join(&location).expect("an address");
            if target.origin() != url.origin() {
                assert_eq!(answer.status, 302, "{answer}");
                return location;
            }
            url = target;
            answer = browser.ask(browser.http().get(url.clone())).await;
        }
    }

    #[tokio::test]
    async fn to_a_bad_request_follows_rfc_6749_without_iss() {
        let realm = portal_realm().await;
        let browser = realm.user_agent();
        let request = || client(&realm).request();

        for (request, error) in [
            (request().with("response_type", "token"), "unsupported_response_type"),
            (request().with("scope", "nonsense"), "invalid_scope"),
            (request().without("scope"), "invalid_scope"),
            (request().with("scope", "profile"), "invalid_scope"),
            (request().with("prompt", "none"), "login_required"),
        ] {
            let callback = request.open(&browser).await.callback().is_refused_with(error);
            callback.has("state", "af0ifjsldkj").lacks("iss").lacks("error_uri");
        }
    }
}

mod the_token_response {
    use super::*;

    #[tokio::test]
    async fn has_the_documented_members_in_the_documented_order() {
        let realm = portal_realm().await;
        let plain = client(&realm)
            .asking_for("profile_read appointment_read appointment_write")
            .tokens_for("anne")
            .await;
        let openid = client(&realm).tokens_for("anne").await;

        let members = |tokens: &Tokens| {
            tokens
                .answer
                .json()
                .as_object()
                .unwrap()
                .keys()
                .cloned()
                .collect::<Vec<_>>()
        };
        let documented = [
            "access_token",
            "token_type",
            "expires_in",
            "refresh_token",
            "scope",
            "created_at",
        ];
        assert_eq!(members(&plain), documented);
        assert_eq!(members(&openid)[..6], documented);
        assert_eq!(
            plain.answer.json()["scope"],
            "profile_read appointment_read appointment_write"
        );
        assert_eq!((plain.access_token.len(), plain.refresh_token().len()), (43, 43));
        assert!(!plain.access_token.contains('.'), "opaque");
    }

    #[tokio::test]
    async fn may_be_asked_for_in_json() {
        let realm = portal_realm().await;
        let client = client(&realm);
        let code = client.code_for("anne").await;

        let call = client.redemption(&code).in_body("demo-client", "demo-secret");
        let tokens = Tokens::read(call.send_as_json().await);

        client
            .refreshing(tokens.refresh_token())
            .send_as_json()
            .await
            .brings_tokens();
    }

    #[tokio::test]
    async fn is_refused_to_json_that_is_none() {
        let realm = portal_realm().await;

        for body in [
            "",
            "{",
            "[]",
            "\"x\"",
            "{\"grant_type\": 7}",
            "{\"grant_type\": [\"refresh_token\"]}",
            "null",
        ] {
            let request = realm
                .http
                .post(realm.url("/oauth/token"))
                .header("content-type", "application/json")
                .body(body);
            let answer = Answer::to(request.basic_auth("demo-client", Some("demo-secret"))).await;
            answer.is_refused_with_one_of(&["invalid_request", "unsupported_grant_type"]);
        }
    }

    #[tokio::test]
    async fn counts_by_the_portals_lifetimes() {
        let realm = portal_realm().await;
        let client = client(&realm);
        let (early, late) = (client.code_for("anne").await, client.code_for("anne").await);
        realm.advance("PT9M59S").await;

        let tokens = Tokens::read(client.redeem(&early).await);
        realm.advance("PT2S").await;

        client.redeem(&late).await.is_refused_with("invalid_grant");
        let claims = jwt::claims(tokens.id_token());
        assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 120);
        assert_eq!(tokens.answer.json()["expires_in"], 7200);
    }
}

mod refusals_of_the_token_endpoint {
    use super::*;

    #[tokio::test]
    async fn of_a_client_that_fails() {
        let realm = portal_realm().await;
        let call = || client(&realm).token_request("authorization_code").with("code", "x");

        for failing in [
            call().anonymous(),
            call().basic("demo-client", "guessed"),
            call().in_body("demo-client", "guessed"),
            call().basic("nobody", "demo-secret"),
        ] {
            refused(failing.send().await, "invalid_client", CLIENT_FAILED);
        }
    }

    #[tokio::test]
    async fn of_two_authentications_at_once() {
        let realm = portal_realm().await;
        let call = ClientCall::new(&realm, "/oauth/token")
            .with("grant_type", "client_credentials")
            .with("scope", "profile_read");

        let answer = call
            .in_body("demo-client", "demo-secret")
            .basic("demo-client", "demo-secret")
            .send()
            .await;

        answer.is_refused_with("invalid_request");
    }

    #[tokio::test]
    async fn of_a_missing_parameter() {
        let realm = portal_realm().await;
        let client = client(&realm);
        let code = client.code_for("anne").await;

        for (call, missing) in [
            (client.redemption(&code).without("grant_type"), "grant_type"),
            (client.redemption(&code).without("code"), "code"),
            (client.redemption(&code).with("code", ""), "code"),
            (client.redemption(&code).without("redirect_uri"), "redirect_uri"),
            (client.token_request("refresh_token"), "refresh_token"),
        ] {
            refused(
                call.send().await,
                "invalid_request",
                &format!("Missing required parameter: {missing}."),
            );
        }
    }

    #[tokio::test]
    async fn of_a_grant_that_does_not_hold() {
        let realm = portal_realm().await;
        let client = client(&realm);
        let code = client.code_for("anne").await;
        let public = realm.demo_spa().asking_for(SCOPE).code_for("anne").await;

        for call in [
            client.redemption(&code).with("code", "unknown"),
            client
                .redemption(&code)
                .with("redirect_uri", "https://client.example.com/cb"),
            client.redemption(&public),
            client.refreshing("unknown"),
        ] {
            refused(call.send().await, "invalid_grant", GRANT_FAILED);
        }
        client.redeem(&code).await.brings_tokens();
        refused(client.redeem(&code).await, "invalid_grant", GRANT_FAILED);
    }

    #[tokio::test]
    async fn of_a_grant_type_nobody_knows() {
        let realm = portal_realm().await;

        let answer = client(&realm).token_request("password").send().await;

        refused(
            answer,
            "unsupported_grant_type",
            "The authorization grant type is not supported by the authorization server.",
        );
    }

    #[tokio::test]
    async fn of_a_scope_that_is_none_or_beyond_the_grant() {
        let realm = portal_realm().await;
        let tokens = client(&realm).asking_for("profile_read").tokens_for("anne").await;

        refused(
            client(&realm).client_credentials("nonsense").await,
            "invalid_scope",
            SCOPE_FAILED,
        );
        let wider = client(&realm).refreshing(tokens.refresh_token()).with("scope", SCOPE);
        refused(wider.send().await, "invalid_scope", SCOPE_FAILED);
    }

    #[tokio::test]
    async fn of_a_client_that_may_not_use_the_grant_type() {
        let realm = portal_realm().await;

        let answer = realm
            .demo_service()
            .token_request("refresh_token")
            .with("refresh_token", "x")
            .send()
            .await;

        refused(
            answer,
            "unauthorized_client",
            "The client is not authorized to perform this request using this method.",
        );
    }
}

mod a_code_used_twice {
    use super::*;

    #[tokio::test]
    async fn revokes_the_token_it_yielded() {
        let realm = portal_realm().await;
        let client = client(&realm);
        let code = client.code_for("anne").await;
        let tokens = Tokens::read(client.redeem(&code).await);

        client.redeem(&code).await.is_refused_with("invalid_grant");

        assert!(!realm.accepts(&tokens.access_token).await);
    }
}

mod refreshing {
    use super::*;

    #[tokio::test]
    async fn kills_both_halves_of_the_old_pair_at_once() {
        let realm = portal_realm().await;
        let client = client(&realm);
        let first = client.tokens_for("anne").await;

        let second = Tokens::read(client.refresh(first.refresh_token()).await);

        realm
            .caller(&first.access_token)
            .userinfo()
            .await
            .is_refused_as_bearer("invalid_token");
        client
            .refresh(first.refresh_token())
            .await
            .is_refused_with("invalid_grant");
        assert!(realm.accepts(&second.access_token).await, "reuse is only refused");
        client.refresh(second.refresh_token()).await.brings_tokens();
    }

    #[tokio::test]
    async fn is_possible_for_ever() {
        let realm = portal_realm().await;
        let client = client(&realm);
        let tokens = client.tokens_for("anne").await;
        realm.advance("PT50000H").await;

        client.refresh(tokens.refresh_token()).await.brings_tokens();
    }

    #[tokio::test]
    async fn of_a_narrower_scope_is_allowed() {
        let realm = portal_realm().await;
        let client = client(&realm);
        let tokens = client.tokens_for("anne").await;

        let narrow = client
            .refreshing(tokens.refresh_token())
            .with("scope", "profile_read")
            .send()
            .await
            .brings_tokens();

        assert_eq!(narrow.json()["scope"], "profile_read");
    }
}

mod revoking {
    use super::*;

    const NOT_AUTHORIZED: &str = "You are not authorized to revoke this token";

    #[tokio::test]
    async fn either_half_ends_the_pair() {
        let realm = portal_realm().await;
        let client = client(&realm);

        let tokens = client.tokens_for("anne").await;
        assert_eq!(client.revoke(&tokens.access_token).await.is_ok().json(), json!({}));
        assert!(!realm.accepts(&tokens.access_token).await);
        client
            .refresh(tokens.refresh_token())
            .await
            .is_refused_with("invalid_grant");

        let tokens = client.tokens_for("anne").await;
        client.revoke(tokens.refresh_token()).await.is_ok();
        assert!(!realm.accepts(&tokens.access_token).await);
    }

    #[tokio::test]
    async fn is_forbidden_to_strangers_and_to_nobody() {
        let realm = portal_realm().await;
        let tokens = client(&realm).tokens_for("anne").await;
        let call = ClientCall::new(&realm, "/oauth/revoke").with("token", &tokens.access_token);

        for stranger in [
            call.clone(),
            call.clone().basic("demo-service", "demo-service-secret"),
            call.basic("demo-client", "guessed"),
        ] {
            let answer = stranger.send().await.has_status(403).says("unauthorized_client");
            answer.describes_it_as(NOT_AUTHORIZED);
        }

        assert!(realm.accepts(&tokens.access_token).await);
    }

    #[tokio::test]
    async fn an_unknown_token_is_no_trouble() {
        let realm = portal_realm().await;

        assert_eq!(client(&realm).revoke("unknown").await.is_ok().json(), json!({}));
    }
}

mod introspecting {
    use super::*;

    #[tokio::test]
    async fn describes_a_clients_own_tokens_only() {
        let realm = portal_realm().await;
        let tokens = client(&realm).tokens_for("anne").await;

        let own = client(&realm).introspect(&tokens.access_token).await.is_ok().json();
        let foreign = realm
            .demo_service()
            .introspect(&tokens.access_token)
            .await
            .is_ok()
            .json();

        assert_eq!(
            (&own["active"], &own["client_id"], &own["token_type"]),
            (&json!(true), &json!("demo-client"), &json!("Bearer"))
        );
        assert_eq!(own["scope"], SCOPE);
        assert_eq!(own["exp"].as_i64().unwrap() - own["iat"].as_i64().unwrap(), 7200);
        assert_eq!(foreign, json!({ "active": false }));
    }

    #[tokio::test]
    async fn is_an_invalid_request_of_nobody_and_an_invalid_client_of_a_liar() {
        let realm = portal_realm().await;
        let call = ClientCall::new(&realm, "/oauth/introspect").with("token", "x");

        call.clone().send().await.is_refused_with("invalid_request");
        call.basic("demo-client", "guessed")
            .send()
            .await
            .is_refused_with("invalid_client");
    }
}

mod subjects {
    use super::*;

    #[tokio::test]
    async fn differ_from_client_to_client_and_are_the_same_everywhere_else() {
        let realm = portal_realm().await;
        let first = client(&realm).tokens_for("anne").await;
        let again = client(&realm).tokens_for("anne").await;
        let other = realm.demo_spa().asking_for(SCOPE).tokens_for("anne").await;
        let sub = |tokens: &Tokens| jwt::claims(tokens.id_token())["sub"].clone();

        assert_eq!(sub(&first), sub(&again));
        assert_ne!(sub(&first), sub(&other));
        assert_eq!(
            realm.caller(&first.access_token).userinfo().await.is_ok().json()["sub"],
            sub(&first)
        );
        if let Some(introspected) = client(&realm)
            .introspect(&first.access_token)
            .await
            .is_ok()
            .json()
            .get("sub")
        {
            assert_eq!(*introspected, sub(&first));
        }
    }
}

mod userinfo {
    use super::*;

    #[tokio::test]
    async fn brings_all_claims_with_openid_alone() {
        let realm = portal_realm().await;
        let tokens = client(&realm).asking_for("openid").tokens_for("anne").await;

        let mut userinfo = realm.caller(&tokens.access_token).userinfo().await.is_ok().json();

        assert!(userinfo["sub"].is_string());
        userinfo["sub"] = json!("…");
        let address = userinfo["address"].as_object_mut().expect("the standard object");
        address.retain(|name, _| name != "formatted" && name != "region"); // it may say more
        assert_eq!(
            userinfo,
            json!({
                "sub": "…", "given_name": "Anne", "family_name": "Rogers", "name": "Anne Rogers",
                "email": "anne@example.com", "gender": "female", "birthdate": "1984-03-17",
                "phone_number": "+49301234567", "mobile_phone_number": "+491701234567",
                "address": {"street_address": "Rigaer Str. 44", "postal_code": "10247", "locality": "Berlin", "country": "DE"},
                "insurance_company_id": 136, "insurance_number": "A123456780",
            })
        );
    }

    #[tokio::test]
    async fn leaves_profile_claims_out_of_the_id_token() {
        let realm = portal_realm().await;

        let claims = jwt::claims(client(&realm).tokens_for("anne").await.id_token());

        for name in ["name", "email", "gender", "insurance_number"] {
            assert_eq!(claims.get(name), None);
        }
    }
}

mod bearer_refusals {
    use super::*;

    /// Status, challenge and body to the letter.
    #[track_caller]
    fn says(answer: Answer, error: &str, description: &str) {
        let answer = answer.is_refused_as_bearer(error);
        let challenge = format!(
            "Bearer realm=\"Doorkeeper\", error=\"{error}\", error_description=\"{}\"",
            description.replace('"', "_")
        );
        assert_eq!(
            answer.json(),
            json!({ "error": error, "error_description": description })
        );
        answer.has_header("www-authenticate", &challenge);
    }

    #[tokio::test]
    async fn tell_none_unknown_expired_and_revoked_apart() {
        let realm = portal_realm().await;
        let client = client(&realm);
        let (expired, revoked) = (client.tokens_for("anne").await, client.tokens_for("anne").await);
        client.revoke(&revoked.access_token).await.is_ok();
        let userinfo = async |token: &str| realm.caller(token).userinfo().await;

        says(
            realm.get("/oauth/userinfo").await,
            "invalid_token",
            "The access token is invalid",
        );
        says(
            userinfo("unknown").await,
            "invalid_token",
            "The access token is invalid",
        );
        says(
            userinfo(&revoked.access_token).await,
            "invalid_token",
            "The access token was revoked",
        );
        realm.advance("PT2H1S").await;
        says(
            userinfo(&expired.access_token).await,
            "invalid_token",
            "The access token expired",
        );
    }

    #[tokio::test]
    async fn name_the_scopes_that_are_missing() {
        let realm = portal_realm().await;
        let token = client(&realm)
            .asking_for("profile_read")
            .tokens_for("anne")
            .await
            .access_token;

        let answer = realm.caller(&token).get("/api/portal/v1/appointments").await;

        says(
            answer,
            "insufficient_scope",
            "Access to this resource requires scope \"profile_read appointment_read\".",
        );
    }

    #[tokio::test]
    async fn userinfo_wants_openid() {
        let realm = portal_realm().await;
        let token = client(&realm)
            .asking_for("profile_read")
            .tokens_for("anne")
            .await
            .access_token;

        realm
            .caller(&token)
            .userinfo()
            .await
            .is_refused_as_bearer("insufficient_scope");
    }

    #[tokio::test]
    async fn a_token_without_a_person_is_invalid_there() {
        let realm = portal_realm().await;
        let token = client(&realm).client_credentials("openid").await;

        if token.status == 200 {
            realm
                .caller(&token.access_token())
                .userinfo()
                .await
                .is_refused_as_bearer("invalid_token");
        } else {
            token.is_refused_with("invalid_scope");
        }
    }
}

mod consent {
    use super::*;

    #[tokio::test]
    async fn is_skipped_while_a_live_token_of_the_client_has_the_scopes() {
        let realm = portal_realm().await;
        let browser = realm.user_agent();
        let client = client(&realm);
        let request = client.request();
        let callback = request.authorize(&browser, "anne").await;

        // Agreed, but there is no token yet.
        assert!(client.request().open(&browser).await.page().is_consent());

        let tokens = Tokens::read(client.redeem(&request.code_in(&callback)).await);
        client.request().open(&browser).await.callback().code();
        assert!(
            client
                .clone()
                .asking_for("basic")
                .request()
                .open(&browser)
                .await
                .page()
                .is_consent()
        );

        client.revoke(&tokens.access_token).await.is_ok();
        assert!(client.request().open(&browser).await.page().is_consent());
    }
}

#[tokio::test]
async fn a_refused_client_reads_the_upstream_words_on_the_page_too() {
    let realm = portal_realm().await;

    let unknown = client(&realm)
        .request()
        .with("client_id", "nobody")
        .answer()
        .await
        .is_a_refusal_page();
    let redirect = client(&realm)
        .called_back_at("https://evil.example/")
        .request()
        .answer()
        .await
        .is_a_refusal_page();

    assert!(matches!(unknown.status, 400 | 401), "{unknown}");
    assert_eq!(redirect.status, 400);
}
