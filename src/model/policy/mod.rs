//! A realm's policy: named switches, and presets that set them all.
//!
//! `default` is what current specifications ask for; `portal` is what the emulated portal was seen to do. Discovery is
//! generated from the switches, so it advertises what is on, no more and no less.
//!
//! A switch is declared once, in the list below or in the list of its portal: see [`declared`].

mod declared;
mod mediquo;
mod values;
mod vsee;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use self::{
    mediquo::{ListShape, MediquoPolicy, MessageEvent, PatientUpdate, RepeatedCodes},
    vsee::{VseePolicy, VseeSecret},
};

use self::{
    declared::switches,
    values::{AtLeastOne, OneOf},
};
use super::{Scope, Scopes, SigningAlgorithm, suggestion};

/// A set of switches to start from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Preset {
    /// What current specifications ask for.
    #[default]
    Default,
    /// What the emulated portal was seen to do.
    Portal,
}

impl Preset {
    pub const ALL: [Self; 2] = [Self::Default, Self::Portal];
}

switches! {
    /// The switches of a realm.
    Policy {
        /// What the other switches were set from.
        preset: Preset = Preset::Default, Portal: Preset::Portal;
        /// How authorization codes are bound to the client that asked for them (RFC 7636).
        pkce: Pkce = Pkce::Enforced, Portal: Pkce::Ignored;
        /// The authorization response has `iss`, which is advertised (RFC 9207).
        authorization_response_iss: bool = true, Portal: false;
        /// Token requests may be JSON instead of forms.
        token_request_json: bool = false, Portal: true;
        /// What `error_description` says: what is wrong with the request, or what the portal documents.
        error_texts: ErrorTexts = ErrorTexts::Explained, Portal: ErrorTexts::Documented;
        /// Errors link to their exchange in the journal (`error_uri`, RFC 6749 §4.1.2.1, §5.2); `access_denied` never
        /// does.
        error_uri: bool = true, Portal: false;
        /// A client that fails to authenticate is answered as by the portal: with a Bearer challenge at the token
        /// endpoint, 403 at revocation, 400 at introspection.
        upstream_client_refusals: bool = false, Portal: true;
        /// How the two parts of `Authorization: Basic` are encoded before they are joined (RFC 6749 §2.3.1).
        basic_encoding: BasicEncoding = BasicEncoding::FormEncoded, Portal: BasicEncoding::Plain;
        /// Client authentication is as lenient as the portal's: `Authorization: Bearer` beside a token or revocation
        /// request is ignored, and a public client may send `Authorization: Basic` with an empty secret.
        upstream_client_authentication: bool = false, Portal: true;
        /// A request without `scope` gets the client's `default_scope`; otherwise it is refused (RFC 6749 §3.3).
        default_scopes: bool = true, Portal: false;
        /// What the parameter `resource` does (RFC 8707).
        resource_indicators: ResourceIndicators = ResourceIndicators::Listed, Portal: ResourceIndicators::Ignored;
        /// A client's `id_token_claims` count. Otherwise claims about the user come from userinfo only.
        id_token_claims_by_client: bool = true, Portal: false;
        /// Scripts of any origin may call the portals' APIs (CORS). Without it a browser hides their answers.
        portal_cors: bool = true;
        /// The status of the redirect to the client after consent.
        redirect_status: OneOf<302, 303> = OneOf::SECOND, Portal: OneOf::FIRST;
        /// Whether every client knows a user by the same `sub`, or each by another (OIDC Core §8).
        subject_type: SubjectType = SubjectType::Public, Portal: SubjectType::Pairwise;
        /// The built-in scopes that clients may ask for, `openid` among them. The realm's own scopes are added to them.
        #[schemars(extend("contains" = {"const": "openid"}))]
        scopes_supported: Vec<String> = names(&[
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
        ]), Portal: names(&[
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
        ]);
        /// `openid` alone yields all claims that the portal knows, whatever the other scopes.
        all_claims_with_openid: bool = false, Portal: true;
        /// How long sessions, codes and tokens live, in seconds of the realm's clock.
        lifetimes: Lifetimes = Lifetimes::default(), Portal: Lifetimes::preset(Preset::Portal);
        /// What happens to a refresh token that is used (RFC 9700 §4.14).
        refresh_rotation: RefreshRotation = RefreshRotation::Guarded, Portal: RefreshRotation::Immediate;
        /// What a revocation ends (RFC 7009 §2.1).
        revocation_reach: RevocationReach = RevocationReach::Grant, Portal: RevocationReach::Pair;
        /// A confidential client may introspect every token of its realm, not only its own.
        introspect_foreign_tokens: bool = true, Portal: false;
        /// A resource request without a token is answered with `error="invalid_token"` instead of a bare challenge
        /// (RFC 6750 §3.1).
        missing_token_is_invalid: bool = false, Portal: true;
        /// With `login_hint`, sign-in and consent are skipped: for tests without a browser.
        auto_login: bool = false;
        /// A repeated consent is skipped when a live token of the client has the scopes, not when a remembered consent
        /// covers them.
        consent_by_live_token: bool = false, Portal: true;
        /// The algorithm that signs ID tokens and JWT access tokens (RFC 7518 §3.1); it is advertised.
        id_token_signing_alg: SigningAlgorithm = SigningAlgorithm::Rs256;
        /// MyPatientPortal takes spaces in an availability id for the `+` that a form turned into spaces.
        lenient_availability_ids: bool = false;
        /// What mediQuo does where its documentation leaves a choice.
        mediquo: MediquoPolicy = MediquoPolicy::default();
        /// What VSee Clinic does where its documentation leaves a choice.
        vsee: VseePolicy = VseePolicy::default();
    }
}

switches! {
    /// How long things live, in seconds of the realm's clock.
    Lifetimes {
        /// An authorization code.
        authorization_code: AtLeastOne = AtLeastOne::new(60), Portal: AtLeastOne::new(600);
        /// An access token.
        access_token: AtLeastOne = AtLeastOne::new(7200);
        /// An ID token.
        id_token: AtLeastOne = AtLeastOne::new(3600), Portal: AtLeastOne::new(120);
        /// A browser session.
        session: AtLeastOne = AtLeastOne::new(8 * 3600);
        /// A refresh token, since it was issued, so that use prolongs it. Null: it does not expire.
        refresh_token: Option<u32> = Some(30 * 24 * 3600), Portal: None;
        /// How long a used refresh token still yields its unused successor.
        refresh_grace: u32 = 60, Portal: 0;
    }
}

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|&name| name.to_owned()).collect()
}

/// How codes are bound to the client that asked for them (RFC 7636).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Pkce {
    /// S256: required of public clients, enforced when a confidential client sends a challenge, advertised.
    Enforced,
    /// The parameters are ignored and not advertised.
    Ignored,
}

/// How client id and secret are encoded in `Authorization: Basic` (RFC 6749 §2.3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum BasicEncoding {
    /// Each is form-encoded: `a b` is `a+b`.
    FormEncoded,
    /// They are taken as they are.
    Plain,
}

/// What the parameter `resource` does (RFC 8707).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ResourceIndicators {
    /// It names the audience of access tokens: the issuer, an address below it, or one of the client's `resources`.
    /// Anything else is refused.
    Listed,
    /// Nothing.
    Ignored,
}

/// What an error description says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ErrorTexts {
    /// What is wrong with this request.
    Explained,
    /// The portal's documented text for the error code.
    Documented,
}

/// Subject identifier types (OIDC Core §8).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SubjectType {
    /// Every client knows a user by the same `sub`.
    Public,
    /// Each client knows a user by another `sub`.
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RefreshRotation {
    /// Its successor is given again while it is unused and within the grace; later reuse revokes the grant. Access
    /// tokens that were issued before live on.
    Guarded,
    /// The pair is replaced at once: the old access token is revoked too, and reuse is only refused.
    Immediate,
}

/// What a revocation ends (RFC 7009 §2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RevocationReach {
    /// A refresh token ends its grant, an access token only itself.
    Grant,
    /// Either ends the two that were issued together.
    Pair,
}

impl Policy {
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
            named => Preset::deserialize(named).map_err(|_| format!("unknown policy preset {named}"))?,
        };
        Self::preset(preset).changed(if value.is_object() { value } else { &Value::Null })
    }

    /// This policy with some switches set otherwise.
    ///
    /// # Errors
    /// As [`Policy::read`].
    pub fn changed(&self, switches: &Value) -> Result<Self, String> {
        let mut policy = self.clone();
        for (name, value) in switches.as_object().into_iter().flatten() {
            let mut all = serde_json::to_value(&policy).map_err(|error| error.to_string())?;
            if all.get(name).is_none() {
                let known = all.as_object().into_iter().flatten().map(|(known, _)| known.as_str());
                return Err(format!("there is no switch {name:?}{}", suggestion(name, known)));
            }
            merge(&mut all[name.as_str()], value);
            policy = serde_json::from_value(all).map_err(|error| format!("{name}: {error}"))?;
        }
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
        Ok(())
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
        expected.lifetimes.id_token = AtLeastOne::new(60);
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
