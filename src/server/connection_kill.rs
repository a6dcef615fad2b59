//! Connections that can be ended from within a request, as networks end them: without a word.
//!
//! HTTP has no way to say "and now hang up", so each connection has a [`ConnectionKill`]. Whoever answers finds it in the
//! request's extensions. Pulled at once, not a byte goes out any more; tied to the end of an answer, the connection is closed
//! behind it.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};

use axum::Extension;
use axum::middleware::AddExtension;
use axum_server::accept::Accept;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tower::Layer as _;

/// Ends one connection.
#[derive(Clone, Debug, Default)]
pub struct ConnectionKill(Arc<Ends>);

#[derive(Debug, Default)]
struct Ends {
    /// Nothing goes out and nothing comes in.
    cut: AtomicBool,
    /// Nothing comes in.
    closing: AtomicBool,
    /// Whoever waits to read.
    reader: Mutex<Option<Waker>>,
}

impl ConnectionKill {
    /// Ends the connection now. What was not sent yet is not sent.
    pub fn cut(&self) {
        self.0.cut.store(true, Ordering::SeqCst);
        self.wake();
    }

    /// Ends the connection as soon as it has nothing more to send.
    pub fn close(&self) {
        self.0.closing.store(true, Ordering::SeqCst);
        self.wake();
    }

    fn wake(&self) {
        let reader = self.0.reader.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(reader) = reader {
            reader.wake();
        }
    }

    fn is_cut(&self) -> bool {
        self.0.cut.load(Ordering::SeqCst)
    }

    fn reads_nothing(&self) -> bool {
        self.is_cut() || self.0.closing.load(Ordering::SeqCst)
    }
}

/// An acceptor whose connections have a cord.
#[derive(Clone, Debug)]
pub struct WithKillSwitch<A>(pub A);

impl<A, I, S> Accept<I, S> for WithKillSwitch<A>
where
    A: Accept<I, S>,
    A::Future: Send + 'static,
{
    type Stream = KillableStream<A::Stream>;
    type Service = AddExtension<A::Service, ConnectionKill>;
    type Future = Pin<Box<dyn Future<Output = io::Result<(Self::Stream, Self::Service)>> + Send>>;

    fn accept(&self, stream: I, service: S) -> Self::Future {
        let accepting = self.0.accept(stream, service);
        Box::pin(async move {
            let (stream, service) = accepting.await?;
            let cord = ConnectionKill::default();
            let service = Extension(cord.clone()).layer(service);
            Ok((KillableStream { stream, cord }, service))
        })
    }
}

/// A connection with a cord.
#[derive(Debug)]
pub struct KillableStream<I> {
    stream: I,
    cord: ConnectionKill,
}

impl<I: Unpin> KillableStream<I> {
    /// # Errors
    /// When the cord was pulled.
    fn open(&mut self) -> io::Result<Pin<&mut I>> {
        if self.cord.is_cut() {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        Ok(Pin::new(&mut self.stream))
    }
}

impl<I: AsyncRead + Unpin> AsyncRead for KillableStream<I> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let reader = context.waker().clone();
        *self.cord.0.reader.lock().unwrap_or_else(PoisonError::into_inner) = Some(reader);
        if self.cord.reads_nothing() {
            return Poll::Ready(Ok(())); // the end of the stream
        }
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl<I: AsyncWrite + Unpin> AsyncWrite for KillableStream<I> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.open()?.poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.open()?.poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.open()?.poll_shutdown(context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.open()?.poll_write_vectored(context, bytes)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}
