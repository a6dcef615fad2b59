//! Writes a seed, or what a tester adds later, into a realm.

use std::sync::Arc;

use jiff::Timestamp;

use super::{
    model::{ActivationCode, NewEndpoint, Patient, Prescription, WebhookEndpoint},
    patients::Write,
    seed::{Seed, SeedOrganization},
    store::{
        activation_codes, appointments, patients,
        seeding::{insert_organization, insert_professional},
        tables::{SECRET, WEBHOOK_ENDPOINTS},
        webhook_endpoints,
    },
};
use crate::{
    keys::sealing::{Sealer, SealingError},
    model::{PatientUpdate, RealmId},
    random::Random,
    store::{self, Tx, tables::place},
};

/// A seed whose secrets are sealed, ready to be written in a transaction.
#[derive(Clone, Debug)]
pub struct PreparedOrganizations {
    seed: Arc<Seed>,
    /// For each organization, in order.
    endpoints: Vec<Vec<WebhookEndpoint>>,
}

impl PreparedOrganizations {
    /// # Errors
    /// When something cannot be sealed.
    pub fn new(seed: Arc<Seed>, sealer: &Sealer, random: &Random, now: Timestamp) -> Result<Self, SealingError> {
        let of = |organization: &SeedOrganization| {
            let endpoints = organization.webhook_endpoints.iter();
            endpoints
                .map(|new| endpoint(new, &organization.id, sealer, random, now))
                .collect()
        };
        let endpoints = seed.organizations.iter().map(of).collect::<Result<_, _>>()?;
        Ok(Self { seed, endpoints })
    }

    /// Writes it into an empty portal.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn load(&self, tx: &mut Tx, realm: RealmId, now: Timestamp) -> store::Result<()> {
        for (sequence, (organization, endpoints)) in (1..).zip(self.seed.organizations.iter().zip(&self.endpoints)) {
            insert_organization(tx, realm, sequence, &organization.organization()).await?;
            for (sequence, professional) in (1..).zip(&organization.professionals) {
                insert_professional(tx, realm, &organization.id, sequence, &professional.professional()).await?;
            }
            load_patients(tx, realm, organization, now).await?;
            load_activation_codes(tx, realm, organization, now).await?;
            for endpoint in endpoints {
                webhook_endpoints::insert(tx, realm, endpoint).await?;
            }
        }
        Ok(())
    }
}

/// An endpoint with its secret sealed for its column.
///
/// # Errors
/// When it cannot be sealed.
pub fn endpoint(
    new: &NewEndpoint,
    organization: &str,
    sealer: &Sealer,
    random: &Random,
    now: Timestamp,
) -> Result<WebhookEndpoint, SealingError> {
    let sealed = sealer.seal(
        new.secret.reveal().as_bytes(),
        place(WEBHOOK_ENDPOINTS, SECRET).as_bytes(),
    )?;
    Ok(WebhookEndpoint {
        id: random.id(now),
        organization: organization.to_owned(),
        url: new.url.clone(),
        events: new.events.clone(),
        signature: new.signature,
        sealed_secret: sealed,
        version: new.version,
    })
}

async fn load_patients(
    tx: &mut Tx,
    realm: RealmId,
    organization: &SeedOrganization,
    now: Timestamp,
) -> store::Result<()> {
    for seeded in &organization.patients {
        let write = Write::of(&seeded.code, seeded.profile.clone());
        let patient = Patient {
            history: seeded.history.clone(),
            ..write.applied_to(None, PatientUpdate::Replace, now)
        };
        patients::insert(tx, realm, &organization.id, 0, &patient, now).await?;
    }
    for seeded in &organization.prescriptions {
        let prescription = Prescription {
            code: seeded.code.to_string(),
            organization: organization.id.clone(),
            patient_code: seeded.patient_code.clone(),
            patient: seeded.patient.clone(),
            active_substances: seeded.active_substances.clone(),
            issued_at: seeded.issued_at.unwrap_or(now),
        };
        appointments::insert_prescription(tx, realm, &prescription).await?;
    }
    Ok(())
}

async fn load_activation_codes(
    tx: &mut Tx,
    realm: RealmId,
    organization: &SeedOrganization,
    now: Timestamp,
) -> store::Result<()> {
    for seeded in &organization.activation_codes {
        let code = ActivationCode {
            code: seeded.code.clone(),
            plan_name: seeded.plan_name.clone(),
            tag: seeded.tag.clone(),
            duration: seeded.duration,
            duration_in_months: seeded.duration_in_months,
            duration_in_days: seeded.duration_in_days,
            expires_on: seeded.expires_at,
            max_redemptions: seeded.max_redemptions,
            redeemed: 0,
            meta: None,
            active: true,
            last_phone_number: None,
            last_phone_prefix: None,
            last_email: None,
            created_at: now,
        };
        activation_codes::insert(tx, realm, &organization.id, &code).await?;
    }
    Ok(())
}
