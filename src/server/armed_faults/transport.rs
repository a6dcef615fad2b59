//! How an answer is sent: late, slowly, in part or not at all.

use std::{convert::Infallible, io, time::Duration};

use axum::{
    body::{Body, Bytes, to_bytes},
    response::Response,
};
use futures_util::{StreamExt as _, stream};
use http::{HeaderValue, header};

use super::FaultyRequest;
use crate::{
    faults::{Effect, catalogue::When},
    server::{connection_kill::ConnectionKill, routing::Delay},
};

impl FaultyRequest<'_> {
    /// How long the armed faults hold the answer back, all together.
    pub(super) fn delay(&self) -> Option<Delay> {
        let delayed = self.armed().filter(|armed| matches!(armed.row.effect, Effect::Delay));
        let triggered = delayed.filter_map(|armed| self.watch.trigger(armed));
        let times: Vec<_> = triggered.map(|call| call.parameters.seconds("seconds")).collect();
        (!times.is_empty()).then(|| Delay(times.into_iter().fold(Duration::ZERO, Duration::saturating_add)))
    }

    /// Sends the answer as the network would have it.
    pub(super) async fn sent(&self, response: Response) -> Response {
        let done = response.status().is_success() || response.status().is_redirection();
        if done
            && self
                .first(|effect| matches!(effect, Effect::Drop(When::AfterCommit)))
                .is_some()
        {
            return self.cut(response);
        }
        let effect = |effect: &Effect| matches!(effect, Effect::Truncate | Effect::Drip | Effect::CloseBehind);
        if !self.armed().any(|armed| effect(&armed.row.effect)) {
            return response;
        }
        let (mut parts, body) = response.into_parts();
        let body = to_bytes(body, usize::MAX).await.unwrap_or_default();
        if body.is_empty() {
            return Response::from_parts(parts, Body::empty()); // nothing to break off
        }
        let length = HeaderValue::from(body.len());
        parts.headers.insert(header::CONTENT_LENGTH, length);
        let body = match self.first(effect) {
            None => Body::from(body),
            Some((armed, call)) => match armed.row.effect {
                Effect::Truncate => broken_off(&body),
                Effect::Drip => dripping(body, call.parameters.seconds("seconds")),
                _ => closed_behind(body, self.kill.clone()),
            },
        };
        Response::from_parts(parts, body)
    }

    /// Ends the connection before the first byte. `response` is what would have been sent.
    pub(super) fn cut(&self, response: Response) -> Response {
        self.kill.cut();
        response.map(|_| Body::from_stream(stream::iter([Err::<Bytes, _>(hung_up())])))
    }
}

fn hung_up() -> io::Error {
    io::Error::new(io::ErrorKind::ConnectionAborted, "an armed fault closes the connection")
}

/// Half of the body, then the end. What was said of the length stays.
fn broken_off(body: &Bytes) -> Body {
    let half = body.slice(..body.len() / 2);
    let first = stream::once(async move { Ok(half) });
    // The half has to be on its way before the connection ends: until then there is no next part.
    let then = stream::once(async {
        for _ in 0..8 {
            tokio::task::yield_now().await;
        }
        Err(hung_up())
    });
    Body::from_stream(first.chain(then))
}

fn dripping(body: Bytes, pause: Duration) -> Body {
    let bytes = (0..body.len()).map(move |at| body.slice(at..=at));
    Body::from_stream(stream::iter(bytes).then(move |byte| async move {
        tokio::time::sleep(pause).await;
        Ok::<_, Infallible>(byte)
    }))
}

/// The whole body; when it has been taken, the connection has nothing more to read.
fn closed_behind(body: Bytes, kill: ConnectionKill) -> Body {
    struct Closing(ConnectionKill);
    impl Drop for Closing {
        fn drop(&mut self) {
            self.0.close();
        }
    }
    let parts = [body].into_iter();
    let state = (parts, Closing(kill));
    Body::from_stream(stream::unfold(state, |(mut parts, closing)| async move {
        let next = parts.next()?;
        Some((Ok::<_, Infallible>(next), (parts, closing)))
    }))
}
