//! A realm's policy: named switches, and presets that set them all.
//!
//! `default` is what current specifications ask for; `portal` is what the emulated portal was seen to
//! do. Discovery is generated from these switches, so it advertises what is on, no more and no less.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{MediquoPolicy, Scope, Scopes, SigningAlgorithm};

/// A set of switches to start from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Preset {
    #[default]
    Default,
    Portal,
}

/// How codes are bound to the client that asked for them (RFC 7636).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pkce {
    /// S256; required of public clients, enforced when a confidential one sends it, advertised.
    Enforced,
    /// The parameters are ignored and not advertised.
    Ignored,
}

/// Whose words an error speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorTexts {
    /// What is wrong with this request.
    Explained,
    /// The portal's documented text for the error code.
    Documented,
}

/// Subject identifier types (OIDC Core §8).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SubjectType {
    Public,
    Pairwise,
}

impl SubjectType {
    pub fn name(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Pairwise => "pairwise",
        }
    }
}

/// What happens to a refresh token that is used (RFC 9700 §4.14).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefreshRotation {
    /// Its successor is given again while it is unused and within the grace; later reuse ends the grant.
    /// Access tokens issued before live on.
    Guarded,
    /// The pair is replaced at once: the old access token dies too, and reuse is only refused.
    Immediate,
}

/// What a revocation ends (RFC 7009 §2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RevocationReach {
    /// A refresh token ends its grant, an access token only itself.
    Grant,
    /// Either ends the pair they were issued as.
    Pair,
}

/// How long things live, in seconds of the realm's clock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lifetimes {
    pub authorization_code: u32,
    pub access_token: u32,
    pub id_token: u32,
    pub session: u32,
    /// Since the token was issued, so that use prolongs it. `None`: does not expire.
    pub refresh_token: Option<u32>,
    /// How long a used refresh token still yields its unused successor.
    pub refresh_grace: u32,
}

/// What the VSee Clinic of a realm does, where its documentation leaves a choice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VseePolicy {
    /// `POST /users/sso` answers. In production it is off until support enables it: then 403.
    pub sso_enabled: bool,
    /// Newer samples send `X-ApiSecret` with the key, older ones the key alone.
    pub sso_secret: VseeSecret,
    /// Appointments have a link that starts them once.
    pub one_time_links: bool,
}

/// Whether single sign-on asks for `X-ApiSecret`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VseeSecret {
    Required,
    /// One that is sent has to be right all the same.
    Optional,
}

impl VseePolicy {
    fn usual() -> Self {
        Self {
            sso_enabled: true,
            sso_secret: VseeSecret::Required,
            one_time_links: true,
        }
    }
}

/// The switches. Names and values are those of `policy` in the control API.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    pub preset: Preset,
    pub pkce: Pkce,
    /// `iss` in the authorization response (RFC 9207), advertised.
    pub authorization_response_iss: bool,
    /// Token requests may be JSON.
    pub token_request_json: bool,
    pub error_texts: ErrorTexts,
    /// Errors lead to their exchange in the journal (`error_uri`, RFC 6749 §4.1.2.1, §5.2); `access_denied` never does.
    pub error_uri: bool,
    /// A client that fails to authenticate is answered as upstream does: at the token endpoint with a
    /// Bearer challenge, at revocation with 403, at introspection with 400.
    pub upstream_client_refusals: bool,
    /// 302 or 303, after consent.
    pub redirect_status: u16,
    pub subject_type: SubjectType,
    pub scopes_supported: Vec<String>,
    /// `openid` alone yields all claims, whatever the other scopes.
    pub all_claims_with_openid: bool,
    pub lifetimes: Lifetimes,
    pub refresh_rotation: RefreshRotation,
    pub revocation_reach: RevocationReach,
    /// A confidential client may introspect any token of its realm, not only its own.
    pub introspect_foreign_tokens: bool,
    /// A resource request without a token is answered with `error="invalid_token"` instead of a bare
    /// challenge (RFC 6750 §3.1).
    pub missing_token_is_invalid: bool,
    /// With `login_hint`, sign-in and consent are skipped.
    pub auto_login: bool,
    /// A repeated consent is skipped when a live token of the client has the scopes, not when a
    /// remembered consent covers them.
    pub consent_by_live_token: bool,
    pub id_token_signing_alg: SigningAlgorithm,
    /// MyPatientPortal takes blanks in an availability id for the `+` that a form made blanks of.
    pub lenient_availability_ids: bool,
    #[serde(default)]
    pub mediquo: MediquoPolicy,
    pub vsee: VseePolicy,
}

impl Default for Policy {
    fn default() -> Self {
        Self::preset(Preset::Default)
    }
}

impl Policy {
    pub fn preset(preset: Preset) -> Self {
        match preset {
            Preset::Default => Self::specified(),
            Preset::Portal => Self::as_captured(),
        }
    }

    fn specified() -> Self {
        let scopes = [
            "openid",
            "profile",
            "email",
            "address",
            "phone",
            "offline_access",
            "profile_read",
            "appointment_read",
            "appointment_write",
            "appointment_guest_lookup",
            "appointment_guest_write",
        ];
        Self {
            preset: Preset::Default,
            pkce: Pkce::Enforced,
            authorization_response_iss: true,
            token_request_json: false,
            error_texts: ErrorTexts::Explained,
            error_uri: true,
            upstream_client_refusals: false,
            redirect_status: 303,
            subject_type: SubjectType::Public,
            scopes_supported: scopes.map(str::to_owned).to_vec(),
            all_claims_with_openid: false,
            lifetimes: Lifetimes {
                authorization_code: 60,
                access_token: 7200,
                id_token: 3600,
                session: 8 * 3600,
                refresh_token: Some(30 * 24 * 3600),
                refresh_grace: 60,
            },
            refresh_rotation: RefreshRotation::Guarded,
            revocation_reach: RevocationReach::Grant,
            introspect_foreign_tokens: true,
            missing_token_is_invalid: false,
            auto_login: false,
            consent_by_live_token: false,
            id_token_signing_alg: SigningAlgorithm::Rs256,
            lenient_availability_ids: false,
            mediquo: MediquoPolicy::default(),
            vsee: VseePolicy::usual(),
        }
    }

    fn as_captured() -> Self {
        let scopes = [
            "basic",
            "profile:read",
            "appointments:read",
            "appointments:book",
            "openid",
            "appointment_read",
            "appointment_write",
            "profile_read",
            "appointment_guest_lookup",
            "appointment_guest_write",
        ];
        Self {
            preset: Preset::Portal,
            pkce: Pkce::Ignored,
            authorization_response_iss: false,
            token_request_json: true,
            error_texts: ErrorTexts::Documented,
            error_uri: false,
            upstream_client_refusals: true,
            redirect_status: 302,
            subject_type: SubjectType::Pairwise,
            scopes_supported: scopes.map(str::to_owned).to_vec(),
            all_claims_with_openid: true,
            lifetimes: Lifetimes {
                authorization_code: 600,
                access_token: 7200,
                id_token: 120,
                session: 8 * 3600,
                refresh_token: None,
                refresh_grace: 0,
            },
            refresh_rotation: RefreshRotation::Immediate,
            revocation_reach: RevocationReach::Pair,
            introspect_foreign_tokens: false,
            missing_token_is_invalid: true,
            auto_login: false,
            consent_by_live_token: true,
            id_token_signing_alg: SigningAlgorithm::Rs256,
            lenient_availability_ids: false,
            mediquo: MediquoPolicy::default(),
            vsee: VseePolicy::usual(),
        }
    }

    /// Reads `"portal"`, or `{"preset": "portal", "pkce": "enforced", "lifetimes": {"id_token": 60}}`:
    /// a preset (`default` where none is named) with some switches set otherwise.
    ///
    /// # Errors
    /// What is wrong, in words for the person who wrote it: an unknown preset or switch, or a value the
    /// switch does not take.
    pub fn read(value: &Value) -> Result<Self, String> {
        let preset = match value {
            Value::String(_) => value,
            Value::Object(switches) => switches.get("preset").unwrap_or(&Value::Null),
            _ => return Err("a policy is a preset's name or an object of switches".to_owned()),
        };
        let preset = match preset {
            Value::Null => Preset::Default,
            named => Preset::deserialize(named).map_err(|_| format!("there is no policy preset {named}"))?,
        };
        Self::preset(preset).changed(if value.is_object() { value } else { &Value::Null })
    }

    /// This policy with some switches set otherwise.
    ///
    /// # Errors
    /// As [`Policy::read`].
    pub fn changed(&self, switches: &Value) -> Result<Self, String> {
        let mut all = serde_json::to_value(self).map_err(|error| error.to_string())?;
        if let Value::Object(switches) = switches {
            for (name, value) in switches {
                merge(&mut all[name.as_str()], value);
            }
        }
        let policy: Self = serde_json::from_value(all).map_err(|error| error.to_string())?;
        policy.check()?;
        Ok(policy)
    }

    /// The scopes there are.
    pub fn scopes(&self) -> Scopes {
        self.scopes_supported.iter().map(String::as_str).collect()
    }

    /// This policy with further scopes that it supports.
    pub fn with_scopes(&self, scopes: &[Scope]) -> Self {
        let mut policy = self.clone();
        for scope in scopes {
            if !policy.scopes_supported.contains(&scope.name) {
                policy.scopes_supported.push(scope.name.clone());
            }
        }
        policy
    }

    fn check(&self) -> Result<(), String> {
        if !matches!(self.redirect_status, 302 | 303) {
            return Err("redirect_status is 302 or 303".to_owned());
        }
        if !self.scopes_supported.iter().any(|scope| scope == "openid") {
            return Err("scopes_supported contains openid".to_owned());
        }
        for (place, scope) in self.scopes_supported.iter().enumerate() {
            let alone = scope.parse::<Scopes>().is_ok_and(|scopes| scopes.iter().eq([scope]));
            if !alone || self.scopes_supported[..place].contains(scope) {
                return Err(format!(
                    "scopes_supported names scopes (RFC 6749 §3.3), each once: {scope:?}"
                ));
            }
        }
        let lifetimes = &self.lifetimes;
        if [
            lifetimes.authorization_code,
            lifetimes.access_token,
            lifetimes.id_token,
            lifetimes.session,
        ]
        .contains(&0)
        {
            return Err("a lifetime is at least one second".to_owned());
        }
        self.mediquo.check()
    }
}

fn merge(into: &mut Value, value: &Value) {
    match (into, value) {
        (Value::Object(into), Value::Object(from)) => {
            for (name, value) in from {
                merge(into.entry(name.clone()).or_insert(Value::Null), value);
            }
        }
        (into, value) => *into = value.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_preset_may_be_named_alone() {
        assert_eq!(Policy::read(&json!("portal")), Ok(Policy::preset(Preset::Portal)));
        assert_eq!(Policy::read(&json!({})), Ok(Policy::default()));
    }

    #[test]
    fn a_switch_changes_only_itself() {
        let policy = Policy::read(&json!({"preset": "portal", "lifetimes": {"id_token": 60}})).expect("sound");

        let mut expected = Policy::preset(Preset::Portal);
        expected.lifetimes.id_token = 60;
        assert_eq!(policy, expected);
    }

    #[test]
    fn unknown_presets_switches_and_values_are_refused() {
        for wrong in [
            json!("strict"),
            json!(7),
            json!({"preset": "strict"}),
            json!({"pcke": "ignored"}),
            json!({"pkce": "sometimes"}),
            json!({"redirect_status": 307}),
            json!({"lifetimes": {"code": 60}}),
            json!({"lifetimes": {"access_token": -1}}),
            json!({"lifetimes": {"access_token": 0}}),
            json!({"scopes_supported": ["profile"]}),
            json!({"scopes_supported": ["openid", "a b"]}),
            json!({"scopes_supported": ["openid", ""]}),
            json!({"scopes_supported": ["openid", "openid"]}),
            json!({"mediquo": {"rate_limit": 0}}),
            json!({"mediquo": {"unknown_patient_status": 403}}),
            json!({"mediquo": {"unknown_appointment_status": 401}}),
            json!({"mediquo": {"patient_update": "append"}}),
            json!({"mediquo": {"rate": 600}}),
            json!({"vsee": {"sso_secret": "sometimes"}}),
            json!({"vsee": {"sso": true}}),
        ] {
            assert!(Policy::read(&wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_stored_policy_reads_back() {
        for preset in [Preset::Default, Preset::Portal] {
            let policy = Policy::preset(preset);
            let stored = serde_json::to_value(&policy).expect("serialises");
            assert_eq!(Policy::read(&stored), Ok(policy));
        }
    }
}
