//! What the control API serves, as one table.
//!
//! Each lever's file lists its own rows; routing, the rule that some levers exist only at the root, what is seen through,
//! the OpenAPI document and the tests all read the table, so they cannot disagree. A server that must not have a control
//! room leaves the table out and has none.

use axum::extract::Request;
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::MethodRouter;
use axum::{Extension, Router};
use http::Method;
use serde_json::Value;

use super::problem::Problem;
use super::{
    api_docs, behaviours, claims, clients, clock, events, exchanges, faults, index, keys, mediquo, outbox, policy,
    realms, scopes, snapshot, tokens, users, vsee,
};
use crate::app::{App, Realm, run_to_completion};

/// The rows of all levers, in the order they are documented.
pub const LEVERS: &[&[Row]] = &[
    realms::ROWS,
    snapshot::ROWS,
    clock::ROWS,
    faults::ROWS,
    users::ROWS,
    behaviours::ROWS,
    clients::ROWS,
    scopes::ROWS,
    claims::ROWS,
    policy::ROWS,
    keys::ROWS,
    tokens::ROWS,
    outbox::messages::ROWS,
    outbox::webhooks::ROWS,
    exchanges::ROWS,
    events::ROWS,
    mediquo::ROWS,
    vsee::ROWS,
    index::ROWS,
    api_docs::ROWS,
];

/// One method at one path.
#[derive(Debug)]
pub struct Row {
    pub method: Method,
    /// Below the realm: `/control/api/realms/{realm}`, as axum and OpenAPI both spell it.
    pub path: &'static str,
    /// What OpenAPI calls it: `createRealm`.
    pub operation: &'static str,
    /// The lever it belongs to: `Realms`.
    pub tag: &'static str,
    pub summary: &'static str,
    pub reach: Reach,
    pub query: &'static [Parameter],
    /// The JSON Schema of the body.
    pub body: Option<fn() -> Value>,
    pub answer: Answer,
    /// The row's own refusals; those of the door and of unreadable bodies can happen everywhere.
    pub refusals: &'static [(u16, &'static str)],
    pub serve: fn() -> MethodRouter<App>,
}

/// Where a row exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// In every realm, for that realm.
    Realm,
    /// In the realm at the root, for the whole server.
    Root,
}

/// A query parameter.
#[derive(Debug)]
pub struct Parameter {
    pub name: &'static str,
    pub description: &'static str,
    /// Its JSON Schema's `type`: `string`, `integer`, `boolean`.
    pub kind: &'static str,
}

/// What a row answers with when all is well.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub description: &'static str,
    pub content: Content,
}

#[derive(Debug)]
pub enum Content {
    Nothing,
    /// The JSON Schema of the answer.
    Json(fn() -> Value),
    /// Of another media type.
    Other(&'static str),
}

impl Row {
    /// Whether it may change something, and so is seen through, whoever hangs up.
    pub fn writes(&self) -> bool {
        self.method != Method::GET
    }

    fn route(&self, app: &App) -> MethodRouter<App> {
        let mut route = (self.serve)();
        if self.writes() {
            route = route.route_layer(middleware::from_fn_with_state(app.clone(), run_to_completion));
        }
        if self.reach == Reach::Root {
            route = route.route_layer(middleware::from_fn(only_at_the_root));
        }
        route
    }
}

/// All rows.
pub fn rows() -> impl Iterator<Item = &'static Row> {
    LEVERS.iter().copied().flatten()
}

/// The routes of the table.
pub fn routes(app: &App) -> Router<App> {
    rows().fold(Router::new(), |router, row| router.route(row.path, row.route(app)))
}

/// A realm does not reach beyond itself.
async fn only_at_the_root(Extension(realm): Extension<Realm>, request: Request, next: Next) -> Response {
    if realm.name.is_default() {
        return next.run(request).await;
    }
    Problem::not_found("this belongs to the whole server: it is at the root, not inside a realm").into_response()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_operation_and_every_method_at_a_path_stands_once() {
        let operations: HashSet<_> = rows().map(|row| row.operation).collect();
        let places: HashSet<_> = rows().map(|row| (&row.method, row.path)).collect();

        assert_eq!((operations.len(), places.len()), (rows().count(), rows().count()));
    }

    #[test]
    fn every_row_lies_in_the_control_room_and_refuses_with_a_refusals_status() {
        for row in rows() {
            assert!(row.path == "/control" || row.path.starts_with("/control/"), "{row:?}");
            assert!(row.answer.status < 400, "{row:?}");
            assert!(
                row.refusals.iter().all(|(status, _)| (400..500).contains(status)),
                "{row:?}"
            );
        }
    }
}
