//! Time, capacity and connections: not in any conformance suite, and met every week.

use jiff::SignedDuration;

use super::{Effect, Needs, Row, When};
use crate::{
    clock::system_now,
    faults::{
        call::Call,
        effects::Instead,
        parameter::{Kind, Parameter},
    },
    web::endpoint::{self, Selection},
};

const TRANSPORT: Row = Row {
    family: "Transport",
    endpoints: Selection::All,
    needs: Needs::Nothing,
    ..Row::PLAIN
};

const RETRY_AFTER: &[Parameter] = &[
    Parameter {
        name: "retry_after",
        kind: Kind::Integer {
            least: 0,
            most: 400_000_000,
            usual: 5,
        },
        meaning: "Seconds until a new attempt is allowed; ten years are 315360000.",
    },
    Parameter {
        name: "form",
        kind: Kind::Choice(&["seconds", "date"]),
        meaning: "As a number, or as an HTTP date by the machine's clock.",
    },
];

fn retry_after(call: &Call<'_>) -> String {
    let seconds = call.parameters.integer("retry_after");
    let then = system_now().checked_add(SignedDuration::from_secs(seconds));
    match (call.parameters.text("form"), then) {
        // RFC 9110 §5.6.7
        ("date", Ok(then)) => then.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string(),
        _ => seconds.to_string(),
    }
}

pub const ROWS: &[Row] = &[
    Row {
        name: "delayed_answer",
        does: "The first byte is delayed by this many seconds; the request has been carried out by then.",
        good_client: "Gives up by itself after ten seconds or so, shows an error and does not hang.",
        section: "RFC 9110 §9.2.2",
        parameters: &[Parameter {
            name: "seconds",
            kind: Kind::Seconds {
                most: 3600.0,
                usual: 15.0,
            },
            meaning: "How long, in real time.",
        }],
        effect: Effect::Delay,
        ..TRANSPORT
    },
    Row {
        name: "slow_drip",
        does: "The body comes byte by byte.",
        good_client: "Has a deadline for the whole call, not only for silence.",
        section: "RFC 9110 §9.2.2",
        parameters: &[Parameter {
            name: "seconds",
            kind: Kind::Seconds { most: 60.0, usual: 1.0 },
            meaning: "From one byte to the next, in real time.",
        }],
        effect: Effect::Drip,
        ..TRANSPORT
    },
    Row {
        name: "too_many_requests",
        does: "429 with `Retry-After`.",
        good_client: "Waits that long, whichever form it has, within reason.",
        section: "RFC 6585 §4, RFC 9110 §10.2.3",
        parameters: RETRY_AFTER,
        effect: Effect::Instead(|call| {
            Instead::new(429, "slow_down", "too many requests").with(http::header::RETRY_AFTER, retry_after(call))
        }),
        ..TRANSPORT
    },
    Row {
        name: "too_many_requests_silent",
        does: "429 without `Retry-After`.",
        good_client: "Backs off by a rule of its own.",
        section: "RFC 6585 §4",
        effect: Effect::Instead(|_| Instead::new(429, "slow_down", "too many requests")),
        ..TRANSPORT
    },
    Row {
        name: "unavailable_then_fine",
        does: "503 with `Retry-After`, then normal answers.",
        good_client: "Repeats a GET with growing pauses; after a revocation assumes that the token is still valid and tries again.",
        section: "RFC 9110 §15.6.4, RFC 7009 §2.2.1",
        parameters: RETRY_AFTER,
        times: Some(1),
        effect: Effect::Instead(|call| {
            Instead::new(503, "temporarily_unavailable", "the server is temporarily unavailable")
                .with(http::header::RETRY_AFTER, retry_after(call))
        }),
        ..TRANSPORT
    },
    Row {
        name: "answered_with_status",
        does: "Any other status, in the error form of the address, before anything was done.",
        good_client: "Takes what it does not know for the first status of its class.",
        section: "RFC 9110 §15",
        parameters: &[Parameter {
            name: "status",
            kind: Kind::Integer {
                least: 400,
                most: 599,
                usual: 500,
            },
            meaning: "Which one.",
        }],
        effect: Effect::Instead(|call| {
            let status = call.parameters.status();
            let code = if status < 500 {
                "invalid_request"
            } else {
                "server_error"
            };
            Instead::new(status, code, "an armed fault answers here")
        }),
        ..TRANSPORT
    },
    Row {
        name: "dropped_before_commit",
        does: "The connection is closed without a byte, and nothing has been done.",
        good_client: "May try once more, and that works.",
        section: "RFC 9110 §9.2.2",
        effect: Effect::Drop(When::BeforeCommit),
        ..TRANSPORT
    },
    Row {
        name: "dropped_after_commit",
        does: "Everything is done and written; the connection is closed without a byte.",
        good_client: "Finds out what has become of its request before it repeats one that does harm twice.",
        section: "RFC 9110 §9.2.2",
        applies: |call| call.asked.writes(),
        effect: Effect::Drop(When::AfterCommit),
        ..TRANSPORT
    },
    Row {
        name: "dropped_after_code_redeemed",
        does: "The code is redeemed and its answer lost.",
        good_client: "A retry meets `invalid_grant`, and may cost the tokens: starts a new login.",
        section: "RFC 6749 §4.1.2, §10.5",
        endpoints: Selection::These(&[&endpoint::TOKEN]),
        applies: |call| call.asked.asks_by_code(),
        effect: Effect::Drop(When::AfterCommit),
        ..TRANSPORT
    },
    Row {
        name: "dropped_after_refresh_rotated",
        does: "The refresh token is used and its successor lost.",
        good_client: "Tries the old one once more at once, within the grace; then a clean new login, no loop.",
        section: "RFC 9700 §4.14.2",
        endpoints: Selection::These(&[&endpoint::TOKEN]),
        applies: |call| call.asked.refreshes(),
        effect: Effect::Drop(When::AfterCommit),
        ..TRANSPORT
    },
    Row {
        name: "truncated_answer",
        does: "The connection ends before as many bytes have come as `Content-Length` says.",
        good_client: "Takes it for a failure and never reads the half.",
        section: "RFC 9112 §8",
        effect: Effect::Truncate,
        ..TRANSPORT
    },
    Row {
        name: "idle_connection_closed",
        does: "The answer is complete; then the connection is closed without notice.",
        good_client: "Opens a new connection by itself, and sends each request once.",
        section: "RFC 9112 §9.3.1",
        effect: Effect::CloseBehind,
        ..TRANSPORT
    },
];
