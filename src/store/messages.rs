//! Messages in the outbox.

use super::{
    Conn, Result, Row, Tx,
    database::{execute, fetch_all, fetch_optional},
    deliveries,
    tables::{self, Table},
};
use crate::model::{Channel, Delivery, OutboxMessage, RealmId};

/// What snapshots, copies and the removal of expired rows know of the table.
pub const TABLE: Table = Table::new(
    "messages",
    &["id"],
    &[
        tables::text("id"),
        tables::integer("sequence"),
        tables::text("channel").checked(|text| {
            tables::known(
                [Channel::Email, Channel::Sms].iter().any(|one| one.name() == text),
                "channel",
            )
        }),
        tables::text("recipient"),
        tables::text("subject"),
        tables::text("body"),
        tables::text("html").or_null(),
        tables::text("reason"),
        tables::instant("written_at"),
    ],
)
.listed_by(&["sequence"]);

/// Adds a message under a number of [`deliveries::next_number`](super::deliveries::next_number).
pub async fn insert(tx: &mut Tx, realm: RealmId, sequence: i64, message: &OutboxMessage) -> Result<()> {
    execute!(
        tx,
        "insert into messages (realm, id, sequence, channel, recipient, subject, body, html, reason, written_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        realm,
        message.id,
        sequence,
        message.channel.name(),
        message.recipient,
        message.subject,
        message.body,
        message.html,
        message.reason,
        message.written_at,
    )?;
    Ok(())
}

/// What is looked for; nothing means everything.
#[derive(Debug, Default, PartialEq)]
pub struct MessageFilter {
    pub recipient: Option<String>,
    pub reason: Option<String>,
    pub channel: Option<String>,
    pub state: Option<String>,
}

pub async fn find(conn: &mut Conn, realm: RealmId, id: &str) -> Result<Option<(OutboxMessage, Delivery)>> {
    let row = fetch_optional!(
        conn,
        "select l.id, l.channel, l.recipient, l.subject, l.body, l.html, l.reason, l.written_at,
                d.state, d.due_at, d.history
         from messages l left join deliveries d on d.realm = l.realm and d.id = l.id
         where l.realm = $1 and l.id = $2",
        realm,
        id,
    )?;
    row.as_ref().map(posted).transpose()
}

/// The number of a message in its realm's outbox.
pub async fn sequence(conn: &mut Conn, realm: RealmId, id: &str) -> Result<Option<i64>> {
    let row = fetch_optional!(
        conn,
        "select sequence from messages where realm = $1 and id = $2",
        realm,
        id
    )?;
    row.map(|row| row.get("sequence")).transpose()
}

/// The first `limit` messages after a number, in the order they were written.
pub async fn list(
    conn: &mut Conn,
    realm: RealmId,
    after: i64,
    filter: &MessageFilter,
    limit: i64,
) -> Result<Vec<(OutboxMessage, Delivery)>> {
    let rows = fetch_all!(
        conn,
        "select l.id, l.channel, l.recipient, l.subject, l.body, l.html, l.reason, l.written_at,
                d.state, d.due_at, d.history
         from messages l left join deliveries d on d.realm = l.realm and d.id = l.id
         where l.realm = $1 and l.sequence > $2
           and (cast($3 as text) is null or l.recipient = $3)
           and (cast($4 as text) is null or l.reason = $4)
           and (cast($5 as text) is null or l.channel = $5)
           and (cast($6 as text) is null or coalesce(d.state, 'kept') = $6)
         order by l.sequence, l.id limit $7",
        realm,
        after,
        filter.recipient,
        filter.reason,
        filter.channel,
        filter.state,
        limit,
    )?;
    rows.iter().map(posted).collect()
}

/// The number of the last message; 0 where there is none.
pub async fn last_number(conn: &mut Conn, realm: RealmId) -> Result<i64> {
    let row = fetch_optional!(
        conn,
        "select coalesce(max(sequence), 0) as sequence from messages where realm = $1",
        realm
    )?;
    row.map_or(Ok(0), |row| row.get("sequence"))
}

/// The first `limit` messages after a number, each with its own.
pub async fn numbered(conn: &mut Conn, realm: RealmId, after: i64, limit: i64) -> Result<Vec<(i64, OutboxMessage)>> {
    let rows = fetch_all!(
        conn,
        "select sequence, id, channel, recipient, subject, body, html, reason, written_at from messages
         where realm = $1 and sequence > $2 order by sequence, id limit $3",
        realm,
        after,
        limit,
    )?;
    rows.iter()
        .map(|row| Ok((row.get("sequence")?, message(row)?)))
        .collect()
}

/// Removes all messages of a realm.
pub async fn clear(tx: &mut Tx, realm: RealmId) -> Result<u64> {
    execute!(tx, "delete from messages where realm = $1", realm)
}

fn posted(row: &Row) -> Result<(OutboxMessage, Delivery)> {
    Ok((message(row)?, deliveries::delivery(row)?))
}

fn message(row: &Row) -> Result<OutboxMessage> {
    let channel: String = row.get("channel")?;
    Ok(OutboxMessage {
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
