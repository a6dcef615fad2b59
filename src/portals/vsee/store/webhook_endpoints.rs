//! Webhook endpoints of clinics.

use super::words::word;
use crate::{
    model::RealmId,
    portals::vsee::model::{WebhookEndpoint, WebhookVersion},
    store::{
        Conn, Result, Row, Tx,
        columns::json,
        database::{execute, fetch_all},
    },
};

macro_rules! select_endpoints {
    ($rest:expr) => {
        concat!(
            "select id, account_code, url, version, events, created_at from vsee_webhook_endpoints ",
            $rest
        )
    };
}

/// All of a realm, in the order they were added.
pub async fn list(conn: &mut Conn, realm: RealmId) -> Result<Vec<WebhookEndpoint>> {
    let rows = fetch_all!(conn, select_endpoints!("where realm = $1 order by sequence, id"), realm)?;
    rows.iter().map(endpoint).collect()
}

pub async fn list_of_account(conn: &mut Conn, realm: RealmId, account: &str) -> Result<Vec<WebhookEndpoint>> {
    let rows = fetch_all!(
        conn,
        select_endpoints!("where realm = $1 and account_code = $2 order by sequence, id"),
        realm,
        *account,
    )?;
    rows.iter().map(endpoint).collect()
}

pub async fn insert(tx: &mut Tx, realm: RealmId, endpoint: &WebhookEndpoint) -> Result<()> {
    execute!(
        tx,
        "insert into vsee_webhook_endpoints (realm, id, sequence, account_code, url, version, events, created_at)
         select $1, $2, coalesce(max(sequence), 0) + 1, $3, $4, $5, $6, $7 from vsee_webhook_endpoints
         where realm = $1",
        realm,
        endpoint.id,
        endpoint.account,
        endpoint.url,
        *endpoint.version.name(),
        endpoint.events.as_ref().map(json).transpose()?,
        endpoint.created_at,
    )?;
    Ok(())
}

/// False when there is none of that id.
pub async fn delete(tx: &mut Tx, realm: RealmId, id: &str) -> Result<bool> {
    let rows = execute!(
        tx,
        "delete from vsee_webhook_endpoints where realm = $1 and id = $2",
        realm,
        *id
    )?;
    Ok(rows == 1)
}

fn endpoint(row: &Row) -> Result<WebhookEndpoint> {
    let events: Option<String> = row.optional("events")?;
    Ok(WebhookEndpoint {
        id: row.get("id")?,
        account: row.get("account_code")?,
        url: row.get("url")?,
        version: word(row, "version", WebhookVersion::of_name)?,
        events: match events {
            Some(_) => Some(row.json("events")?),
            None => None,
        },
        created_at: row.get("created_at")?,
    })
}
