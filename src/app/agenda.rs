//! What happens by itself at an instant of a realm's clock.
//!
//! A room writes a row of `store::agenda` in the transaction that causes the event, [rings](Agenda::ring) after the commit, and
//! lists a [`Handler`] for its kind. The event happens when the realm's clock reaches its instant, whichever way:
//! [`walk`] turns the clock from event to event, and [`fire_due`] is called as a running clock goes by. Either takes the row
//! away and runs the handler in one transaction, so an event happens once, or not at all and is tried again.

use std::any::Any;
use std::collections::HashSet;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use futures_util::FutureExt as _;
use jiff::{SignedDuration, Timestamp};
use tokio::sync::Notify;

use super::{App, DirectoryError, Realm};
use crate::{
    clock::{Clock, monotonic},
    keys::sealing::SealingError,
    model::{Event, RealmId, RealmSettings},
    store::{self, Tx},
};

/// How often an event is tried that keeps failing.
const MOST_FAILURES: i64 = 5;
/// By the realm's clock, before the second attempt; doubled before each further one.
const FIRST_DELAY: SignedDuration = SignedDuration::from_mins(1);
/// How many events one turn of a clock lets happen.
pub const MOST_EVENTS: usize = 10_000;
/// How long one turn of a clock may take by the machine's.
pub const LONGEST_WALK: Duration = Duration::from_secs(30);

/// Who does the events of one kind.
#[derive(Debug)]
pub struct Handler {
    pub kind: &'static str,
    pub fire: for<'a> fn(&'a mut Tx, Occasion<'a>) -> Firing<'a>,
}

/// What a handler is told.
#[derive(Clone, Copy)]
pub struct Occasion<'a> {
    pub app: &'a App,
    /// Its clock shows the event's instant or later.
    pub realm: &'a Realm,
    pub subject: &'a str,
    /// The event's instant, or what the clock showed when it was late.
    pub now: Timestamp,
}

/// A handler at work: only database calls, in the transaction that took the event off the agenda.
pub type Firing<'a> = Pin<Box<dyn Future<Output = Result<Afterwards, FiringError>> + Send + 'a>>;
/// What is left to do once that transaction is committed, such as delivering what it wrote.
pub type Afterwards = Option<Pin<Box<dyn Future<Output = ()> + Send>>>;
/// Why an event did not happen.
pub type FiringError = Box<dyn std::error::Error + Send + Sync>;

/// Tells whoever watches the clocks which realms have something new to wait for.
#[derive(Debug, Default)]
pub struct Agenda {
    rung: Mutex<HashSet<RealmId>>,
    notify: Notify,
}

impl Agenda {
    /// A realm's agenda or clock has changed: after the commit.
    pub fn ring(&self, realm: RealmId) {
        self.rung.lock().unwrap_or_else(PoisonError::into_inner).insert(realm);
        self.notify.notify_one();
    }

    /// The realms rung for since the last call.
    pub fn take_rung(&self) -> HashSet<RealmId> {
        std::mem::take(&mut *self.rung.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Ends when a realm was rung for, also one before this call that nobody has waited for.
    pub async fn listen(&self) {
        self.notify.notified().await;
    }
}

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
    #[error("a clock does not run backwards, and it shows {0}")]
    Backwards(Timestamp),
    #[error("time does not go that far")]
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

/// Turns a realm's clock, stopping at every event on the way while it happens; the realm as it then is.
///
/// Each stop is a transaction that locks the realm, so that turns at the same time, of other processes too, take turns.
/// Events that the events write happen as well, if they are due on the way.
pub async fn walk(
    app: &App,
    handlers: &[&Handler],
    realm: RealmId,
    mut goal: Goal,
    speed: Speed,
) -> Result<Realm, TurnError> {
    let begun = monotonic();
    for events in 0.. {
        let mut tx = app.database.begin().await?;
        let stop = next_stop(app, handlers, &mut tx, realm, goal, speed, events > 0).await;
        let stop = match stop {
            Ok(stop) => stop,
            Err(error) => {
                tx.rollback().await?;
                return Err(error);
            }
        };
        let now = match stop {
            Stop::Arrived(settings) => {
                tx.commit().await?;
                app.agenda.ring(realm);
                return Ok(app.realms.put(&app.database, settings).await?);
            }
            Stop::Passed { settings, moved, then } => {
                tx.commit().await?;
                goal = goal.nearer_by(moved);
                let now = app.realms.put(&app.database, settings).await?.clock.now();
                if let Some(then) = then {
                    then.await;
                }
                now
            }
            Stop::Failed { event, at, now } => {
                tx.rollback().await?;
                put_off(app, realm, &event, at).await?;
                now
            }
        };
        if events + 1 >= MOST_EVENTS || monotonic().duration_since(begun) > LONGEST_WALK {
            app.agenda.ring(realm);
            return Err(TurnError::TooMuch {
                events: events + 1,
                now,
            });
        }
    }
    Err(TurnError::EndOfTime) // not reached: the loop ends itself
}

/// One stop of a walk.
enum Stop {
    Arrived(RealmSettings),
    /// An event has happened, after the clock moved so far; or somebody else was faster.
    Passed {
        settings: RealmSettings,
        moved: SignedDuration,
        then: Afterwards,
    },
    /// `at` what the clock showed or was to show; as nothing has happened, it shows `now`.
    Failed {
        event: Event,
        at: Timestamp,
        now: Timestamp,
    },
}

async fn next_stop(
    app: &App,
    handlers: &[&Handler],
    tx: &mut Tx,
    realm: RealmId,
    goal: Goal,
    speed: Speed,
    on_the_way: bool,
) -> Result<Stop, TurnError> {
    let mut settings = store::realms::touch(tx, realm).await?.ok_or(TurnError::Gone)?;
    let now = settings.clock.now();
    let target = goal.from(now, on_the_way)?;
    let Some(event) = store::agenda::next(tx, realm, target).await? else {
        if target > now {
            settings.clock = settings.clock.set_to(target);
        }
        settings.clock = speed.of(&settings.clock);
        store::realms::update_clock(tx, realm, &settings.clock).await?;
        return Ok(Stop::Arrived(settings));
    };
    if event.due_at > now {
        settings.clock = settings.clock.set_to(event.due_at);
        store::realms::update_clock(tx, realm, &settings.clock).await?;
    }
    let at = event.due_at.max(now);
    let moved = at.duration_since(now);
    let standing = app.realms.handle(tx, settings.clone()).await?;
    match happen(app, handlers, tx, &standing, &event, at).await? {
        Happening::Done(then) => Ok(Stop::Passed { settings, moved, then }),
        Happening::Elsewhere => Ok(Stop::Passed {
            settings,
            moved,
            then: None,
        }),
        Happening::Failed => Ok(Stop::Failed { event, at, now }),
    }
}

impl Goal {
    fn from(self, now: Timestamp, on_the_way: bool) -> Result<Timestamp, TurnError> {
        match self {
            Self::By(stretch) if stretch.is_negative() => Err(TurnError::Backwards(now)),
            Self::By(stretch) => now.checked_add(stretch).map_err(|_| TurnError::EndOfTime),
            Self::At(target) if target < now && !on_the_way => Err(TurnError::Backwards(now)),
            Self::At(target) => Ok(target),
        }
    }

    fn nearer_by(self, moved: SignedDuration) -> Self {
        match self {
            Self::By(stretch) => Self::By((stretch - moved).max(SignedDuration::ZERO)),
            Self::At(target) => Self::At(target),
        }
    }
}

impl Speed {
    fn of(self, clock: &Clock) -> Clock {
        let frozen = match (self.frozen, self.rate) {
            (Some(frozen), _) => frozen,
            (None, Some(_)) => false,
            (None, None) => clock.frozen(),
        };
        clock.at_speed(self.rate.unwrap_or(clock.resumes_at), frozen)
    }
}

/// Lets everything happen that is due by a realm's clock as it stands; when the next event is due, by the machine's.
///
/// `limit` events at the most, then the rest is due at once. What is left to do after an event is done in a task.
pub async fn fire_due(
    app: &App,
    handlers: &[&Handler],
    realm: RealmId,
    limit: usize,
) -> Result<Option<Duration>, TurnError> {
    for _ in 0..limit {
        let mut conn = app.database.read().await?;
        let Some(settings) = store::realms::find_by_id(&mut conn, realm).await? else {
            return Ok(None);
        };
        let now = settings.clock.now();
        let Some(event) = store::agenda::next(&mut conn, realm, now).await? else {
            let earliest = store::agenda::earliest(&mut conn, realm).await?;
            return Ok(earliest.and_then(|due_at| settings.clock.time_until(due_at)));
        };
        drop(conn);
        let standing = app.realms.current(&app.database, settings).await?;
        fire(app, handlers, &standing, &event, now).await?;
    }
    Ok(Some(Duration::ZERO))
}

async fn fire(app: &App, handlers: &[&Handler], realm: &Realm, event: &Event, now: Timestamp) -> Result<(), TurnError> {
    let mut tx = app.database.begin().await?;
    match happen(app, handlers, &mut tx, realm, event, now).await {
        Ok(Happening::Done(then)) => {
            tx.commit().await?;
            if let Some(then) = then {
                app.tasks.spawn(then);
            }
            Ok(())
        }
        Ok(Happening::Elsewhere) => Ok(tx.rollback().await?),
        Ok(Happening::Failed) => {
            tx.rollback().await?;
            Ok(put_off(app, realm.id, event, now).await?)
        }
        Err(error) => {
            tx.rollback().await?;
            Err(error.into())
        }
    }
}

enum Happening {
    Done(Afterwards),
    /// Somebody else has taken it.
    Elsewhere,
    /// The transaction is to be rolled back.
    Failed,
}

/// Takes an event off the agenda and does it, in the caller's transaction.
async fn happen(
    app: &App,
    handlers: &[&Handler],
    tx: &mut Tx,
    realm: &Realm,
    event: &Event,
    now: Timestamp,
) -> store::Result<Happening> {
    if !store::agenda::claim(tx, realm.id, event).await? {
        return Ok(Happening::Elsewhere);
    }
    let occasion = Occasion {
        app,
        realm,
        subject: &event.subject,
        now,
    };
    let outcome = match handlers.iter().find(|handler| handler.kind == event.kind) {
        Some(handler) => {
            let firing = AssertUnwindSafe((handler.fire)(tx, occasion)).catch_unwind();
            firing.await.unwrap_or_else(|panic| Err(said(panic.as_ref()).into()))
        }
        None => Err("nobody does events of this kind".into()),
    };
    let (realm, kind, subject) = (realm.name.as_str(), &event.kind, &event.subject);
    match outcome {
        Ok(then) => {
            tracing::debug!(realm, %kind, %subject, due_at = %event.due_at, "an event happened");
            Ok(Happening::Done(then))
        }
        Err(error) => {
            tracing::error!(%error, realm, %kind, %subject, failures = event.failures + 1, "an event failed");
            Ok(Happening::Failed)
        }
    }
}

fn said(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
    format!("a panic: {}", text.unwrap_or_default())
}

/// An event that failed is tried again later by the realm's clock; one that keeps failing is given up.
async fn put_off(app: &App, realm: RealmId, event: &Event, now: Timestamp) -> store::Result<()> {
    let mut tx = app.database.write_once().await?;
    if event.failures + 1 >= MOST_FAILURES {
        tracing::error!(kind = %event.kind, subject = %event.subject, "an event is given up");
        return store::agenda::claim(&mut tx, realm, event).await.map(drop);
    }
    let delay = FIRST_DELAY * (1 << event.failures.clamp(0, MOST_FAILURES));
    let until = now.checked_add(delay).unwrap_or(Timestamp::MAX);
    store::agenda::put_off(&mut tx, realm, event, until).await
}
