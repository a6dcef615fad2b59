//! What only a seed writes: organizations and their professionals.

use crate::{
    model::RealmId,
    portals::mediquo::model::{Organization, Professional},
    store::{Result, Tx, database::execute},
};

pub async fn insert_organization(tx: &mut Tx, realm: RealmId, sequence: i64, new: &Organization) -> Result<()> {
    execute!(
        tx,
        "insert into mediquo_organizations
             (realm, id, sequence, name, api_key, secret_key_digest, password_digest, sends_activation_codes, changes)
         values ($1, $2, $3, $4, $5, $6, $7, $8, 0)",
        realm,
        new.id,
        sequence,
        new.name,
        new.api_key,
        new.secret_key_digest,
        new.password_digest,
        new.sends_activation_codes,
    )?;
    Ok(())
}

pub async fn insert_professional(
    tx: &mut Tx,
    realm: RealmId,
    organization: &str,
    sequence: i64,
    new: &Professional,
) -> Result<()> {
    execute!(
        tx,
        "insert into mediquo_professionals
             (realm, hash, organization_id, sequence, name, avatar, title, description, speciality_id, speciality,
              status, collegiate_number)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        realm,
        new.hash,
        *organization,
        sequence,
        new.name,
        new.avatar,
        new.title,
        new.description,
        new.speciality_id,
        new.speciality,
        *new.status.name(),
        new.collegiate_number,
    )?;
    Ok(())
}
