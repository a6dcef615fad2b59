//! From the database to a document.

use super::{
    addresses::Addresses,
    document::{Document, Format, TableRows},
    error::SnapshotError,
};
use crate::{
    app::{App, Realm},
    model::{RealmId, RealmSettings},
    portals,
    realms::{self, creation::issuer_of, origin::Origin},
    store::{
        self, Conn,
        realms::Chance,
        tables::{self, Table},
    },
};

/// A realm's snapshot as text; `None` when the realm is gone. It sees one state of the database.
///
/// # Errors
/// When the server fails.
pub async fn take(app: &App, realm: RealmId) -> Result<Option<String>, SnapshotError> {
    let app = app.clone();
    // On a task of its own, which nobody aborts: see `begin_reading`.
    let taking = app
        .tasks
        .clone()
        .spawn(async move { app.database.long(take_whole(&app, realm)).await });
    taking.await.map_err(SnapshotError::failed)?
}

async fn take_whole(app: &App, realm: RealmId) -> Result<Option<String>, SnapshotError> {
    let tables = realms::tables(&portals::of(app));
    let mut conn = app.database.begin_reading().await?;
    let outcome = read_rows(&mut conn, realm, &tables).await;
    conn.end().await?;
    let Some(read) = outcome? else {
        return Ok(None);
    };
    let issuer = issuer_of(&app.issuer, &read.settings.name);
    let format = Format {
        addresses: Addresses::new(&issuer, &app.issuer),
        sealer: app.realms.sealer(),
    };
    let document = Document {
        clock: read.settings.clock,
        policy: read.settings.policy,
        chance: read.chance,
        root_secret: Realm::open_root_secret(&read.settings.root_secret, app.realms.sealer())?,
        made_from: read.origin.map(|origin| Origin::open(app, &origin)).transpose()?,
        tables: read.tables,
    };
    Ok(Some(document.write(&format)?))
}

/// What is read of a realm in one state of the database.
struct StoredRealm {
    settings: RealmSettings,
    chance: Option<Chance>,
    origin: Option<String>,
    tables: Vec<TableRows>,
}

async fn read_rows(conn: &mut Conn, realm: RealmId, tables: &[&'static Table]) -> store::Result<Option<StoredRealm>> {
    let settings = store::realms::find_by_id(conn, realm).await?;
    let beginnings = store::realms::find_beginnings(conn, realm).await?;
    let (Some(settings), Some((chance, origin))) = (settings, beginnings) else {
        return Ok(None);
    };
    let mut read = Vec::with_capacity(tables.len());
    for &table in tables {
        read.push((table, table.copied(tables::rows(conn, realm, table).await?)));
    }
    Ok(Some(StoredRealm {
        settings,
        chance,
        origin,
        tables: read,
    }))
}
