//! File descriptors: each connection takes one, and where none is left nothing can be opened any more, databases
//! included.

/// Descriptors that are not for connections: the database, the log, requests to others.
const RESERVED: u64 = 384;

/// How many connections may be open, `wanted` at the most. Raises the process's limit of descriptors to what the system
/// allows, where that is needed.
#[cfg(unix)]
pub fn connections(wanted: usize) -> usize {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

    let needed = wanted as u64 + RESERVED;
    let limit = getrlimit(Resource::Nofile);
    let (soft, hard) = (limit.current.unwrap_or(u64::MAX), limit.maximum.unwrap_or(u64::MAX));
    if soft >= needed {
        return wanted;
    }
    let raised = Rlimit {
        current: Some(needed.min(hard)),
        maximum: limit.maximum,
    };
    let descriptors = match setrlimit(Resource::Nofile, raised) {
        Ok(()) => needed.min(hard),
        Err(error) => {
            tracing::debug!(%error, "the limit of file descriptors was not raised");
            soft
        }
    };
    let connections = descriptors.saturating_sub(RESERVED).max(descriptors / 2).max(1);
    if connections < wanted as u64 {
        tracing::warn!(
            connections,
            wanted,
            "limits.max_connections is more than the system's limit of file descriptors allows"
        );
    }
    usize::try_from(connections).map_or(wanted, |connections| connections.min(wanted))
}

/// Other systems have no such limit.
#[cfg(not(unix))]
pub fn connections(wanted: usize) -> usize {
    wanted
}
