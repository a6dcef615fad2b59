//! The beginning of every change that other processes have to notice.

use crate::{
    api::problem::Problem,
    app::Realm,
    model::RealmSettings,
    store::{self, Tx},
};

/// Locks the realm, raises its revision and gives its settings as they stand now, first thing in a transaction.
///
/// What they become goes to `app.realms.put` after the commit, so that this process answers by it at once.
pub async fn begin_change(tx: &mut Tx, realm: &Realm) -> Result<RealmSettings, Problem> {
    let settings = store::realms::begin_change(tx, realm.id).await?;
    settings.ok_or_else(|| Problem::not_found("the realm has just been deleted"))
}
