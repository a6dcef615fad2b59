//! `GET /accounts`, `GET /accounts/{code}`: the clinic accounts (documented under "Clinic Account API").

use serde_json::Value;

use super::{
    call::Call,
    error::{self, Result},
    store, wire,
};

pub async fn list(call: &Call) -> Result<Value> {
    let accounts = store::accounts::list(&mut call.read().await?, call.realm.id).await?;
    let listed: Vec<_> = accounts.iter().map(wire::account).collect();
    Ok(wire::data(listed))
}

pub async fn show(call: &Call) -> Result<Value> {
    if call.in_path(0) == "-" {
        return Ok(wire::data(wire::account(&call.account)));
    }
    let found = store::accounts::find(&mut call.read().await?, call.realm.id, call.in_path(0)).await?;
    let account = found.ok_or_else(|| error::not_found("the realm has no clinic with this code"))?;
    Ok(wire::data(wire::account(&account)))
}
