//! What the token endpoint answers besides the ID token.

use serde_json::{Value, json};

use super::{Effect, Needs, Row};
use crate::{
    faults::{
        effects::{Instead, other_case, set},
        parameter::{Kind, Parameter},
    },
    model::Scopes,
    web::endpoint::{self, Selection},
};

const RESPONSE: Row = Row {
    family: "Token response",
    endpoints: Selection::These(&[&endpoint::TOKEN]),
    needs: Needs::Member("access_token"),
    ..Row::PLAIN
};

/// The token endpoint refuses, and nothing has been done.
const REFUSAL: Row = Row {
    needs: Needs::Nothing,
    ..RESPONSE
};

pub const ROWS: &[Row] = &[
    Row {
        name: "token_expires_in_missing",
        does: "There is no `expires_in`.",
        good_client: "Continues, and refreshes when it receives a 401.",
        section: "RFC 6749 §5.1",
        effect: Effect::Document(|_, answer| drop(answer.shift_remove("expires_in"))),
        ..RESPONSE
    },
    Row {
        name: "token_scope_missing",
        does: "There is no `scope`.",
        good_client: "Continues: the granted scopes are the requested ones.",
        section: "RFC 6749 §5.1",
        effect: Effect::Document(|_, answer| drop(answer.shift_remove("scope"))),
        ..RESPONSE
    },
    Row {
        name: "token_type_other_case",
        does: "`token_type` is `bEARER`.",
        good_client: "Continues: `token_type` is case-insensitive.",
        section: "RFC 6749 §5.1",
        effect: Effect::Document(|_, answer| {
            let kind = answer.get("token_type").and_then(Value::as_str).unwrap_or_default();
            let kind = other_case(kind);
            set(answer, "token_type", kind);
        }),
        ..RESPONSE
    },
    Row {
        name: "token_type_unknown",
        does: "`token_type` is `mac`.",
        good_client: "Does not use the token.",
        section: "RFC 6749 §5.1, §7.1",
        effect: Effect::Document(|_, answer| set(answer, "token_type", "mac")),
        ..RESPONSE
    },
    Row {
        name: "access_token_missing",
        does: "A 200 without `access_token`.",
        good_client: "Treats the answer as an error.",
        section: "RFC 6749 §5.1",
        effect: Effect::Document(|_, answer| drop(answer.shift_remove("access_token"))),
        ..RESPONSE
    },
    Row {
        name: "numbers_as_strings",
        does: "`expires_in` is a string of digits, or has a fraction.",
        good_client: "Tolerates it or uses a default lifetime.",
        section: "RFC 6749 appendix A.14",
        parameters: &[Parameter {
            name: "form",
            kind: Kind::Choice(&["text", "fraction"]),
            meaning: "`\"3600\"` or `3600.5`.",
        }],
        needs: Needs::Member("expires_in"),
        effect: Effect::Document(|call, answer| {
            let seconds = answer.get("expires_in").and_then(Value::as_u64).unwrap_or_default();
            let altered = match call.parameters.text("form") {
                "fraction" => json!(format!("{seconds}.5").parse::<f64>().unwrap_or_default()),
                _ => json!(seconds.to_string()),
            };
            set(answer, "expires_in", altered);
        }),
        ..RESPONSE
    },
    Row {
        name: "expires_in_absurd",
        does: "`expires_in` is 0, negative, 2^53 or null.",
        good_client: "Treats the lifetime as short or unknown. Does not refresh in a loop, and no number overflows.",
        section: "RFC 6749 §5.1",
        parameters: &[Parameter {
            name: "form",
            kind: Kind::Choice(&["zero", "negative", "huge", "null"]),
            meaning: "Which absurdity.",
        }],
        effect: Effect::Document(|call, answer| {
            let altered = match call.parameters.text("form") {
                "negative" => json!(-1),
                "huge" => json!(9_007_199_254_740_992_i64),
                "null" => Value::Null,
                _ => json!(0),
            };
            set(answer, "expires_in", altered);
        }),
        ..RESPONSE
    },
    Row {
        name: "nulls_and_empties",
        does: "Members without a value: `refresh_token` and `error_description` are null, `scope` is empty.",
        good_client: "Treats them as absent, and does not report an error.",
        section: "RFC 6749 §3.1, §5.1",
        effect: Effect::Document(|_, answer| {
            set(answer, "refresh_token", Value::Null);
            set(answer, "scope", "");
            set(answer, "error_description", Value::Null);
        }),
        ..RESPONSE
    },
    Row {
        name: "error_with_status_200",
        does: "`{\"error\": …}` in a 200.",
        good_client: "Checks for `error` and treats the answer as an error.",
        section: "RFC 6749 §5.2",
        effect: Effect::Document(|_, answer| {
            answer.clear();
            set(answer, "error", "invalid_grant");
            set(answer, "error_description", "the status is wrong, the error is not");
        }),
        ..RESPONSE
    },
    Row {
        name: "error_unknown_code",
        does: "400 with an unregistered error code.",
        good_client: "Treats it like any other error.",
        section: "RFC 6749 §5.2, §8.5",
        effect: Effect::Instead(|_| Instead::new(400, "moon_phase_unsuitable", "an error code that is not registered")),
        ..REFUSAL
    },
    Row {
        name: "scope_narrowed",
        does: "Fewer scopes than requested: the last scope, or the named one, is missing in `scope` and in the token.",
        good_client: "Reads `scope`, disables the functions it has no access to, and does not call them.",
        section: "RFC 6749 §3.3, §5.1",
        parameters: &[Parameter {
            name: "scope",
            kind: Kind::Text { usual: "the last" },
            meaning: "The scope that is not granted.",
        }],
        needs: Needs::Nothing,
        effect: Effect::AccessToken(|call, token| {
            let named = call.parameters.text("scope");
            let withheld = match token.scopes.iter().last() {
                Some(last) if named == "the last" => last,
                _ => named,
            };
            let withheld: Scopes = [withheld].into_iter().collect();
            token.scopes = token.scopes.without(&withheld);
        }),
        ..RESPONSE
    },
    Row {
        name: "code_refused",
        does: "The code is refused with `invalid_grant`, as if it had expired; it is not redeemed.",
        good_client: "Starts a new login, once; does not send the code again.",
        section: "RFC 6749 §5.2, §4.1.2",
        applies: |call| call.asked.asks_by_code(),
        effect: Effect::Instead(|_| Instead::new(400, "invalid_grant", "the code has expired")),
        ..REFUSAL
    },
    Row {
        name: "client_secret_rotated",
        does: "401 `invalid_client`, as if the secret had been replaced.",
        good_client: "Stops and alerts its operators. Does not retry or redirect the user in a loop.",
        section: "RFC 6749 §5.2",
        effect: Effect::Instead(|_| {
            Instead::new(401, "invalid_client", "the client secret is not the one on record")
                .challenging("Basic realm=\"Anteroom\", charset=\"UTF-8\"")
        }),
        ..REFUSAL
    },
    Row {
        name: "server_error_at_token",
        does: "500, 502 or 504 at the token endpoint, before the request is processed.",
        good_client: "Retries at most once, then starts a new login.",
        section: "RFC 9110 §9.2.2, RFC 6749 §4.1.2",
        parameters: &[Parameter {
            name: "status",
            kind: Kind::Integer {
                least: 500,
                most: 599,
                usual: 500,
            },
            meaning: "The status.",
        }],
        effect: Effect::Instead(|call| {
            let status = call.parameters.status();
            Instead::new(status, "server_error", "the server met an unexpected condition")
        }),
        ..REFUSAL
    },
    Row {
        name: "redirect_at_token",
        does: "The token endpoint redirects to another host.",
        good_client: "Does not send its credentials to the new address. Treats the answer as an error.",
        section: "RFC 9110 §15.4, RFC 9700 §4.12",
        parameters: &[
            Parameter {
                name: "status",
                kind: Kind::Integer {
                    least: 301,
                    most: 308,
                    usual: 307,
                },
                meaning: "301, 302, 303, 307 or 308.",
            },
            Parameter {
                name: "location",
                kind: Kind::Text {
                    usual: "https://elsewhere.example/oauth/token",
                },
                meaning: "Where to.",
            },
        ],
        effect: Effect::Instead(|call| {
            Instead::new(call.parameters.status(), "moved", "the token endpoint is elsewhere")
                .with(http::header::LOCATION, call.parameters.text("location"))
                .bare("text/plain", "")
        }),
        ..REFUSAL
    },
];
