//! The control room's levers, from outside.

mod agenda;
