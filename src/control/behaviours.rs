//! `GET /control/api/behaviours`: what can be declared of a user to happen to them, and what a good client does about
//! it.

use axum::{Json, routing::get};
use http::Method;
use serde::Serialize;
use serde_json::json;

use crate::{
    api::operation::{Answer, Body, Content},
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
        content: Content::Json(|| {
            let text = json!({"type": "string"});
            json!({
                "type": "object",
                "required": ["behaviours"],
                "properties": {
                    "behaviours": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "required": ["behaviour", "summary", "advice"],
                            "properties": {
                                "behaviour": {"type": "string", "enum": Behaviour::ALL.map(Behaviour::name)},
                                "summary": text,
                                "advice": {"type": "string", "description": "What a correct client does"},
                            },
                        },
                    },
                },
            })
        }),
    },
    refusals: &[],
    handler: || get(list),
}];

#[derive(Serialize)]
struct Behaviours {
    behaviours: Vec<Entry>,
}

#[derive(Serialize)]
struct Entry {
    behaviour: Behaviour,
    summary: &'static str,
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
