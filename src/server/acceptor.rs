//! How connections are accepted: only so many at once, each with limits of time, each so that a request can end it.

use std::{
    io,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use axum_server::accept::Accept;
use parking_lot::Mutex;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::{connection_kill::KillableStream, file_limit, service::ConnectionService, timed_stream::TimedStream};
use crate::{clock::monotonic, config::Limits};

/// How often the log says that connections are turned away.
const LOGGED: Duration = Duration::from_secs(10);

/// How many connections are open and may be, over all listeners.
#[derive(Debug)]
pub struct Connections {
    permits: Arc<Semaphore>,
    most: usize,
    limits: Limits,
    turned_away: AtomicU64,
    logged: Mutex<Option<Instant>>,
}

impl Connections {
    pub fn new(limits: &Limits) -> Self {
        let most = file_limit::connections(limits.max_connections);
        Self {
            permits: Arc::new(Semaphore::new(most)),
            most,
            limits: *limits,
            turned_away: AtomicU64::new(0),
            logged: Mutex::new(None),
        }
    }

    /// Waits until none is open.
    pub async fn all_closed(&self) {
        // Not by acquiring all: who waits in the semaphore's queue would keep new connections out.
        while self.permits.available_permits() < self.most {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// # Errors
    /// When as many are open as may be. It is counted, and logged now and then.
    fn admit(&self) -> io::Result<OwnedSemaphorePermit> {
        self.permits.clone().try_acquire_owned().map_err(|_| {
            let turned_away = self.turned_away.fetch_add(1, Ordering::Relaxed) + 1;
            let (mut logged, now) = (self.logged.lock(), monotonic());
            if logged.is_none_or(|before| now.saturating_duration_since(before) >= LOGGED) {
                *logged = Some(now);
                tracing::warn!(
                    turned_away,
                    open = self.most,
                    "new connections are refused: limits.max_connections is reached"
                );
            }
            io::Error::other("too many connections")
        })
    }
}

/// An acceptor of bounded connections.
#[derive(Clone, Debug)]
pub struct Bounded<A> {
    pub acceptor: A,
    pub connections: Arc<Connections>,
}

impl<A, I, F> Accept<I, ConnectionService<F>> for Bounded<A>
where
    A: Accept<I, ConnectionService<F>>,
    A::Future: Send + 'static,
{
    type Stream = KillableStream<TimedStream<A::Stream>>;
    type Service = A::Service;
    type Future = Pin<Box<dyn Future<Output = io::Result<(Self::Stream, Self::Service)>> + Send>>;

    fn accept(&self, stream: I, service: ConnectionService<F>) -> Self::Future {
        let kill = service.connection().kill.clone();
        let Limits {
            first_byte_timeout,
            send_timeout,
            ..
        } = self.connections.limits;
        let permit = self.connections.admit();
        let accepting = self.acceptor.accept(stream, service);
        Box::pin(async move {
            let permit = permit?;
            let (stream, service) = accepting.await?;
            let stream = TimedStream::new(stream, permit, first_byte_timeout, send_timeout);
            Ok((KillableStream::new(stream, kill), service))
        })
    }
}
