//! `…/control/api/claims`: rules that put further claims into ID tokens, JWT access tokens, userinfo and introspection.
//!
//! Literal values, or templates over `user` (`id`, `username`, `claims`), `client` (`client_id`, `client_name`),
//! `scopes` and
//! `realm` (`name`, `issuer`). Rules are followed in the order they were written, the later one wins. A template that
//! cannot be read is refused here; one that fails when a token is made leaves its claim out, and the log says so.

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
    model::{ClaimPlace, ClaimRule, Claims, ClientId, RealmSettings, UserId},
    realms::seed::SeedClaimRule,
    store::{self, Tx, settle},
};
use axum::{
    Json,
    extract::{Path, State},
    response::{IntoResponse, Response},
    routing::{delete, get, post, put},
};
use http::{Method, StatusCode, header};
use schemars::JsonSchema;
use serde::Serialize;

use super::change::begin_change;

pub const OPERATIONS: &[ControlOperation] = &[
    ControlOperation {
        method: Method::GET,
        path: RULES,
        id: "listClaimRules",
        tag: TAG,
        summary: "List the claim rules, in the order in which they are applied",
        access: Reach::Realm,
        query: &[],
        body: Body::Nothing,
        answer: Answer {
            status: 200,
            description: Some("The rules."),
            content: Content::Json(schema::of_answer::<List>),
        },
        refusals: &[],
        handler: || get(list),
    },
    ControlOperation {
        method: Method::POST,
        path: RULES,
        id: "addClaimRule",
        tag: TAG,
        summary: "Add a claim rule: further claims in tokens and answers",
        access: Reach::Realm,
        query: &[],
        body: Body::optional_json(SeedClaimRule::schema),
        answer: Answer {
            status: 201,
            description: Some("The rule applies to what is issued from now on."),
            content: Content::Json(schema::of_answer::<ClaimRuleView>),
        },
        refusals: UNSOUND,
        handler: || post(add),
    },
    ControlOperation {
        method: Method::PUT,
        path: RULE,
        id: "replaceClaimRule",
        tag: TAG,
        summary: "Replace a claim rule",
        access: Reach::Realm,
        query: &[],
        body: Body::optional_json(SeedClaimRule::schema),
        answer: Answer {
            status: 200,
            description: Some("The rule as it is now."),
            content: Content::Json(schema::of_answer::<ClaimRuleView>),
        },
        refusals: &[
            (
                400,
                "The rule is invalid, or names a client, user or scope that does not exist.",
            ),
            (404, "There is no such rule."),
        ],
        handler: || put(replace),
    },
    ControlOperation {
        method: Method::DELETE,
        path: RULE,
        id: "deleteClaimRule",
        tag: TAG,
        summary: "Delete a claim rule",
        access: Reach::Realm,
        query: &[],
        body: Body::Nothing,
        answer: Answer {
            status: 204,
            description: Some("The rule does not apply to what is issued from now on."),
            content: Content::Nothing,
        },
        refusals: &[(404, "There is no such rule.")],
        handler: || delete(remove),
    },
];

const RULES: &str = "/control/api/claims";
const RULE: &str = "/control/api/claims/{rule}";
const TAG: &str = "Claims";
const UNSOUND: &[(u16, &str)] = &[(
    400,
    "The rule is invalid, or names a client, user or scope that does not exist.",
)];

/// A rule as it is shown.
#[derive(Debug, Serialize, JsonSchema)]
struct ClaimRuleView {
    id: String,
    /// Only for this client.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    client_id: Option<ClientId>,
    /// Only for this user.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    user: Option<UserId>,
    /// Only where this scope was granted.
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<String>,
    r#where: Vec<ClaimPlace>,
    claims: Claims,
}

impl From<ClaimRule> for ClaimRuleView {
    fn from(rule: ClaimRule) -> Self {
        Self {
            id: rule.id,
            client_id: rule.client,
            user: rule.user,
            scope: rule.scope,
            r#where: rule.places,
            claims: rule.claims,
        }
    }
}

#[derive(Debug, Serialize, JsonSchema)]
struct List {
    rules: Vec<ClaimRuleView>,
}

async fn list(realm: Realm) -> Json<List> {
    let rules = realm
        .claim_rules
        .all()
        .iter()
        .cloned()
        .map(ClaimRuleView::from)
        .collect();
    Json(List { rules })
}

async fn add(
    State(app): State<App>,
    realm: Realm,
    JsonBody(rule): JsonBody<SeedClaimRule>,
) -> Result<Response, Problem> {
    let id = realm.random.id(realm.clock.now());

    let mut tx = app.database.begin().await?;
    let outcome = added(&mut tx, &realm, &rule, id).await;
    let (rule, settings) = settle(tx, outcome).await?;

    app.realms.put(&app.database, settings).await?;
    let location = realm.path(&format!("{RULES}/{}", rule.id));
    Ok((
        StatusCode::CREATED,
        [(header::LOCATION, location)],
        Json(ClaimRuleView::from(rule)),
    )
        .into_response())
}

async fn added(
    tx: &mut Tx,
    realm: &Realm,
    rule: &SeedClaimRule,
    id: String,
) -> Result<(ClaimRule, RealmSettings), Problem> {
    let settings = begin_change(tx, realm).await?;
    let rule = resolved(tx, realm, rule, id).await?;
    store::claim_rules::insert(tx, realm.id, &rule).await?;
    Ok((rule, settings))
}

async fn resolved(tx: &mut Tx, realm: &Realm, rule: &SeedClaimRule, id: String) -> Result<ClaimRule, Problem> {
    if let Some(scope) = rule.scope()
        && !realm.policy.scopes_supported.iter().any(|supported| supported == scope)
    {
        return Err(Problem::bad_request(format!("there is no scope {scope:?}")));
    }
    rule.resolve(tx, realm.id, id).await?.map_err(Problem::bad_request)
}

async fn replace(
    State(app): State<App>,
    realm: Realm,
    Path(id): Path<String>,
    JsonBody(rule): JsonBody<SeedClaimRule>,
) -> Result<Json<ClaimRuleView>, Problem> {
    let mut tx = app.database.begin().await?;
    let outcome = replaced(&mut tx, &realm, &rule, id).await;
    let (rule, settings) = settle(tx, outcome).await?;

    app.realms.put(&app.database, settings).await?;
    Ok(Json(ClaimRuleView::from(rule)))
}

async fn replaced(
    tx: &mut Tx,
    realm: &Realm,
    rule: &SeedClaimRule,
    id: String,
) -> Result<(ClaimRule, RealmSettings), Problem> {
    let settings = begin_change(tx, realm).await?;
    let rule = resolved(tx, realm, rule, id).await?;
    if store::claim_rules::update(tx, realm.id, &rule).await? {
        Ok((rule, settings))
    } else {
        Err(unknown(&rule.id))
    }
}

async fn remove(State(app): State<App>, realm: Realm, Path(id): Path<String>) -> Result<StatusCode, Problem> {
    let mut tx = app.database.begin().await?;
    let outcome = removed(&mut tx, &realm, &id).await;
    let settings = settle(tx, outcome).await?;

    app.realms.put(&app.database, settings).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn removed(tx: &mut Tx, realm: &Realm, id: &str) -> Result<RealmSettings, Problem> {
    let settings = begin_change(tx, realm).await?;
    if store::claim_rules::delete(tx, realm.id, id).await? {
        Ok(settings)
    } else {
        Err(unknown(id))
    }
}

fn unknown(id: &str) -> Problem {
    Problem::not_found(format!("there is no rule {id:?}"))
}
