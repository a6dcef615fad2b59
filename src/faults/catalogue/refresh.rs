//! Refresh tokens, and tokens that expire early.

use jiff::SignedDuration;

use super::{Effect, Needs, RefreshEffect, Row};
use crate::{
    faults::{
        effects::Instead,
        parameter::{Kind, Parameter},
    },
    web::endpoint::{self, Selection},
};

const REFRESH: Row = Row {
    family: "Refresh and lifetimes",
    endpoints: Selection::These(&[&endpoint::TOKEN]),
    needs: Needs::Nothing,
    ..Row::PLAIN
};

pub const ROWS: &[Row] = &[
    Row {
        name: "refresh_not_rotated",
        does: "A refresh returns no new refresh token, and the old one stays valid.",
        good_client: "Keeps and reuses the old refresh token.",
        section: "RFC 6749 §6",
        applies: |call| call.asked.refreshes(),
        effect: Effect::RefreshToken(RefreshEffect::NotRotated),
        ..REFRESH
    },
    Row {
        name: "refresh_token_odd_characters",
        does: "The refresh token ends in a space, `%`, `&`, `+` and `=`.",
        good_client: "Form-encodes the token correctly and refreshes.",
        section: "RFC 6749 appendix A.17, appendix B",
        effect: Effect::RefreshToken(RefreshEffect::OddCharacters),
        ..REFRESH
    },
    Row {
        name: "refresh_token_expired",
        does: "A refresh is refused with `invalid_grant`: it was not used for too long. Access tokens remain valid.",
        good_client: "Starts a new login, once, and deletes its stored tokens.",
        section: "RFC 6749 §5.2, RFC 9700 §4.14.2",
        applies: |call| call.asked.refreshes(),
        effect: Effect::Instead(|_| Instead::new(400, "invalid_grant", "the refresh token has expired")),
        ..REFRESH
    },
    Row {
        name: "consent_revoked_mid_session",
        does: "The grant has been revoked: refreshes are refused with `invalid_grant`, access tokens with 401.",
        good_client: "Ends the session or starts a new login, once, and deletes its stored tokens.",
        section: "RFC 6749 §5.2, RFC 6750 §3.1",
        endpoints: Selection::ResourcesAnd(&endpoint::TOKEN),
        applies: |call| call.asked.refreshes() || call.asked.at_resource(),
        effect: Effect::Instead(|call| {
            if call.asked.at_resource() {
                Instead::new(401, "invalid_token", "The access token was revoked")
            } else {
                Instead::new(400, "invalid_grant", "the grant was withdrawn or revoked")
            }
        }),
        ..REFRESH
    },
    Row {
        name: "access_token_expires_early",
        does: "The access token expires much earlier than `expires_in` says, by the realm's clock.",
        good_client: "Receives a 401, refreshes once and repeats the request once.",
        section: "RFC 6750 §3.1",
        parameters: &[Parameter {
            name: "seconds",
            kind: Kind::Integer {
                least: 0,
                most: 1_000_000,
                usual: 60,
            },
            meaning: "How long the token is actually valid, in seconds.",
        }],
        effect: Effect::AccessToken(|call, token| {
            let life = SignedDuration::from_secs(call.parameters.integer("seconds"));
            let end = token.issued_at.checked_add(life).unwrap_or(token.expires_at);
            token.expires_at = end.min(token.expires_at);
        }),
        ..REFRESH
    },
];
