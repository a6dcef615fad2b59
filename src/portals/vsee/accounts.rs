//! `GET /accounts`, `GET /accounts/{code}`: the clinic accounts (documented under "Clinic Account API").

use axum::response::Response;

use super::{
    call::Call,
    error::{self, Result},
    store,
    wire::{self, AccountView},
};

pub async fn list(call: &Call) -> Result<Response> {
    let accounts = store::accounts::list(&mut call.read().await?, call.realm.id).await?;
    let views: Vec<_> = accounts.into_iter().map(AccountView::from).collect();
    Ok(wire::data(views)?)
}

pub async fn show(call: &Call) -> Result<Response> {
    if call.in_path(0) == "-" {
        return Ok(wire::data(AccountView::from(call.account.clone()))?);
    }
    let found = store::accounts::find(&mut call.read().await?, call.realm.id, call.in_path(0)).await?;
    let account = found.ok_or_else(|| error::not_found("the realm has no clinic with this code"))?;
    Ok(wire::data(AccountView::from(account))?)
}
