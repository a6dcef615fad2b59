//! Letters in the outbox.

use super::{
    Conn, Row, Tx,
    database::{execute, fetch_all},
};
use crate::model::{Channel, Letter, RealmId};

pub async fn insert(tx: &mut Tx, realm: RealmId, letter: &Letter) -> sqlx::Result<()> {
    execute!(
        tx,
        "insert into letters (realm, id, sequence, channel, recipient, subject, body, html, reason, written_at)
         select $1, $2, coalesce(max(sequence), 0) + 1, $3, $4, $5, $6, $7, $8, $9 from letters where realm = $1",
        realm,
        letter.id,
        letter.channel.name(),
        letter.recipient,
        letter.subject,
        letter.body,
        letter.html,
        letter.reason,
        letter.written_at,
    )?;
    Ok(())
}

/// The newest `limit` letters of a realm, in the order they were written.
pub async fn list(conn: &mut Conn, realm: RealmId, limit: i64) -> sqlx::Result<Vec<Letter>> {
    let rows = fetch_all!(
        conn,
        "select id, channel, recipient, subject, body, html, reason, written_at from letters
         where realm = $1 order by sequence desc, id desc limit $2",
        realm,
        limit,
    )?;
    rows.iter().rev().map(letter).collect()
}

fn letter(row: &Row) -> sqlx::Result<Letter> {
    let channel: String = row.get("channel")?;
    Ok(Letter {
        id: row.get("id")?,
        channel: if channel == Channel::Sms.name() {
            Channel::Sms
        } else {
            Channel::Email
        },
        recipient: row.get("recipient")?,
        subject: row.get("subject")?,
        body: row.get("body")?,
        html: row.optional("html")?,
        reason: row.get("reason")?,
        written_at: row.get("written_at")?,
    })
}
