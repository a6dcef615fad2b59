//! Everything the control API serves, as one table.
//!
//! Each topic's file lists its own operations. Routing, the rule that some operations exist in the default realm only,
//! [`run_to_completion`], the OpenAPI document and the tests read the table, so they cannot disagree. A server that
//! must not have a control API leaves the table out.

use axum::{
    Extension, Router,
    extract::Request,
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::MethodRouter,
};

use super::{
    api_docs, behaviours, claims, clients, clock, events, exchanges, faults, index, keys, outbox, policy, realms,
    scopes, snapshot, tokens, users,
};
use crate::{
    api::{parameters::Documented, problem::Problem},
    app::{
        App, Realm,
        control_operation::{ControlOperation, ControlOperations, Reach},
        run_to_completion,
    },
    portals::{self, portal::Portal},
};

/// The operations of all topics, in the order they are documented.
const TOPICS: &[&[ControlOperation]] = &[
    realms::OPERATIONS,
    snapshot::OPERATIONS,
    clock::OPERATIONS,
    faults::OPERATIONS,
    users::OPERATIONS,
    behaviours::OPERATIONS,
    clients::OPERATIONS,
    scopes::OPERATIONS,
    claims::OPERATIONS,
    policy::OPERATIONS,
    keys::OPERATIONS,
    tokens::OPERATIONS,
    outbox::messages::OPERATIONS,
    outbox::webhooks::OPERATIONS,
    exchanges::OPERATIONS,
    events::OPERATIONS,
];

/// The operations that describe the others: they come last.
const DESCRIPTIONS: &[&[ControlOperation]] = &[index::OPERATIONS, api_docs::OPERATIONS];

/// All operations of a server that emulates these portals.
pub fn operations(portals: &[&'static Portal]) -> Vec<&'static ControlOperation> {
    let topics = TOPICS.iter().copied();
    let of_portals = portals.iter().map(|portal| portal.control_operations);
    let all = topics.chain(of_portals).chain(DESCRIPTIONS.iter().copied());
    all.flatten().collect()
}

/// The routes of the table.
pub fn routes(app: &App) -> Router<App> {
    let table = operations(&portals::of(app));
    let routes = table
        .iter()
        .fold(Router::new(), |router, row| router.route(row.path, route(row, app)));
    routes
        .layer(Extension(ControlOperations(table.into())))
        .layer(Extension(api_docs::Documents::default()))
}

fn route(operation: &'static ControlOperation, app: &App) -> MethodRouter<App> {
    let mut route = (operation.handler)();
    if !operation.query.is_empty() {
        route = route.route_layer(Extension(Documented(operation.query)));
    }
    if operation.writes() {
        route = route.route_layer(middleware::from_fn_with_state(app.clone(), run_to_completion));
    }
    if operation.access == Reach::Server {
        route = route.route_layer(middleware::from_fn(only_in_the_default_realm));
    }
    route
}

/// A realm does not reach beyond itself.
async fn only_in_the_default_realm(Extension(realm): Extension<Realm>, request: Request, next: Next) -> Response {
    if realm.name.is_default() {
        return next.run(request).await;
    }
    Problem::not_found("this operation concerns the whole server: it exists in the default realm only").into_response()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::checks::flaws;

    #[test]
    fn the_table_has_no_flaws() {
        assert_eq!(flaws(operations(portals::ALL).into_iter()), [""; 0]);
    }

    #[test]
    fn every_operation_is_below_control() {
        for operation in operations(portals::ALL) {
            let path = operation.path;
            assert!(path == "/control" || path.starts_with("/control/"), "{operation:?}");
        }
    }
}
