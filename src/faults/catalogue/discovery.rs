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

const REFETCH: &str = "Fetches the JWKS again when it meets an unknown `kid`, once, then verifies and goes on.";

pub const ROWS: &[Row] = &[
    Row {
        name: "discovery_issuer_mismatch",
        does: "The metadata's `issuer` is not the URL it was asked for at.",
        good_client: "Stops before it sends anybody to the authorization endpoint.",
        section: "OIDC Discovery §4.3, RFC 8414 §3.3",
        effect: Effect::Document(|_, metadata| append(metadata, "issuer", "INVALID")),
        ..DISCOVERY
    },
    Row {
        name: "discovery_jwks_uri_moved",
        does: "`jwks_uri` names a place that cannot be guessed; the keys are there and nowhere else.",
        good_client: "Takes the address from the metadata and goes on.",
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
        does: "WebFinger leads to another issuer, which can only be known from `links[].href`.",
        good_client: "Fetches that issuer's metadata and goes on there.",
        section: "OIDC Discovery §2, RFC 7033 §4.4",
        endpoints: Selection::These(&[&endpoint::WEBFINGER]),
        parameters: &[Parameter {
            name: "issuer",
            kind: Kind::RequiredText,
            meaning: "The issuer to lead to, for example a realm with a random name.",
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
        good_client: "Ignores them and goes on.",
        section: "RFC 8414 §3.2",
        effect: Effect::Document(|_, metadata| {
            set(metadata, "x_anteroom", json!({"nested": [true, null]}));
        }),
        ..DISCOVERY
    },
    Row {
        name: "redirect_at_discovery",
        does: "The metadata is answered with a 301 to another origin, where the same document is.",
        good_client: "Follows within reason, and still compares `issuer` with what it asked for.",
        section: "RFC 8414 §3.3, RFC 9110 §15.4",
        parameters: &[Parameter {
            name: "location",
            kind: Kind::Text {
                usual: "another name of this host",
            },
            meaning: "Where to. Usually the same address with `127.0.0.1` for `localhost`, or the other way round.",
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
        does: "Only one way of client authentication is advertised, and only that one is accepted.",
        good_client: "Authenticates the advertised way, whatever it was configured with.",
        section: "OIDC Core §9, RFC 8414 §2",
        family: "Token response",
        endpoints: Selection::These(&[&endpoint::DISCOVERY, &endpoint::TOKEN]),
        parameters: &[Parameter {
            name: "method",
            kind: Kind::Choice(&["client_secret_basic", "client_secret_post"]),
            meaning: "The one that is advertised and accepted.",
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
        good_client: "Goes on with the keys it has; with an unknown `kid` it refuses, and does not hammer.",
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
        good_client: "Ignores what it does not understand and goes on.",
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
        does: "The JWKS holds one key per type, none of them named, and neither do ID tokens name one.",
        good_client: "Picks the key by type and use and accepts the token.",
        section: "OIDC Core §10.1",
        effect: Effect::Keys(KeyStory::SingleWithoutKid),
        ..KEYS
    },
    Row {
        name: "jwks_many_keys_without_kid",
        does: "The JWKS holds three keys per type, none of them named, and neither do ID tokens name one.",
        good_client: "Tries them all, or rejects the token.",
        section: "OIDC Core §10.1",
        effect: Effect::Keys(KeyStory::ManyWithoutKid),
        ..KEYS
    },
    Row {
        name: "jwks_rotated_between_logins",
        does: "After the first login all keys are replaced: the second login is signed with keys that were not published before.",
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
        good_client: "Fetches the JWKS again for the unknown `kid`, then verifies and goes on.",
        section: "OIDC Core §10.1.1",
        effect: Effect::Keys(KeyStory::RotatedBeforeSigning),
        ..KEYS
    },
    Row {
        name: "jwks_old_key_withdrawn",
        does: "The keys are replaced at once: the old ones are gone, and the tokens they signed still around.",
        good_client: "Drops the old keys when its cache of them has run out, and honours `Cache-Control`.",
        section: "RFC 9111 §5.2, OIDC Core §10.1.1",
        effect: Effect::Keys(KeyStory::Withdrawn),
        ..KEYS
    },
];
