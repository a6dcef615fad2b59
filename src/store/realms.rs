//! Realms: one row per issuer, with its settings, policy and clock.

use jiff::Timestamp;

use super::{
    Conn, Error, Result, Row, Tx,
    columns::json,
    database::{execute, fetch_all, fetch_one, fetch_optional},
};
use crate::{
    clock::Clock,
    model::{Policy, RealmId, RealmName, RealmSettings},
};

macro_rules! columns {
    () => {
        "id, name, policy, clock_shown, clock_set_at, clock_rate, clock_resumes_at, root_secret, revision, created_at,
         expires_at, chance_seed"
    };
}

/// What a new realm starts with.
pub struct NewRealm {
    pub name: RealmName,
    pub policy: Policy,
    pub clock: Clock,
    pub root_secret: String,
    pub created_at: Timestamp,
    pub expires_at: Option<Timestamp>,
    pub chance: Option<Chance>,
    /// Sealed: what it is made from.
    pub origin: Option<String>,
}

/// What a realm's chance is drawn from, where it can be repeated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chance {
    pub seed: String,
    /// How many processes have drawn from it; each has its own stream.
    pub epoch: i64,
}

/// Takes the number of the next realm. Nobody else gets one until the transaction ends, so filling a realm is not for
/// the same transaction: a new or copied realm's number is a statement of its own. Who *replaces* a realm does hold it,
/// so that of two that take the place of one the later has the higher number.
pub async fn next_id(tx: &mut Tx) -> Result<RealmId> {
    let row = fetch_one!(
        tx,
        "update counters set value = value + 1 where name = 'realm' returning value"
    )?;
    Ok(RealmId(row.get("value")?))
}

/// Adds a realm; `None` when one of that name lives. Its number is `id`, or a new one if a realm of that name was added
/// meanwhile that has a higher one: of two realms of a name the later has the higher number.
pub async fn insert(tx: &mut Tx, id: RealmId, realm: NewRealm) -> Result<Option<RealmSettings>> {
    lock_name(tx, &realm.name).await?;
    let last = last_of_name(tx, realm.name.as_str()).await?;
    let id = if last.is_some_and(|last| last.0 > id.0) {
        next_id(tx).await?
    } else {
        id
    };
    insert_numbered(tx, id, realm).await
}

/// Nobody else adds a realm of that name until the transaction ends. Comes before the number is taken in the same
/// transaction.
async fn lock_name(tx: &mut Tx, name: &RealmName) -> Result<()> {
    tx.lock_name(&format!("realm {}", name.as_str())).await
}

async fn insert_numbered(tx: &mut Tx, id: RealmId, realm: NewRealm) -> Result<Option<RealmSettings>> {
    let row = fetch_optional!(
        tx,
        concat!(
            "insert into realms
                 (id, name, policy, clock_shown, clock_set_at, clock_rate, clock_resumes_at, root_secret, revision,
                  created_at, expires_at, chance_seed, chance_epoch, origin)
             values ($1, $2, $3, $4, $5, $6, $7, $8, 1, $9, $10, $11, $12, $13)
             on conflict do nothing
             returning ",
            columns!()
        ),
        id,
        realm.name.as_str(),
        json(&realm.policy)?,
        realm.clock.shown,
        realm.clock.set_at,
        realm.clock.rate,
        realm.clock.resumes_at,
        realm.root_secret,
        realm.created_at,
        realm.expires_at,
        realm.chance.as_ref().map(|chance| chance.seed.clone()),
        realm.chance.map_or(0, |chance| chance.epoch),
        realm.origin,
    )?;
    row.as_ref().map(settings).transpose()
}

/// Puts a realm in the place of the one of its name, which is then deleted; the new one, and the old one if there was
/// any.
pub async fn replace(tx: &mut Tx, realm: NewRealm, now: Timestamp) -> Result<(Option<RealmSettings>, Option<RealmId>)> {
    lock_name(tx, &realm.name).await?;
    let id = next_id(tx).await?;
    let old = fetch_optional!(
        tx,
        "update realms set deleted_at = $2, revision = revision + 1
         where name = $1 and deleted_at is null returning id",
        realm.name.as_str(),
        now,
    )?;
    let old = old.map(|row| row.get("id")).transpose()?;
    tx.announce_change().await?;
    Ok((insert_numbered(tx, id, realm).await?, old))
}

/// Adds a copy of a realm under another name and number, in a stream of chance of its own; `None` when one of that name
/// lives or the original is gone.
pub async fn copy(
    tx: &mut Tx,
    original: RealmId,
    id: RealmId,
    name: &RealmName,
    created_at: Timestamp,
    expires_at: Option<Timestamp>,
) -> Result<Option<RealmSettings>> {
    let row = fetch_optional!(
        tx,
        concat!(
            "insert into realms
                 (id, name, policy, clock_shown, clock_set_at, clock_rate, clock_resumes_at, root_secret, revision,
                  created_at, expires_at, chance_seed, chance_epoch, origin)
             select $1, $2, policy, clock_shown, clock_set_at, clock_rate, clock_resumes_at, root_secret, 1,
                    $3, $4, chance_seed, chance_epoch + 1, origin
             from realms where id = $5 and deleted_at is null
             on conflict do nothing
             returning ",
            columns!()
        ),
        id,
        name.as_str(),
        created_at,
        expires_at,
        original,
    )?;
    row.as_ref().map(settings).transpose()
}

/// Begins a new stream of a realm's chance; its number, or `None` when the realm is gone.
pub async fn raise_epoch(tx: &mut Tx, realm: RealmId) -> Result<Option<i64>> {
    let row = fetch_optional!(
        tx,
        "update realms set chance_epoch = chance_epoch + 1 where id = $1 and deleted_at is null returning chance_epoch",
        realm,
    )?;
    row.map(|row| row.get("chance_epoch")).transpose()
}

/// What only snapshots and resets ask for: the realm's chance, and what it was made from, sealed.
pub async fn find_beginnings(conn: &mut Conn, realm: RealmId) -> Result<Option<(Option<Chance>, Option<String>)>> {
    let row = fetch_optional!(
        conn,
        "select chance_seed, chance_epoch, origin from realms where id = $1 and deleted_at is null",
        realm,
    )?;
    row.map(|row| {
        let (seed, epoch) = (row.optional("chance_seed")?, row.get("chance_epoch")?);
        Ok((seed.map(|seed| Chance { seed, epoch }), row.optional("origin")?))
    })
    .transpose()
}

pub async fn update_origin(tx: &mut Tx, realm: RealmId, origin: &str) -> Result<()> {
    execute!(tx, "update realms set origin = $2 where id = $1", realm, *origin)?;
    Ok(())
}

/// The living realm of that name.
pub async fn find(conn: &mut Conn, name: &RealmName) -> Result<Option<RealmSettings>> {
    let row = fetch_optional!(
        conn,
        concat!(
            "select ",
            columns!(),
            " from realms where name = $1 and deleted_at is null"
        ),
        name.as_str(),
    )?;
    row.as_ref().map(settings).transpose()
}

/// The living realm of that number.
pub async fn find_by_id(conn: &mut Conn, realm: RealmId) -> Result<Option<RealmSettings>> {
    let row = fetch_optional!(
        conn,
        concat!(
            "select ",
            columns!(),
            " from realms where id = $1 and deleted_at is null"
        ),
        realm,
    )?;
    row.as_ref().map(settings).transpose()
}

/// The number of the newest realm of that name, also of one that is deleted and not yet removed.
pub async fn last_of_name(conn: &mut Conn, name: &str) -> Result<Option<RealmId>> {
    let row = fetch_optional!(
        conn,
        "select id from realms where name = $1 order by id desc limit 1",
        *name
    )?;
    row.map(|row| row.get("id")).transpose()
}

/// Living realms in the order they were made, after the one of that number.
pub async fn list_after(conn: &mut Conn, after: RealmId, limit: i64) -> Result<Vec<RealmSettings>> {
    let rows = fetch_all!(
        conn,
        concat!(
            "select ",
            columns!(),
            " from realms where deleted_at is null and id > $1 order by id limit $2"
        ),
        after,
        limit,
    )?;
    rows.iter().map(settings).collect()
}

/// Whether there is a realm, deleted ones included.
pub async fn any(conn: &mut Conn) -> Result<bool> {
    let row = fetch_optional!(conn, "select 1 as one from realms limit 1")?;
    Ok(row.is_some())
}

/// All living realms in the order they were made.
pub async fn list(conn: &mut Conn) -> Result<Vec<RealmSettings>> {
    let rows = fetch_all!(
        conn,
        concat!(
            "select ",
            columns!(),
            " from realms where deleted_at is null order by id"
        ),
    )?;
    rows.iter().map(settings).collect()
}

/// A number that is another one after any realm was created, changed or deleted: cheaper to ask for than all revisions.
pub async fn fingerprint(conn: &mut Conn) -> Result<i64> {
    // A prime larger than the revisions that realms reach, so that ids and revisions do not cancel out; and so small
    // that the sum of a million realms does not overflow.
    let row = fetch_one!(
        conn,
        "select cast(coalesce(sum(id % 1000003 * 1000003 + revision), 0) as bigint) as fingerprint
         from realms where deleted_at is null"
    )?;
    row.get("fingerprint")
}

/// The revision of every living realm: what other processes compare with what they hold.
pub async fn revisions(conn: &mut Conn) -> Result<Vec<(RealmId, i64)>> {
    let rows = fetch_all!(conn, "select id, revision from realms where deleted_at is null")?;
    rows.iter()
        .map(|row| Ok((row.get("id")?, row.get("revision")?)))
        .collect()
}

/// Locks a realm to change it, and raises its revision; `None` when it is gone.
///
/// Every change of settings, policy, clock or clients goes through this, first thing in its transaction.
pub async fn begin_change(tx: &mut Tx, realm: RealmId) -> Result<Option<RealmSettings>> {
    let row = fetch_optional!(
        tx,
        concat!(
            "update realms set revision = revision + 1 where id = $1 and deleted_at is null returning ",
            columns!()
        ),
        realm,
    )?;
    tx.announce_change().await?;
    row.as_ref().map(settings).transpose()
}

pub async fn update_policy(tx: &mut Tx, realm: RealmId, policy: &Policy) -> Result<()> {
    execute!(tx, "update realms set policy = $2 where id = $1", realm, json(policy)?)?;
    Ok(())
}

pub async fn update_clock(tx: &mut Tx, realm: RealmId, clock: &Clock) -> Result<()> {
    execute!(
        tx,
        "update realms set clock_shown = $2, clock_set_at = $3, clock_rate = $4, clock_resumes_at = $5 where id = $1",
        realm,
        clock.shown,
        clock.set_at,
        clock.rate,
        clock.resumes_at,
    )?;
    Ok(())
}

/// The clock of a living realm.
pub async fn clock(conn: &mut Conn, realm: RealmId) -> Result<Option<Clock>> {
    let row = fetch_optional!(
        conn,
        "select clock_shown, clock_set_at, clock_rate, clock_resumes_at from realms where id = $1 and deleted_at is null",
        realm,
    )?;
    row.as_ref().map(clock_in).transpose()
}

/// Marks a realm as deleted: it is gone at once, its rows follow in batches. False when it was gone.
pub async fn delete(tx: &mut Tx, realm: RealmId, now: Timestamp) -> Result<bool> {
    let rows = execute!(
        tx,
        "update realms set deleted_at = $2, revision = revision + 1 where id = $1 and deleted_at is null",
        realm,
        now,
    )?;
    tx.announce_change().await?;
    Ok(rows == 1)
}

/// Whether the time to live of any realm is over.
pub async fn any_expired(conn: &mut Conn, now: Timestamp) -> Result<bool> {
    let row = fetch_optional!(
        conn,
        "select 1 as one from realms where deleted_at is null and expires_at <= $1 limit 1",
        now,
    )?;
    Ok(row.is_some())
}

/// Marks the realms whose time to live is over as deleted; their ids.
pub async fn delete_expired(tx: &mut Tx, now: Timestamp) -> Result<Vec<RealmId>> {
    let rows = fetch_all!(
        tx,
        "update realms set deleted_at = $1, revision = revision + 1
         where deleted_at is null and expires_at <= $1 returning id",
        now,
    )?;
    rows.iter().map(|row| row.get("id")).collect()
}

/// Deleted realms whose rows have not all gone yet.
pub async fn list_deleted(conn: &mut Conn, limit: i64) -> Result<Vec<RealmId>> {
    let rows = fetch_all!(
        conn,
        "select id from realms where deleted_at is not null order by id limit $1",
        limit
    )?;
    rows.iter().map(|row| row.get("id")).collect()
}

/// Removes the row of a deleted realm, the last of it.
pub async fn remove(tx: &mut Tx, realm: RealmId) -> Result<()> {
    execute!(tx, "delete from realms where id = $1 and deleted_at is not null", realm)?;
    Ok(())
}

fn settings(row: &Row) -> Result<RealmSettings> {
    let name: String = row.get("name")?;
    Ok(RealmSettings {
        id: row.get("id")?,
        name: name.parse().map_err(|reason: &str| Error::column("name", reason))?,
        policy: policy_in(row)?,
        clock: clock_in(row)?,
        root_secret: row.get("root_secret")?,
        revision: row.get("revision")?,
        created_at: row.get("created_at")?,
        expires_at: row.optional("expires_at")?,
        chance_seed: row.optional("chance_seed")?,
    })
}

/// The policy out of its column. It may have been written before there were all the switches there are today: those are
/// as its preset has them.
fn policy_in(row: &Row) -> Result<Policy> {
    Policy::read(&row.json("policy")?).map_err(|reason| Error::column("policy", reason))
}

/// A clock out of the columns `clock_shown, clock_set_at, clock_rate, clock_resumes_at`.
fn clock_in(row: &Row) -> Result<Clock> {
    Ok(Clock {
        shown: row.get("clock_shown")?,
        set_at: row.get("clock_set_at")?,
        rate: row.get("clock_rate")?,
        resumes_at: row.get("clock_resumes_at")?,
    })
}
