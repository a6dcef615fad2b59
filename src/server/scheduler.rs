//! Lets events happen as running clocks go by: the realms' agendas, watched without asking all the time.
//!
//! Each realm with an agenda is looked at when its next event is due, by the speed of its clock, and whenever somebody
//! rings for it. Rows whose writer died before it could ring are found by looking round now and then.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use crate::{
    app::{App, agenda},
    clock::monotonic,
    model::RealmId,
    portals, realms, store,
};

/// How often all realms are looked at.
const LOOK_ROUND: Duration = Duration::from_secs(30);
/// How many events of one realm happen before the others have their turn.
const IN_ONE_GO: usize = 100;
/// How long to wait after a failure of the database.
const AFTER_A_FAILURE: Duration = Duration::from_secs(1);

/// Runs until the process is asked to end.
pub async fn run(app: App) {
    let handlers = realms::event_handlers(&portals::of(&app));
    let mut waiting: HashMap<RealmId, Instant> = HashMap::new();
    let mut look_round = monotonic();
    while !app.shutdown.is_cancelled() {
        let now = monotonic();
        let mut realms = app.agenda.take_notified();
        realms.extend(waiting.iter().filter(|(_, at)| **at <= now).map(|(realm, _)| *realm));
        if look_round <= now {
            look_round = now + LOOK_ROUND;
            match all(&app).await {
                Ok(all) => realms.extend(all),
                Err(error) => tracing::warn!(%error, "looking for due events failed and will be retried"),
            }
        }
        for realm in realms {
            if app.shutdown.is_cancelled() {
                return;
            }
            match agenda::fire_due(&app, &handlers, realm, IN_ONE_GO).await {
                Ok(Some(wait)) => _ = waiting.insert(realm, monotonic() + wait.min(LOOK_ROUND)),
                Ok(None) => _ = waiting.remove(&realm),
                Err(error) => {
                    tracing::warn!(%error, "due events could not be processed; this will be retried");
                    waiting.insert(realm, monotonic() + AFTER_A_FAILURE);
                }
            }
        }
        let next = waiting.values().min().map_or(look_round, |at| look_round.min(*at));
        tokio::select! {
            () = app.shutdown.cancelled() => return,
            () = app.agenda.listen() => {}
            () = tokio::time::sleep_until(next.into()) => {}
        }
    }
}

async fn all(app: &App) -> store::Result<Vec<RealmId>> {
    store::agenda::realms(&mut app.database.read().await?).await
}
