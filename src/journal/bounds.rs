//! How much the journal keeps.

/// Which part of the bytes of a realm's exchanges its events may have beside them.
const PART_OF_EVENTS: usize = 4;

/// Limits of what is kept. Bytes are what is allocated, of redacted exchanges and of those that are not redacted yet.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// Exchanges of a realm.
    pub exchanges: usize,
    /// Bytes of the exchanges of a realm.
    pub bytes: usize,
    /// Bytes of all realms together, exchanges and events.
    pub bytes_of_all: usize,
    /// Events of a realm.
    pub events: usize,
}

impl Bounds {
    /// Bytes of the events of a realm.
    pub fn bytes_of_events(&self) -> usize {
        self.bytes / PART_OF_EVENTS
    }
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            exchanges: 500,
            bytes: 2 * 1024 * 1024,
            bytes_of_all: 64 * 1024 * 1024,
            events: 1000,
        }
    }
}
