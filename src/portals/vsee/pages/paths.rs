//! Where the portal's pages stand, below each of its mounts.

pub const AUTH: &str = "/auth";
pub const WAITING_ROOM: &str = "/u/{slug}";
pub const START: &str = "/visits/start/{id}";
pub const JOIN: &str = "/visits/join/{code}";
pub const APPOINTMENT: &str = "/members/appointment/{id}";
pub const DASHBOARD: &str = "/providers/dashboard";

/// The path with its one placeholder filled.
pub fn fill(path: &str, value: &str) -> String {
    match (path.find('{'), path.find('}')) {
        (Some(from), Some(to)) => format!("{}{value}{}", &path[..from], &path[to + 1..]),
        _ => path.to_owned(),
    }
}
