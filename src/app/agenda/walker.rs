//! Lets events happen: on the way of a clock that is turned, or as a running clock goes by.

use std::{any::Any, panic::AssertUnwindSafe, time::Duration};

use futures_util::FutureExt as _;
use jiff::{SignedDuration, Timestamp};

use super::{
    handler::{Afterwards, Handler, Occasion},
    turn::{Goal, Speed, TurnError},
};
use crate::{
    app::{App, Realm},
    clock::monotonic,
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
                app.agenda.notify(realm);
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
            app.agenda.notify(realm);
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
    let mut settings = store::realms::begin_change(tx, realm).await?.ok_or(TurnError::Gone)?;
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
        EventOutcome::Done(then) => Ok(Stop::Passed { settings, moved, then }),
        EventOutcome::TakenElsewhere => Ok(Stop::Passed {
            settings,
            moved,
            then: None,
        }),
        EventOutcome::Failed => Ok(Stop::Failed { event, at, now }),
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
        Ok(EventOutcome::Done(then)) => {
            tx.commit().await?;
            if let Some(then) = then {
                app.tasks.spawn(then);
            }
            Ok(())
        }
        Ok(EventOutcome::TakenElsewhere) => Ok(tx.rollback().await?),
        Ok(EventOutcome::Failed) => {
            tx.rollback().await?;
            Ok(put_off(app, realm.id, event, now).await?)
        }
        Err(error) => {
            tx.rollback().await?;
            Err(error.into())
        }
    }
}

enum EventOutcome {
    Done(Afterwards),
    /// Somebody else has taken it.
    TakenElsewhere,
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
) -> store::Result<EventOutcome> {
    if !store::agenda::take_due(tx, realm.id, event).await? {
        return Ok(EventOutcome::TakenElsewhere);
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
        None => Err("there is no handler for events of this kind".into()),
    };
    let (realm, kind, subject) = (realm.name.as_str(), &event.kind, &event.subject);
    match outcome {
        Ok(then) => {
            tracing::debug!(realm, %kind, %subject, due_at = %event.due_at, "an event happened");
            Ok(EventOutcome::Done(then))
        }
        Err(error) => {
            tracing::error!(%error, realm, %kind, %subject, failures = event.failures + 1, "an event failed");
            Ok(EventOutcome::Failed)
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
        return store::agenda::take_due(&mut tx, realm, event).await.map(drop);
    }
    let delay = FIRST_DELAY * (1 << event.failures.clamp(0, MOST_FAILURES));
    let until = now.checked_add(delay).unwrap_or(Timestamp::MAX);
    store::agenda::put_off(&mut tx, realm, event, until).await
}
