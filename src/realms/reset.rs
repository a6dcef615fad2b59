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
    model::{RealmId, RealmSettings},
    portals,
    store::{self, Tx, realms::NewRealm, settle},
};

/// Puts a realm back to the seed, policy, clock and random seed it was made with. What survives is its name and issuer,
/// when it was created and when it expires, and its root secret, so that pairwise subjects stay the same.
///
/// # Errors
/// When the realm is gone, or what it was made from was not recorded.
pub async fn reset(app: &App, realm: &Realm) -> Result<Realm, CreationError> {
    let gone = || CreationError::Gone(realm.name.to_string());
    let found = store::realms::find_beginnings(&mut app.database.read().await?, realm.id).await?;
    let (_, origin) = found.ok_or_else(gone)?;
    let origin = Origin::open(app, &origin.ok_or(CreationError::NoOrigin)?)?;
    let request = NewRealmRequest::read(realm.name.clone(), origin, realm.settings.expires_at, &portals::of(app))?;
    let root_secret = realm.settings.root_secret.clone();
    let prepared = prepare(app, request, root_secret, realm.settings.created_at).await?;

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
