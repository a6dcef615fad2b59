//! The agenda: what happens by itself at an instant of a realm's clock.

use jiff::Timestamp;

use super::{
    Conn, Result, Row, Tx,
    database::{execute, fetch_all, fetch_optional},
    deliveries::RETRY,
    tables::{self, Table},
};
use crate::model::{Event, RealmId};

/// What snapshots, copies and the removal of expired rows know of the table.
pub const TABLE: Table = Table::new(
    "agenda",
    &["id"],
    &[
        tables::text("id"),
        tables::integer("sequence"),
        tables::instant("due_at"),
        tables::text("kind"),
        tables::text("subject"),
        tables::integer("failures"),
    ],
)
.listed_by(&["due_at", "sequence"])
.leaving_behind(&[("kind", RETRY)]);

/// Puts something on a realm's agenda, in the transaction that causes it. After the commit, `app.agenda.notify(realm)`.
///
/// `id` is the realm's chance's; `kind` names who does it, `subject` what it is about.
pub async fn insert(tx: &mut Tx, realm: RealmId, id: &str, due_at: Timestamp, kind: &str, subject: &str) -> Result<()> {
    execute!(
        tx,
        "insert into agenda (realm, id, sequence, due_at, kind, subject, failures)
         select $1, $2, coalesce(max(sequence), 0) + 1, $3, $4, $5, 0 from agenda where realm = $1",
        realm,
        *id,
        due_at,
        *kind,
        *subject,
    )?;
    Ok(())
}

/// Takes what has become pointless off the agenda; how many rows went.
pub async fn cancel(tx: &mut Tx, realm: RealmId, kind: &str, subject: &str) -> Result<u64> {
    execute!(
        tx,
        "delete from agenda where realm = $1 and kind = $2 and subject = $3",
        realm,
        *kind,
        *subject,
    )
}

/// The first event of a realm that is due by `until`: of equal instants, the one written first.
pub async fn next(conn: &mut Conn, realm: RealmId, until: Timestamp) -> Result<Option<Event>> {
    let row = fetch_optional!(
        conn,
        "select id, due_at, kind, subject, failures from agenda where realm = $1 and due_at <= $2
         order by due_at, sequence, id limit 1",
        realm,
        until,
    )?;
    row.as_ref().map(event).transpose()
}

/// All events of a realm in the order they are due, `limit` at the most.
pub async fn list(conn: &mut Conn, realm: RealmId, limit: i64) -> Result<Vec<Event>> {
    let rows = fetch_all!(
        conn,
        "select id, due_at, kind, subject, failures from agenda where realm = $1
         order by due_at, sequence, id limit $2",
        realm,
        limit,
    )?;
    rows.iter().map(event).collect()
}

/// When the next event of a realm is due.
pub async fn earliest(conn: &mut Conn, realm: RealmId) -> Result<Option<Timestamp>> {
    let row = fetch_optional!(
        conn,
        "select due_at from agenda where realm = $1 order by due_at limit 1",
        realm,
    )?;
    row.map(|row| row.get("due_at")).transpose()
}

/// The living realms that have anything on their agenda.
pub async fn realms(conn: &mut Conn) -> Result<Vec<RealmId>> {
    let rows = fetch_all!(
        conn,
        "select id from realms r where deleted_at is null and exists (select 1 from agenda a where a.realm = r.id)",
    )?;
    rows.iter().map(|row| row.get("id")).collect()
}

/// Takes an event to do it: true for exactly one of all who try, and for nobody once it was moved or its realm is gone.
pub async fn take_due(tx: &mut Tx, realm: RealmId, event: &Event) -> Result<bool> {
    let rows = execute!(
        tx,
        "delete from agenda where realm = $1 and id = $2 and due_at = $3
         and exists (select 1 from realms where id = $1 and deleted_at is null)",
        realm,
        event.id,
        event.due_at,
    )?;
    Ok(rows == 1)
}

/// Puts off an event that failed, unless somebody else has dealt with it.
pub async fn put_off(tx: &mut Tx, realm: RealmId, event: &Event, until: Timestamp) -> Result<()> {
    execute!(
        tx,
        "update agenda set due_at = $4, failures = failures + 1
         where realm = $1 and id = $2 and due_at = $3",
        realm,
        event.id,
        event.due_at,
        until,
    )?;
    Ok(())
}

fn event(row: &Row) -> Result<Event> {
    Ok(Event {
        id: row.get("id")?,
        due_at: row.get("due_at")?,
        kind: row.get("kind")?,
        subject: row.get("subject")?,
        failures: row.get("failures")?,
    })
}
