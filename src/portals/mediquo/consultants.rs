//! `GET /v1/consultants`: the organization's professionals.

use super::{
    call::{Call, Reply},
    error::Result,
    store::organizations,
    wire,
};

pub async fn list(call: &Call) -> Result<Reply> {
    let mut conn = call.read().await?;
    let found = organizations::list_professionals(&mut conn, call.realm.id, &call.organization.id).await?;
    let listed = found.iter().map(wire::professional).collect();
    Ok(wire::list(call.policy().consultants_shape, listed).into())
}
