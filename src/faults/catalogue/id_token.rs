//! ID tokens: claims, header and signature. Each fault changes one thing and the token is signed again.

use serde_json::json;

use super::{Effect, Needs, Row};
use crate::{
    faults::{
        effects::{append, set, shift},
        parameter::{Kind, Parameter},
    },
    model::Signature,
    web::endpoint::{self, Selection},
};

const REJECT: &str = "Rejects the token and ends the login: no userinfo request, no session.";

const ID_TOKEN: Row = Row {
    family: "ID token",
    endpoints: Selection::These(&[&endpoint::TOKEN]),
    good_client: REJECT,
    ..Row::PLAIN
};

const SKEW: &[Parameter] = &[Parameter {
    name: "seconds",
    kind: Kind::Integer {
        least: 1,
        most: 100_000_000,
        usual: 600,
    },
    meaning: "The difference between the clocks, in seconds.",
}];

pub const ROWS: &[Row] = &[
    Row {
        name: "id_token_wrong_issuer",
        does: "`iss` is the issuer with a 1 appended.",
        section: "OIDC Core §3.1.3.7 (2)",
        effect: Effect::IdToken(|_, token| append(&mut token.claims, "iss", "1")),
        ..ID_TOKEN
    },
    Row {
        name: "id_token_missing_issuer",
        does: "There is no `iss`.",
        section: "OIDC Core §3.1.3.7 (2)",
        effect: Effect::IdToken(|_, token| drop(token.claims.shift_remove("iss"))),
        ..ID_TOKEN
    },
    Row {
        name: "id_token_wrong_audience",
        does: "`aud` is the client with a 1 appended.",
        section: "OIDC Core §3.1.3.7 (3)",
        effect: Effect::IdToken(|_, token| append(&mut token.claims, "aud", "1")),
        ..ID_TOKEN
    },
    Row {
        name: "id_token_missing_audience",
        does: "There is no `aud`.",
        section: "OIDC Core §3.1.3.7 (3)",
        effect: Effect::IdToken(|_, token| drop(token.claims.shift_remove("aud"))),
        ..ID_TOKEN
    },
    Row {
        name: "id_token_untrusted_second_audience",
        does: "`aud` lists the client and an unknown audience, and there is no `azp`.",
        section: "OIDC Core §3.1.3.7 (3), (4)",
        effect: Effect::IdToken(|_, token| {
            let own = token.claims.get("aud").cloned().unwrap_or_default();
            let other = format!("{}1", own.as_str().unwrap_or_default());
            set(&mut token.claims, "aud", json!([own, other]));
        }),
        ..ID_TOKEN
    },
    Row {
        name: "id_token_audience_array",
        does: "`aud` is a list with the client as its one member.",
        good_client: "Accepts the token: a list with one member is equal to a string.",
        section: "OIDC Core §3.1.3.7 (3)",
        effect: Effect::IdToken(|_, token| {
            let own = token.claims.get("aud").cloned().unwrap_or_default();
            set(&mut token.claims, "aud", json!([own]));
        }),
        ..ID_TOKEN
    },
    Row {
        name: "id_token_missing_subject",
        does: "There is no `sub`.",
        section: "OIDC Core §2",
        effect: Effect::IdToken(|_, token| drop(token.claims.shift_remove("sub"))),
        ..ID_TOKEN
    },
    Row {
        name: "id_token_missing_issued_at",
        does: "There is no `iat`.",
        section: "OIDC Core §2",
        effect: Effect::IdToken(|_, token| drop(token.claims.shift_remove("iat"))),
        ..ID_TOKEN
    },
    Row {
        name: "id_token_stale_issued_at",
        does: "`iat` is seven days ago, although the token has not expired.",
        good_client: "Rejects the token if it limits the age of tokens. Accepting it is allowed outside FAPI.",
        section: "OIDC Core §3.1.3.7 (10)",
        effect: Effect::IdToken(|_, token| shift(&mut token.claims, "iat", -7 * 24 * 3600)),
        ..ID_TOKEN
    },
    Row {
        name: "id_token_expired",
        does: "`exp` is six minutes ago, which is more than the usual leeway.",
        section: "OIDC Core §3.1.3.7 (9)",
        effect: Effect::IdToken(|call, token| set(&mut token.claims, "exp", call.here.now.as_second() - 360)),
        ..ID_TOKEN
    },
    Row {
        name: "id_token_missing_expiry",
        does: "There is no `exp`.",
        section: "OIDC Core §3.1.3.7 (9)",
        effect: Effect::IdToken(|_, token| drop(token.claims.shift_remove("exp"))),
        ..ID_TOKEN
    },
    Row {
        name: "id_token_expiry_as_text",
        does: "`exp` is a string of digits, not a number.",
        section: "RFC 7519 §2, §4.1.4",
        effect: Effect::IdToken(|_, token| {
            let expiry = token.claims.get("exp").map(ToString::to_string);
            set(&mut token.claims, "exp", expiry);
        }),
        ..ID_TOKEN
    },
    Row {
        name: "id_token_wrong_nonce",
        does: "`nonce` has a 1 appended; there is one even where none was sent.",
        section: "OIDC Core §3.1.3.7 (11)",
        effect: Effect::IdToken(|_, token| append(&mut token.claims, "nonce", "1")),
        ..ID_TOKEN
    },
    Row {
        name: "id_token_missing_nonce",
        does: "There is no `nonce`, although one was sent.",
        section: "OIDC Core §3.1.3.7 (11)",
        needs: Needs::Member("nonce"),
        effect: Effect::IdToken(|_, token| drop(token.claims.shift_remove("nonce"))),
        ..ID_TOKEN
    },
    Row {
        name: "id_token_bad_signature",
        does: "Every byte of the signature is XORed with 0x5A.",
        good_client: "Rejects the token. Accepting it is tolerated if it came directly from the token endpoint over \
            TLS.",
        section: "OIDC Core §3.1.3.7 (6)",
        effect: Effect::IdToken(|_, token| token.signature = Signature::Flipped),
        ..ID_TOKEN
    },
    Row {
        name: "id_token_alg_none",
        does: "The token is not signed, and `alg` says `none`.",
        section: "OIDC Core §3.1.3.7 (7), RFC 8725 §3.2",
        effect: Effect::IdToken(|_, token| token.signature = Signature::Absent),
        ..ID_TOKEN
    },
    Row {
        name: "id_token_other_algorithm",
        does: "The signature is valid and by a published key, but not with the registered algorithm.",
        section: "OIDC Core §3.1.3.7 (7), RFC 8725 §3.1",
        // The key of the other algorithm is shown where the issuer has none.
        endpoints: Selection::These(&[&endpoint::TOKEN, &endpoint::JWKS]),
        effect: Effect::IdToken(|_, token| token.signature = Signature::OtherAlgorithm),
        ..ID_TOKEN
    },
    Row {
        name: "signing_alg_confused",
        does: "The token is signed with HS256; the HMAC key is the issuer's public key.",
        good_client: "Rejects the token: the registered algorithm counts, not the one in the token.",
        section: "RFC 8725 §2.1, §3.1",
        parameters: &[Parameter {
            name: "form",
            kind: Kind::Choice(&["pem", "der"]),
            meaning: "Which encoding of the public key (SubjectPublicKeyInfo) is used as the HMAC key.",
        }],
        effect: Effect::IdToken(|call, token| {
            let pem = call.parameters.text("form") == "pem";
            token.signature = Signature::PublicKeyAsSecret { pem };
        }),
        ..ID_TOKEN
    },
    Row {
        name: "jwks_unknown_kid_forever",
        does: "The token is signed with a key that is never in the JWKS.",
        good_client: "Fetches the JWKS once more, then rejects the token; does not fetch for every token.",
        section: "OIDC Core §10.1.1, RFC 8725 §3.10",
        effect: Effect::IdToken(|_, token| token.signature = Signature::UnpublishedKey),
        ..ID_TOKEN
    },
    Row {
        name: "id_token_without_kid",
        does: "The header has no `kid`.",
        good_client: "Selects the key by type and use, or tries all suitable keys, and accepts the token.",
        section: "OIDC Core §10.1",
        effect: Effect::IdToken(|_, token| drop(token.header.shift_remove("kid"))),
        ..ID_TOKEN
    },
    Row {
        name: "id_token_wrong_at_hash",
        does: "`at_hash` has a 1 appended.",
        section: "OIDC Core §3.1.3.8",
        effect: Effect::IdToken(|_, token| append(&mut token.claims, "at_hash", "1")),
        ..ID_TOKEN
    },
    Row {
        name: "id_token_missing_at_hash_optional",
        does: "There is no `at_hash`, which is optional in answers of the token endpoint.",
        good_client: "Accepts the token.",
        section: "OIDC Core §3.1.3.6",
        needs: Needs::Member("at_hash"),
        effect: Effect::IdToken(|_, token| drop(token.claims.shift_remove("at_hash"))),
        ..ID_TOKEN
    },
    Row {
        name: "id_token_unknown_members",
        does: "There are an unknown claim and an unknown header parameter.",
        good_client: "Ignores them and accepts the token.",
        section: "RFC 7519 §4, RFC 7515 §4",
        effect: Effect::IdToken(|_, token| {
            set(&mut token.header, "x-anteroom", true);
            set(
                &mut token.claims,
                "https://anteroom.example/unknown",
                json!({"a": [1, null]}),
            );
        }),
        ..ID_TOKEN
    },
    Row {
        name: "id_token_duplicate_members",
        does: "`sub` occurs twice, with different values.",
        good_client: "Rejects the token, or always uses the last value.",
        section: "RFC 7519 §4, RFC 8259 §4",
        effect: Effect::IdToken(|_, token| token.before_claims = r#""sub":"somebody-else","#.to_owned()),
        ..ID_TOKEN
    },
    Row {
        name: "refresh_id_token_wrong_issuer",
        does: "The ID token of a refresh has another `iss`.",
        good_client: "Discards the answer and does not use the new access token.",
        section: "OIDC Core §12.2",
        applies: |call| call.asked.refreshes(),
        effect: Effect::IdToken(|_, token| append(&mut token.claims, "iss", "1")),
        ..ID_TOKEN
    },
    Row {
        name: "refresh_id_token_wrong_subject",
        does: "The ID token of a refresh has another `sub`.",
        good_client: "Discards the answer and does not use the new access token.",
        section: "OIDC Core §12.2",
        applies: |call| call.asked.refreshes(),
        effect: Effect::IdToken(|_, token| append(&mut token.claims, "sub", "1")),
        ..ID_TOKEN
    },
    Row {
        name: "clock_ahead",
        does: "The server's clock is ahead: `iat`, `nbf` and `exp` are later.",
        good_client: "Accepts a difference of a few minutes at most and rejects more.",
        section: "RFC 7519 §4.1.4–4.1.6",
        parameters: SKEW,
        effect: Effect::IdToken(|call, token| {
            let issued = token.claims.get("iat").cloned();
            set(&mut token.claims, "nbf", issued);
            for claim in ["iat", "nbf", "exp"] {
                shift(&mut token.claims, claim, call.parameters.integer("seconds"));
            }
        }),
        ..ID_TOKEN
    },
    Row {
        name: "clock_behind",
        does: "The server's clock is behind: `iat`, `nbf` and `exp` are earlier.",
        good_client: "Accepts the token while it has not expired, with a leeway of a few minutes at most.",
        section: "RFC 7519 §4.1.4–4.1.6",
        parameters: SKEW,
        effect: Effect::IdToken(|call, token| {
            let issued = token.claims.get("iat").cloned();
            set(&mut token.claims, "nbf", issued);
            for claim in ["iat", "nbf", "exp"] {
                shift(&mut token.claims, claim, -call.parameters.integer("seconds"));
            }
        }),
        ..ID_TOKEN
    },
    Row {
        name: "not_yet_valid",
        does: "`nbf` is an hour ahead.",
        section: "RFC 7519 §4.1.5",
        effect: Effect::IdToken(|call, token| set(&mut token.claims, "nbf", call.here.now.as_second() + 3600)),
        ..ID_TOKEN
    },
    Row {
        name: "critical_header_unknown",
        does: "The header has a `crit` with an unknown extension.",
        section: "RFC 7515 §4.1.11",
        effect: Effect::IdToken(|_, token| {
            set(&mut token.header, "crit", json!(["urn:anteroom:unknown"]));
            set(&mut token.header, "urn:anteroom:unknown", true);
        }),
        ..ID_TOKEN
    },
    Row {
        name: "wrong_token_kind",
        does: "Another kind of token is sent instead of the ID token: only its `typ` says so.",
        section: "RFC 8725 §3.11, §3.12",
        parameters: &[Parameter {
            name: "typ",
            kind: Kind::Choice(&["at+jwt", "logout+jwt"]),
            meaning: "An access token (RFC 9068) or a logout token.",
        }],
        effect: Effect::IdToken(|call, token| {
            let typ = call.parameters.text("typ");
            set(&mut token.header, "typ", typ);
            if typ == "logout+jwt" {
                let event = json!({"http://schemas.openid.net/event/backchannel-logout": {}});
                set(&mut token.claims, "events", event);
            }
        }),
        ..ID_TOKEN
    },
    Row {
        name: "authorized_party_foreign",
        does: "`azp` is another client.",
        good_client: "Rejects the token if it reads `azp`.",
        section: "OIDC Core §3.1.3.7 (5)",
        effect: Effect::IdToken(|_, token| set(&mut token.claims, "azp", "another-client")),
        ..ID_TOKEN
    },
    Row {
        name: "authentication_too_old",
        does: "`auth_time` is older than any `max_age` allows, or absent, or `acr` is another than asked for.",
        good_client: "Rejects the token where it had sent `max_age` or `acr_values`, or asks for a new sign-in.",
        section: "OIDC Core §3.1.3.7 (12), (13)",
        parameters: &[Parameter {
            name: "form",
            kind: Kind::Choice(&["old", "absent", "acr"]),
            meaning: "Ten days old, no `auth_time`, or `acr` 0.",
        }],
        effect: Effect::IdToken(|call, token| match call.parameters.text("form") {
            "absent" => drop(token.claims.shift_remove("auth_time")),
            "acr" => set(&mut token.claims, "acr", "0"),
            _ => shift(&mut token.claims, "auth_time", -10 * 24 * 3600),
        }),
        ..ID_TOKEN
    },
];
