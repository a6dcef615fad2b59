//! HTTP plumbing that knows neither rules nor the database.

pub mod bearer;
pub mod paths;
