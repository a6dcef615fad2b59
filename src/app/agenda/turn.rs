//! Where a clock is turned to.

use jiff::{SignedDuration, Timestamp};

use crate::{app::DirectoryError, clock::Clock, keys::sealing::SealingError, store};

/// Where a turn of a clock leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Goal {
    /// So far from where it stands; two such turns at once add up.
    By(SignedDuration),
    At(Timestamp),
}

/// At what speed the clock goes on when it has arrived. Without either, as before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Speed {
    /// Thousandths of real time, not 0.
    pub rate: Option<i64>,
    pub frozen: Option<bool>,
}

/// Why a clock does not stand where it was to be turned to.
#[derive(Debug, thiserror::Error)]
pub enum TurnError {
    #[error("the realm has just been deleted")]
    Gone,
    #[error("the clock cannot go backwards; it is {0} now")]
    Backwards(Timestamp),
    #[error("the time is too far in the future")]
    EndOfTime,
    #[error("{events} events have happened on the way, and there are more: the clock stands at {now}")]
    TooMuch { events: usize, now: Timestamp },
    #[error("the database failed: {0}")]
    Database(#[from] store::Error),
    #[error(transparent)]
    Directory(#[from] DirectoryError),
}

impl From<SealingError> for TurnError {
    fn from(error: SealingError) -> Self {
        Self::Directory(error.into())
    }
}

impl Goal {
    pub(super) fn from(self, now: Timestamp, on_the_way: bool) -> Result<Timestamp, TurnError> {
        match self {
            Self::By(stretch) if stretch.is_negative() => Err(TurnError::Backwards(now)),
            Self::By(stretch) => now.checked_add(stretch).map_err(|_| TurnError::EndOfTime),
            Self::At(target) if target < now && !on_the_way => Err(TurnError::Backwards(now)),
            Self::At(target) => Ok(target),
        }
    }

    pub(super) fn nearer_by(self, moved: SignedDuration) -> Self {
        match self {
            Self::By(stretch) => Self::By((stretch - moved).max(SignedDuration::ZERO)),
            Self::At(target) => Self::At(target),
        }
    }
}

impl Speed {
    pub(super) fn of(self, clock: &Clock) -> Clock {
        let frozen = match (self.frozen, self.rate) {
            (Some(frozen), _) => frozen,
            (None, Some(_)) => false,
            (None, None) => clock.frozen(),
        };
        clock.at_speed(self.rate.unwrap_or(clock.resumes_at), frozen)
    }
}
