//! Metadata, WebFinger and the published keys: what a client trusts before a user has signed in.

use serde_json::{Value, json};

use super::{Effect, KeyStory, Needs, Row};
use crate::{
    faults::{
        effects::{Instead, append, set},
        parameter::{Kind, Parameter},
    },
    web::{
        endpoint::{self, Selection},
        paths,
    },
};

const DISCOVERY: Row = Row {
    family: "Discovery",
    endpoints: Selection::These(&[&endpoint::DISCOVERY]),
    needs: Needs::Json,
    ..Row::PLAIN
};

const KEYS: Row = Row {
    family: "Keys",
    // The authorization endpoint trusts them too: in an `id_token_hint`.
    endpoints: Selection::These(&[&endpoint::AUTHORIZE, &endpoint::TOKEN, &endpoint::JWKS]),
    holds: true,
    of_issuer: true,
    ..Row::PLAIN
};

const REFETCH: &str = "Fetches the JWKS once more for the unknown `kid`, then verifies the token and continues.";

pub const ROWS: &[Row] = &[
    Row {
        name: "discovery_issuer_mismatch",
        does: "The metadata's `issuer` differs from the URL it was requested from.",
        good_client: "Stops before it redirects a user to the authorization endpoint.",
        section: "OIDC Discovery §4.3, RFC 8414 §3.3",
        effect: Effect::Document(|_, metadata| append(metadata, "issuer", "INVALID")),
        ..DISCOVERY
    },
    Row {
        name: "discovery_jwks_uri_moved",
        does: "`jwks_uri` has a random path; the keys are available only there.",
        good_client: "Uses the address from the metadata and continues.",
        section: "OIDC Discovery §3",
        endpoints: Selection::These(&[&endpoint::DISCOVERY, &endpoint::JWKS]),
        holds: true,
        of_issuer: true,
        needs: Needs::Nothing,
        effect: Effect::KeysMoved,
        ..DISCOVERY
    },
    Row {
        name: "discovery_issuer_unguessable",
        does: "WebFinger returns another issuer, which can only be read from `links[].href`.",
        good_client: "Fetches the metadata of that issuer and continues with it.",
        section: "OIDC Discovery §2, RFC 7033 §4.4",
        endpoints: Selection::These(&[&endpoint::WEBFINGER]),
        parameters: &[Parameter {
            name: "issuer",
            kind: Kind::RequiredText,
            meaning: "The issuer to return, for example a realm with a random name.",
        }],
        effect: Effect::Document(|call, document| {
            let links = document.get_mut("links").and_then(Value::as_array_mut);
            for link in links.into_iter().flatten() {
                link["href"] = json!(call.parameters.text("issuer"));
            }
        }),
        ..DISCOVERY
    },
    Row {
        name: "discovery_unknown_members",
        does: "The metadata has unknown members.",
        good_client: "Ignores them and continues.",
        section: "RFC 8414 §3.2",
        effect: Effect::Document(|_, metadata| {
            set(metadata, "x_anteroom", json!({"nested": [true, null]}));
        }),
        ..DISCOVERY
    },
    Row {
        name: "redirect_at_discovery",
        does: "The metadata endpoint redirects (301) to another origin, which has the same document.",
        good_client: "Follows a limited number of redirects, and still compares `issuer` with the URL it requested.",
        section: "RFC 8414 §3.3, RFC 9110 §15.4",
        parameters: &[Parameter {
            name: "location",
            kind: Kind::Text {
                usual: "another name of this host",
            },
            meaning: "The target. By default the same address with `127.0.0.1` instead of `localhost`, or the reverse.",
        }],
        needs: Needs::Nothing,
        applies: |call| !call.asked.query.contains("redirected"),
        effect: Effect::Instead(|call| {
            let said = call.parameters.text("location");
            let location = if said.contains("://") {
                said.to_owned()
            } else {
                let issuer = &call.here.issuer;
                let elsewhere = if issuer.contains("//localhost") {
                    issuer.replacen("//localhost", "//127.0.0.1", 1)
                } else {
                    issuer.replacen("//127.0.0.1", "//localhost", 1)
                };
                format!("{elsewhere}{}?redirected", paths::OPENID_CONFIGURATION)
            };
            Instead::new(301, "moved", "the metadata has moved")
                .with(http::header::LOCATION, location)
                .bare("text/plain", "")
        }),
        ..DISCOVERY
    },
    Row {
        name: "token_auth_method_restricted",
        does: "Only one client authentication method is announced, and only that one is accepted.",
        good_client: "Uses the announced method, even if another one is configured.",
        section: "OIDC Core §9, RFC 8414 §2",
        family: "Token response",
        endpoints: Selection::These(&[&endpoint::DISCOVERY, &endpoint::TOKEN]),
        parameters: &[Parameter {
            name: "method",
            kind: Kind::Choice(&["client_secret_basic", "client_secret_post"]),
            meaning: "The method that is announced and accepted.",
        }],
        holds: true,
        of_issuer: true,
        needs: Needs::Nothing,
        applies: |call| {
            let basic = call.parameters.text("method") == "client_secret_basic";
            call.asked.endpoint.is(&endpoint::DISCOVERY) || call.asked.authenticates_by_header != basic
        },
        effect: Effect::OneAuthMethod,
        ..DISCOVERY
    },
    Row {
        name: "jwks_unavailable",
        does: "The JWKS answers 503.",
        good_client: "Continues with the keys it has cached. Rejects a token with an unknown `kid`, and limits how \
            often it retries.",
        section: "RFC 9111 §4.2.4, OIDC Core §10.1.1",
        endpoints: Selection::These(&[&endpoint::JWKS]),
        holds: false,
        effect: Effect::Instead(|_| {
            Instead::new(503, "temporarily_unavailable", "the keys are temporarily unavailable")
        }),
        of_issuer: true,
        ..KEYS
    },
    Row {
        name: "jwks_unfamiliar_keys",
        does: "The JWKS also lists other keys: unknown curves, an unknown type, a key for encryption.",
        good_client: "Ignores keys it does not support and continues.",
        section: "RFC 7517 §5",
        endpoints: Selection::These(&[&endpoint::JWKS]),
        holds: false,
        needs: Needs::Member("keys"),
        effect: Effect::Document(|_, document| {
            let unfamiliar = json!([
                {"kty": "EC", "crv": "secp256k1", "kid": "secp256k1", "use": "sig",
                 "x": "eb5mfvncu6xVoGKVzocLBwKb_NstzijZWfKBWxb4F5g", "y": "SDradyajxGVdpPv8DhEIqP0XtEimhVQZnEfQj_sQ1Lg"},
                {"kty": "OKP", "crv": "Ed25519", "kid": "ed25519", "use": "sig", "alg": "EdDSA",
                 "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"},
                {"kty": "OKP", "crv": "X25519", "kid": "x25519", "use": "enc", "alg": "ECDH-ES",
                 "x": "hSDwCYkwp1R0i33ctD73Wg2_Og0mOBr066SpjqqbTmo"},
                {"kty": "lattice", "kid": "unheard-of", "use": "sig"},
            ]);
            let keys = document.get_mut("keys").and_then(Value::as_array_mut);
            if let (Some(keys), Value::Array(unfamiliar)) = (keys, unfamiliar) {
                keys.splice(0..0, unfamiliar);
            }
        }),
        ..KEYS
    },
    Row {
        name: "jwks_single_key_without_kid",
        does: "The JWKS has one key per type. Neither the keys nor the ID tokens have a `kid`.",
        good_client: "Selects the key by type and use, and accepts the token.",
        section: "OIDC Core §10.1",
        effect: Effect::Keys(KeyStory::SingleWithoutKid),
        ..KEYS
    },
    Row {
        name: "jwks_many_keys_without_kid",
        does: "The JWKS has three keys per type. Neither the keys nor the ID tokens have a `kid`.",
        good_client: "Tries all keys, or rejects the token.",
        section: "OIDC Core §10.1",
        effect: Effect::Keys(KeyStory::ManyWithoutKid),
        ..KEYS
    },
    Row {
        name: "jwks_rotated_between_logins",
        does: "After the first login all keys are replaced: the second login is signed with keys that were not \
            published before.",
        good_client: REFETCH,
        section: "OIDC Core §10.1.1",
        effect: Effect::Keys(KeyStory::RotatedAfterCodes(2)),
        ..KEYS
    },
    Row {
        name: "jwks_rotated_mid_flow",
        does: "All keys are replaced between the authorization response and the token response.",
        good_client: REFETCH,
        section: "OIDC Core §10.1.1",
        effect: Effect::Keys(KeyStory::RotatedAfterCodes(1)),
        ..KEYS
    },
    Row {
        name: "jwks_rotated_before_signing",
        does: "All keys are replaced just before every ID token is signed.",
        good_client: "Fetches the JWKS again for the unknown `kid`, then verifies the token and continues.",
        section: "OIDC Core §10.1.1",
        effect: Effect::Keys(KeyStory::RotatedBeforeSigning),
        ..KEYS
    },
    Row {
        name: "jwks_old_key_withdrawn",
        does: "The keys are replaced without a transition: the old keys are removed while tokens they signed are \
            still in use.",
        good_client: "Removes the old keys when its cached copy expires, and follows `Cache-Control`.",
        section: "RFC 9111 §5.2, OIDC Core §10.1.1",
        effect: Effect::Keys(KeyStory::Withdrawn),
        ..KEYS
    },
];
