//! Resetting a realm to what it was made from.

use jiff::Timestamp;

use super::{
    creation::{NewRealmRequest, activate, prepare},
    error::CreationError,
    origin::Origin,
    seed::loading::PreparedSeed,
};
use crate::{
    app::{App, Realm},
    clock,
    model::{RealmId, RealmName, RealmSettings},
    portals,
    store::{self, Conn, Tx, realms::NewRealm, settle},
};

/// Puts a realm back to the seed, policy, clock and random seed it was made with. What survives is its name and issuer,
/// when it was created and when it expires, and its root secret, so that pairwise subjects stay the same.
///
/// # Errors
/// When the realm is gone, or what it was made from was not recorded.
pub async fn reset(app: &App, realm: &Realm) -> Result<Realm, CreationError> {
    let mut conn = app.database.begin_reading().await?;
    let found = living(&mut conn, &realm.name).await;
    conn.end().await?;
    let (living, origin) = found?.ok_or_else(|| CreationError::Gone(realm.name.to_string()))?;
    let origin = Origin::open(app, &origin.ok_or(CreationError::NoOrigin)?)?;
    let request = NewRealmRequest::read(living.name, origin, living.expires_at, &portals::of(app))?;
    let prepared = prepare(app, request, living.root_secret, living.created_at).await?;

    let replacing = async {
        let mut tx = app.database.begin().await?;
        let outcome = replace_in(&mut tx, prepared.realm, &prepared.seed, prepared.now).await;
        settle(tx, outcome).await
    };
    let (settings, old) = app.database.long(replacing).await?;

    let realm = activate(app, settings, prepared.random).await?;
    app.realms.forget(old);
    Ok(realm)
}

/// The realm as it is stored now, and what it was made from. Another reset may just have replaced the one that was
/// asked for.
async fn living(conn: &mut Conn, name: &RealmName) -> store::Result<Option<(RealmSettings, Option<String>)>> {
    let Some(settings) = store::realms::find(conn, name).await? else {
        return Ok(None);
    };
    let found = store::realms::find_beginnings(conn, settings.id).await?;
    Ok(found.map(|(_, origin)| (settings, origin)))
}

/// The new realm's settings, and the number of the one it replaces.
async fn replace_in(
    tx: &mut Tx,
    realm: NewRealm,
    seed: &PreparedSeed,
    now: Timestamp,
) -> Result<(RealmSettings, RealmId), CreationError> {
    let name = realm.name.to_string();
    let (settings, old) = store::realms::replace(tx, realm, clock::system_now()).await?;
    let (Some(settings), Some(old)) = (settings, old) else {
        return Err(CreationError::Gone(name));
    };
    seed.load(tx, settings.id, now).await?;
    Ok((settings, old))
}
