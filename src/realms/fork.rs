//! Copying a realm to another name, table by table inside the database.

use jiff::Timestamp;

use super::{
    creation::{activate, issuer_of, next_id},
    error::CreationError,
    seed::loading::LoadingError,
};
use crate::{
    app::{App, Realm},
    clock,
    model::{RealmId, RealmName, RealmSettings},
    portals,
    random::Random,
    store::{
        self, Tx, settle,
        tables::{self, Moving},
    },
    web::paths,
};

/// Copies a realm as it is now to another name.
///
/// A copy accepts the original's codes, tokens and sessions until they are used up or revoked there. What the original
/// signs with a key of its own (mediQuo's widget tokens, one-time links, links to video calls, offered slots) stays
/// valid at the original only. Messages and webhooks that are still to be sent are sent by the original; in the copy
/// they are cancelled.
///
/// # Errors
/// When the name is taken, the original is gone, or the server fails.
pub async fn fork(
    app: &App,
    original: &Realm,
    name: RealmName,
    expires_at: Option<Timestamp>,
) -> Result<Realm, CreationError> {
    let id = next_id(app).await?; // before: the next transaction sees one state only
    let issuer = issuer_of(&app.issuer, &name);
    let copying = async {
        let mut tx = app.database.begin_consistent().await?;
        let outcome = copy_in(&mut tx, app, original, (id, &name, &issuer), expires_at).await;
        settle(tx, outcome).await
    };
    let settings = match app.database.long(copying).await {
        // PostgreSQL does not wait for others in such a transaction: somebody took the name meanwhile.
        Err(CreationError::Loading(LoadingError::Database(error))) if is_taken(app, &name).await? => {
            tracing::debug!(%error, "another realm took the name of a copy");
            Err(CreationError::Taken(name.to_string()))
        }
        outcome => outcome,
    }?;

    let random = match store::realms::find_beginnings(&mut app.database.read().await?, settings.id).await? {
        Some((Some(chance), _)) => Some(Random::seeded(&chance.seed, &format!("{} of {name}", chance.epoch))),
        _ => None,
    };
    Ok(activate(app, settings, random).await?)
}

async fn is_taken(app: &App, name: &RealmName) -> store::Result<bool> {
    let found = store::realms::find(&mut app.database.read().await?, name).await?;
    Ok(found.is_some())
}

async fn copy_in(
    tx: &mut Tx,
    app: &App,
    original: &Realm,
    (id, name, issuer): (RealmId, &RealmName, &str),
    expires_at: Option<Timestamp>,
) -> Result<RealmSettings, CreationError> {
    let settings = store::realms::copy(tx, original.id, id, name, clock::system_now(), expires_at).await?;
    let Some(settings) = settings else {
        return Err(match store::realms::find(tx, name).await? {
            Some(_) => CreationError::Taken(name.to_string()),
            None => CreationError::Gone(original.name.to_string()),
        });
    };
    let moving = Moving {
        from: &original.issuer,
        to: issuer,
        base: &app.issuer,
        realms_path: paths::REALMS,
    };
    for table in super::tables(&portals::of(app)) {
        tables::copy(tx, original.id, id, table, moving).await?;
    }
    Ok(settings)
}
