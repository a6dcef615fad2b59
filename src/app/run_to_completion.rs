//! A client that disconnects must not interrupt a change halfway.

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use tracing::Instrument;

use super::App;
use crate::{
    faults::{self, Watch},
    journal::recording,
};

/// Middleware for every route that writes: runs the rest as a task that nobody aborts.
///
/// When a client hangs up, its request's future is dropped at the next await: between a commit and the
/// message it promised, or inside `begin`, which would leave an open transaction in the pool. As a task
/// it comes to its end, and shutdown waits for it. It takes the exchange it belongs to and the faults that watch it
/// along. A panic goes on as if nothing stood between.
pub async fn run_to_completion(State(app): State<App>, request: Request, next: Next) -> Response {
    let answering = faults::watch::carried(Watch::current(), recording::carried(next.run(request)));
    let task = app.tasks.spawn(answering.in_current_span());
    match task.await {
        Ok(response) => response,
        Err(error) => match error.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(_) => Response::default(), // nobody aborts these tasks; the runtime itself is ending
        },
    }
}
