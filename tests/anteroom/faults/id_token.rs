//! ID tokens: one thing is altered, and everything else is as in an honest token, the signature included. A second
//! implementation (jsonwebtoken) is the judge.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, DecodingKey, crypto, jwk::JwkSet};
use rsa::pkcs8::{EncodePublicKey, LineEnding};
use serde_json::{Value, json};

use super::{arm, at_home, tokens};
use crate::support::{ClientApp, Realm, Tokens, fresh_realm, jwt};

/// What is expected of one fault.
pub struct Case {
    pub fault: &'static str,
    parameters: &'static str,
    /// What the fault does to an honest token's header and claims.
    change: fn(&mut Value, &mut Value),
    signature: Signed,
    refreshed: bool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Signed {
    Well,
    /// Well, once every byte is XORed with 0x5A.
    Flipped,
    NotAtAll,
    /// Well, but the key is never published.
    ByAStranger,
    /// Well, by another published key and algorithm.
    ByAnother,
    /// With HS256 and the issuer's public key as the secret.
    WithThePublicKey,
}

const fn case(fault: &'static str, change: fn(&mut Value, &mut Value)) -> Case {
    Case {
        fault,
        parameters: "{}",
        change,
        signature: Signed::Well,
        refreshed: false,
    }
}

const fn signed(fault: &'static str, signature: Signed, change: fn(&mut Value, &mut Value)) -> Case {
    Case {
        signature,
        ..case(fault, change)
    }
}

const fn refreshed(fault: &'static str, change: fn(&mut Value, &mut Value)) -> Case {
    Case {
        refreshed: true,
        ..case(fault, change)
    }
}

const fn with(parameters: &'static str, case: Case) -> Case {
    Case { parameters, ..case }
}

fn append(object: &mut Value, name: &str, suffix: &str) {
    let text = object[name].as_str().unwrap_or_default().to_owned();
    object[name] = json!(format!("{text}{suffix}"));
}

fn drop_member(object: &mut Value, name: &str) {
    let gone = object.as_object_mut().expect("an object").shift_remove(name);
    assert!(gone.is_some(), "an honest token has {name}");
}

fn shift(claims: &mut Value, name: &str, seconds: i64) {
    claims[name] = json!(claims[name].as_i64().expect("a number") + seconds);
}

pub const CASES: &[Case] = &[
    case("id_token_wrong_issuer", |_, claims| append(claims, "iss", "1")),
    case("id_token_missing_issuer", |_, claims| drop_member(claims, "iss")),
    case("id_token_wrong_audience", |_, claims| append(claims, "aud", "1")),
    case("id_token_missing_audience", |_, claims| drop_member(claims, "aud")),
    case("id_token_untrusted_second_audience", |_, claims| {
        claims["aud"] = json!(["demo-client", "demo-client1"]);
    }),
    case("id_token_audience_array", |_, claims| {
        claims["aud"] = json!(["demo-client"])
    }),
    case("id_token_missing_subject", |_, claims| drop_member(claims, "sub")),
    case("id_token_missing_issued_at", |_, claims| drop_member(claims, "iat")),
    case("id_token_stale_issued_at", |_, claims| shift(claims, "iat", -604_800)),
    case("id_token_expired", |_, claims| {
        claims["exp"] = json!(claims["iat"].as_i64().expect("a number") - 360);
    }),
    case("id_token_missing_expiry", |_, claims| drop_member(claims, "exp")),
    case("id_token_expiry_as_text", |_, claims| {
        claims["exp"] = json!(claims["exp"].to_string())
    }),
    case("id_token_wrong_nonce", |_, claims| append(claims, "nonce", "1")),
    case("id_token_missing_nonce", |_, claims| drop_member(claims, "nonce")),
    signed("id_token_bad_signature", Signed::Flipped, |_, _| {}),
    signed("id_token_alg_none", Signed::NotAtAll, |header, _| {
        header["alg"] = json!("none");
        drop_member(header, "kid");
    }),
    signed("id_token_other_algorithm", Signed::ByAnother, |header, _| {
        header["alg"] = json!("ES256")
    }),
    signed("signing_alg_confused", Signed::WithThePublicKey, |header, _| {
        header["alg"] = json!("HS256")
    }),
    signed("jwks_unknown_kid_forever", Signed::ByAStranger, |_, _| {}),
    case("id_token_without_kid", |header, _| drop_member(header, "kid")),
    case("id_token_wrong_at_hash", |_, claims| append(claims, "at_hash", "1")),
    case("id_token_missing_at_hash_optional", |_, claims| {
        drop_member(claims, "at_hash")
    }),
    case("id_token_unknown_members", |header, claims| {
        header["x-anteroom"] = json!(true);
        claims["https://anteroom.example/unknown"] = json!({"a": [1, null]});
    }),
    case("id_token_duplicate_members", |_, _| {}), // looked for in the text below
    refreshed("refresh_id_token_wrong_issuer", |_, claims| append(claims, "iss", "1")),
    refreshed("refresh_id_token_wrong_subject", |_, claims| append(claims, "sub", "1")),
    case("clock_ahead", |_, claims| {
        claims["nbf"] = claims["iat"].clone();
        for name in ["iat", "nbf", "exp"] {
            shift(claims, name, 600);
        }
    }),
    with(
        r#"{"seconds": 30}"#,
        case("clock_behind", |_, claims| {
            claims["nbf"] = claims["iat"].clone();
            for name in ["iat", "nbf", "exp"] {
                shift(claims, name, -30);
            }
        }),
    ),
    case("not_yet_valid", |_, claims| {
        claims["nbf"] = json!(claims["iat"].as_i64().expect("a number") + 3600);
    }),
    case("critical_header_unknown", |header, _| {
        header["crit"] = json!(["urn:anteroom:unknown"]);
        header["urn:anteroom:unknown"] = json!(true);
    }),
    with(
        r#"{"typ": "at+jwt"}"#,
        case("wrong_token_kind", |header, _| header["typ"] = json!("at+jwt")),
    ),
    case("authorized_party_foreign", |_, claims| {
        claims["azp"] = json!("another-client")
    }),
    case("authentication_too_old", |_, claims| {
        shift(claims, "auth_time", -864_000)
    }),
];

/// An honest token, the altered one, and the one after it.
struct Three {
    honest: Tokens,
    altered: Tokens,
    after: Tokens,
}

async fn three(client: &ClientApp, case: &Case, parameters: Value) -> Three {
    let realm = &client.realm;
    let browser = at_home(&client.request(), "anne").await;
    let mut next = tokens(client, &browser).await;
    if case.refreshed {
        next = Tokens::read(client.refresh(next.refresh_token()).await);
    }
    let honest = next.clone();
    let wish = json!({"fault": case.fault, "times": 1, "parameters": parameters});
    let id = arm(realm, wish).await;
    let mut round = async || {
        next = match case.refreshed {
            true => Tokens::read(client.refresh(next.refresh_token()).await),
            false => tokens(client, &browser).await,
        };
        next.clone()
    };
    let altered = round().await;
    let after = round().await;
    assert_eq!(super::shown(realm, &id).await["triggered"], 1, "{}", case.fault);
    Three { honest, altered, after }
}

async fn keys(realm: &Realm) -> JwkSet {
    let keys = realm.get("/oauth/discovery/keys").await.is_ok();
    serde_json::from_value(keys.json()).expect("a JWK set")
}

/// Whether a published key of that name has signed the token, or, with `flip`, would have.
fn verifies(token: &str, keys: &JwkSet, kid: &str, flip: bool) -> bool {
    let (signed, signature) = token.rsplit_once('.').expect("three parts");
    let mut signature = URL_SAFE_NO_PAD.decode(signature).expect("base64url");
    if flip {
        signature.iter_mut().for_each(|byte| *byte ^= 0x5a);
    }
    let Some(key) = keys.find(kid) else { return false };
    let algorithm = key.common.key_algorithm.expect("keys say their algorithm");
    let algorithm: Algorithm = algorithm.to_string().parse().expect("a signing algorithm");
    let key = DecodingKey::from_jwk(key).expect("a usable key");
    let signature = URL_SAFE_NO_PAD.encode(signature);
    crypto::verify(&signature, signed.as_bytes(), &key, algorithm).expect("it can be judged")
}

fn kid(token: &str) -> Option<String> {
    jwt::parts(token).0["kid"].as_str().map(str::to_owned)
}

async fn check_signature(realm: &Realm, case: &Case, honest: &str, altered: &str) {
    let keys = keys(realm).await;
    let own = kid(honest).expect("an honest header names its key");
    let fault = case.fault;
    match case.signature {
        Signed::Well => assert!(verifies(altered, &keys, &kid(altered).unwrap_or(own), false), "{fault}"),
        Signed::Flipped => {
            assert!(!verifies(altered, &keys, &own, false), "{fault}");
            assert!(verifies(altered, &keys, &own, true), "{fault}");
        }
        Signed::NotAtAll => assert!(altered.ends_with('.'), "{fault}: {altered}"),
        Signed::ByAStranger => {
            let stranger = kid(altered).expect("a name");
            assert!(stranger != own && keys.find(&stranger).is_none(), "{fault}");
            assert!(!verifies(altered, &keys, &own, false), "{fault}");
        }
        Signed::ByAnother => {
            let other = kid(altered).expect("a name");
            assert!(other != own && verifies(altered, &keys, &other, false), "{fault}");
        }
        Signed::WithThePublicKey => {
            let secret = DecodingKey::from_secret(public_pem(&keys, &own).as_bytes()).expect("a key");
            let (signed, signature) = altered.rsplit_once('.').expect("three parts");
            let good = crypto::verify(signature, signed.as_bytes(), &secret, Algorithm::HS256);
            assert!(good.expect("it can be judged"), "{fault}");
        }
    }
}

fn public_key(keys: &JwkSet, kid: &str) -> rsa::RsaPublicKey {
    let key = serde_json::to_value(keys.find(kid).expect("published")).expect("JSON");
    let number = |name: &str| {
        let bytes = URL_SAFE_NO_PAD.decode(key[name].as_str().expect("text"));
        rsa::BigUint::from_bytes_be(&bytes.expect("base64url"))
    };
    rsa::RsaPublicKey::new(number("n"), number("e")).expect("an RSA key")
}

fn public_pem(keys: &JwkSet, kid: &str) -> String {
    public_key(keys, kid).to_public_key_pem(LineEnding::LF).expect("PEM")
}

async fn judge(case: &Case) {
    let realm = fresh_realm().await;
    let client = realm.demo_client();
    let parameters = serde_json::from_str(case.parameters).expect("JSON");

    let Three { honest, altered, after } = three(&client, case, parameters).await;

    let (mut header, mut claims) = jwt::parts(honest.id_token());
    claims["at_hash"] = json!(jwt::at_hash(&altered.access_token));
    (case.change)(&mut header, &mut claims);
    let (altered_header, altered_claims) = jwt::parts(altered.id_token());
    if matches!(case.signature, Signed::ByAStranger | Signed::ByAnother) {
        header["kid"] = altered_header["kid"].clone(); // another key has another name
    }
    assert_eq!((altered_header, altered_claims), (header, claims), "{}", case.fault);
    check_signature(&realm, case, honest.id_token(), altered.id_token()).await;
    let after = jwt::verified(&realm, "demo-client", after.id_token()).await;
    assert_eq!(after["sub"], jwt::claims(honest.id_token())["sub"], "{}", case.fault);
}

#[tokio::test]
async fn one_thing_is_altered_everything_else_verifies_and_the_next_token_is_clean() {
    for cases in CASES.chunks(4) {
        futures_util::future::join_all(cases.iter().map(judge)).await;
    }
}

#[tokio::test]
async fn a_duplicate_member_is_in_the_text_of_the_claims() {
    let realm = fresh_realm().await;
    arm(&realm, json!({"fault": "id_token_duplicate_members"})).await;

    let tokens = realm.demo_client().tokens_for("anne").await;

    let claims = tokens.id_token().split('.').nth(1).expect("claims");
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(claims).expect("base64url")).expect("UTF-8");
    assert_eq!(text.matches("\"sub\":").count(), 2, "{text}");
    assert!(text.starts_with(r#"{"sub":"somebody-else","#), "{text}");
}

#[tokio::test]
async fn other_forms_of_a_fault_are_asked_for_by_parameter() {
    let realm = fresh_realm().await;
    let client = realm.demo_client();
    let browser = at_home(&client.request(), "anne").await;
    let token = async |fault: &str, parameters: Value| {
        arm(&realm, json!({"fault": fault, "times": 1, "parameters": parameters})).await;
        let tokens = tokens(&client, &browser).await;
        tokens.id_token().to_owned()
    };

    let logout = token("wrong_token_kind", json!({"typ": "logout+jwt"})).await;
    assert_eq!(jwt::parts(&logout).0["typ"], "logout+jwt");
    assert!(jwt::claims(&logout)["events"]["http://schemas.openid.net/event/backchannel-logout"].is_object());

    let absent = token("authentication_too_old", json!({"form": "absent"})).await;
    assert_eq!(jwt::claims(&absent).get("auth_time"), None);
    let weak = token("authentication_too_old", json!({"form": "acr"})).await;
    assert_eq!(jwt::claims(&weak)["acr"], "0");

    let confused = token("signing_alg_confused", json!({"form": "der"})).await;
    let keys = keys(&realm).await;
    let der = public_key(&keys, &kid(&confused).expect("a name")).to_public_key_der();
    let secret = DecodingKey::from_secret(der.expect("DER").as_bytes()).expect("a key");
    let (signed, signature) = confused.rsplit_once('.').expect("three parts");
    assert!(crypto::verify(signature, signed.as_bytes(), &secret, Algorithm::HS256).expect("it can be judged"));
}

#[tokio::test]
async fn who_sent_no_nonce_gets_one_it_never_asked_for_or_keeps_having_none() {
    let realm = fresh_realm().await;
    let client = realm.demo_client();
    let browser = at_home(&client.request(), "anne").await;
    let without = async || {
        let request = client.request().without("nonce");
        let code = request.code_in(&super::called_back(&request, &browser).await);
        Tokens::read(client.redeem(&code).await)
    };

    let missing = arm(&realm, json!({"fault": "id_token_missing_nonce"})).await;
    without().await;
    assert_eq!(
        super::shown(&realm, &missing).await["calls"],
        0,
        "there was nothing to miss"
    );

    arm(&realm, json!({"fault": "id_token_wrong_nonce", "times": 1})).await;
    assert_eq!(jwt::claims(without().await.id_token())["nonce"], "1");
}

#[tokio::test]
async fn another_algorithm_is_used_than_agreed_whichever_that_is() {
    let realm = crate::support::realm_with(json!({"policy": {"id_token_signing_alg": "ES256"}})).await;
    let id = arm(
        &realm,
        json!({"fault": "id_token_other_algorithm", "client_id": "demo-client"}),
    )
    .await;

    let token = realm.demo_client().tokens_for("anne").await;

    let header = jwt::parts(token.id_token()).0;
    assert_eq!(header["alg"], "RS256");
    let named = header["kid"].as_str().expect("a name");
    assert!(verifies(token.id_token(), &keys(&realm).await, named, false));
    assert_eq!(super::shown(&realm, &id).await["triggered"], 1);
}
