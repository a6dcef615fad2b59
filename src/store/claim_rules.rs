//! Rules that put further claims into tokens and answers.

use super::{
    Conn, Result, Row, Tx,
    columns::json,
    database::{execute, fetch_all},
    tables::{self, Table},
};
use crate::model::{ClaimPlace, ClaimRule, ClientId, RealmId, UserId};

/// What snapshots, copies and the removal of expired rows know of the table.
pub const TABLE: Table = Table::new(
    "claim_rules",
    &["id"],
    &[
        tables::text("id"),
        tables::integer("sequence"),
        tables::text("client_id").or_null(),
        tables::text("user_id").or_null(),
        tables::text("scope").or_null(),
        tables::json("places").of::<Vec<ClaimPlace>>(),
        tables::json("claims").with_addresses().with_templates(),
    ],
)
.listed_by(&["sequence"])
.refers(&[("client_id", "clients"), ("user_id", "users")]);

/// Adds a rule after all others; false when there is one of that id.
pub async fn insert(tx: &mut Tx, realm: RealmId, rule: &ClaimRule) -> Result<bool> {
    let rows = execute!(
        tx,
        "insert into claim_rules (realm, id, sequence, client_id, user_id, scope, places, claims)
         select $1, $2, coalesce(max(sequence), 0) + 1, $3, $4, $5, $6, $7 from claim_rules where realm = $1
         on conflict do nothing",
        realm,
        rule.id,
        rule.client,
        rule.user,
        rule.scope,
        json(&rule.places)?,
        json(&rule.claims)?,
    )?;
    Ok(rows == 1)
}

/// Says a rule anew, where it stands; false when there is none of that id.
pub async fn update(tx: &mut Tx, realm: RealmId, rule: &ClaimRule) -> Result<bool> {
    let rows = execute!(
        tx,
        "update claim_rules set client_id = $3, user_id = $4, scope = $5, places = $6, claims = $7
         where realm = $1 and id = $2",
        realm,
        rule.id,
        rule.client,
        rule.user,
        rule.scope,
        json(&rule.places)?,
        json(&rule.claims)?,
    )?;
    Ok(rows == 1)
}

/// All of them in the order they were added, which is the order they are followed.
pub async fn list(conn: &mut Conn, realm: RealmId) -> Result<Vec<ClaimRule>> {
    let rows = fetch_all!(
        conn,
        "select id, client_id, user_id, scope, places, claims from claim_rules
         where realm = $1 order by sequence, id",
        realm,
    )?;
    rows.iter().map(rule).collect()
}

/// Removes a rule; false when there is none of that id.
pub async fn delete(tx: &mut Tx, realm: RealmId, id: &str) -> Result<bool> {
    let rows = execute!(tx, "delete from claim_rules where realm = $1 and id = $2", realm, id)?;
    Ok(rows == 1)
}

/// Removes the rules that are about this user alone.
pub async fn delete_of_user(tx: &mut Tx, realm: RealmId, user: &UserId) -> Result<()> {
    execute!(
        tx,
        "delete from claim_rules where realm = $1 and user_id = $2",
        realm,
        user
    )?;
    Ok(())
}

/// Removes the rules that are about this client alone.
pub async fn delete_of_client(tx: &mut Tx, realm: RealmId, client: &ClientId) -> Result<()> {
    execute!(
        tx,
        "delete from claim_rules where realm = $1 and client_id = $2",
        realm,
        client
    )?;
    Ok(())
}

fn rule(row: &Row) -> Result<ClaimRule> {
    Ok(ClaimRule {
        id: row.get("id")?,
        client: row.optional("client_id")?,
        user: row.optional("user_id")?,
        scope: row.optional("scope")?,
        places: row.json("places")?,
        claims: row.json("claims")?,
    })
}
