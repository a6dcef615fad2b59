//! The MyPatientPortal resource API.

pub mod availability_id;
