//! The MyPatientPortal resource API.

pub mod availability_id;
pub mod comment_form;
pub mod error;
pub mod hours;
pub mod input;
pub mod model;
pub mod route_table;
pub mod seed;
mod store;

pub use store::insert_seed;
