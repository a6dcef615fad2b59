//! Webhooks in the outbox.

use super::{
    Conn, Result, Row, Tx,
    columns::json,
    database::{execute, fetch_all, fetch_optional},
    deliveries,
    tables::{self, Table},
};
use crate::model::{Delivery, RealmId, ShownHeaders, UrlSource, WrittenWebhook};

/// What snapshots, copies and the removal of expired rows know of the table.
pub const TABLE: Table = Table::new(
    "webhooks",
    &["id"],
    &[
        tables::text("id"),
        tables::integer("sequence"),
        tables::text("event"),
        tables::text("url").with_addresses(),
        tables::text("url_source"),
        tables::json("headers").of::<Vec<(String, Option<String>)>>(),
        tables::text("secret_headers").or_null().sealed(),
        tables::text("body"),
        tables::instant("written_at"),
    ],
)
.listed_by(&["sequence"]);

/// A webhook and what must not be read in it.
pub struct SealedWebhook {
    pub webhook: WrittenWebhook,
    /// The values of the secret headers, in order, sealed.
    pub secret_headers: Option<String>,
}

/// What is looked for; nothing means everything.
#[derive(Debug, Default, PartialEq)]
pub struct WebhookFilter {
    pub event: Option<String>,
    pub url: Option<String>,
    pub state: Option<String>,
}

pub async fn insert(tx: &mut Tx, realm: RealmId, sequence: i64, sealed: &SealedWebhook) -> Result<()> {
    let webhook = &sealed.webhook;
    execute!(
        tx,
        "insert into webhooks
            (realm, id, sequence, event, url, url_source, headers, secret_headers, body, written_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        realm,
        webhook.id,
        sequence,
        webhook.event,
        webhook.url,
        webhook.url_source.name(),
        json(&webhook.headers.0)?,
        sealed.secret_headers,
        webhook.body,
        webhook.written_at,
    )?;
    Ok(())
}

pub async fn find(conn: &mut Conn, realm: RealmId, id: &str) -> Result<Option<SealedWebhook>> {
    let row = fetch_optional!(
        conn,
        "select id, event, url, url_source, headers, secret_headers, body, written_at
         from webhooks where realm = $1 and id = $2",
        realm,
        id,
    )?;
    row.as_ref()
        .map(|row| {
            Ok(SealedWebhook {
                webhook: webhook(row)?,
                secret_headers: row.optional("secret_headers")?,
            })
        })
        .transpose()
}

/// The number of a webhook in its realm's outbox.
pub async fn sequence(conn: &mut Conn, realm: RealmId, id: &str) -> Result<Option<i64>> {
    let row = fetch_optional!(
        conn,
        "select sequence from webhooks where realm = $1 and id = $2",
        realm,
        id
    )?;
    row.map(|row| row.get("sequence")).transpose()
}

/// The first `limit` webhooks after a number, in the order they were written.
pub async fn list(
    conn: &mut Conn,
    realm: RealmId,
    after: i64,
    filter: &WebhookFilter,
    limit: i64,
) -> Result<Vec<(WrittenWebhook, Delivery)>> {
    let rows = fetch_all!(
        conn,
        "select w.id, w.event, w.url, w.url_source, w.headers, w.body, w.written_at, d.state, d.due_at, d.history
         from webhooks w left join deliveries d on d.realm = w.realm and d.id = w.id
         where w.realm = $1 and w.sequence > $2
           and (cast($3 as text) is null or w.event = $3)
           and (cast($4 as text) is null or w.url = $4)
           and (cast($5 as text) is null or coalesce(d.state, 'kept') = $5)
         order by w.sequence, w.id limit $6",
        realm,
        after,
        filter.event,
        filter.url,
        filter.state,
        limit,
    )?;
    rows.iter()
        .map(|row| Ok((webhook(row)?, deliveries::delivery(row)?)))
        .collect()
}

/// Removes all webhooks of a realm.
pub async fn clear(tx: &mut Tx, realm: RealmId) -> Result<u64> {
    execute!(tx, "delete from webhooks where realm = $1", realm)
}

fn webhook(row: &Row) -> Result<WrittenWebhook> {
    let source: String = row.get("url_source")?;
    Ok(WrittenWebhook {
        id: row.get("id")?,
        event: row.get("event")?,
        url: row.get("url")?,
        url_source: if source == UrlSource::Tester.name() {
            UrlSource::Tester
        } else {
            UrlSource::Stranger
        },
        headers: ShownHeaders(row.json("headers")?),
        body: row.get("body")?,
        written_at: row.get("written_at")?,
    })
}
