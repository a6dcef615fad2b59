//! Removing what no column alone says is over, in batches, so that no request waits long behind one. What expires is
//! removed by a [walk](super::tables::Walk) through its table.

use jiff::Timestamp;

use super::{Result, Tx, database::execute};
use crate::model::{ClientId, RealmId, UserId};

/// Removes a batch of grants to which no code or token belongs; how many went.
///
/// It has to look at every grant that was not touched since `then`, so it is for seldom use.
pub async fn empty_grants(tx: &mut Tx, realm: RealmId, then: Timestamp) -> Result<u64> {
    execute!(
        tx,
        "delete from grants where realm = $1 and id in (
            select g.id from grants g where g.realm = $1 and g.touched_at < $2
                and not exists (select 1 from access_tokens t where t.realm = g.realm and t.grant_id = g.id)
                and not exists (select 1 from refresh_tokens t where t.realm = g.realm and t.grant_id = g.id)
                and not exists (select 1 from authorization_codes c where c.realm = g.realm and c.grant_id = g.id)
            limit 100)",
        realm,
        then,
    )
}

/// Codes and tokens of everything a user has granted. They refer to grants without a foreign key, so they go before
/// them.
pub async fn tokens_of_user(tx: &mut Tx, realm: RealmId, user: &UserId) -> Result<()> {
    for statement in [
        "delete from access_tokens where realm = $1
            and grant_id in (select id from grants where realm = $1 and user_id = $2)",
        "delete from refresh_tokens where realm = $1
            and grant_id in (select id from grants where realm = $1 and user_id = $2)",
        "delete from authorization_codes where realm = $1
            and grant_id in (select id from grants where realm = $1 and user_id = $2)",
    ] {
        execute!(tx, statement, realm, user)?;
    }
    Ok(())
}

/// Codes and tokens of a client, those it got for itself among them.
pub async fn tokens_of_client(tx: &mut Tx, realm: RealmId, client: &ClientId) -> Result<()> {
    for statement in [
        "delete from access_tokens where realm = $1 and client_id = $2",
        "delete from refresh_tokens where realm = $1 and client_id = $2",
        "delete from authorization_codes where realm = $1 and client_id = $2",
    ] {
        execute!(tx, statement, realm, client)?;
    }
    Ok(())
}
