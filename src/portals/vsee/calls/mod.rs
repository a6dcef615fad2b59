//! The calls of the API: what is served where, to whom, and by which handler.
//!
//! Paths are below each of the mounts (`/vsee/api_v3`, `/vsee/vc/{next,stable}/api_v3`) and may end in `.json`.
//! Routing, the OpenAPI document and the tests read the same tables, so they cannot disagree.

mod common;
mod intakes;
mod rooms;
mod users;
mod visits;

use super::call::Row;

/// All calls, in the order of the OpenAPI document.
pub fn all() -> impl Iterator<Item = &'static Row> + Clone {
    [users::CALLS, intakes::CALLS, visits::CALLS, rooms::CALLS]
        .into_iter()
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::checks::flaws;

    #[test]
    fn the_table_is_sound() {
        assert_eq!(flaws(all()), [""; 0]);
    }
}
