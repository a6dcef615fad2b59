//! This portal's part of a seed: organizations with their keys, professionals, patients, prescriptions and webhooks.
//!
//! The same in TOML and JSON; an unknown member is an error. [`Seed::check`] finds what the types cannot.

use std::collections::HashSet;

use jiff::{Timestamp, civil::Date};
use serde::Deserialize;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::{
    model::{Duration, NewEndpoint, Organization, PROFILE, PrescribedTo, Professional, Status},
    webhooks,
};
use crate::{model::Secret, random};

/// The initial content of mediQuo in a realm.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Seed {
    pub organizations: Vec<SeedOrganization>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeedOrganization {
    /// API v2 calls it the user name.
    pub id: String,
    pub name: String,
    /// Public.
    pub api_key: String,
    pub secret_key: Secret,
    /// The password for API v2. Default: API v2 is not enabled.
    #[serde(default)]
    pub password: Option<Secret>,
    #[serde(default)]
    pub sends_activation_codes: bool,
    #[serde(default)]
    pub professionals: Vec<SeedProfessional>,
    #[serde(default)]
    pub patients: Vec<SeedPatient>,
    #[serde(default)]
    pub prescriptions: Vec<SeedPrescription>,
    #[serde(default)]
    pub activation_codes: Vec<SeedActivationCode>,
    #[serde(default)]
    pub webhook_endpoints: Vec<NewEndpoint>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeedProfessional {
    pub hash: String,
    pub name: String,
    #[serde(default)]
    pub avatar: String,
    #[serde(default)]
    pub title: String,
    #[serde(default)]
    pub description: String,
    pub speciality_id: i64,
    pub speciality: String,
    pub status: Status,
    #[serde(default)]
    pub collegiate_number: Option<String>,
}

/// A patient that is visible at once. Its profile has the members of the API.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeedPatient {
    pub code: String,
    pub profile: Map<String, Value>,
    /// `allergies`, `diseases`, `medications`, which are sent in webhooks.
    #[serde(default)]
    pub history: Map<String, Value>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeedPrescription {
    pub code: Uuid,
    #[serde(default)]
    pub patient_code: Option<String>,
    pub patient: PrescribedTo,
    pub active_substances: Vec<String>,
    /// Default: the time at which the seed is loaded.
    #[serde(default)]
    pub issued_at: Option<Timestamp>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeedActivationCode {
    pub code: String,
    #[serde(default)]
    pub plan_name: Option<String>,
    #[serde(default)]
    pub tag: Option<String>,
    #[serde(default)]
    pub duration: Duration,
    #[serde(default)]
    pub duration_in_months: Option<i64>,
    #[serde(default)]
    pub duration_in_days: Option<i64>,
    #[serde(default)]
    pub expires_at: Option<Date>,
    #[serde(default = "once")]
    pub max_redemptions: i64,
}

fn once() -> i64 {
    1
}

impl Seed {
    /// The content of a new server.
    pub fn demo() -> Self {
        toml::from_str(include_str!("demo.toml")).expect("the demo is sound, which a test reads it to see")
    }

    /// # Errors
    /// The first problem, for the author of the seed.
    pub fn check(&self) -> Result<(), String> {
        let organizations = || self.organizations.iter();
        unique("organization", organizations().map(|one| &one.id))?;
        unique("api_key", organizations().map(|one| &one.api_key))?;
        let professionals = organizations().flat_map(|one| &one.professionals);
        unique("professional", professionals.map(|one| &one.hash))?;
        let prescriptions = organizations().flat_map(|one| &one.prescriptions);
        unique("prescription", prescriptions.map(|one| &one.code))?;
        organizations().try_for_each(SeedOrganization::check)
    }
}

impl SeedOrganization {
    fn check(&self) -> Result<(), String> {
        for (what, text) in [
            ("id", self.id.as_str()),
            ("api_key", &self.api_key),
            ("secret_key", self.secret_key.reveal()),
        ] {
            check(!text.trim().is_empty() && text.len() <= 255, || {
                format!("organization {:?}: {what} is 1 to 255 characters", self.id)
            })?;
        }
        unique("patient", self.patients.iter().map(|one| &one.code))?;
        unique("activation code", self.activation_codes.iter().map(|one| &one.code))?;
        for patient in &self.patients {
            let unknown = patient
                .profile
                .keys()
                .find(|member| !PROFILE.contains(&member.as_str()));
            check(unknown.is_none(), || {
                format!(
                    "patient {:?}: a profile has no {:?}",
                    patient.code,
                    unknown.map_or("", |name| name)
                )
            })?;
            check(!patient.code.trim().is_empty() && patient.code.len() <= 255, || {
                "the code of a patient is 1 to 255 characters".to_owned()
            })?;
        }
        for code in &self.activation_codes {
            check(code.max_redemptions > 0, || {
                format!("activation code {:?}: max_redemptions is at least 1", code.code)
            })?;
        }
        self.webhook_endpoints.iter().try_for_each(webhooks::check_endpoint)
    }

    pub fn organization(&self) -> Organization {
        Organization {
            id: self.id.clone(),
            name: self.name.clone(),
            api_key: self.api_key.clone(),
            secret_key_digest: random::digest(self.secret_key.reveal()),
            password_digest: self.password.as_ref().map(|password| random::digest(password.reveal())),
            sends_activation_codes: self.sends_activation_codes,
        }
    }
}

impl SeedProfessional {
    pub fn professional(&self) -> Professional {
        Professional {
            hash: self.hash.clone(),
            name: self.name.clone(),
            avatar: self.avatar.clone(),
            title: self.title.clone(),
            description: self.description.clone(),
            speciality_id: self.speciality_id,
            speciality: self.speciality.clone(),
            status: self.status,
            collegiate_number: self.collegiate_number.clone(),
        }
    }
}

fn check(sound: bool, problem: impl FnOnce() -> String) -> Result<(), String> {
    if sound { Ok(()) } else { Err(problem()) }
}

fn unique<T: Eq + std::hash::Hash + std::fmt::Debug>(
    what: &str,
    names: impl IntoIterator<Item = T>,
) -> Result<(), String> {
    let mut seen = HashSet::new();
    for name in names {
        check(!seen.contains(&name), || format!("{what}: {name:?} is listed twice"))?;
        seen.insert(name);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_shipped_seed_is_sound() {
        assert_eq!(Seed::demo().check(), Ok(()));
    }

    fn minimal() -> Value {
        json!({"organizations": [{
            "id": "one", "name": "One", "api_key": "a", "secret_key": "s",
            "professionals": [{"hash": "p", "name": "P", "speciality_id": 1, "speciality": "S", "status": "online"}],
            "patients": [{"code": "jane-1", "profile": {"first_name": "Jane"}}],
            "activation_codes": [{"code": "C"}],
            "webhook_endpoints": [{"url": "http://127.0.0.1:9/hook", "secret": "s"}],
        }]})
    }

    fn verdict(seed: Value) -> Result<(), String> {
        serde_json::from_value::<Seed>(seed)
            .map_err(|error| error.to_string())?
            .check()
    }

    #[test]
    fn a_minimal_seed_is_sound() {
        assert_eq!(verdict(minimal()), Ok(()));
    }

    #[test]
    fn dangling_references_and_impossible_values_are_refused() {
        let organization = "/organizations/0";
        for (place, member, wrong) in [
            (organization, "id", json!("")),
            (organization, "secret_key", json!(" ")),
            (organization, "secret", json!("s")),
            ("/organizations/0/professionals/0", "status", json!("busy")),
            ("/organizations/0/patients/0", "code", json!("")),
            ("/organizations/0/patients/0/profile", "shoe_size", json!(42)),
            ("/organizations/0/activation_codes/0", "max_redemptions", json!(0)),
            ("/organizations/0/activation_codes/0", "expires_at", json!("tomorrow")),
            ("/organizations/0/webhook_endpoints/0", "url", json!("ftp://127.0.0.1/")),
            ("/organizations/0/webhook_endpoints/0", "url", json!("nowhere")),
            (
                "/organizations/0/webhook_endpoints/0",
                "events",
                json!(["patient_was_born"]),
            ),
            ("/organizations/0/webhook_endpoints/0", "version", json!(3)),
            ("/organizations/0/webhook_endpoints/0", "signature", json!("md5")),
        ] {
            let mut seed = minimal();
            seed.pointer_mut(place).expect("a place")[member] = wrong;
            assert!(verdict(seed.clone()).is_err(), "{seed:#}");
        }
    }

    #[test]
    fn what_is_listed_twice_is_refused() {
        for list in [
            "/organizations",
            "/organizations/0/professionals",
            "/organizations/0/patients",
            "/organizations/0/activation_codes",
        ] {
            let mut seed = minimal();
            let items = seed.pointer_mut(list).and_then(Value::as_array_mut).expect("a list");
            items.push(items[0].clone());
            let verdict = verdict(seed);
            assert!(
                verdict.as_ref().is_err_and(|problem| problem.contains("listed twice")),
                "{list}: {verdict:?}"
            );
        }
    }
}
