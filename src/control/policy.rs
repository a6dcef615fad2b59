//! `…/control/api/policy`: the realm's switches, read with what each of them means, and turned.

use crate::api::parameters::JsonBody;
use axum::Json;
use axum::extract::State;
use axum::routing::{get, patch, put};
use http::Method;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::problem::Problem;
use super::touch::touched;
use crate::api::operation::{Answer, Body, Content};
use crate::app::control_operation::{ControlOperation, Reach};
use crate::app::{App, Realm};
use crate::model::{Policy, Preset, RealmSettings, StoredKey};
use crate::store::{self, Tx, settle};

pub const OPERATIONS: &[ControlOperation] = &[
    ControlOperation {
        method: Method::GET,
        path: POLICY,
        id: "readPolicy",
        tag: "Policy",
        summary: "The realm's policy, every switch with its meaning",
        access: Reach::Realm,
        query: &[],
        body: Body::Nothing,
        answer: SHOWN,
        refusals: &[],
        handler: || get(read),
    },
    ControlOperation {
        method: Method::PATCH,
        path: POLICY,
        id: "changePolicy",
        tag: "Policy",
        summary: "Set some switches; with `preset`, all others as that has them",
        access: Reach::Realm,
        query: &[],
        body: Body::optional_json(policy_schema),
        answer: SHOWN,
        refusals: REFUSALS,
        handler: || patch(change),
    },
    ControlOperation {
        method: Method::PUT,
        path: POLICY,
        id: "replacePolicy",
        tag: "Policy",
        summary: "Set all switches: as a preset has them (`default` unless it is said), but for those that are said",
        access: Reach::Realm,
        query: &[],
        body: Body::optional_json(policy_schema),
        answer: SHOWN,
        refusals: REFUSALS,
        handler: || put(replace),
    },
];

const POLICY: &str = "/control/api/policy";
const SHOWN: Answer = Answer {
    status: 200,
    description: Some("The policy as it is now."),
    content: Content::Json(|| {
        json!({"type": "object", "required": ["policy", "switches"], "properties": {
            "policy": policy_schema(),
            "switches": {"type": "array", "items": {"type": "object", "properties": {
                "name": {"type": "string"}, "meaning": {"type": "string"}, "schema": {"type": "object"},
                "value": {}, "presets": {"type": "object"},
            }}},
        }})
    }),
};
const REFUSALS: &[(u16, &str)] = &[
    (
        400,
        "There is no such switch or preset, or a switch does not take the value.",
    ),
    (409, "The realm has no key for the algorithm."),
];

/// What a switch decides, in a sentence, and what it takes.
struct Switch {
    name: &'static str,
    meaning: &'static str,
    schema: fn() -> Value,
}

fn truth() -> Value {
    json!({"type": "boolean"})
}

/// Every switch, in the order they are kept in.
const SWITCHES: &[Switch] = &[
    Switch {
        name: "preset",
        meaning: "What the others were set from: `default` is what current specifications ask for, `portal` what the \
                  emulated portal was seen to do.",
        schema: || json!({"enum": ["default", "portal"]}),
    },
    Switch {
        name: "pkce",
        meaning: "`enforced`: S256, required of public clients, enforced when a confidential one sends it, advertised. \
                  `ignored`: the parameters are ignored and not advertised (RFC 7636).",
        schema: || json!({"enum": ["enforced", "ignored"]}),
    },
    Switch {
        name: "authorization_response_iss",
        meaning: "`iss` stands in the authorization response and is advertised (RFC 9207).",
        schema: truth,
    },
    Switch {
        name: "token_request_json",
        meaning: "Token requests may be JSON instead of forms.",
        schema: truth,
    },
    Switch {
        name: "error_texts",
        meaning: "`explained`: error_description says what is wrong with this request. `documented`: the portal's \
                  documented text for the error.",
        schema: || json!({"enum": ["explained", "documented"]}),
    },
    Switch {
        name: "error_uri",
        meaning: "Errors lead to their exchange in the journal (RFC 6749 §4.1.2.1, §5.2); access_denied never does.",
        schema: truth,
    },
    Switch {
        name: "upstream_client_refusals",
        meaning: "A client that fails to authenticate is answered as upstream does: a Bearer challenge at the token \
                  endpoint, 403 at revocation, 400 at introspection.",
        schema: truth,
    },
    Switch {
        name: "redirect_status",
        meaning: "The status of the redirect to the client after consent.",
        schema: || json!({"enum": [302, 303]}),
    },
    Switch {
        name: "subject_type",
        meaning: "`public`: every client knows a user by the same sub. `pairwise`: each by another (OIDC Core §8).",
        schema: || json!({"enum": ["public", "pairwise"]}),
    },
    Switch {
        name: "scopes_supported",
        meaning: "The built-in scopes clients may ask for, openid among them; those set up at …/scopes come besides.",
        schema: || json!({"type": "array", "items": {"type": "string"}, "contains": {"const": "openid"}}),
    },
    Switch {
        name: "all_claims_with_openid",
        meaning: "`openid` alone opens all claims the portal knows, whatever the other scopes.",
        schema: truth,
    },
    Switch {
        name: "lifetimes",
        meaning: "How long things live, in seconds of the realm's clock; a refresh token of null does not expire, and \
                  refresh_grace is how long a used one still yields its unused successor.",
        schema: || {
            let seconds = json!({"type": "integer", "minimum": 1});
            json!({"type": "object", "additionalProperties": false, "properties": {
                "authorization_code": seconds, "access_token": seconds, "id_token": seconds, "session": seconds,
                "refresh_token": {"type": ["integer", "null"], "minimum": 0},
                "refresh_grace": {"type": "integer", "minimum": 0},
            }})
        },
    },
    Switch {
        name: "refresh_rotation",
        meaning: "`guarded`: a used refresh token yields its unused successor again within the grace, later reuse ends the \
                  grant (RFC 9700 §4.14). `immediate`: the pair is replaced at once, and reuse only refused.",
        schema: || json!({"enum": ["guarded", "immediate"]}),
    },
    Switch {
        name: "revocation_reach",
        meaning: "`grant`: revoking a refresh token ends its grant, an access token only itself. `pair`: either ends the \
                  two that were issued together (RFC 7009 §2.1).",
        schema: || json!({"enum": ["grant", "pair"]}),
    },
    Switch {
        name: "introspect_foreign_tokens",
        meaning: "A confidential client may introspect every token of its realm, not only its own.",
        schema: truth,
    },
    Switch {
        name: "missing_token_is_invalid",
        meaning: "A resource request without a token is answered with error=\"invalid_token\" instead of a bare challenge \
                  (RFC 6750 §3.1).",
        schema: truth,
    },
    Switch {
        name: "auto_login",
        meaning: "With login_hint, sign-in and consent are skipped: for tests without a browser.",
        schema: truth,
    },
    Switch {
        name: "consent_by_live_token",
        meaning: "A repeated consent is skipped when a live token of the client has the scopes, not when a remembered \
                  consent covers them.",
        schema: truth,
    },
    Switch {
        name: "id_token_signing_alg",
        meaning: "What ID tokens and JWT access tokens are signed with (RFC 7518 §3.1); advertised.",
        schema: || json!({"enum": ["RS256", "ES256"]}),
    },
    Switch {
        name: "lenient_availability_ids",
        meaning: "MyPatientPortal takes blanks in an availability id for the + that a form made blanks of.",
        schema: truth,
    },
    Switch {
        name: "mediquo",
        meaning: "What mediQuo does where its documentation leaves a choice: requests a minute and address (rate_limit), \
                  milliseconds until a written patient can be read (patient_delay), and the shapes of its answers.",
        schema: || {
            let shape = json!({"enum": ["array", "object"]});
            json!({"type": "object", "additionalProperties": false, "properties": {
                "rate_limit": {"type": "integer", "minimum": 1},
                "patient_delay": {"type": "integer", "minimum": 0},
                "patient_update": {"enum": ["replace", "merge"]},
                "repeated_patient_codes": {"enum": ["last_wins", "refused"]},
                "patient_list": truth(),
                "unknown_patient_status": {"enum": [401, 404]},
                "unknown_appointment_status": {"enum": [400, 404]},
                "consultants_shape": shape,
                "activation_codes_shape": shape,
                "prescription_url": truth(),
                "message_event": {"enum": ["patient_message_received", "patient_message_sent"]},
            }})
        },
    },
    Switch {
        name: "vsee",
        meaning: "What VSee Clinic does where its documentation leaves a choice: whether single sign-on is enabled and asks \
                  for X-ApiSecret, and whether appointments have links that start them once.",
        schema: || {
            json!({"type": "object", "additionalProperties": false, "properties": {
                "sso_enabled": truth(),
                "sso_secret": {"enum": ["required", "optional"]},
                "one_time_links": truth(),
            }})
        },
    },
];

/// The JSON Schema of a policy: some of its switches.
pub fn policy_schema() -> Value {
    let properties = SWITCHES.iter().map(|switch| {
        let mut schema = (switch.schema)();
        schema["description"] = json!(switch.meaning);
        (switch.name.to_owned(), schema)
    });
    json!({"type": "object", "additionalProperties": false, "properties": properties.collect::<Map<_, _>>()})
}

#[derive(Debug, Serialize)]
struct Shown {
    policy: Value,
    switches: Vec<ShownSwitch>,
}

#[derive(Debug, Serialize)]
struct ShownSwitch {
    name: &'static str,
    value: Value,
    meaning: &'static str,
    /// What it takes, as JSON Schema.
    schema: Value,
    /// What each preset sets it to.
    presets: Map<String, Value>,
}

impl Shown {
    fn new(policy: &Policy) -> Result<Self, Problem> {
        let value = |policy: &Policy| serde_json::to_value(policy).map_err(Problem::failure);
        let (shown, default, portal) = (
            value(policy)?,
            value(&Policy::preset(Preset::Default))?,
            value(&Policy::preset(Preset::Portal))?,
        );
        let switches = SWITCHES.iter().map(|switch| ShownSwitch {
            name: switch.name,
            value: shown[switch.name].clone(),
            meaning: switch.meaning,
            schema: (switch.schema)(),
            presets: Map::from_iter([
                ("default".to_owned(), default[switch.name].clone()),
                ("portal".to_owned(), portal[switch.name].clone()),
            ]),
        });
        let switches = switches.collect();
        Ok(Self {
            policy: shown,
            switches,
        })
    }
}

async fn read(realm: Realm) -> Result<Json<Shown>, Problem> {
    Ok(Json(Shown::new(&realm.settings.policy)?))
}

async fn change(
    State(app): State<App>,
    realm: Realm,
    JsonBody(switches): JsonBody<Map<String, Value>>,
) -> Result<Json<Shown>, Problem> {
    let switches = named_switches(switches)?;
    set(&app, &realm, |policy| {
        if switches.get("preset").is_some() {
            Policy::read(&switches)
        } else {
            policy.changed(&switches)
        }
    })
    .await
}

async fn replace(
    State(app): State<App>,
    realm: Realm,
    JsonBody(switches): JsonBody<Map<String, Value>>,
) -> Result<Json<Shown>, Problem> {
    let switches = named_switches(switches)?;
    set(&app, &realm, |_| Policy::read(&switches)).await
}

/// A request without switches is refused: it is more likely a mistake than a request to change nothing.
fn named_switches(switches: Map<String, Value>) -> Result<Value, Problem> {
    if switches.is_empty() {
        return Err(Problem::bad_request("name at least one switch, or `preset`"));
    }
    Ok(Value::Object(switches))
}

async fn set(
    app: &App,
    realm: &Realm,
    turn: impl Fn(&Policy) -> Result<Policy, String> + Send,
) -> Result<Json<Shown>, Problem> {
    let mut tx = app.database.begin().await?;
    let outcome = written(&mut tx, realm, turn).await;
    let settings = settle(tx, outcome).await?;

    let realm = app.realms.put(&app.database, settings).await?;
    Ok(Json(Shown::new(&realm.settings.policy)?))
}

async fn written(
    tx: &mut Tx,
    realm: &Realm,
    turn: impl Fn(&Policy) -> Result<Policy, String> + Send,
) -> Result<RealmSettings, Problem> {
    let mut settings = touched(tx, realm).await?;
    settings.policy = turn(&settings.policy).map_err(Problem::bad_request)?;
    let keys = store::signing_keys::list(tx, realm.id).await?;
    let algorithm = settings.policy.id_token_signing_alg;
    if !StoredKey::some_signs_with(&keys, algorithm) {
        let detail = format!("the realm has no key that signs with {algorithm}: rotate or import one first");
        return Err(Problem::conflict(detail));
    }
    store::realms::update_policy(tx, realm.id, &settings.policy).await?;
    Ok(settings)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_switch_is_explained_once_and_there_is_no_other() {
        let Value::Object(policy) = serde_json::to_value(Policy::default()).unwrap() else {
            panic!("a policy is an object")
        };

        let kept: Vec<_> = policy.keys().map(String::as_str).collect();
        let explained: Vec<_> = SWITCHES.iter().map(|switch| switch.name).collect();

        assert_eq!(explained, kept);
    }

    #[test]
    fn a_switch_with_members_names_each_of_them() {
        let policy = serde_json::to_value(Policy::default()).unwrap();
        for switch in SWITCHES {
            if let Some(properties) = (switch.schema)()["properties"].as_object() {
                let kept: Vec<_> = policy[switch.name].as_object().unwrap().keys().collect();
                assert_eq!(properties.keys().collect::<Vec<_>>(), kept, "{}", switch.name);
                for (member, schema) in properties {
                    for value in schema["enum"].as_array().into_iter().flatten() {
                        let switches = json!({switch.name: {member: value}});
                        assert!(Policy::read(&switches).is_ok(), "{switches}");
                    }
                }
            }
        }
    }

    #[test]
    fn what_the_presets_set_is_among_the_values_that_are_named() {
        for preset in [Preset::Default, Preset::Portal] {
            let policy = serde_json::to_value(Policy::preset(preset)).unwrap();
            for switch in SWITCHES {
                if let Some(values) = (switch.schema)()["enum"].as_array() {
                    assert!(values.contains(&policy[switch.name]), "{}", switch.name);
                }
            }
        }
    }

    #[test]
    fn every_value_that_is_named_is_taken() {
        for switch in SWITCHES {
            for value in (switch.schema)()["enum"].as_array().into_iter().flatten() {
                let switches = json!({switch.name: value});
                assert!(Policy::read(&switches).is_ok(), "{switches}");
            }
        }
    }
}
