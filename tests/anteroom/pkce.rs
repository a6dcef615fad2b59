//! Proof Key for Code Exchange (RFC 7636, RFC 9700 §2.1.1).

use crate::support::{
    ClientApp, Code,
    client_app::{AuthorizationRequest, s256},
    fresh_realm,
};

/// RFC 7636 appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

fn challenged(client: &ClientApp, challenge: &str) -> AuthorizationRequest {
    client
        .request()
        .with("code_challenge", challenge)
        .with("code_challenge_method", "S256")
}

async fn code_for_the_example(client: &ClientApp) -> Code {
    challenged(client, CHALLENGE).code_for("anne").await
}

#[tokio::test]
async fn the_example_of_rfc_7636_appendix_b_matches() {
    let realm = fresh_realm().await;

    for client in [realm.demo_client(), realm.demo_spa()] {
        let code = code_for_the_example(&client).await;
        client
            .redemption(&code)
            .with("code_verifier", VERIFIER)
            .send()
            .await
            .brings_tokens();
    }
}

#[tokio::test]
async fn a_wrong_verifier_is_refused_and_does_not_spend_the_code() {
    let realm = fresh_realm().await;
    let client = realm.demo_spa();
    let code = code_for_the_example(&client).await;
    let longer = format!("{VERIFIER}x");
    let padded = format!("{VERIFIER}=");

    for wrong in [
        CHALLENGE,
        &VERIFIER.to_lowercase(),
        &longer,
        &padded,
        &"x".repeat(43),
        &"x".repeat(5000),
    ] {
        let redemption = client.redemption(&code).with("code_verifier", wrong);
        redemption
            .send()
            .await
            .is_refused_with_one_of(&["invalid_grant", "invalid_request"]);
    }

    client
        .redemption(&code)
        .with("code_verifier", VERIFIER)
        .send()
        .await
        .brings_tokens();
}

#[tokio::test]
async fn a_wrong_verifier_of_the_right_form_is_an_invalid_grant() {
    let realm = fresh_realm().await;
    let client = realm.demo_spa();
    let code = code_for_the_example(&client).await;

    let answer = client
        .redemption(&code)
        .with("code_verifier", &"x".repeat(43))
        .send()
        .await;

    answer.is_refused_with("invalid_grant");
}

#[tokio::test]
async fn a_verifier_that_was_promised_must_come() {
    let realm = fresh_realm().await;

    for client in [realm.demo_client(), realm.demo_spa()] {
        let code = code_for_the_example(&client).await;
        for redemption in [
            client.redemption(&code).without("code_verifier"),
            client.redemption(&code).with("code_verifier", ""),
        ] {
            redemption
                .send()
                .await
                .is_refused_with_one_of(&["invalid_grant", "invalid_request"]);
        }
        client
            .redemption(&code)
            .with("code_verifier", VERIFIER)
            .send()
            .await
            .brings_tokens();
    }
}

#[tokio::test]
async fn a_verifier_nobody_promised_is_refused() {
    let realm = fresh_realm().await;
    let client = realm.demo_client();
    let code = client.code_for("anne").await;

    let answer = client.redemption(&code).with("code_verifier", VERIFIER).send().await;

    answer.is_refused_with_one_of(&["invalid_grant", "invalid_request"]);
}

#[tokio::test]
async fn a_public_client_must_bring_a_challenge() {
    let realm = fresh_realm().await;
    let request = realm
        .demo_spa()
        .request()
        .without("code_challenge")
        .without("code_challenge_method");

    for request in [
        request.clone(),
        request.clone().with("code_challenge", ""),
        request.with("code_challenge_method", "S256"),
    ] {
        let callback = request.open(&realm.user_agent()).await.callback();
        callback.is_refused_with("invalid_request").lacks("code");
    }
}

#[tokio::test]
async fn a_confidential_client_may_leave_it_out() {
    let realm = fresh_realm().await;

    realm.demo_client().tokens_for("anne").await;
}

#[tokio::test]
async fn plain_is_refused_even_where_it_is_only_implied() {
    let realm = fresh_realm().await;

    for client in [realm.demo_client(), realm.demo_spa()] {
        let plain = challenged(&client, VERIFIER).with("code_challenge_method", "plain");
        let implied = challenged(&client, VERIFIER).without("code_challenge_method");
        for request in [plain, implied] {
            let callback = request.open(&realm.user_agent()).await.callback();
            callback.is_refused_with("invalid_request").lacks("code");
        }
    }
}

#[tokio::test]
async fn unknown_methods_are_refused() {
    let realm = fresh_realm().await;

    for method in ["S512", "s256", "SHA256", "S256 plain"] {
        let request = challenged(&realm.demo_spa(), CHALLENGE).with("code_challenge_method", method);
        let callback = request.open(&realm.user_agent()).await.callback();
        callback.is_refused_with("invalid_request").lacks("code");
    }
}

#[tokio::test]
async fn a_challenge_that_is_no_digest_is_refused() {
    let realm = fresh_realm().await;
    let padded = format!("{CHALLENGE}=");
    let foreign = CHALLENGE.replace('-', "+");

    for challenge in [
        "x",
        &CHALLENGE[..42],
        &padded,
        &foreign,
        &"x".repeat(129),
        &"é".repeat(43),
    ] {
        let callback = challenged(&realm.demo_spa(), challenge)
            .open(&realm.user_agent())
            .await
            .callback();
        callback.is_refused_with("invalid_request").lacks("code");
    }
}

#[tokio::test]
async fn a_verifier_must_have_the_form_of_one() {
    let realm = fresh_realm().await;
    let client = realm.demo_spa();

    for verifier in [
        "short",
        &"x".repeat(42),
        &"x".repeat(129),
        &"é".repeat(43),
        &format!("{} ", "x".repeat(43)),
    ] {
        let code = challenged(&client, &s256(verifier)).code_for("anne").await;
        let answer = client.redemption(&code).with("code_verifier", verifier).send().await;
        answer.is_refused_with_one_of(&["invalid_grant", "invalid_request"]);
    }
}

#[tokio::test]
async fn verifiers_from_43_to_128_characters_are_accepted() {
    let realm = fresh_realm().await;
    let client = realm.demo_spa();

    for verifier in ["Az09-._~".repeat(16), "x".repeat(43)] {
        let code = challenged(&client, &s256(&verifier)).code_for("anne").await;
        client
            .redemption(&code)
            .with("code_verifier", &verifier)
            .send()
            .await
            .brings_tokens();
    }
}
