//! The authorization response and the front channel.

use super::{Effect, Needs, Row};
use crate::{
    faults::parameter::{Kind, Parameter},
    web::endpoint::{self, Selection},
};

const STOP: &str = "Refuses the answer: the code is not redeemed.";

const RESPONSE: Row = Row {
    family: "Authorization response",
    endpoints: Selection::These(&[&endpoint::AUTHORIZE]),
    good_client: STOP,
    needs: Needs::Member("code"),
    ..Row::PLAIN
};

pub const ROWS: &[Row] = &[
    Row {
        name: "authorization_state_changed",
        does: "`state` has a 1 appended; there is one even where none was sent.",
        section: "RFC 6749 §10.12",
        effect: Effect::AuthorizationResponse(|_, answer| {
            let state = format!("{}1", answer.get("state").unwrap_or_default());
            answer.set("state", state);
        }),
        ..RESPONSE
    },
    Row {
        name: "authorization_state_missing",
        does: "The `state` of the request is missing in the answer.",
        section: "RFC 6749 §10.12",
        needs: Needs::Member("state"),
        effect: Effect::AuthorizationResponse(|_, answer| answer.remove("state")),
        ..RESPONSE
    },
    Row {
        name: "authorization_issuer_changed",
        does: "`iss` has a 1 appended.",
        section: "RFC 9207 §2.4",
        effect: Effect::AuthorizationResponse(|call, answer| answer.set("iss", format!("{}1", call.here.issuer))),
        ..RESPONSE
    },
    Row {
        name: "authorization_issuer_missing",
        does: "There is no `iss`, although the metadata announces it.",
        section: "RFC 9207 §2.4",
        needs: Needs::Member("iss"),
        effect: Effect::AuthorizationResponse(|_, answer| answer.remove("iss")),
        ..RESPONSE
    },
    Row {
        name: "mixed_up_issuer",
        does: "`iss` names another issuer than the one the request was sent to.",
        good_client: "Compares `iss` with the issuer the request was sent to, or uses one redirect URI per issuer, \
            and rejects the answer.",
        section: "RFC 9207 §2.4, RFC 9700 §4.4",
        parameters: &[Parameter {
            name: "issuer",
            kind: Kind::Text {
                usual: "https://honest.example",
            },
            meaning: "The issuer named in `iss`.",
        }],
        effect: Effect::AuthorizationResponse(|call, answer| answer.set("iss", call.parameters.text("issuer"))),
        ..RESPONSE
    },
    Row {
        name: "authorization_login_required",
        does: "The answer is `error=login_required`.",
        good_client: "Checks `state`, explains the error and offers to sign in.",
        section: "OIDC Core §3.1.2.6",
        effect: Effect::AuthorizationResponse(|_, answer| {
            answer.refuse("login_required", "the user has to sign in");
        }),
        ..RESPONSE
    },
    Row {
        name: "access_denied",
        does: "The answer is `error=access_denied`, as if the user had denied access.",
        good_client: "Checks `state` and tells the user that access was denied. Does not start a new request by \
            itself.",
        section: "RFC 6749 §4.1.2.1",
        effect: Effect::AuthorizationResponse(|_, answer| {
            answer.refuse(
                "access_denied",
                "The resource owner or authorization server denied the request.",
            );
        }),
        ..RESPONSE
    },
    Row {
        name: "temporarily_unavailable",
        does: "The answer is `error=temporarily_unavailable` or `server_error`.",
        good_client: "Offers to try again. Does not redirect in a loop.",
        section: "RFC 6749 §4.1.2.1",
        parameters: &[Parameter {
            name: "error",
            kind: Kind::Choice(&["temporarily_unavailable", "server_error"]),
            meaning: "The error code.",
        }],
        effect: Effect::AuthorizationResponse(|call, answer| {
            answer.refuse(call.parameters.text("error"), "the server is temporarily unavailable");
        }),
        ..RESPONSE
    },
    Row {
        name: "authorization_extra_parameter",
        does: "The answer has an extra parameter: `session_state`.",
        good_client: "Ignores it and redeems the code.",
        section: "RFC 6749 §4.1.2",
        effect: Effect::AuthorizationResponse(|call, answer| answer.set("session_state", call.here.random.token())),
        ..RESPONSE
    },
    Row {
        name: "duplicate_parameters",
        does: "`code` or `state` comes twice, with different values.",
        section: "RFC 6749 §3.1",
        parameters: &[Parameter {
            name: "parameter",
            kind: Kind::Choice(&["code", "state"]),
            meaning: "Which of them.",
        }],
        effect: Effect::AuthorizationResponse(|call, answer| {
            let again = (call.parameters.text("parameter").to_owned(), call.here.random.token());
            answer.parameters.push(again);
        }),
        ..RESPONSE
    },
    Row {
        name: "callback_unasked",
        does: "The answer has a code and a `state` that this client did not request.",
        good_client: "Rejects the answer, because the `state` is not its own (login CSRF, code injection).",
        section: "RFC 9700 §4.5, §4.7",
        effect: Effect::AuthorizationResponse(|call, answer| {
            answer.set("code", call.here.random.token());
            answer.set("state", call.here.random.token());
        }),
        ..RESPONSE
    },
    Row {
        name: "callback_replayed",
        does: "The previous answer is sent again, as a back button or a prefetch would do; the first answer is normal.",
        good_client: "Ignores or rejects the second answer. Redeems each code only once.",
        section: "RFC 6749 §4.1.2, §10.5",
        effect: Effect::RepeatedResponse,
        ..RESPONSE
    },
    Row {
        name: "callback_late",
        does: "A page is shown before the redirect. The user can continue at any time: an hour later, or in another \
            browser.",
        good_client: "Detects that its `state` has expired or belongs to another session, explains this and offers \
            to sign in.",
        section: "RFC 9700 §4.7",
        effect: Effect::AuthorizationResponse(|_, answer| answer.held = true),
        ..RESPONSE
    },
    Row {
        name: "authorization_answered_with_307",
        does: "The redirect after a posted form is a 307, so that the browser posts the form on to the client.",
        good_client: "Ignores the body of a POST to its redirect URI, or rejects POST there.",
        section: "RFC 9700 §4.12",
        endpoints: Selection::These(&[&endpoint::LOGIN]),
        applies: |call| call.asked.writes(),
        needs: Needs::Nothing,
        effect: Effect::PostedOn,
        ..RESPONSE
    },
];
