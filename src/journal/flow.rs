//! Which exchanges belong together: an authorization request, the pages it leads to, its code, the tokens, and what is done with them.
//!
//! Nobody has to say so. Each step hands a secret to the next: the request's id, the code, a token. The redaction sees them all
//! and leaves their keyed digests here; an exchange in which a known one travels belongs to that one's flow. A session cookie ties nothing
//! together: one person does many things.

use std::collections::HashMap;

use http::{HeaderMap, header};

use super::{
    exchange::{Exchange, Passed},
    recording::Parties,
    redaction::{Seen, user_of_basic},
};
use crate::{model::ClientId, web::parameters::read_form};

/// A flow's number in its realm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FlowId(pub u64);

/// What a step hands to the next, in the order in which it decides: a token that is spoken of comes before the one that speaks.
const TIES: &[&str] = &[
    "request",
    "code",
    "device_code",
    "refresh_token",
    "token",
    "access_token",
    "sso_token",
    "authorization",
    "x-apitoken",
];

/// More secrets than this tie nothing: no step of ours hands on that many.
pub const MOST_TIES: usize = 16;

/// The secrets by which an exchange is tied to others, the deciding one first.
pub fn ties(seen: &[Seen]) -> Vec<u64> {
    let mut ties = Vec::new();
    for name in TIES {
        for secret in seen.iter().filter(|secret| secret.name.eq_ignore_ascii_case(name)) {
            if ties.len() == MOST_TIES {
                return ties;
            }
            if !ties.contains(&secret.digest) {
                ties.push(secret.digest);
            }
        }
    }
    ties
}

/// The client a request says it comes from, where nobody has found out more.
pub fn claimed_client(query: Option<&str>, headers: &HeaderMap, sent: &Passed) -> Option<ClientId> {
    let basic = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("Basic"))
        .and_then(|(_, encoded)| user_of_basic(encoded));
    let in_form = |form: &[u8]| {
        let pairs = read_form(form).ok()?;
        let client = pairs.into_iter().find(|(name, _)| name == "client_id")?;
        Some(client.1)
    };
    basic
        .or_else(|| in_form(query?.as_bytes()))
        .or_else(|| in_form(sent.beginning.first()?))
        .filter(|client| client.len() <= 255)
        .map(ClientId)
}

/// The flows of a realm's ring.
#[derive(Debug, Default)]
pub struct Flows {
    /// Which flow a tie belongs to, and how many exchanges of the ring have it.
    of_tie: HashMap<u64, (FlowId, usize)>,
    /// Who takes part in a flow, and how many of its exchanges the ring has.
    known: HashMap<FlowId, (Parties, usize)>,
    last: u64,
}

impl Flows {
    /// Puts an exchange into its flow, or begins one with it. What is known of its parties and of the flow's is shared.
    pub fn admit(&mut self, exchange: &mut Exchange) {
        if exchange.ties.is_empty() {
            return;
        }
        let known = exchange.ties.iter().find_map(|tie| self.of_tie.get(tie));
        let flow = known.map(|(flow, _)| *flow).unwrap_or_else(|| {
            self.last += 1;
            FlowId(self.last)
        });
        for tie in &exchange.ties {
            self.of_tie.entry(*tie).or_insert((flow, 0)).1 += 1;
        }
        let (parties, exchanges) = self.known.entry(flow).or_default();
        *exchanges += 1;
        *parties = exchange.parties.or(parties);
        exchange.parties = parties.clone();
        exchange.flow = Some(flow);
    }

    /// An exchange has fallen out of the ring.
    pub fn dismiss(&mut self, exchange: &Exchange) {
        for tie in &exchange.ties {
            if let Some((_, exchanges)) = self.of_tie.get_mut(tie) {
                *exchanges -= 1;
                if *exchanges == 0 {
                    self.of_tie.remove(tie);
                }
            }
        }
        if let Some(flow) = exchange.flow
            && let Some((_, exchanges)) = self.known.get_mut(&flow)
        {
            *exchanges -= 1;
            if *exchanges == 0 {
                self.known.remove(&flow);
            }
        }
    }

    /// Who takes part in a flow.
    pub fn parties(&self, flow: FlowId) -> Option<&Parties> {
        self.known.get(&flow).map(|(parties, _)| parties)
    }

    #[cfg(test)]
    pub fn is_empty(&self) -> bool {
        self.of_tie.is_empty() && self.known.is_empty()
    }
}

impl std::fmt::Display for FlowId {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(secrets: &[(&str, u64)]) -> Vec<Seen> {
        let one = |(name, digest): &(&str, u64)| Seen {
            name: (*name).to_owned(),
            digest: *digest,
        };
        secrets.iter().map(one).collect()
    }

    #[test]
    fn a_token_that_is_spoken_of_decides_before_the_one_that_speaks() {
        let seen = seen(&[
            ("authorization", 1),
            ("token", 2),
            ("cookie", 3),
            ("state", 4),
            ("token", 2),
        ]);

        assert_eq!(ties(&seen), [2, 1]);
    }

    #[test]
    fn more_secrets_than_anybody_hands_on_are_not_remembered() {
        let many: Vec<_> = (0..1000).map(|digest| ("token", digest)).collect();

        assert_eq!(ties(&seen(&many)).len(), MOST_TIES);
    }

    #[test]
    fn a_client_is_believed_to_be_who_it_says_it_is() {
        let claimed = |query: Option<&str>, form: &'static str| {
            let mut sent = Passed::default();
            sent.take(&form.into());
            claimed_client(query, &HeaderMap::new(), &sent).map(|client| client.0)
        };

        assert_eq!(claimed(Some("a=b&client_id=one"), "").as_deref(), Some("one"));
        assert_eq!(claimed(None, "client_id=t%77o").as_deref(), Some("two"));
        assert_eq!(claimed(Some("a=b"), "{\"client_id\":1}"), None);
    }
}
