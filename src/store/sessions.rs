//! Browser sessions, judged by the realm's clock.

use jiff::Timestamp;

use super::{
    Conn, Result, Row, Tx,
    columns::json,
    database::{execute, fetch_all, fetch_optional},
    tables::{self, Table},
    users,
};
use crate::model::{ClientId, RealmId, Scopes, Session, SessionId, SignedIn, UserId};

/// What snapshots, copies and the removal of expired rows know of the table.
pub const TABLE: Table = Table::new(
    "sessions",
    &["id"],
    &[
        tables::text("id"),
        tables::text("user_id"),
        tables::text("sid"),
        tables::instant("auth_time"),
        tables::json("amr").of::<Vec<String>>(),
        tables::text("user_agent").or_null(),
        tables::instant("expires_at"),
        tables::instant("ended_at").or_null(),
    ],
)
.listed_by(&["auth_time"])
.unique(&[&["sid"]])
.refers(&[("user_id", "users")])
.expires_by("expires_at");

pub async fn insert(tx: &mut Tx, realm: RealmId, session: &Session) -> Result<()> {
    execute!(
        tx,
        "insert into sessions (realm, id, user_id, sid, auth_time, amr, user_agent, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        realm,
        session.id,
        session.user,
        session.sid,
        session.auth_time,
        json(&session.amr)?,
        session.user_agent,
        session.expires_at,
    )?;
    Ok(())
}

/// The same user has signed in again: the session goes on under its `sid` with a new id. False when it had ended.
pub async fn renew(tx: &mut Tx, realm: RealmId, old: &SessionId, session: &Session) -> Result<bool> {
    let rows = execute!(
        tx,
        "update sessions set id = $3, auth_time = $5, amr = $6, user_agent = $7, expires_at = $8
         where realm = $1 and id = $2 and user_id = $4 and ended_at is null",
        realm,
        old,
        session.id,
        session.user,
        session.auth_time,
        json(&session.amr)?,
        session.user_agent,
        session.expires_at,
    )?;
    Ok(rows == 1)
}

/// Whether the session has neither ended nor expired.
pub async fn is_live(conn: &mut Conn, realm: RealmId, id: &SessionId, now: Timestamp) -> Result<bool> {
    let row = fetch_optional!(
        conn,
        "select 1 as one from sessions where realm = $1 and id = $2 and ended_at is null and expires_at > $3",
        realm,
        id,
        now,
    )?;
    Ok(row.is_some())
}

/// The live session of that id with its user, in one statement.
pub async fn find(conn: &mut Conn, realm: RealmId, id: &SessionId, now: Timestamp) -> Result<Option<SignedIn>> {
    let row = fetch_optional!(
        conn,
        "select s.id, s.user_id, s.sid, s.auth_time, s.amr, s.user_agent, s.expires_at,
                u.username, u.password, u.persona, u.behaviour, u.claims
         from sessions s join users u on u.realm = s.realm and u.id = s.user_id
         where s.realm = $1 and s.id = $2 and s.ended_at is null and s.expires_at > $3 and u.deleted_at is null",
        realm,
        id,
        now,
    )?;
    row.map(|row| {
        Ok(SignedIn {
            session: session(&row)?,
            user: users::user(&row)?,
        })
    })
    .transpose()
}

/// The live session of that id with its user and what they allow a client, in one statement.
pub async fn find_with_consent(
    conn: &mut Conn,
    realm: RealmId,
    id: &SessionId,
    client: &ClientId,
    now: Timestamp,
) -> Result<Option<(SignedIn, Option<Scopes>)>> {
    let row = fetch_optional!(
        conn,
        "select s.id, s.user_id, s.sid, s.auth_time, s.amr, s.user_agent, s.expires_at,
                u.username, u.password, u.persona, u.behaviour, u.claims, c.scopes as consent
         from sessions s join users u on u.realm = s.realm and u.id = s.user_id
         left join consents c on c.realm = s.realm and c.user_id = s.user_id and c.client_id = $4
         where s.realm = $1 and s.id = $2 and s.ended_at is null and s.expires_at > $3 and u.deleted_at is null",
        realm,
        id,
        now,
        client,
    )?;
    row.map(|row| {
        let signed_in = SignedIn {
            session: session(&row)?,
            user: users::user(&row)?,
        };
        Ok((signed_in, row.optional("consent")?))
    })
    .transpose()
}

/// The live sessions of a user, the newest first.
pub async fn list(conn: &mut Conn, realm: RealmId, user: &UserId, now: Timestamp) -> Result<Vec<Session>> {
    let rows = fetch_all!(
        conn,
        "select id, user_id, sid, auth_time, amr, user_agent, expires_at from sessions
         where realm = $1 and user_id = $2 and ended_at is null and expires_at > $3
         order by auth_time desc, id",
        realm,
        user,
        now,
    )?;
    rows.iter().map(session).collect()
}

/// Ends a session; false when it had ended.
pub async fn end(tx: &mut Tx, realm: RealmId, id: &SessionId, now: Timestamp) -> Result<bool> {
    let rows = execute!(
        tx,
        "update sessions set ended_at = $3 where realm = $1 and id = $2 and ended_at is null",
        realm,
        id,
        now,
    )?;
    Ok(rows == 1)
}

/// Ends a user's session by the `sid` that pages and clients know; false when there is none.
pub async fn end_by_sid(tx: &mut Tx, realm: RealmId, user: &UserId, sid: &str, now: Timestamp) -> Result<bool> {
    let rows = execute!(
        tx,
        "update sessions set ended_at = $4 where realm = $1 and user_id = $2 and sid = $3 and ended_at is null",
        realm,
        user,
        sid,
        now,
    )?;
    Ok(rows == 1)
}

/// Ends every session of a user.
pub async fn end_all(tx: &mut Tx, realm: RealmId, user: &UserId, now: Timestamp) -> Result<()> {
    execute!(
        tx,
        "update sessions set ended_at = $3 where realm = $1 and user_id = $2 and ended_at is null",
        realm,
        user,
        now,
    )?;
    Ok(())
}

fn session(row: &Row) -> Result<Session> {
    Ok(Session {
        id: row.get("id")?,
        user: row.get("user_id")?,
        sid: row.get("sid")?,
        auth_time: row.get("auth_time")?,
        amr: row.json("amr")?,
        user_agent: row.optional("user_agent")?,
        expires_at: row.get("expires_at")?,
    })
}
