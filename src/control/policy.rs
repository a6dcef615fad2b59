//! `…/control/api/policy`: the realm's switches, read with what each of them means, and changed.

use std::mem;

use crate::{
    api::{
        operation::{Answer, Body, Content},
        parameters::JsonBody,
        problem::Problem,
        schema,
    },
    app::{
        App, Realm,
        control_operation::{ControlOperation, Reach},
    },
    model::{Policy, Preset, RealmSettings, StoredKey},
    store::{self, Tx, settle},
};
use axum::{
    Json,
    extract::State,
    routing::{get, patch, put},
};
use http::Method;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Serialize;
use serde_json::{Map, Value};

use super::change::begin_change;

pub const OPERATIONS: &[ControlOperation] = &[
    ControlOperation {
        method: Method::GET,
        path: POLICY,
        id: "readPolicy",
        tag: "Policy",
        summary: "Read the realm's policy: each switch with its meaning",
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
        summary: "Change some switches; with `preset`, all others are set as in that preset",
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
        summary: "Set all switches: those in the body, and all others as in the preset (`default` unless the body names one)",
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
    content: Content::Json(schema::of_answer::<PolicyView>),
};
const REFUSALS: &[(u16, &str)] = &[
    (
        400,
        "There is no such switch or preset, or a switch does not take the value.",
    ),
    (409, "The realm has no key for the algorithm."),
];

/// The JSON Schema of a policy: some of its switches.
pub fn policy_schema() -> Value {
    let mut schema = schema::of_body::<Policy>();
    schema::require_nothing(&mut schema);
    schema
}

/// A realm's policy, and each switch with its meaning.
#[derive(Debug, Serialize, JsonSchema)]
struct PolicyView {
    #[schemars(schema_with = "any_policy")]
    policy: Value,
    switches: Vec<SwitchView>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct SwitchView {
    name: String,
    #[schemars(schema_with = "schema::anything")]
    value: Value,
    /// What the switch decides.
    meaning: String,
    /// The values that it takes, as a JSON Schema.
    schema: Map<String, Value>,
    /// The value that each preset sets.
    presets: Map<String, Value>,
}

fn any_policy(_: &mut SchemaGenerator) -> Schema {
    Schema::try_from(policy_schema()).unwrap_or_default()
}

impl PolicyView {
    fn new(policy: &Policy) -> Result<Self, Problem> {
        let value = |policy: &Policy| serde_json::to_value(policy).map_err(Problem::failure);
        let shown = value(policy)?;
        let mut presets = Vec::new();
        for preset in Preset::ALL {
            let named = serde_json::to_value(preset).map_err(Problem::failure)?;
            let name = named.as_str().unwrap_or_default().to_owned();
            presets.push((name, value(&Policy::preset(preset))?));
        }
        let mut declared = policy_schema();
        let declared = declared["properties"]
            .as_object_mut()
            .map(mem::take)
            .unwrap_or_default();
        let switches = declared.into_iter().map(|(name, schema)| {
            let Value::Object(mut schema) = schema else {
                return Err(Problem::failure("a switch has no schema"));
            };
            let meaning = schema.shift_remove("description");
            Ok(SwitchView {
                value: shown[&name].clone(),
                meaning: meaning
                    .and_then(|meaning| meaning.as_str().map(str::to_owned))
                    .unwrap_or_default(),
                schema,
                presets: presets
                    .iter()
                    .map(|(preset, policy)| (preset.clone(), policy[&name].clone()))
                    .collect(),
                name,
            })
        });
        let switches = switches.collect::<Result<_, _>>()?;
        Ok(Self {
            policy: shown,
            switches,
        })
    }
}

async fn read(realm: Realm) -> Result<Json<PolicyView>, Problem> {
    Ok(Json(PolicyView::new(&realm.settings.policy)?))
}

async fn change(
    State(app): State<App>,
    realm: Realm,
    JsonBody(switches): JsonBody<Map<String, Value>>,
) -> Result<Json<PolicyView>, Problem> {
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
) -> Result<Json<PolicyView>, Problem> {
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
) -> Result<Json<PolicyView>, Problem> {
    let mut tx = app.database.begin().await?;
    let outcome = written(&mut tx, realm, turn).await;
    let settings = settle(tx, outcome).await?;

    let realm = app.realms.put(&app.database, settings).await?;
    Ok(Json(PolicyView::new(&realm.settings.policy)?))
}

async fn written(
    tx: &mut Tx,
    realm: &Realm,
    turn: impl Fn(&Policy) -> Result<Policy, String> + Send,
) -> Result<RealmSettings, Problem> {
    let mut settings = begin_change(tx, realm).await?;
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
    use serde_json::json;

    use super::*;

    /// Each value that a schema names, alone or among others.
    fn named(schema: &Value) -> Vec<&Value> {
        let listed = schema["enum"].as_array().into_iter().flatten();
        let alone = schema.get("const").into_iter();
        let variants = schema["oneOf"].as_array().into_iter().flatten();
        listed.chain(alone).chain(variants.flat_map(named)).collect()
    }

    #[test]
    fn every_switch_has_its_meaning_and_there_is_no_other() {
        let policy = serde_json::to_value(Policy::default()).unwrap();
        let view = PolicyView::new(&Policy::default()).unwrap();

        let kept: Vec<_> = policy.as_object().unwrap().keys().collect();
        let shown: Vec<_> = view.switches.iter().map(|switch| &switch.name).collect();

        assert_eq!(shown, kept);
        assert!(view.switches.iter().all(|switch| !switch.meaning.is_empty()));
    }

    #[test]
    fn every_value_that_is_named_is_taken_and_the_presets_set_no_other() {
        let schema = policy_schema();
        let mut seen = 0;
        for (switch, schema) in schema["properties"].as_object().unwrap() {
            let values = named(schema);
            for value in &values {
                assert!(Policy::read(&json!({switch: value})).is_ok(), "{switch}: {value}");
            }
            for preset in Preset::ALL {
                let policy = serde_json::to_value(Policy::preset(preset)).unwrap();
                assert!(values.is_empty() || values.contains(&&policy[switch]), "{switch}");
            }
            for (member, schema) in schema["properties"].as_object().into_iter().flatten() {
                for value in named(schema) {
                    let switches = json!({switch: {member: value}});
                    assert!(Policy::read(&switches).is_ok(), "{switches}");
                    seen += 1;
                }
            }
        }
        assert!(seen > 10, "{seen} values of members");
    }

    #[test]
    fn some_switches_alone_are_a_body() {
        assert!(!policy_schema().to_string().contains("\"required\":"));
    }
}
