//! The calls of the API: what is served where, to whom, and by which handler.
//!
//! Paths are below each of the mounts (`/vsee/api_v3`, `/vsee/vc/{next,stable}/api_v3`) and may end in `.json`. Routing,
//! the OpenAPI document and the tests read the same tables, so they cannot disagree.

mod common;
mod intakes;
mod rooms;
mod users;
mod visits;

use super::{call::Handler, operation::Operation};

/// All calls, in the order of the OpenAPI document.
pub fn all() -> impl Iterator<Item = &'static Operation<Handler>> + Clone {
    [users::CALLS, intakes::CALLS, visits::CALLS, rooms::CALLS]
        .into_iter()
        .flatten()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_operation_id_and_every_method_at_a_path_stands_once() {
        let ids: HashSet<_> = all().map(|call| call.id).collect();
        let places: HashSet<_> = all().map(|call| (call.verb, call.path)).collect();

        assert_eq!((ids.len(), places.len()), (all().count(), all().count()));
    }

    #[test]
    fn nothing_is_documented_twice_and_every_refusal_is_one() {
        for call in all() {
            let parameters = call.query.iter().chain(call.body);
            let names: HashSet<_> = parameters.map(|parameter| parameter.name).collect();
            assert_eq!(names.len(), call.query.len() + call.body.len(), "{}", call.id);
            let known = |(status, _): &(u16, &str)| [400, 403, 404].contains(status);
            assert!(call.refusals.iter().all(known), "{}", call.id);
        }
    }
}
