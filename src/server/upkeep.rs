//! What a running server does regularly: taking in what other processes changed, ending realms
//! whose time is over, and removing what expired long ago. Off the request path, in bounded batches.

use std::{collections::HashMap, time::Duration};

use jiff::{SignedDuration, Timestamp};

use crate::{
    app::App,
    clock::system_now,
    model::{ClientId, RealmId, RealmSettings, UserId},
    portals, realms,
    store::{
        self, Tx, purge, settle,
        tables::{self, Table, Walk},
    },
};

/// How often other processes' changes are looked for, at the least: at once where the database announces them.
const CATCH_UP: Duration = Duration::from_secs(1);
/// How many rounds of catching up lie between two clearings.
const CLEARING: u32 = 60;
/// How many rounds lie between two looks for grants that nothing belongs to: an hour.
const GRANTS: u32 = 3600;
/// How long nobody has touched a grant that is looked at: a day.
const UNTOUCHED: SignedDuration = SignedDuration::from_hours(24);

/// How long the row of a deleted user or client stays: longer than any request that began before lasts.
const MARKED: SignedDuration = SignedDuration::from_mins(5);

/// How many steps the walk through a table takes in one clearing: 50,000 rows.
const STEPS: u32 = 50;

/// How far the walks through the tables have come, by the tables' names.
type Walks = HashMap<&'static str, Walk>;

/// How often the journal redacts what nobody has looked at.
const REDACTION: Duration = Duration::from_secs(1);

/// Runs until the process is asked to end.
pub async fn run(app: App) {
    app.tasks.spawn(redact_journal(app.clone()));
    app.tasks.spawn(follow_changes(app.clone()));
    let mut walks = Walks::new();
    let mut round: u32 = 0;
    loop {
        tokio::select! {
            () = app.shutdown.cancelled() => return,
            () = tokio::time::sleep(CATCH_UP) => {}
        }
        catch_up(&app).await;
        report("ending realms", end_realms(&app).await);
        if round.is_multiple_of(CLEARING) {
            report(
                "removing expired rows",
                app.database
                    .long(remove_expired(&app, &mut walks, round.is_multiple_of(GRANTS)))
                    .await,
            );
            let database = &app.database;
            report(
                "removing deleted users and clients",
                database.long(remove_marked(&app)).await,
            );
            report("removing deleted realms", database.long(remove_deleted(&app)).await);
        }
        round = round.wrapping_add(1);
    }
}

/// Takes in what other processes changed as soon as they announce it.
async fn follow_changes(app: App) {
    let mut changes = app.database.changes();
    loop {
        tokio::select! {
            () = app.shutdown.cancelled() => return,
            () = changes.next() => catch_up(&app).await,
        }
    }
}

async fn catch_up(app: &App) {
    report(
        "catching up with other processes",
        app.realms.catch_up(&app.database).await,
    );
}

async fn redact_journal(app: App) {
    loop {
        tokio::select! {
            () = app.shutdown.cancelled() => return,
            () = tokio::time::sleep(REDACTION) => app.journal.redact_all().await,
        }
    }
}

fn report<E: std::fmt::Display>(what: &str, outcome: Result<(), E>) {
    if let Err(error) = outcome {
        tracing::warn!(%error, "{what} failed and will be retried");
    }
}

/// Realms made for a while go when their time by the machine's clock is over.
async fn end_realms(app: &App) -> store::Result<()> {
    let now = system_now();
    if !store::realms::any_expired(&mut app.database.read().await?, now).await? {
        return Ok(());
    }
    for realm in store::realms::delete_expired(&mut app.database.write_once().await?, now).await? {
        app.realms.forget(realm);
    }
    Ok(())
}

async fn remove_expired(app: &App, walks: &mut Walks, grants_too: bool) -> store::Result<()> {
    let realms = store::realms::list(&mut app.database.read().await?).await?;
    let now: HashMap<_, _> = realms.iter().map(|realm| (realm.id, realm.clock.now())).collect();
    for table in realms::tables(&portals::of(app)) {
        let walk = walks.entry(table.name).or_default();
        for _ in 0..STEPS {
            let step = walk
                .step(&app.database, table, |realm| {
                    now.get(&realm)?.checked_sub(table.kept).ok()
                })
                .await?;
            if step.finished || app.shutdown.is_cancelled() {
                break;
            }
        }
    }
    if grants_too {
        remove_empty_grants(app, &realms).await?;
    }
    Ok(())
}

async fn remove_empty_grants(app: &App, realms: &[RealmSettings]) -> store::Result<()> {
    for realm in realms {
        let Ok(then) = realm.clock.now().checked_sub(UNTOUCHED) else {
            continue;
        };
        while purge::empty_grants(&mut app.database.write_once().await?, realm.id, then).await? > 0 {
            if app.shutdown.is_cancelled() {
                return Ok(());
            }
        }
    }
    Ok(())
}

/// Users and clients that were deleted a while ago go, with all that refers to them.
async fn remove_marked(app: &App) -> store::Result<()> {
    let Ok(then) = system_now().checked_sub(MARKED) else {
        return Ok(());
    };
    let tables = realms::tables(&portals::of(app));
    let realms = store::realms::list(&mut app.database.read().await?).await?;
    for realm in realms {
        let mut conn = app.database.read().await?;
        let users = store::users::list_deleted(&mut conn, realm.id, then, 100).await?;
        let clients = store::clients::list_deleted(&mut conn, realm.id, then, 100).await?;
        drop(conn);
        for user in users {
            let mut tx = app.database.begin().await?;
            let outcome = remove_user(&mut tx, &tables, realm.id, &user, then).await;
            settle(tx, outcome).await?;
        }
        for client in clients {
            let mut tx = app.database.begin().await?;
            let outcome = remove_client(&mut tx, &tables, realm.id, &client, then).await;
            settle(tx, outcome).await?;
        }
    }
    Ok(())
}

/// One that was added again since they were listed stays as it is: the row is held first.
async fn remove_user(
    tx: &mut Tx,
    tables: &[&Table],
    realm: RealmId,
    user: &UserId,
    then: Timestamp,
) -> store::Result<()> {
    if !tables::hold_marked(tx, realm, "users", &user.0, then).await? {
        return Ok(());
    }
    purge::tokens_of_user(tx, realm, user).await?;
    tables::remove_marked(tx, realm, tables, "users", &user.0).await
}

async fn remove_client(
    tx: &mut Tx,
    tables: &[&Table],
    realm: RealmId,
    client: &ClientId,
    then: Timestamp,
) -> store::Result<()> {
    if !tables::hold_marked(tx, realm, "clients", &client.0, then).await? {
        return Ok(());
    }
    purge::tokens_of_client(tx, realm, client).await?;
    tables::remove_marked(tx, realm, tables, "clients", &client.0).await
}

async fn remove_deleted(app: &App) -> store::Result<()> {
    let deleted = store::realms::list_deleted(&mut app.database.read().await?, 100).await?; // gives the reader back
    for realm in deleted {
        for table in realms::tables(&portals::of(app)).into_iter().rev() {
            while tables::remove_some(&mut app.database.write_once().await?, realm, table).await? > 0 {
                if app.shutdown.is_cancelled() {
                    return Ok(());
                }
            }
        }
        store::realms::remove(&mut app.database.write_once().await?, realm).await?;
    }
    Ok(())
}
