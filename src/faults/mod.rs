//! Armed misbehaviour: what a realm does wrong on purpose, to whom, and how often.
//!
//! Rules know nothing of faults. A fault is a row of the [`catalogue`] with what it changes in the same row; armed, it
//! waits here for its realm. Two places only change answers: the service around the routes (`server::armed_faults`),
//! and the named fault points of `tokens`. What they share while one request is answered is its [`watch`].
//!
//! | file | what |
//! | --- | --- |
//! | [`catalogue`] | every fault: what it does, what a good client does, where it triggers, and the change it makes |
//! | [`armed`] | one that waits: for whom, how often, what it keeps |
//! | [`call`] | a request as faults see it |
//! | [`watch`] | the faults one request may meet, and the marks they leave on its answer |
//! | [`place`], [`parameter`] | where, and how exactly |
//! | [`effects`] | what a fault can change, as the catalogue writes it |
//!
//! In memory and per process, forgotten with the realm. Where nothing is armed, a request costs one look at an empty
//! map, without a lock.

pub mod armed;
pub mod call;
pub mod catalogue;
pub mod effects;
pub mod parameter;
pub mod place;
pub mod watch;

use std::{collections::HashMap, sync::Arc};

use arc_swap::ArcSwap;

pub use armed::{ArmFault, Armed, Often};
pub use call::{Asked, Call, Subject};
pub use catalogue::{Effect, Row};
pub use place::Place;
pub use watch::Watch;

use crate::model::RealmId;

/// How many faults may be armed in one realm: each is looked at by every request.
const MOST_ARMED: usize = 200;

/// The faults that are armed in this process.
#[derive(Debug, Default)]
pub struct Faults {
    /// Only realms in which something is armed: an empty map is all that is looked at when nothing is.
    realms: ArcSwap<HashMap<RealmId, Arc<[Arc<Armed>]>>>,
}

impl Faults {
    /// What is armed in a realm, the first armed first; `None` where nothing is.
    pub fn of(&self, realm: RealmId) -> Option<Arc<[Arc<Armed>]>> {
        let realms = self.realms.load();
        if realms.is_empty() {
            return None;
        }
        realms.get(&realm).cloned()
    }

    /// Arms a fault; false where the realm has too many already.
    pub fn arm(&self, realm: RealmId, fault: Armed) -> bool {
        let fault = Arc::new(fault);
        let mut taken = false;
        self.change(realm, |armed| {
            taken = armed.len() < MOST_ARMED;
            if taken {
                armed.push(fault.clone());
            }
        });
        taken
    }

    /// Disarms one fault; false where there is none of that id.
    pub fn disarm(&self, realm: RealmId, id: &str) -> bool {
        let mut found = false;
        self.change(realm, |armed| {
            let before = armed.len();
            armed.retain(|fault| fault.id != id);
            found = armed.len() < before;
        });
        found
    }

    /// Disarms everything in a realm: when asked to, and when the realm goes.
    pub fn forget(&self, realm: RealmId) {
        self.change(realm, Vec::clear);
    }

    fn change(&self, realm: RealmId, mut change: impl FnMut(&mut Vec<Arc<Armed>>)) {
        self.realms.rcu(|realms| {
            let mut realms = HashMap::clone(realms);
            let mut armed = realms.remove(&realm).map(|armed| armed.to_vec()).unwrap_or_default();
            change(&mut armed);
            if !armed.is_empty() {
                realms.insert(realm, armed.into());
            }
            realms
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::endpoint::EndpointTable;

    fn armed(id: &str) -> Armed {
        let request = ArmFault {
            fault: "delayed_answer".to_owned(),
            ..ArmFault::default()
        };
        request.check(id.to_owned(), &EndpointTable::new([])).unwrap()
    }

    #[test]
    fn a_fault_is_armed_in_its_realm_only_and_goes_with_it() {
        let faults = Faults::default();
        let (one, other) = (RealmId(1), RealmId(2));

        assert!(faults.arm(one, armed("a")) && faults.arm(one, armed("b")));

        assert_eq!(faults.of(one).map(|armed| armed.len()), Some(2));
        assert!(faults.of(other).is_none());
        assert!(faults.disarm(one, "a") && !faults.disarm(one, "a") && !faults.disarm(other, "b"));
        faults.forget(one);
        assert!(faults.of(one).is_none());
        assert!(faults.realms.load().is_empty());
    }

    #[test]
    fn a_realm_has_room_for_so_many_and_no_more() {
        let faults = Faults::default();
        for number in 0..MOST_ARMED {
            assert!(faults.arm(RealmId(1), armed(&number.to_string())));
        }

        assert!(!faults.arm(RealmId(1), armed("one too many")));
        assert!(faults.arm(RealmId(2), armed("elsewhere")));
    }
}
