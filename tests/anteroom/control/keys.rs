//! `…/control/api/keys`: rotated, imported, published, withdrawn.

use jsonwebtoken::jwk::JwkSet;
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    races::at_once,
    support::{Emulator, Realm, fresh_realm, jwt},
};

async fn keys(realm: &Realm) -> Vec<Value> {
    realm.look_at("keys").await["keys"].as_array().expect("a list").clone()
}

async fn published(realm: &Realm) -> Vec<String> {
    let answer = realm.get("/oauth/discovery/keys").await.is_ok();
    let set: JwkSet = serde_json::from_value(answer.json()).expect("a JWK set");
    let kids = set.keys.into_iter().map(|key| key.common.key_id.expect("a kid"));
    kids.collect()
}

async fn rotate(realm: &Realm, wish: Value) -> Vec<Value> {
    let answer = realm.control(Method::POST, "keys/rotate", &wish).await.is_ok();
    answer.json()["keys"].as_array().expect("a list").clone()
}

fn kid(key: &Value) -> &str {
    key["kid"].as_str().expect("text")
}

async fn id_token(realm: &Realm) -> String {
    realm.demo_client().tokens_for("anne").await.id_token().to_owned()
}

/// The P-256 key of RFC 7515 appendix A.3.
fn of_rfc_7515() -> Value {
    json!({
        "kty": "EC", "crv": "P-256", "kid": "rfc-7515-a3",
        "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
        "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
        "d": "jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI",
    })
}

#[tokio::test]
async fn nothing_private_is_shown() {
    let realm = fresh_realm().await;
    realm.add("keys", json!({"jwk": of_rfc_7515()})).await;
    rotate(&realm, json!({"alg": "ES256"})).await;

    for key in keys(&realm).await {
        for private in ["d", "p", "q", "dp", "dq", "qi", "pem", "private_key"] {
            assert!(key.get(private).is_none() && key["jwk"].get(private).is_none(), "{key}");
        }
        assert_eq!(key["jwk"]["kid"], key["kid"]);
    }
}

mod rotated {
    use super::*;

    #[tokio::test]
    async fn the_new_key_signs_and_the_old_one_is_still_believed() {
        let realm = fresh_realm().await;
        let before = id_token(&realm).await;

        let rotated = rotate(&realm, json!({"kid": "summer-2025"})).await;

        assert_eq!((kid(&rotated[0]), &rotated[0]["in_use"]), ("summer-2025", &json!(true)));
        let after = id_token(&realm).await;
        assert_eq!(jwt::parts(&after).0["kid"], "summer-2025");
        for token in [&before, &after] {
            jwt::verified(&realm, "demo-client", token).await;
        }
        assert_eq!(published(&realm).await.len(), 3);
        let hinted = realm
            .demo_client()
            .request()
            .with("prompt", "none")
            .with("id_token_hint", &before);
        hinted
            .open(&realm.user_agent())
            .await
            .callback()
            .is_refused_with("login_required");
    }

    #[tokio::test]
    async fn old_keys_can_be_withdrawn_in_the_same_breath() {
        let realm = fresh_realm().await;
        let before = id_token(&realm).await;

        let rotated = rotate(&realm, json!({"withdraw_old": true})).await;

        let of_alg: Vec<_> = rotated.iter().filter(|key| key["alg"] == "RS256").collect();
        assert_eq!(of_alg.len(), 1);
        assert_eq!(rotated.len(), 2, "the key of the other algorithm stays");
        jwt::judged(&realm, "demo-client", &before)
            .await
            .expect_err("its key is not published");
        jwt::verified(&realm, "demo-client", &id_token(&realm).await).await;
        let hinted = realm.demo_client().request().with("id_token_hint", &before);
        hinted
            .open(&realm.user_agent())
            .await
            .callback()
            .is_refused_with("invalid_request");
    }

    #[tokio::test]
    async fn other_realms_keep_their_keys() {
        let (realm, neighbour) = (fresh_realm().await, fresh_realm().await);
        let before = published(&neighbour).await;

        rotate(&realm, json!({})).await;

        assert_eq!(published(&neighbour).await, before);
        jwt::verified(&neighbour, "demo-client", &id_token(&neighbour).await).await;
        jwt::judged(&neighbour, "demo-client", &id_token(&realm).await)
            .await
            .expect_err("the neighbour does not have the key");
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn of_rotations_at_once_all_keys_are_there_and_one_signs() {
        let realm = fresh_realm().await;

        let answers = at_once((0..6).map(|_| {
            let realm = realm.clone();
            async move {
                realm
                    .control(Method::POST, "keys/rotate", &json!({"alg": "ES256"}))
                    .await
            }
        }))
        .await;

        assert!(answers.iter().all(|answer| answer.status == 200), "{answers:?}");
        let keys = keys(&realm).await;
        let of_alg = |key: &&Value| key["alg"] == "ES256";
        assert_eq!(
            keys.iter().filter(of_alg).count(),
            7,
            "six new ones and the development key"
        );
        assert_eq!(
            keys.iter().filter(of_alg).filter(|key| key["in_use"] == true).count(),
            1
        );
        realm.change("policy", json!({"id_token_signing_alg": "ES256"})).await;
        let token = id_token(&realm).await;
        assert_eq!(jwt::parts(&token).0["kid"], keys[0]["kid"]);
        jwt::verified(&realm, "demo-client", &token).await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn rotations_at_once_that_withdraw_leave_exactly_one() {
        let realm = fresh_realm().await;

        let answers = at_once((0..6).map(|_| {
            let realm = realm.clone();
            let wish = json!({"alg": "ES256", "withdraw_old": true});
            async move { realm.control(Method::POST, "keys/rotate", &wish).await }
        }))
        .await;

        assert!(answers.iter().all(|answer| answer.status == 200), "{answers:?}");
        let keys = keys(&realm).await;
        assert_eq!(keys.iter().filter(|key| key["alg"] == "ES256").count(), 1, "{keys:?}");
    }

    #[tokio::test]
    async fn the_keys_outlive_the_process_and_another_process_learns_of_them_at_once() {
        let mut server = Emulator::start(&[]);
        let realm = server.default_realm();
        let (second, address) = server.beside();
        let elsewhere = Realm::at(&address, "default", realm.http.clone());
        published(&elsewhere).await; // so that it has read the keys as they were

        rotate(&realm, json!({"alg": "RS256", "kid": "new"})).await;
        let hint = id_token(&realm).await;
        let request = elsewhere
            .demo_client()
            .request()
            .with("id_token_hint", &hint)
            .with("prompt", "none");
        let answer = elsewhere.get(&format!("/oauth/authorize?{}", request.query())).await;

        let location = answer.header("location").expect("an answer for the client").to_owned();
        assert!(
            location.contains("error=login_required"),
            "the hint is believed: {location}"
        );
        drop(second);
        server.stop();
        server.start_again();
        jwt::verified(&server.default_realm(), "demo-client", &hint).await;
    }
}

mod added {
    use super::*;

    #[tokio::test]
    async fn an_imported_jwk_signs_under_its_own_name() {
        let realm = fresh_realm().await;

        realm.add("keys", json!({"jwk": of_rfc_7515()})).await;
        realm.change("policy", json!({"id_token_signing_alg": "ES256"})).await;

        let token = id_token(&realm).await;
        assert_eq!(jwt::parts(&token).0["kid"], "rfc-7515-a3");
        jwt::verified(&realm, "demo-client", &token).await;
        // …and by the key as the specification prints it, whatever we publish.
        let key = jsonwebtoken::DecodingKey::from_ec_components(
            "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
            "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
        )
        .expect("a point");
        let mut validation = jsonwebtoken::Validation::new(jsonwebtoken::Algorithm::ES256);
        validation.set_audience(&["demo-client"]);
        validation.validate_exp = false;
        jsonwebtoken::decode::<Value>(&token, &key, &validation).expect("signed with the imported key");
    }

    #[tokio::test]
    async fn an_imported_pem_signs_under_the_name_that_was_said() {
        let realm = fresh_realm().await;
        let pem = include_str!("../../../keys/development-rsa-2048.pem");
        let first = kid(&keys(&realm).await[0]).to_owned();

        let added = realm
            .add("keys", json!({"pem": pem, "kid": "mine", "alg": "RS256"}))
            .await;

        assert_eq!(kid(&added["keys"][0]), "mine");
        assert_ne!(first, "mine");
        let token = id_token(&realm).await;
        assert_eq!(jwt::parts(&token).0["kid"], "mine");
        jwt::verified(&realm, "demo-client", &token).await;
    }

    #[tokio::test]
    async fn an_unused_key_is_published_and_never_signs() {
        let realm = fresh_realm().await;
        let signing = jwt::parts(&id_token(&realm).await).0["kid"].clone();

        let added = realm.add("keys", json!({"kid": "unused", "signs": false})).await;

        let unused = &added["keys"][0];
        assert_eq!(
            (kid(unused), &unused["signs"], &unused["in_use"]),
            ("unused", &json!(false), &json!(false))
        );
        assert!(published(&realm).await.contains(&"unused".to_owned()));
        assert_eq!(jwt::parts(&id_token(&realm).await).0["kid"], signing);
        rotate(&realm, json!({"withdraw_old": true})).await;
        assert!(
            published(&realm).await.contains(&"unused".to_owned()),
            "it never signed"
        );
    }

    #[tokio::test]
    async fn what_is_no_sound_key_is_refused_and_leaves_nothing() {
        let realm = fresh_realm().await;
        let with = |member: &str, value: Value| {
            let mut jwk = of_rfc_7515();
            jwk[member] = value;
            json!({"jwk": jwk})
        };
        realm.add("keys", json!({"jwk": of_rfc_7515()})).await;
        let before = published(&realm).await;

        realm
            .refuses(
                Method::POST,
                "keys",
                "keys",
                &[
                    (400, json!({"pem": "no key"})),
                    (400, json!({"pem": ""})),
                    (400, json!({"pem": "x", "jwk": of_rfc_7515()})),
                    (400, with("d", Value::Null)),
                    (400, with("d", json!("AAAA"))),
                    (400, with("x", json!("AAAA"))),
                    (400, with("crv", json!("P-384"))),
                    (400, json!({"jwk": {"kty": "oct", "k": "AAAA"}})),
                    (400, json!({"jwk": of_rfc_7515(), "alg": "RS256"})),
                    (400, json!({"alg": "HS256"})),
                    (400, json!({"alg": "ES256", "kid": ""})),
                    (400, json!({"alg": "ES256", "kid": "with space"})),
                    (400, json!({"alg": "ES256", "use": "enc"})),
                    (409, json!({"jwk": of_rfc_7515()})),
                    (409, json!({"alg": "ES256", "kid": "rfc-7515-a3"})),
                ],
            )
            .await;
        realm
            .refuses(
                Method::POST,
                "keys/rotate",
                "keys",
                &[
                    (400, json!({"alg": "none"})),
                    (400, json!({"withdraw": true})),
                    (409, json!({"alg": "ES256", "kid": "rfc-7515-a3"})),
                ],
            )
            .await;
        assert_eq!(published(&realm).await, before);
    }

    #[tokio::test]
    async fn a_refusal_says_nothing_of_what_is_secret_in_the_key() {
        let realm = fresh_realm().await;
        let mut jwk = of_rfc_7515();
        jwk["x"] = json!("AAAA");

        let problem = realm
            .control(Method::POST, "keys", &json!({"jwk": jwk}))
            .await
            .is_a_problem(400);

        assert!(!problem.to_string().contains("jpsQnnGQmL"), "{problem}");
    }
}

mod withdrawn {
    use super::*;

    #[tokio::test]
    async fn a_key_is_believed_no_more() {
        let realm = fresh_realm().await;
        let before = id_token(&realm).await;
        let old = jwt::parts(&before).0["kid"].as_str().expect("text").to_owned();
        rotate(&realm, json!({})).await;

        realm.take_away(&format!("keys/{old}")).await.has_status(204);

        assert!(!published(&realm).await.contains(&old));
        jwt::judged(&realm, "demo-client", &before)
            .await
            .expect_err("withdrawn");
        realm.take_away(&format!("keys/{old}")).await.is_a_problem(404);
    }

    #[tokio::test]
    async fn the_last_one_that_signs_stays() {
        let realm = fresh_realm().await;
        let signing = jwt::parts(&id_token(&realm).await).0["kid"]
            .as_str()
            .expect("text")
            .to_owned();
        realm
            .add("keys", json!({"alg": "RS256", "signs": false, "kid": "unused"}))
            .await;

        realm.take_away(&format!("keys/{signing}")).await.is_a_problem(409);

        assert!(published(&realm).await.contains(&signing));
        jwt::verified(&realm, "demo-client", &id_token(&realm).await).await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn withdrawing_all_at_once_leaves_one_that_signs() {
        let realm = fresh_realm().await;
        rotate(&realm, json!({"alg": "ES256"})).await;
        rotate(&realm, json!({"alg": "ES256"})).await;
        realm.change("policy", json!({"id_token_signing_alg": "ES256"})).await;
        let kids: Vec<_> = keys(&realm).await.iter().map(|key| kid(key).to_owned()).collect();

        let answers = at_once(kids.into_iter().map(|kid| {
            let realm = realm.clone();
            async move { realm.take_away(&format!("keys/{kid}")).await }
        }))
        .await;

        assert!(
            answers.iter().all(|answer| [204, 409].contains(&answer.status)),
            "{answers:?}"
        );
        let left = keys(&realm).await;
        assert_eq!(left.iter().filter(|key| key["alg"] == "ES256").count(), 1, "{left:?}");
        jwt::verified(&realm, "demo-client", &id_token(&realm).await).await;
    }
}

#[tokio::test]
async fn a_key_of_another_algorithm_signs_tokens_only_once_the_realms_algorithm_follows() {
    let realm = fresh_realm().await;
    let signs_tokens = |keys: &[Value]| -> Vec<String> {
        let signing = keys.iter().filter(|key| key["signs_tokens"] == true);
        signing
            .map(|key| key["alg"].as_str().expect("text").to_owned())
            .collect()
    };

    let apart = rotate(&realm, json!({"alg": "ES256"})).await;
    assert_eq!(signs_tokens(&apart), ["RS256"]);
    assert_eq!(jwt::parts(&id_token(&realm).await).0["alg"], "RS256");

    let followed = rotate(&realm, json!({"alg": "ES256", "set_algorithm": true})).await;
    assert_eq!(signs_tokens(&followed), ["ES256"]);
    let token = id_token(&realm).await;
    assert_eq!(jwt::parts(&token).0["alg"], "ES256");
    assert_eq!(jwt::parts(&token).0["kid"], followed[0]["kid"]);
    assert_eq!(
        realm.discovery().await["id_token_signing_alg_values_supported"],
        json!(["ES256"])
    );
}
