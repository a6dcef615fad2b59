//! `GET /v1/prescriptions/{code}` and `…/download`, documented below `/api/v1`.

use uuid::Uuid;

use super::{
    call::{Call, Reply},
    error::{self, Result},
    model::Prescription,
    pdf,
    store::appointments as store,
    wire,
};

/// `GET …/prescriptions/{code}`.
pub async fn show(call: &Call) -> Result<Reply> {
    let prescription = find(call).await?;
    Ok(wire::prescription(&call.realm, call.policy(), &prescription).into())
}

/// `GET …/prescriptions/{code}/download`.
pub async fn download(call: &Call) -> Result<Reply> {
    let prescription = find(call).await?;
    Ok(Reply::Pdf(pdf::prescription(&prescription, &call.organization.name)))
}

async fn find(call: &Call) -> Result<Prescription> {
    let unknown = || error::not_found("there is no such prescription");
    let code = Uuid::try_parse(&call.code).map_err(|_| unknown())?.to_string();
    let found = store::find_prescription(&mut call.read().await?, call.realm.id, &code).await?;
    let prescription = found.ok_or_else(unknown)?;
    error::forbidden("the prescription belongs to another organization")
        .when(prescription.organization != call.organization.id)?;
    Ok(prescription)
}
