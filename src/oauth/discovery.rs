//! `GET /.well-known/openid-configuration` and `/.well-known/oauth-authorization-server`
//! (OIDC Discovery §3, RFC 8414 §2): one document, generated from the policy, rendered once.

use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{
    HeaderName, HeaderValue,
    header::{CACHE_CONTROL, CONTENT_TYPE},
};
use serde::Serialize;

use super::grant_types::GRANT_TYPES;
use crate::{
    app::Realm,
    model::{CodeChallengeMethod, GrantType, Pkce, Policy, Prompt, ResponseMode},
    tokens::claims,
    web::paths,
};

/// The claims of the protocol itself, before those about the user.
const PROTOCOL_CLAIMS: [&str; 5] = ["iss", "sub", "aud", "exp", "iat"];
/// The languages of the pages, as `ui_locales` names them.
const UI_LOCALES: [&str; 3] = ["en", "de", "es"];

/// The metadata in the order of the emulated portal's document; members that it does not have come last.
#[derive(Serialize)]
struct Metadata {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    revocation_endpoint: String,
    introspection_endpoint: String,
    userinfo_endpoint: String,
    jwks_uri: String,
    scopes_supported: Vec<String>,
    response_types_supported: [&'static str; 1],
    response_modes_supported: [&'static str; 3],
    grant_types_supported: [GrantType; 3],
    token_endpoint_auth_methods_supported: Vec<&'static str>,
    subject_types_supported: [&'static str; 1],
    id_token_signing_alg_values_supported: [&'static str; 1],
    claim_types_supported: [&'static str; 1],
    claims_supported: Vec<String>,
    #[serde(flatten)]
    specified: Option<Specified>,
}

/// Members that the emulated portal's document does not have.
#[derive(Serialize)]
struct Specified {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    code_challenge_methods_supported: Vec<&'static str>,
    authorization_response_iss_parameter_supported: bool,
    revocation_endpoint_auth_methods_supported: Vec<&'static str>,
    introspection_endpoint_auth_methods_supported: [&'static str; 2],
    prompt_values_supported: [&'static str; 4],
    ui_locales_supported: [&'static str; 3],
    claims_parameter_supported: bool,
    request_parameter_supported: bool,
    request_uri_parameter_supported: bool,
}

/// Values that are not parsed again for each answer.
const HEADERS: [(HeaderName, HeaderValue); 2] = [
    (CONTENT_TYPE, HeaderValue::from_static("application/json")),
    (CACHE_CONTROL, HeaderValue::from_static("no-cache")),
];

pub async fn show(realm: Realm) -> Response {
    let document = realm.rendered.discovery.get_or_init(|| render(&realm)).clone();
    (HEADERS, document).into_response()
}

fn render(realm: &Realm) -> Bytes {
    let document = serde_json::to_vec(&metadata(realm)).expect("texts, lists and booleans are JSON");
    document.into()
}

fn metadata(realm: &Realm) -> Metadata {
    let policy = &realm.policy;
    let claims = PROTOCOL_CLAIMS
        .into_iter()
        .chain(own_claims(policy))
        .map(str::to_owned)
        .chain(claims::supported(policy, &realm.scopes, realm.claim_rules.all()));
    Metadata {
        issuer: realm.issuer.clone(),
        authorization_endpoint: realm.url(paths::AUTHORIZE),
        token_endpoint: realm.url(paths::TOKEN),
        revocation_endpoint: realm.url(paths::REVOKE),
        introspection_endpoint: realm.url(paths::INTROSPECT),
        userinfo_endpoint: realm.url(paths::USERINFO),
        jwks_uri: realm.url(paths::JWKS),
        scopes_supported: policy.scopes_supported.clone(),
        response_types_supported: ["code"],
        response_modes_supported: ResponseMode::ALL.map(ResponseMode::name),
        grant_types_supported: GRANT_TYPES.map(|row| row.grant_type),
        token_endpoint_auth_methods_supported: client_auth_methods(policy),
        subject_types_supported: [policy.subject_type.name()],
        id_token_signing_alg_values_supported: [policy.id_token_signing_alg.as_str()],
        claim_types_supported: ["normal"],
        claims_supported: claims.collect(),
        specified: specified(policy),
    }
}

/// `None` with the portal's policy, whose document has exactly the members of the emulated one.
fn specified(policy: &Policy) -> Option<Specified> {
    let enforced = policy.pkce == Pkce::Enforced;
    let as_captured = !enforced && !policy.authorization_response_iss;
    (!as_captured).then(|| Specified {
        code_challenge_methods_supported: if enforced {
            vec![CodeChallengeMethod::S256.name()]
        } else {
            Vec::new()
        },
        authorization_response_iss_parameter_supported: policy.authorization_response_iss,
        revocation_endpoint_auth_methods_supported: client_auth_methods(policy),
        introspection_endpoint_auth_methods_supported: ["client_secret_basic", "client_secret_post"],
        prompt_values_supported: Prompt::VALUES,
        ui_locales_supported: UI_LOCALES,
        claims_parameter_supported: false,
        request_parameter_supported: false,
        request_uri_parameter_supported: false,
    })
}

/// Further protocol claims of ID tokens, where the document may name them.
fn own_claims(policy: &Policy) -> Vec<&'static str> {
    if specified(policy).is_some() {
        vec!["auth_time", "nonce", "at_hash", "sid", "amr"]
    } else {
        Vec::new()
    }
}

/// `none` (public clients) only where PKCE is enforced.
fn client_auth_methods(policy: &Policy) -> Vec<&'static str> {
    let mut methods = vec!["client_secret_basic", "client_secret_post"];
    if policy.pkce == Pkce::Enforced {
        methods.push("none");
    }
    methods
}
