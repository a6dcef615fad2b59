//! HTTP plumbing that knows neither rules nor the database.

pub mod bearer;
pub mod parameters;
pub mod paths;
