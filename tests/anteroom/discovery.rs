//! The two discovery documents (OIDC Discovery §4, RFC 8414), and whether they tell the truth: everything advertised is
//! walked, and what is not advertised is not there.

use serde_json::{Value, json};

use crate::support::{
    Answer, Arrival, Emulator, Realm,
    client_app::{ClientCall, REDIRECT_URI},
    fresh_realm, portal_realm, realm_with,
};

const OPENID: &str = "/.well-known/openid-configuration";
const OAUTH: &str = "/.well-known/oauth-authorization-server";

fn texts(value: &Value) -> Vec<String> {
    let all = value.as_array().unwrap_or_else(|| panic!("a list: {value}"));
    all.iter()
        .map(|one| {
            one.as_str()
                .unwrap_or_else(|| panic!("a list of texts: {value}"))
                .to_owned()
        })
        .collect()
}

mod where_it_is {
    use super::*;

    #[tokio::test]
    async fn both_documents_are_json_and_the_same() {
        let realm = fresh_realm().await;

        let (openid, oauth) = (realm.get(OPENID).await.is_ok(), realm.get(OAUTH).await.is_ok());

        openid.is_json();
        oauth.is_json();
        assert_eq!(openid.body, oauth.body);
        assert_eq!(openid.member("issuer"), realm.issuer);
    }

    #[tokio::test]
    async fn a_realm_has_its_documents_in_the_inserted_form_too() {
        let realm = fresh_realm().await;
        let appended = realm.get(OPENID).await.is_ok().body;

        for path in [OPENID, OAUTH] {
            let inserted = realm
                .get(&format!("{}{path}/realms/{}", realm.host(), realm.name))
                .await
                .is_ok();
            assert_eq!(inserted.body, appended, "{path}");
        }
    }

    #[tokio::test]
    async fn the_root_has_its_own() {
        let emulator = Emulator::shared();
        let root = emulator.default_realm();

        assert_eq!(root.get(OPENID).await.is_ok().member("issuer"), emulator.issuer);
        assert_eq!(root.get(OAUTH).await.is_ok().member("issuer"), emulator.issuer);
    }

    #[tokio::test]
    async fn realms_that_are_not_have_none() {
        let root = Emulator::shared().default_realm();

        for path in [OPENID, OAUTH] {
            for realm in ["nobody", "default", "", "..", "%2e%2e", "Nobody"] {
                let inserted = root.get(&format!("{path}/realms/{realm}")).await;
                let appended = root.get(&format!("/realms/{realm}{path}")).await;
                for answer in [inserted, appended] {
                    let normalised = answer.asked.ends_with(&format!("{}{path}", root.issuer)); // `..` is cut off by the client
                    assert!(answer.status == 404 || normalised, "{answer}");
                }
            }
        }
    }

    #[tokio::test]
    async fn the_issuer_does_not_depend_on_the_name_it_is_called_by() {
        let realm = fresh_realm().await;

        let request = realm.http.get(realm.url(OPENID)).header("host", "anteroom:8080");
        let answer = Answer::to(
            request
                .header("x-forwarded-host", "evil.example")
                .header("x-forwarded-proto", "https"),
        )
        .await;

        assert_eq!(answer.is_ok().json(), realm.discovery().await);
    }
}

mod what_it_says {
    use super::*;

    #[tokio::test]
    async fn of_policy_default() {
        let realm = fresh_realm().await;

        let metadata = realm.discovery().await;

        for (member, value) in [
            ("response_types_supported", json!(["code"])),
            ("code_challenge_methods_supported", json!(["S256"])),
            ("subject_types_supported", json!(["public"])),
            ("id_token_signing_alg_values_supported", json!(["RS256"])),
            ("authorization_response_iss_parameter_supported", json!(true)),
        ] {
            assert_eq!(metadata[member], value, "{member}");
        }
        let mut methods = texts(&metadata["token_endpoint_auth_methods_supported"]);
        methods.sort();
        assert_eq!(methods, ["client_secret_basic", "client_secret_post", "none"]);
        let mut grant_types = texts(&metadata["grant_types_supported"]);
        grant_types.sort();
        assert_eq!(
            grant_types,
            ["authorization_code", "client_credentials", "refresh_token"]
        );
    }

    #[tokio::test]
    async fn of_policy_portal_is_the_captured_document_to_the_message() {
        let realm = portal_realm().await;
        let captured = concat!(
            r#"{"issuer":"{issuer}","#,
            r#""authorization_endpoint":"{issuer}/oauth/authorize","#,
            r#""token_endpoint":"{issuer}/oauth/token","#,
            r#""revocation_endpoint":"{issuer}/oauth/revoke","#,
            r#""introspection_endpoint":"{issuer}/oauth/introspect","#,
            r#""userinfo_endpoint":"{issuer}/oauth/userinfo","#,
            r#""jwks_uri":"{issuer}/oauth/discovery/keys","#,
            r#""scopes_supported":["basic","profile:read","appointments:read","appointments:book","openid","#,
            r#""appointment_read","appointment_write","profile_read","appointment_guest_lookup","appointment_guest_write"],"#,
            r#""response_types_supported":["code"],"#,
            r#""response_modes_supported":["query","fragment","form_post"],"#,
            r#""grant_types_supported":["authorization_code","client_credentials","refresh_token"],"#,
            r#""token_endpoint_auth_methods_supported":["client_secret_basic","client_secret_post"],"#,
            r#""subject_types_supported":["pairwise"],"#,
            r#""id_token_signing_alg_values_supported":["RS256"],"#,
            r#""claim_types_supported":["normal"],"#,
            r#""claims_supported":["iss","sub","aud","exp","iat","given_name","family_name","name","email","gender","#,
            r#""birthdate","phone_number","mobile_phone_number","address","insurance_company_id","insurance_number"]}"#,
        );

        for path in [OPENID, OAUTH] {
            let document = realm.get(path).await.is_ok().text();
            assert_eq!(document, captured.replace("{issuer}", &realm.issuer));
        }
    }

    #[tokio::test]
    async fn of_a_realm_that_signs_with_es256() {
        let realm = realm_with(json!({ "policy": { "id_token_signing_alg": "ES256" } })).await;

        let algorithms = texts(&realm.discovery().await["id_token_signing_alg_values_supported"]);

        assert!(algorithms.contains(&"ES256".to_owned()), "{algorithms:?}");
    }

    #[tokio::test]
    async fn has_the_types_the_specifications_give_it() {
        for realm in [fresh_realm().await, portal_realm().await] {
            for (member, value) in realm.discovery().await.as_object().expect("an object") {
                let right = match member.as_str() {
                    _ if member.ends_with("_supported") && value.is_boolean() => true,
                    _ if member.ends_with("_supported") => !texts(value).is_empty(),
                    _ if member == "issuer" || member.ends_with("_endpoint") || member.ends_with("_uri") => {
                        value.as_str().is_some_and(|address| address.starts_with(&realm.issuer))
                    }
                    _ => value.is_string(),
                };
                assert!(right, "{member}: {value}");
            }
        }
    }
}

mod walked {
    use super::*;

    async fn realms() -> [Realm; 2] {
        [fresh_realm().await, portal_realm().await]
    }

    #[tokio::test]
    async fn every_address_is_there() {
        for realm in realms().await {
            for (member, value) in realm.discovery().await.as_object().expect("an object") {
                if member.ends_with("_endpoint") || member == "jwks_uri" {
                    let answer = realm.get(value.as_str().expect("an address")).await;
                    assert!(answer.status != 404 && answer.status < 500, "{member}: {answer}");
                }
            }
        }
    }

    /// Addresses of features that come later or never: advertised and answering, or neither.
    #[tokio::test]
    async fn what_is_not_advertised_is_not_there() {
        for realm in realms().await {
            let metadata = realm.discovery().await;
            for (member, path) in [
                ("registration_endpoint", "/oauth/register"),
                ("pushed_authorization_request_endpoint", "/oauth/par"),
                ("device_authorization_endpoint", "/oauth/device_authorization"),
                ("end_session_endpoint", "/oauth/end_session"),
                ("check_session_iframe", "/oauth/check_session"),
                (
                    "backchannel_authentication_endpoint",
                    "/oauth/backchannel_authentication",
                ),
            ] {
                let there = realm.post(path, &[]).await.status != 404;
                assert_eq!(metadata.get(member).is_some(), there, "{member}");
            }
        }
    }

    #[tokio::test]
    async fn every_grant_type_is_supported_and_no_other() {
        for realm in realms().await {
            let advertised = texts(&realm.discovery().await["grant_types_supported"]);
            for grant_type in [
                "authorization_code",
                "refresh_token",
                "client_credentials",
                "password",
                "implicit",
                "urn:ietf:params:oauth:grant-type:device_code",
                "urn:ietf:params:oauth:grant-type:token-exchange",
                "urn:ietf:params:oauth:grant-type:jwt-bearer",
                "urn:openid:params:grant-type:ciba",
            ] {
                let answer = realm.demo_client().token_request(grant_type).send().await;
                let error = answer.json()["error"].as_str().unwrap_or_default().to_owned();
                let known = advertised.iter().any(|one| one == grant_type);
                assert_eq!(known, error != "unsupported_grant_type", "{grant_type}: {answer}");
            }
        }
    }

    #[tokio::test]
    async fn every_response_mode_works_and_no_other() {
        for realm in realms().await {
            let advertised = texts(&realm.discovery().await["response_modes_supported"]);
            for mode in [
                "query",
                "fragment",
                "form_post",
                "jwt",
                "query.jwt",
                "fragment.jwt",
                "form_post.jwt",
                "web_message",
            ] {
                let request = realm
                    .demo_client()
                    .asking_for("openid")
                    .request()
                    .with("prompt", "none");
                let callback = request
                    .with("response_mode", mode)
                    .open(&realm.user_agent())
                    .await
                    .callback();
                let known = advertised.iter().any(|one| one == mode);
                let error = if known { "login_required" } else { "invalid_request" };
                assert_eq!(callback.get("error"), Some(error), "{mode}");
                assert!(!known || callback.mode == mode, "{mode}: {callback:?}");
            }
        }
    }

    #[tokio::test]
    async fn every_scope_may_be_asked_for_and_no_other() {
        for realm in realms().await {
            let advertised = texts(&realm.discovery().await["scopes_supported"]);
            assert!(advertised.contains(&"openid".to_owned()));
            for scope in [
                "openid",
                "profile",
                "email",
                "address",
                "phone",
                "offline_access",
                "basic",
                "profile:read",
                "appointments:read",
                "appointments:book",
                "profile_read",
                "appointment_read",
                "appointment_write",
                "appointment_guest_lookup",
                "appointment_guest_write",
                "admin",
                "groups",
            ] {
                let request = realm.demo_client().asking_for(scope).request().with("prompt", "none");
                let callback = request.open(&realm.user_agent()).await.callback();
                let known = advertised.iter().any(|one| one == scope);
                assert_eq!(
                    callback.get("error"),
                    Some(if known { "login_required" } else { "invalid_scope" }),
                    "{scope}"
                );
            }
        }
    }

    #[tokio::test]
    async fn every_way_of_client_authentication_works() {
        let realm = fresh_realm().await;
        let call = || {
            ClientCall::new(&realm, "/oauth/token")
                .with("grant_type", "refresh_token")
                .with("refresh_token", "x")
        };

        for method in texts(&realm.discovery().await["token_endpoint_auth_methods_supported"]) {
            let call = match method.as_str() {
                "client_secret_basic" => call().basic("demo-client", "demo-secret"),
                "client_secret_post" => call().in_body("demo-client", "demo-secret"),
                "none" => call().with("client_id", "demo-spa"),
                other => panic!("nobody tries {other}"),
            };
            call.send().await.is_refused_with("invalid_grant"); // past the door, then
        }
    }

    #[tokio::test]
    async fn every_claim_supported_can_be_had() {
        for realm in realms().await {
            let metadata = realm.discovery().await;
            let scopes = texts(&metadata["scopes_supported"]).join(" ");
            let request = realm.demo_client().asking_for(&scopes).request();
            let callback = request.authorize_by_password(&realm.user_agent(), "anne").await;
            let tokens = crate::support::Tokens::read(request.client.redeem(&request.code_in(&callback)).await);
            let id_token = crate::support::jwt::claims(tokens.id_token());
            let userinfo = realm.caller(&tokens.access_token).userinfo().await.is_ok().json();
            for claim in texts(&metadata["claims_supported"]) {
                let there = id_token.get(&claim).is_some() || userinfo.get(&claim).is_some();
                assert!(there, "{claim} is in neither {id_token} nor {userinfo}");
            }
        }
    }

    #[tokio::test]
    async fn iss_in_the_answer_is_advertised_where_it_is_sent() {
        for realm in realms().await {
            let advertised = realm
                .discovery()
                .await
                .get("authorization_response_iss_parameter_supported")
                == Some(&json!(true));
            let client = realm.demo_client().asking_for("openid");

            let agreed = client.authorize_as("anne").await;
            let refused = match client.request().with("prompt", "none").open(&realm.user_agent()).await {
                Arrival::Callback(callback) => callback,
                Arrival::Page(page) => panic!("{}", page.answer),
            };

            for callback in [agreed, refused] {
                assert_eq!(
                    callback.get("iss"),
                    advertised.then_some(realm.issuer.as_str()),
                    "{callback:?}"
                );
                assert_eq!(callback.address(), REDIRECT_URI);
            }
        }
    }
}
