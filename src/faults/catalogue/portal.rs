//! The emulated portals, each in its own error form.

use serde_json::Value;

use super::{Effect, Needs, Row};
use crate::{
    faults::{
        effects::Instead,
        parameter::{Kind, Parameter},
    },
    web::endpoint::Selection,
};

const PORTAL: Row = Row {
    family: "Portals",
    endpoints: Selection::Portals,
    section: "RFC 9110 §15.5",
    needs: Needs::Nothing,
    ..Row::PLAIN
};

const SECONDS: &[Parameter] = &[Parameter {
    name: "seconds",
    kind: Kind::Seconds {
        most: 3600.0,
        usual: 15.0,
    },
    meaning: "The delay, in real time.",
}];

pub const ROWS: &[Row] = &[
    Row {
        name: "portal_slot_taken",
        does: "A booking is refused as if another user had taken the slot; nothing is booked.",
        good_client: "Tells the user, shows the free slots and lets the user choose again.",
        section: "the portal's documentation of booking",
        applies: |call| {
            let last = call.asked.path.rsplit('/').next().unwrap_or_default();
            let books = ["booking", "reschedule", "appointments", "visits"].contains(&last);
            call.asked.writes() && books
        },
        effect: Effect::Instead(|_| {
            let taken = Instead::new(409, "slot_taken", "The slot has been taken meanwhile.");
            Instead {
                slot_taken: true,
                ..taken
            }
        }),
        ..PORTAL
    },
    Row {
        name: "portal_unauthorized",
        does: "401, as if the token or key were invalid.",
        good_client: "Refreshes once, then starts a new login.",
        effect: Effect::Instead(|_| Instead::new(401, "invalid_token", "The access token is invalid")),
        ..PORTAL
    },
    Row {
        name: "portal_forbidden",
        does: "403, as if this were not allowed.",
        good_client: "Explains which permission is missing. Does not retry by itself.",
        effect: Effect::Instead(|_| Instead::new(403, "insufficient_scope", "This is not allowed.")),
        ..PORTAL
    },
    Row {
        name: "portal_not_found",
        does: "404, as if the resource did not exist.",
        good_client: "Removes the resource from its cache and tells the user.",
        effect: Effect::Instead(|_| Instead::new(404, "not_found", "Resource not found.")),
        ..PORTAL
    },
    Row {
        name: "portal_conflict",
        does: "409, as if another request had changed the resource.",
        good_client: "Fetches the current state before it retries.",
        effect: Effect::Instead(|_| Instead::new(409, "conflict", "The state has changed meanwhile.")),
        ..PORTAL
    },
    Row {
        name: "portal_unprocessable",
        does: "422, as if the request were invalid.",
        good_client: "Shows which fields are invalid. Does not send the same request again.",
        effect: Effect::Instead(|_| Instead::new(422, "unprocessable", "The request cannot be processed.")),
        ..PORTAL
    },
    Row {
        name: "portal_too_many_requests",
        does: "429 with `Retry-After`.",
        good_client: "Waits that long, up to a limit of its own.",
        section: "RFC 6585 §4",
        parameters: &[Parameter {
            name: "retry_after",
            kind: Kind::Integer {
                least: 0,
                most: 400_000_000,
                usual: 5,
            },
            meaning: "Seconds until a new attempt is allowed.",
        }],
        effect: Effect::Instead(|call| {
            let seconds = call.parameters.integer("retry_after").to_string();
            Instead::new(429, "too_many_requests", "Too many requests.").with(http::header::RETRY_AFTER, seconds)
        }),
        ..PORTAL
    },
    Row {
        name: "portal_server_error",
        does: "500, and nothing was changed.",
        good_client: "Shows an error. Repeats only requests that are safe to repeat.",
        effect: Effect::Instead(|_| Instead::new(500, "server_error", "Internal server error")),
        ..PORTAL
    },
    Row {
        name: "portal_slow",
        does: "The answer is delayed by this many seconds; the request has been carried out by then.",
        good_client: "Shows that it is waiting, has a timeout, and does not book twice.",
        parameters: SECONDS,
        effect: Effect::Delay,
        ..PORTAL
    },
    Row {
        name: "portal_empty_list",
        does: "A list comes back empty: no free times, no appointments.",
        good_client: "Tells the user that the list is empty, and offers a next step.",
        needs: Needs::Json,
        applies: |call| !call.asked.writes(),
        effect: Effect::Answer(|_, answer| {
            let Ok(mut document) = serde_json::from_slice::<Value>(&answer.body) else {
                return;
            };
            match &mut document {
                Value::Array(items) => items.clear(),
                Value::Object(members) => members
                    .values_mut()
                    .filter_map(Value::as_array_mut)
                    .for_each(Vec::clear),
                _ => {}
            }
            answer.body = document.to_string().into();
        }),
        ..PORTAL
    },
];
