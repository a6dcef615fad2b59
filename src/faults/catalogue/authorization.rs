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
        does: "The `state` that was sent does not come back.",
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
        does: "There is no `iss`, though the metadata promises it.",
        section: "RFC 9207 §2.4",
        needs: Needs::Member("iss"),
        effect: Effect::AuthorizationResponse(|_, answer| answer.remove("iss")),
        ..RESPONSE
    },
    Row {
        name: "mixed_up_issuer",
        does: "The answer comes from another issuer than the one that was asked.",
        good_client: "Compares `iss` with the issuer it asked, or has a redirect URI per issuer, and refuses.",
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
        good_client: "Checks `state`, says what happened, and offers to sign in.",
        section: "OIDC Core §3.1.2.6",
        effect: Effect::AuthorizationResponse(|_, answer| {
            answer.refuse("login_required", "the user has to sign in");
        }),
        ..RESPONSE
    },
    Row {
        name: "access_denied",
        does: "The answer is `error=access_denied`, as if the user had denied access.",
        good_client: "Checks `state` and shows a friendly page; does not ask again by itself.",
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
        good_client: "Offers to try again; no loop of redirects.",
        section: "RFC 6749 §4.1.2.1",
        parameters: &[Parameter {
            name: "error",
            kind: Kind::Choice(&["temporarily_unavailable", "server_error"]),
            meaning: "Which of the two.",
        }],
        effect: Effect::AuthorizationResponse(|call, answer| {
            answer.refuse(call.parameters.text("error"), "the server cannot answer just now");
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
        does: "The answer carries a code and a `state` that this client never asked for.",
        good_client: "Refuses: the `state` is not its own (login CSRF, code injection).",
        section: "RFC 9700 §4.5, §4.7",
        effect: Effect::AuthorizationResponse(|call, answer| {
            answer.set("code", call.here.random.token());
            answer.set("state", call.here.random.token());
        }),
        ..RESPONSE
    },
    Row {
        name: "callback_replayed",
        does: "The answer is the one before it once more, as a back button or a prefetch delivers it; the first passes.",
        good_client: "Refuses the second one or takes no harm; redeems each code once.",
        section: "RFC 6749 §4.1.2, §10.5",
        effect: Effect::RepeatedResponse,
        ..RESPONSE
    },
    Row {
        name: "callback_late",
        does: "A page is shown before the redirect, and the user continues at any time: an hour later, or in another browser.",
        good_client: "Finds its `state` expired or foreign, explains that and offers to sign in.",
        section: "RFC 9700 §4.7",
        effect: Effect::AuthorizationResponse(|_, answer| answer.held = true),
        ..RESPONSE
    },
    Row {
        name: "authorization_answered_with_307",
        does: "The redirect after a posted form is a 307, so that the browser posts the form on to the client.",
        good_client: "Ignores the body of a POST at its redirect URI, or takes no POST there at all.",
        section: "RFC 9700 §4.12",
        endpoints: Selection::These(&[&endpoint::LOGIN]),
        applies: |call| call.asked.writes(),
        needs: Needs::Nothing,
        effect: Effect::PostedOn,
        ..RESPONSE
    },
];
