//! `GET /control/api/behaviours`: what can be declared of a user to happen to them, and what a good client does about
//! it.

use axum::{Json, routing::get};
use http::Method;
use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    api::{
        operation::{Answer, Body, Content},
        schema,
    },
    app::control_operation::{ControlOperation, Reach},
    model::Behaviour,
};

pub const OPERATIONS: &[ControlOperation] = &[ControlOperation {
    method: Method::GET,
    path: "/control/api/behaviours",
    id: "listBehaviours",
    tag: "Users",
    summary: "List the scripted behaviours that a user can have",
    access: Reach::Realm,
    query: &[],
    body: Body::Nothing,
    answer: Answer {
        status: 200,
        description: Some("The behaviours."),
        content: Content::Json(schema::of_answer::<Behaviours>),
    },
    refusals: &[],
    handler: || get(list),
}];

#[derive(Serialize, JsonSchema)]
struct Behaviours {
    behaviours: Vec<Entry>,
}

#[derive(Serialize, JsonSchema)]
struct Entry {
    behaviour: Behaviour,
    summary: &'static str,
    /// What a correct client does.
    advice: &'static str,
}

async fn list() -> Json<Behaviours> {
    let entry = |behaviour: Behaviour| Entry {
        behaviour,
        summary: behaviour.summary(),
        advice: behaviour.advice(),
    };
    Json(Behaviours {
        behaviours: Behaviour::ALL.map(entry).into(),
    })
}
