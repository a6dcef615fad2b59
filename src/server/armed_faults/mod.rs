//! What armed faults do to the requests of a realm, around its routes.
//!
//! One of the two places that change answers on purpose; the other are the fault points of `tokens`, which find their
//! faults in the watch that begins here. What each fault does stands in `faults::catalogue`; here stands only when:
//!
//! | file | when |
//! | --- | --- |
//! | [`before`] | before the routes: end the connection, refuse, lead elsewhere |
//! | [`posting`] | behind them: a form that is posted on to the client |
//! | [`alter`] | then documents and whole answers |
//! | [`transport`] | at last, how they are sent |

mod before;
mod effect;
mod posting;
mod transport;

use std::sync::Arc;

use axum::{body::Body, response::Response};
use http::{Method, Request, StatusCode};

use super::{
    connection_kill::ConnectionKill,
    fault_target,
    routing::{Connection, Routes},
};
use crate::{
    app::Realm,
    faults::{Armed, Call, Effect, Watch},
    model::FaultMarks,
    web::{language, page::Layout, paths, received::Place},
};

/// One request that an armed fault waits for.
struct FaultyRequest<'a> {
    routes: &'a Routes,
    realm: Realm,
    watch: Arc<Watch>,
    kill: ConnectionKill,
    /// For refusals that a person reads.
    layout: Layout,
}

/// Answers a request of a realm in which something is armed.
pub async fn answer(
    routes: &Routes,
    realm: Realm,
    armed: &[Arc<Armed>],
    connection: &Connection,
    request: Request<Body>,
) -> Response {
    let (request, watch) = fault_target::watch(&routes.app, &realm, armed, request).await;
    let Some(watch) = watch else {
        return routes.answer(request).await;
    };
    let (parts, body) = request.into_parts();
    let layout = Layout {
        place: Place::of(&parts.extensions),
        language: language::of_request(&parts, None),
    };
    let faulty = FaultyRequest {
        routes,
        realm,
        watch,
        kill: connection.kill.clone(),
        layout,
    };
    let mut response = faulty.answer(Request::from_parts(parts, body)).await;
    let marks = faulty.watch.marks();
    if !marks.0.is_empty() {
        response.extensions_mut().insert::<FaultMarks>(marks);
    }
    response
}

impl FaultyRequest<'_> {
    async fn answer(&self, mut request: Request<Body>) -> Response {
        let delay = self.delay();
        let mut response = match self.before_the_routes(&mut request) {
            Some(response) => response,
            None => self.behind_the_routes(request).await,
        };
        if let Some(delay) = delay {
            response.extensions_mut().insert(delay);
        }
        response
    }

    fn armed(&self) -> impl Iterator<Item = &Arc<Armed>> {
        self.watch.armed().iter()
    }

    /// The first fault of this kind that triggers now.
    fn first(&self, wanted: impl Fn(&Effect) -> bool) -> Option<(&Armed, Call<'_>)> {
        let mut waiting = self.armed().filter(|armed| wanted(&armed.row.effect));
        waiting.find_map(|armed| Some((armed.as_ref(), self.watch.trigger(armed)?)))
    }

    async fn behind_the_routes(&self, request: Request<Body>) -> Response {
        let again = self.is_posted_on().then(|| posting::copy_of(&request));
        let mut response = self.watch.clone().over(self.routes.answer(request)).await;
        if let Some(copy) = again {
            response = self.post_on(copy, response).await;
        }
        let status = response.status();
        for armed in self.armed() {
            if (armed.row.event)(&self.watch.asked, status.as_u16()) {
                armed.note_event();
            }
        }
        if self.watch.asked.method == Method::HEAD {
            return response; // without a body there is nothing to alter
        }
        if self.armed().any(|armed| effect::alters_answers(&armed.row.effect)) {
            response = self.altered(response).await;
        }
        self.sent(response).await
    }
}

/// The status of that number; 500 where there is none.
fn status(number: u16) -> StatusCode {
    StatusCode::from_u16(number).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

fn moved_keys(armed: &Armed) -> String {
    format!("{}/{}", paths::JWKS, armed.id)
}

fn distributed_at(armed: &Armed) -> String {
    format!("{}/{}", paths::USERINFO, armed.id)
}

/// The token the claim is fetched with: it opens nothing else.
fn claim_token(armed: &Armed, watch: &Watch) -> Arc<String> {
    armed.keep(|| watch.here.random.token())
}
