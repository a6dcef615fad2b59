//! Users.

use jiff::Timestamp;

use super::{
    Conn, Row, Tx,
    columns::json,
    database::{execute, fetch_all, fetch_optional},
};
use crate::model::{RealmId, User, UserId};

/// Adds a user; false when there is one of that id or user name.
pub async fn insert(tx: &mut Tx, realm: RealmId, user: &User, now: Timestamp) -> sqlx::Result<bool> {
    let rows = execute!(
        tx,
        "insert into users (realm, id, sequence, username, username_folded, password, persona, claims, created_at)
         select $1, $2, coalesce(max(sequence), 0) + 1, $3, $4, $5, $6, $7, $8 from users where realm = $1
         on conflict do nothing",
        realm,
        user.id,
        user.username,
        User::folded(&user.username),
        user.password,
        user.persona,
        json(&user.claims)?,
        now,
    )?;
    Ok(rows == 1)
}

pub async fn find(conn: &mut Conn, realm: RealmId, id: &UserId) -> sqlx::Result<Option<User>> {
    let row = fetch_optional!(
        conn,
        "select id as user_id, username, password, persona, claims from users where realm = $1 and id = $2",
        realm,
        id,
    )?;
    row.as_ref().map(user).transpose()
}

/// The user of that name, whatever its case.
pub async fn find_by_username(conn: &mut Conn, realm: RealmId, username: &str) -> sqlx::Result<Option<User>> {
    let row = fetch_optional!(
        conn,
        "select id as user_id, username, password, persona, claims
         from users where realm = $1 and username_folded = $2",
        realm,
        User::folded(username),
    )?;
    row.as_ref().map(user).transpose()
}

/// The users the picker offers, in the order they were added.
pub async fn list_personas(conn: &mut Conn, realm: RealmId, limit: i64) -> sqlx::Result<Vec<User>> {
    let rows = fetch_all!(
        conn,
        "select id as user_id, username, password, persona, claims
         from users where realm = $1 and persona is not null order by sequence, id limit $2",
        realm,
        limit,
    )?;
    rows.iter().map(user).collect()
}

/// Whether the realm has any user: an empty one takes a seed.
pub async fn any(conn: &mut Conn, realm: RealmId) -> sqlx::Result<bool> {
    Ok(fetch_optional!(conn, "select 1 as one from users where realm = $1 limit 1", realm)?.is_some())
}

/// A user out of the columns `user_id, username, password, persona, claims`.
pub(super) fn user(row: &Row) -> sqlx::Result<User> {
    Ok(User {
        id: row.get("user_id")?,
        username: row.get("username")?,
        password: row.optional("password")?,
        persona: row.optional("persona")?,
        claims: row.json("claims")?,
    })
}
