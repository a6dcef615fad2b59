//! What a realm is made of and how it comes into being: from a seed, from what it was once made from, from another
//! realm, from a snapshot. The control API and the command line call this; it works without either.
//!
//! | file | what |
//! | --- | --- |
//! | [`creation`], [`origin`] | realms from seeds, and what they were made from |
//! | [`reset`], [`fork`], [`snapshot`] | a realm made again, copied, written down and read |
//! | [`seed`] | the document a realm is made from |
//! | [`tables`], [`event_handlers`] | every table of realms; who handles the events on their agendas |

pub mod creation;
pub mod error;
pub mod fork;
pub mod origin;
pub mod rate;
pub mod reset;
pub mod seed;
pub mod snapshot;

use crate::{
    app::{agenda::Handler, behaviour_effects, retries},
    portals::portal::Portal,
    store::{core_tables::TABLES, tables::Table},
};

/// Who handles the events on realms' agendas, in a server that emulates `portals`.
pub fn event_handlers(portals: &[&'static Portal]) -> Vec<&'static Handler> {
    let of_the_core = behaviour_effects::HANDLERS.iter().chain([&retries::HANDLER]);
    let of_portals = portals.iter().flat_map(|portal| portal.event_handlers);
    of_portals.chain(of_the_core).collect()
}

/// Every table that belongs to realms in a server that emulates `portals`, parents before children.
pub fn tables(portals: &[&'static Portal]) -> Vec<&'static Table> {
    let of_portals = portals.iter().flat_map(|portal| portal.tables);
    TABLES.iter().chain(of_portals).collect()
}
