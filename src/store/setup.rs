//! What is set up at run time beside a realm's settings: keys, scopes, rules for claims.

use super::{Conn, Result, claim_rules, scopes, signing_keys};
use crate::model::{RealmId, Setup};

/// All of it.
///
/// Who changes any of it locks the realm first and raises its revision ([`super::realms::touch`]). So what is read
/// after a revision was read is of that revision or a newer one.
pub async fn find(conn: &mut Conn, realm: RealmId) -> Result<Setup> {
    Ok(Setup {
        keys: signing_keys::list(conn, realm).await?,
        scopes: scopes::list(conn, realm).await?,
        claim_rules: claim_rules::list(conn, realm).await?,
    })
}
