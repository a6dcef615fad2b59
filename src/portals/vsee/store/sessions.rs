//! Browser sessions, started by `/auth` or a one-time link.

use jiff::Timestamp;

use super::users::{user, user_columns};
use crate::{
    model::{RealmId, SessionId},
    portals::vsee::model::User,
    store::{
        Conn, Result, Tx,
        database::{execute, fetch_optional},
    },
};

/// A session and its user.
#[derive(Clone, Debug)]
pub struct Session {
    pub user: User,
    /// The only visit it gives access to, where a one-time link started it.
    pub visit: Option<i64>,
    pub navigation: bool,
}

/// The session with that id, unless it has expired.
pub async fn find(conn: &mut Conn, realm: RealmId, id: &SessionId, now: Timestamp) -> Result<Option<Session>> {
    let row = fetch_optional!(
        conn,
        concat!(
            "select ",
            user_columns!(),
            ", s.visit_id, s.navigation from vsee_sessions s
             join vsee_users u on u.realm = s.realm and u.id = s.user_id
             where s.realm = $1 and s.id = $2 and s.expires_at > $3"
        ),
        realm,
        id,
        now,
    )?;
    row.as_ref()
        .map(|row| {
            Ok(Session {
                user: user(row)?,
                visit: row.optional("visit_id")?,
                navigation: row.get("navigation")?,
            })
        })
        .transpose()
}

/// A session to be inserted.
#[derive(Debug)]
pub struct NewSession<'a> {
    pub id: &'a SessionId,
    pub user: i64,
    pub visit: Option<i64>,
    pub navigation: bool,
    pub expires_at: Timestamp,
}

pub async fn insert(tx: &mut Tx, realm: RealmId, session: &NewSession<'_>, now: Timestamp) -> Result<()> {
    execute!(
        tx,
        "insert into vsee_sessions (realm, id, user_id, visit_id, navigation, created_at, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7)",
        realm,
        session.id,
        session.user,
        session.visit,
        session.navigation,
        now,
        session.expires_at,
    )?;
    Ok(())
}

/// Ends a session.
pub async fn delete(tx: &mut Tx, realm: RealmId, id: &SessionId) -> Result<()> {
    execute!(tx, "delete from vsee_sessions where realm = $1 and id = $2", realm, id)?;
    Ok(())
}
