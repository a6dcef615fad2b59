//! How connections are accepted: only so many at once, each with limits of time, each so that a request can end it.

use std::{io, pin::Pin, sync::Arc, time::Duration};

use axum_server::accept::Accept;

use super::{
    admission::Admission, connection_kill::KillableStream, file_limit, service::ConnectionService,
    timed_stream::TimedStream,
};
use crate::config::Limits;

/// How many connections are open and may be, over all listeners.
#[derive(Debug)]
pub struct Connections {
    admission: Admission,
    limits: Limits,
}

impl Connections {
    pub fn new(limits: &Limits) -> Self {
        let most = file_limit::connections(limits.max_connections);
        let refused = "new connections are refused: limits.max_connections is reached";
        Self {
            admission: Admission::new(most, refused),
            limits: *limits,
        }
    }

    /// Waits until none is open.
    pub async fn all_closed(&self) {
        // Not by acquiring all: who waits in the semaphore's queue would keep new connections out.
        while !self.admission.nobody_is_in() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
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
        let permit = self.connections.admission.admit();
        let accepting = self.acceptor.accept(stream, service);
        Box::pin(async move {
            let permit = permit.ok_or_else(|| io::Error::other("too many connections"))?;
            let (stream, service) = accepting.await?;
            let stream = TimedStream::new(stream, permit, first_byte_timeout, send_timeout);
            Ok((KillableStream::new(stream, kill), service))
        })
    }
}
