//! From a document to the database.

use jiff::Timestamp;

use super::{
    addresses::Addresses,
    document::{Document, Format, TableRows},
    error::SnapshotError,
};
use crate::{
    app::{App, DirectoryError, Realm},
    clock,
    model::{RealmId, RealmName, RealmSettings},
    portals,
    random::{Random, digest},
    realms::{
        self,
        creation::{activate, issuer_of},
    },
    store::{self, Tx, realms::NewRealm, settle, tables},
};

/// Restores the realm `name` from a document; returns whether it replaced an existing realm.
///
/// A new realm takes the place of the old one, which is deleted in the same transaction: requests that still hold the
/// old one write into what nobody sees. Without `expires_at` it expires when the one it replaces would have.
///
/// # Errors
/// When the document is not a sound snapshot, or the server fails.
pub async fn restore(
    app: &App,
    name: RealmName,
    document: &[u8],
    expires_at: Option<Timestamp>,
) -> Result<(Realm, bool), SnapshotError> {
    let issuer = issuer_of(&app.issuer, &name);
    let format = Format {
        addresses: Addresses::new(&issuer, &app.issuer),
        sealer: app.realms.sealer(),
    };
    let digest = digest(&String::from_utf8_lossy(document));
    let document = Document::read(document, &realms::tables(&portals::of(app)), &format)?;

    let before = app.realms.find(&app.database, name.as_str()).await?;
    let expires_at = expires_at.or_else(|| before.and_then(|before| before.settings.expires_at));
    // A stream of its own: what is drawn from now on is the same whenever this document is restored, and nothing in it
    // was drawn.
    let random = document
        .chance
        .as_ref()
        .map(|chance| Random::seeded(&chance.seed, &format!("{} after {digest}", chance.epoch)));
    let (realm, tables) = new_realm(app, name, document, expires_at)?;

    let replacing = async {
        let mut tx = app.database.begin().await?;
        let outcome = replace_in(app, &mut tx, realm, &tables).await;
        settle(tx, outcome).await
    };
    let (settings, old) = app.database.long(replacing).await?;

    let realm = activate(app, settings, random).await?;
    if let Some(old) = old {
        app.realms.forget(old);
    }
    Ok((realm, old.is_some()))
}

fn new_realm(
    app: &App,
    name: RealmName,
    document: Document,
    expires_at: Option<Timestamp>,
) -> Result<(NewRealm, Vec<TableRows>), SnapshotError> {
    let origin = document.made_from.map(|origin| origin.seal(app)).transpose()?;
    let realm = NewRealm {
        name,
        policy: document.policy,
        clock: document.clock,
        root_secret: Realm::seal_root_secret(&document.root_secret, app.realms.sealer())?,
        created_at: clock::system_now(),
        expires_at,
        chance: document.chance,
        origin,
    };
    Ok((realm, document.tables))
}

async fn replace_in(
    app: &App,
    tx: &mut Tx,
    realm: NewRealm,
    tables: &[TableRows],
) -> Result<(RealmSettings, Option<RealmId>), SnapshotError> {
    let (settings, old) = store::realms::replace(tx, realm, clock::system_now()).await?;
    let settings = settings.ok_or(SnapshotError::Taken)?;
    for (table, rows) in tables {
        tables::insert(tx, settings.id, table, rows).await?;
    }
    // What no check of a column sees: whether the realm can be used, with the keys it has now.
    match app.realms.handle(tx, settings.clone()).await {
        Ok(_) => Ok((settings, old)),
        Err(DirectoryError::Database(error)) => Err(error.into()),
        Err(error) => Err(SnapshotError::Unusable(error)),
    }
}
