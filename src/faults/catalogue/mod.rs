//! Every fault: what it does, what a good client does about it, where it triggers, and the change it makes.
//!
//! A new fault is a row in the file of its family, with its change in the row; listing, arming, limiting and counting
//! follow.
//!
//! | file | alters |
//! | --- | --- |
//! | [`discovery`] | metadata, WebFinger, published keys |
//! | [`authorization`] | the authorization response and what happens at the front channel |
//! | [`token_response`] | what the token endpoint answers |
//! | [`id_token`] | claims, header and signature of ID tokens |
//! | [`resource`] | userinfo and whatever else asks for an access token |
//! | [`refresh`] | refresh tokens, and tokens that expire early |
//! | [`transport`] | time, capacity, connections, redirects |
//! | [`shape`] | bodies that are not what they should be |
//! | [`portal`] | the emulated portals, each in its own error form |
//!
//! # What is not here, and why
//!
//! * *Natural behaviour needs no fault.* `refresh_token_rotated` is what every policy does; `refresh_raced` is the
//!   policy switch `refresh_grace: 0`, or the policy `portal`; `pkce_ignored` is the switch `pkce: ignored`;
//!   `discovery_response_types_reordered` waits for a second word to put in another order.
//! * *The endpoint or the message is yet to come*, and then a row and a line are enough: front-channel ID tokens
//!   (`id_token_wrong_c_hash`, `…_s_hash`, `id_token_missing_at_hash`, `hybrid_tokens_disagree`), JARM, DPoP, mutual
//!   TLS, pushed and encrypted requests, CIBA and device polling, registration, logout tokens and sessions, federation,
//!   encrypted ID tokens,
//!   `id_token_alg_none_agreed` and `id_token_with_profile_claims` (clients cannot register for them yet),
//!   `login_initiated_by_third_party` (no client has an `initiate_login_uri`).
//! * `certificate_wrong` is decided before there is a request, hence before there is a realm to be armed: start the
//!   server with a certificate of another name.

mod authorization;
mod discovery;
mod id_token;
mod portal;
mod refresh;
mod resource;
mod shape;
mod token_response;
mod transport;

use super::{
    call::{Asked, Call},
    effects::{Answer, Instead},
    parameter::Parameter,
};
use crate::{
    model::{AuthorizationResponse, IdTokenDraft, IssuedAccessToken, Members},
    web::endpoint::{EndpointTable, Selection},
};

/// One fault.
#[derive(Debug)]
pub struct Row {
    pub name: &'static str,
    pub family: &'static str,
    /// What it does, in a sentence.
    pub does: &'static str,
    /// What a good client does then.
    pub good_client: &'static str,
    /// The sections this leans on.
    pub section: &'static str,
    pub endpoints: Selection,
    pub parameters: &'static [Parameter],
    /// A state that lasts until it is disarmed, rather than an event of single calls.
    pub holds: bool,
    /// It concerns the whole issuer: it cannot be limited to a client or a user.
    pub of_issuer: bool,
    /// How often, where the tester does not say. `None`: until disarmed.
    pub times: Option<u64>,
    /// Whether a request is of the kind this fault is about.
    pub applies: fn(&Call<'_>) -> bool,
    /// Whether a request that was answered with this status is something the fault waits for.
    pub event: fn(&Asked, u16) -> bool,
    pub needs: Needs,
    pub effect: Effect,
}

/// What has to be there to be altered. Where it is not, the call does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    Nothing,
    /// A good answer in JSON.
    Json,
    /// This member, claim or parameter.
    Member(&'static str),
}

/// How an answer is altered: from `IdToken` on by the fault points of `tokens`, before by the wire layer.
#[derive(Clone, Copy, Debug)]
pub enum Effect {
    /// The answer waits for the parameter `seconds`.
    Delay,
    /// Sent byte by byte, `seconds` apart.
    Drip,
    /// The connection ends without an answer.
    Drop(When),
    /// Fewer bytes than `Content-Length` says, then the connection ends.
    Truncate,
    /// The answer is fine; the connection is closed behind it without a word.
    CloseBehind,
    /// This is answered instead of the handler's answer.
    Instead(fn(&Call<'_>) -> Instead),
    /// The JSON object of a good answer.
    Document(fn(&Call<'_>, &mut Members)),
    /// The whole answer.
    Answer(fn(&Call<'_>, &mut Answer)),
    /// The metadata names another place for the keys, where they are.
    KeysMoved,
    /// Userinfo as a signed JWT.
    SignedUserinfo,
    /// A claim of userinfo is to be fetched elsewhere.
    DistributedClaims,
    /// The metadata names one way of client authentication; the others are refused.
    OneAuthMethod,
    /// The form that was posted to us is posted on to the client.
    PostedOn,
    IdToken(fn(&Call<'_>, &mut IdTokenDraft)),
    AuthorizationResponse(fn(&Call<'_>, &mut AuthorizationResponse)),
    /// The authorization response before this one, once more.
    RepeatedResponse,
    AccessToken(fn(&Call<'_>, &mut IssuedAccessToken)),
    RefreshToken(RefreshEffect),
    Keys(KeyStory),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// Nothing has been done.
    BeforeCommit,
    /// Everything has been done and written.
    AfterCommit,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefreshEffect {
    /// The old one stays good, and the answer has none.
    NotRotated,
    /// It ends in characters that must be encoded.
    OddCharacters,
}

/// What becomes of the issuer's keys while the fault is armed. `tokens` tells it: with which key it signs and which it
/// shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyStory {
    /// One key per type, without `kid`.
    SingleWithoutKid,
    /// Several keys per type, without `kid`.
    ManyWithoutKid,
    /// New keys once so many codes have been sent since the fault was armed.
    RotatedAfterCodes(u64),
    /// New keys with every signature.
    RotatedBeforeSigning,
    /// New keys at once.
    Withdrawn,
}

impl Row {
    /// What most rows have in common.
    const PLAIN: Self = Self {
        name: "",
        family: "",
        does: "",
        good_client: "",
        section: "",
        endpoints: Selection::These(&[]),
        parameters: &[],
        holds: false,
        of_issuer: false,
        times: None,
        applies: |_| true,
        event: |_, _| false,
        needs: Needs::Nothing,
        effect: Effect::Delay,
    };

    /// Whether it triggers anywhere where a request says which client sends it, and may be about a user.
    pub fn knows_subject(&self, endpoints: &EndpointTable) -> bool {
        let mut here = endpoints
            .with_faults()
            .filter(|endpoint| self.endpoints.contains(endpoint));
        here.any(|endpoint| endpoint.knows_subject())
    }
}

/// All faults, family by family.
pub fn rows() -> impl Iterator<Item = &'static Row> {
    let families = [
        discovery::ROWS,
        authorization::ROWS,
        token_response::ROWS,
        id_token::ROWS,
        resource::ROWS,
        refresh::ROWS,
        transport::ROWS,
        shape::ROWS,
        portal::ROWS,
    ];
    families.into_iter().flatten()
}

/// The names of all faults.
pub fn names() -> impl Iterator<Item = &'static str> {
    rows().map(|row| row.name)
}

pub fn find(name: &str) -> Option<&'static Row> {
    rows().find(|row| row.name == name)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::faults::ArmFault;

    #[test]
    fn every_fault_has_a_name_of_its_own_and_explains_itself() {
        let mut names = HashSet::new();
        for row in rows() {
            let snake = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
            assert!(row.name.chars().all(snake) && names.insert(row.name), "{}", row.name);
            for text in [row.does, row.good_client] {
                assert!(text.len() > 15 && text.ends_with('.'), "{}: {text:?}", row.name);
            }
            assert!(!row.section.is_empty() && !row.family.is_empty(), "{}", row.name);
            let nowhere = matches!(row.endpoints, Selection::These([]));
            assert!(!nowhere, "{} triggers nowhere", row.name);
        }
    }

    #[test]
    fn every_fault_can_be_armed_as_it_stands_in_the_catalogue() {
        for row in rows() {
            let required = row.parameters.iter().filter(|parameter| parameter.usual().is_none());
            let parameters = required.map(|parameter| (parameter.name.to_owned(), "http://localhost:1".into()));
            let request = ArmFault {
                fault: row.name.to_owned(),
                parameters: parameters.collect(),
                ..ArmFault::default()
            };
            assert!(
                request.check("1".to_owned(), &EndpointTable::new([])).is_ok(),
                "{}",
                row.name
            );
        }
    }

    #[test]
    fn only_a_state_of_the_whole_issuer_alters_keys() {
        for row in rows() {
            if matches!(row.effect, Effect::Keys(_) | Effect::KeysMoved) {
                assert!(row.of_issuer, "{}", row.name);
            }
        }
    }
}
