//! Userinfo and every other resource that asks for an access token.

use serde_json::json;

use super::{Effect, Needs, Row};
use crate::{
    faults::{
        effects::{Instead, append, set, unsigned_jwt},
        parameter::{Kind, Parameter},
    },
    web::endpoint::{self, Selection},
};

const USERINFO: Row = Row {
    family: "Userinfo and resources",
    endpoints: Selection::These(&[&endpoint::USERINFO]),
    needs: Needs::Member("sub"),
    ..Row::PLAIN
};

const RESOURCE: Row = Row {
    endpoints: Selection::Resources,
    needs: Needs::Nothing,
    ..USERINFO
};

fn invalid_token() -> Instead {
    Instead::new(401, "invalid_token", "The access token is invalid")
}

pub const ROWS: &[Row] = &[
    Row {
        name: "userinfo_wrong_subject",
        does: "`sub` differs from the `sub` of the ID token.",
        good_client: "Discards the whole answer.",
        section: "OIDC Core §5.3.2",
        effect: Effect::Document(|_, answer| append(answer, "sub", "invalid")),
        ..USERINFO
    },
    Row {
        name: "userinfo_signed",
        does: "The answer is a signed JWT (`application/jwt`) with `iss` and `aud`.",
        good_client: "Verifies it and reads the claims.",
        section: "OIDC Core §5.3.2",
        effect: Effect::SignedUserinfo,
        ..USERINFO
    },
    Row {
        name: "userinfo_aggregated_claims",
        does: "`address` and `phone_number` are aggregated claims: they are in an unsigned JWT of another issuer.",
        good_client: "Reads them from `_claim_sources`, or continues without them.",
        section: "OIDC Core §5.6.2.1",
        effect: Effect::Document(|_, answer| {
            let address = answer.shift_remove("address");
            let address = address.unwrap_or_else(|| json!({"country": "DE", "locality": "Berlin"}));
            let phone = answer.shift_remove("phone_number");
            let phone = phone.unwrap_or_else(|| json!("+49 30 1234567"));
            let jwt = unsigned_jwt(&json!({"address": address, "phone_number": phone}));
            set(
                answer,
                "_claim_names",
                json!({"address": "src1", "phone_number": "src1"}),
            );
            set(answer, "_claim_sources", json!({"src1": {"JWT": jwt}}));
        }),
        ..USERINFO
    },
    Row {
        name: "userinfo_distributed_claims",
        does: "`credit_score` is a distributed claim: it must be fetched from another endpoint, with a separate \
            access token. That endpoint answers with a signed JWT.",
        good_client: "Calls that endpoint with that token only, or continues without the claim.",
        section: "OIDC Core §5.6.2.2",
        needs: Needs::Nothing,
        // The place the claim is fetched from knows no client.
        holds: true,
        of_issuer: true,
        effect: Effect::DistributedClaims,
        ..USERINFO
    },
    Row {
        name: "introspection_says_inactive",
        does: "Introspection answers only `active: false` for every token.",
        good_client: "Answers its caller with 401 `invalid_token`. Does not use a cached answer beyond its lifetime.",
        section: "RFC 7662 §2.2",
        endpoints: Selection::These(&[&endpoint::INTROSPECT]),
        needs: Needs::Member("active"),
        effect: Effect::Document(|_, answer| {
            answer.clear();
            set(answer, "active", false);
        }),
        ..RESOURCE
    },
    Row {
        name: "resource_scheme_other_case",
        does: "401 whose challenge says `bEARER`.",
        good_client: "Compares the scheme case-insensitively, refreshes and retries.",
        section: "RFC 9110 §11.1",
        effect: Effect::Instead(|_| {
            invalid_token().challenging(
                "bEARER realm=\"Anteroom\", error=\"invalid_token\", error_description=\"The access token is invalid\"",
            )
        }),
        ..RESOURCE
    },
    Row {
        name: "resource_rejects_until_refreshed",
        does: "401 `invalid_token` until the client has refreshed its tokens a number of times.",
        good_client: "Refreshes, each time with its newest refresh token, and retries.",
        section: "RFC 6750 §3.1, RFC 6749 §6",
        endpoints: Selection::ResourcesAnd(&endpoint::TOKEN),
        parameters: &[Parameter {
            name: "refreshes",
            kind: Kind::Integer {
                least: 1,
                most: 100,
                usual: 2,
            },
            meaning: "The number of refreshes.",
        }],
        applies: |call| {
            let enough = u64::try_from(call.parameters.integer("refreshes")).unwrap_or(u64::MAX);
            call.asked.at_resource() && call.events < enough
        },
        event: |asked, status| asked.refreshes() && status == 200,
        effect: Effect::Instead(|_| invalid_token()),
        ..RESOURCE
    },
    Row {
        name: "unauthorized_without_challenge",
        does: "401 without `WWW-Authenticate`, or with several challenges in one header.",
        good_client: "Refreshes once, then starts a new login. Can parse a list of challenges.",
        section: "RFC 9110 §11.6.1, RFC 6750 §3",
        parameters: &[Parameter {
            name: "challenges",
            kind: Kind::Choice(&["none", "several"]),
            meaning: "No challenge, or three in a list.",
        }],
        effect: Effect::Instead(|call| match call.parameters.text("challenges") {
            "several" => invalid_token().challenging(
                "Negotiate, Basic realm=\"a, b\", Bearer realm=\"Anteroom\", error=\"invalid_token\", scope=\"openid\"",
            ),
            _ => invalid_token().unchallenging(),
        }),
        ..RESOURCE
    },
    Row {
        name: "insufficient_scope",
        does: "403 `insufficient_scope` that names the scope.",
        good_client: "Asks the user for that scope; refreshing does not help.",
        section: "RFC 6750 §3.1",
        parameters: &[Parameter {
            name: "scope",
            kind: Kind::Text {
                usual: "appointment_write",
            },
            meaning: "The scope that is required.",
        }],
        effect: Effect::Instead(|call| {
            let scope = call.parameters.text("scope").replace(['"', '\\'], "_");
            let challenge = format!("Bearer realm=\"Anteroom\", error=\"insufficient_scope\", scope=\"{scope}\"");
            Instead::new(
                403,
                "insufficient_scope",
                "Access to this resource requires another scope.",
            )
            .challenging(challenge)
        }),
        ..RESOURCE
    },
    Row {
        name: "step_up_required",
        does: "401 `insufficient_user_authentication` with `acr_values` and `max_age`.",
        good_client: "Sends a new authorization request with these values.",
        section: "RFC 9470 §3, §4",
        parameters: &[
            Parameter {
                name: "acr_values",
                kind: Kind::Text { usual: "mfa" },
                meaning: "The required `acr_values`.",
            },
            Parameter {
                name: "max_age",
                kind: Kind::Integer {
                    least: 0,
                    most: 1_000_000,
                    usual: 300,
                },
                meaning: "The maximum age of the sign-in, in seconds.",
            },
        ],
        effect: Effect::Instead(|call| {
            let acr = call.parameters.text("acr_values").replace(['"', '\\'], "_");
            let max_age = call.parameters.integer("max_age");
            let challenge = format!(
                "Bearer realm=\"Anteroom\", error=\"insufficient_user_authentication\", \
                 error_description=\"A different authentication level is required\", \
                 acr_values=\"{acr}\", max_age=\"{max_age}\""
            );
            let sentence = "A different authentication level is required";
            Instead::new(401, "insufficient_user_authentication", sentence).challenging(challenge)
        }),
        ..RESOURCE
    },
];
