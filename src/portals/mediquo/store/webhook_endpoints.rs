//! Webhook endpoints of organizations.

use crate::{
    model::RealmId,
    portals::mediquo::model::{Signature, Version, WebhookEndpoint},
    store::{
        Conn, Result, Row, Tx,
        columns::json,
        database::{execute, fetch_all},
    },
};

fn endpoint(row: &Row) -> Result<WebhookEndpoint> {
    let signature: String = row.get("signature")?;
    let version: i64 = row.get("version")?;
    let events: Option<String> = row.optional("events")?;
    Ok(WebhookEndpoint {
        id: row.get("id")?,
        organization: row.get("organization_id")?,
        url: row.get("url")?,
        events: events.map(|_| row.json("events")).transpose()?,
        signature: if signature == Signature::HmacSha256.name() {
            Signature::HmacSha256
        } else {
            Signature::Fixed
        },
        sealed_secret: row.get("secret")?,
        version: Version::try_from(version).unwrap_or_default(),
    })
}

pub async fn list(conn: &mut Conn, realm: RealmId) -> Result<Vec<WebhookEndpoint>> {
    let rows = fetch_all!(
        conn,
        "select id, organization_id, url, events, signature, secret, version from mediquo_webhook_endpoints
         where realm = $1 order by sequence, id",
        realm,
    )?;
    rows.iter().map(endpoint).collect()
}

/// Those of one organization.
pub async fn list_of(conn: &mut Conn, realm: RealmId, organization: &str) -> Result<Vec<WebhookEndpoint>> {
    let rows = fetch_all!(
        conn,
        "select id, organization_id, url, events, signature, secret, version from mediquo_webhook_endpoints
         where realm = $1 and organization_id = $2 order by sequence, id",
        realm,
        *organization,
    )?;
    rows.iter().map(endpoint).collect()
}

pub async fn insert(tx: &mut Tx, realm: RealmId, new: &WebhookEndpoint) -> Result<()> {
    let events = new.events.as_ref().map(json).transpose()?;
    execute!(
        tx,
        "insert into mediquo_webhook_endpoints
             (realm, id, organization_id, sequence, url, events, signature, secret, version)
         select $1, $2, $3, coalesce(max(sequence), 0) + 1, $4, $5, $6, $7, $8
         from mediquo_webhook_endpoints where realm = $1",
        realm,
        new.id,
        new.organization,
        new.url,
        events,
        *new.signature.name(),
        new.sealed_secret,
        i64::from(new.version),
    )?;
    Ok(())
}

/// Removes an endpoint; false when there is none of that id.
pub async fn delete(tx: &mut Tx, realm: RealmId, id: &str) -> Result<bool> {
    let sql = "delete from mediquo_webhook_endpoints where realm = $1 and id = $2";
    Ok(execute!(tx, sql, realm, *id)? == 1)
}
