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
        meaning: "Seconds until a new attempt is allowed. Ten years are 315360000.",
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
        does: "The first byte is delayed by this many seconds; the request has been processed by then.",
        good_client: "Has a timeout of about ten seconds and shows an error.",
        section: "RFC 9110 §9.2.2",
        parameters: &[Parameter {
            name: "seconds",
            kind: Kind::Seconds {
                most: 3600.0,
                usual: 15.0,
            },
            meaning: "The delay, in real time.",
        }],
        effect: Effect::Delay,
        ..TRANSPORT
    },
    Row {
        name: "slow_drip",
        does: "The body is sent byte by byte.",
        good_client: "Has a timeout for the whole request, not only between bytes.",
        section: "RFC 9110 §9.2.2",
        parameters: &[Parameter {
            name: "seconds",
            kind: Kind::Seconds { most: 60.0, usual: 1.0 },
            meaning: "The time between two bytes, in real time.",
        }],
        effect: Effect::Drip,
        ..TRANSPORT
    },
    Row {
        name: "too_many_requests",
        does: "429 with `Retry-After`.",
        good_client: "Waits that long, up to a limit of its own. Reads both forms of the header.",
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
        good_client: "Waits by a rule of its own before it retries.",
        section: "RFC 6585 §4",
        effect: Effect::Instead(|_| Instead::new(429, "slow_down", "too many requests")),
        ..TRANSPORT
    },
    Row {
        name: "unavailable_then_fine",
        does: "503 with `Retry-After`, then normal answers.",
        good_client: "Repeats a GET with increasing delays. After a failed revocation, assumes that the token is \
            still valid and retries.",
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
        does: "Any other status, in the error format of the endpoint, before the request is processed.",
        good_client: "Treats an unknown status like the first status of its class (RFC 9110 §15).",
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
            Instead::new(status, code, "an armed fault answers this request")
        }),
        ..TRANSPORT
    },
    Row {
        name: "dropped_before_commit",
        does: "The connection is closed before a byte is sent, and the request is not processed.",
        good_client: "Retries at most once; the retry succeeds.",
        section: "RFC 9110 §9.2.2",
        effect: Effect::Drop(When::BeforeCommit),
        ..TRANSPORT
    },
    Row {
        name: "dropped_after_commit",
        does: "The request is processed and stored; then the connection is closed before a byte is sent.",
        good_client: "Checks whether the request was processed before it repeats one that is not idempotent.",
        section: "RFC 9110 §9.2.2",
        applies: |call| call.asked.writes(),
        effect: Effect::Drop(When::AfterCommit),
        ..TRANSPORT
    },
    Row {
        name: "dropped_after_code_redeemed",
        does: "The code is redeemed, but the answer is lost.",
        good_client: "Starts a new login. A retry is refused with `invalid_grant` and may revoke the tokens.",
        section: "RFC 6749 §4.1.2, §10.5",
        endpoints: Selection::These(&[&endpoint::TOKEN]),
        applies: |call| call.asked.asks_by_code(),
        effect: Effect::Drop(When::AfterCommit),
        ..TRANSPORT
    },
    Row {
        name: "dropped_after_refresh_rotated",
        does: "The refresh token is used, but the answer with the new one is lost.",
        good_client: "Retries once with the old token, within the grace period, then starts a new login.",
        section: "RFC 9700 §4.14.2",
        endpoints: Selection::These(&[&endpoint::TOKEN]),
        applies: |call| call.asked.refreshes(),
        effect: Effect::Drop(When::AfterCommit),
        ..TRANSPORT
    },
    Row {
        name: "truncated_answer",
        does: "The connection is closed before all bytes of `Content-Length` are sent.",
        good_client: "Treats the answer as an error and uses no part of it.",
        section: "RFC 9112 §8",
        effect: Effect::Truncate,
        ..TRANSPORT
    },
    Row {
        name: "idle_connection_closed",
        does: "The answer is complete, then the connection is closed without `Connection: close`.",
        good_client: "Opens a new connection by itself, and sends each request only once.",
        section: "RFC 9112 §9.3.1",
        effect: Effect::CloseBehind,
        ..TRANSPORT
    },
];
