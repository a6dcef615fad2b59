//! An acceptor whose connections can be ended from within a request.

use std::{io, pin::Pin};

use axum_server::accept::Accept;

use super::{connection_kill::KillableStream, service::ConnectionService};

/// An acceptor whose connections can be ended.
#[derive(Clone, Debug)]
pub struct WithKillSwitch<A>(pub A);

impl<A, I, F> Accept<I, ConnectionService<F>> for WithKillSwitch<A>
where
    A: Accept<I, ConnectionService<F>>,
    A::Future: Send + 'static,
{
    type Stream = KillableStream<A::Stream>;
    type Service = A::Service;
    type Future = Pin<Box<dyn Future<Output = io::Result<(Self::Stream, Self::Service)>> + Send>>;

    fn accept(&self, stream: I, service: ConnectionService<F>) -> Self::Future {
        let kill = service.connection().kill.clone();
        let accepting = self.0.accept(stream, service);
        Box::pin(async move {
            let (stream, service) = accepting.await?;
            Ok((KillableStream::new(stream, kill), service))
        })
    }
}
