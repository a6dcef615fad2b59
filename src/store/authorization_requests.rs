//! Authorization requests in flight.

use jiff::{SignedDuration, Timestamp};

use super::{
    Conn, Result, Row, Tx,
    columns::json,
    database::{execute, fetch_optional},
    tables::{self, Table},
};
use crate::model::{AuthorizationRequest, Decision, PendingRequest, RealmId, SessionId};

/// What snapshots, copies and the removal of expired rows know of the table.
pub const TABLE: Table = Table::new(
    "authorization_requests",
    &["id"],
    &[
        tables::text("id"),
        tables::text("client_id"),
        tables::json("request").with_addresses().of::<AuthorizationRequest>(),
        tables::text("session_id").or_null(),
        tables::instant("signed_in_at").or_null(),
        tables::text("decision")
            .or_null()
            .checked(|text| tables::known(Decision::parse(text).is_some(), "decision")),
        tables::instant("created_at"),
        tables::instant("expires_at"),
        tables::instant("finished_at").or_null(),
    ],
)
.listed_by(&["created_at"])
.refers(&[("client_id", "clients")])
.expires_by("expires_at")
.kept_for(SignedDuration::from_mins(10));

/// How many unfinished requests a realm keeps.
const MOST: i64 = 10_000;

/// Adds a request. Of more than 10,000 unfinished ones the oldest are removed in the same transaction.
pub async fn insert(tx: &mut Tx, realm: RealmId, pending: &PendingRequest, now: Timestamp) -> Result<()> {
    execute!(
        tx,
        "insert into authorization_requests
            (realm, id, client_id, request, session_id, signed_in_at, decision, created_at, expires_at)
         values ($1, $2, $3, $4, $5, $6, null, $7, $8)",
        realm,
        pending.id,
        pending.request.client_id,
        json(&pending.request)?,
        pending.session,
        pending.signed_in_at,
        now,
        pending.expires_at,
    )?;
    trim(tx, realm, &pending.id).await
}

/// Removes the oldest unfinished requests above the most that a realm keeps, but not the `newest`: on a stopped clock
/// all are equally old.
async fn trim(tx: &mut Tx, realm: RealmId, newest: &str) -> Result<()> {
    execute!(
        tx,
        "delete from authorization_requests where realm = $1 and id <> $2 and id in (
            select id from authorization_requests where realm = $1 and finished_at is null
            order by created_at desc limit 100 offset $3)",
        realm,
        *newest,
        MOST,
    )?;
    Ok(())
}

/// The request of that id, finished or expired as it may be.
pub async fn find(conn: &mut Conn, realm: RealmId, id: &str) -> Result<Option<PendingRequest>> {
    let row = fetch_optional!(
        conn,
        "select id, request, session_id, signed_in_at, decision, expires_at, finished_at
         from authorization_requests where realm = $1 and id = $2",
        realm,
        id,
    )?;
    row.as_ref().map(pending).transpose()
}

/// A user signed in for this request: the row belongs to that session now. False when it was finished meanwhile, or
/// belongs to another session that is still live.
pub async fn sign_in(tx: &mut Tx, realm: RealmId, id: &str, session: &SessionId, now: Timestamp) -> Result<bool> {
    let rows = execute!(
        tx,
        "update authorization_requests set session_id = $3, signed_in_at = $4, decision = null
         where realm = $1 and id = $2 and finished_at is null
           and (session_id is null or session_id = $3 or not exists (
               select 1 from sessions s where s.realm = $1 and s.id = authorization_requests.session_id
                 and s.ended_at is null and s.expires_at > $4))",
        realm,
        id,
        session,
        now,
    )?;
    Ok(rows == 1)
}

/// The row belongs to this session from now on, if it belonged to none.
pub async fn belong_to(tx: &mut Tx, realm: RealmId, id: &str, session: &SessionId) -> Result<()> {
    execute!(
        tx,
        "update authorization_requests set session_id = $3
         where realm = $1 and id = $2 and session_id is null and finished_at is null",
        realm,
        id,
        session,
    )?;
    Ok(())
}

/// A session goes on under a new id: the unfinished requests that belong to it come along.
pub async fn hand_over(tx: &mut Tx, realm: RealmId, from: &SessionId, to: &SessionId) -> Result<()> {
    execute!(
        tx,
        "update authorization_requests set session_id = $3
         where realm = $1 and session_id = $2 and finished_at is null",
        realm,
        from,
        to,
    )?;
    Ok(())
}

/// The answer on the consent page. False when the row is finished or belongs to another session.
pub async fn decide(
    tx: &mut Tx,
    realm: RealmId,
    id: &str,
    session: Option<&SessionId>,
    decision: Decision,
) -> Result<bool> {
    let rows = execute!(
        tx,
        "update authorization_requests set decision = $4
         where realm = $1 and id = $2 and finished_at is null
           and (session_id = $3 or (session_id is null and $3 is null))",
        realm,
        id,
        session.cloned(),
        decision.name(),
    )?;
    Ok(rows == 1)
}

/// Marks the request as answered. Of two tabs that get here at once, exactly one sees `true`.
pub async fn finish(tx: &mut Tx, realm: RealmId, id: &str, now: Timestamp) -> Result<bool> {
    let rows = execute!(
        tx,
        "update authorization_requests set finished_at = $3
         where realm = $1 and id = $2 and finished_at is null and expires_at > $3",
        realm,
        id,
        now,
    )?;
    Ok(rows == 1)
}

fn pending(row: &Row) -> Result<PendingRequest> {
    let decision: Option<String> = row.optional("decision")?;
    Ok(PendingRequest {
        id: row.get("id")?,
        request: row.json("request")?,
        session: row.optional("session_id")?,
        signed_in_at: row.optional("signed_in_at")?,
        decision: decision.as_deref().and_then(Decision::parse),
        expires_at: row.get("expires_at")?,
        finished_at: row.optional("finished_at")?,
    })
}
