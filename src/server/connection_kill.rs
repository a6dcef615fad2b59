//! Connections that can be ended from within a request, as networks end them: without a word.
//!
//! HTTP has no way to say "and now hang up", so each connection has a [`ConnectionKill`], and whoever answers its requests has it
//! too. Cut, the connection sends not a byte more; closed, it ends behind the answer that is being sent.

use std::{
    io,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, Waker},
};

use parking_lot::Mutex;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

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
        let reader = self.0.reader.lock().take();
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

/// A connection that can be ended.
#[derive(Debug)]
pub struct KillableStream<I> {
    stream: I,
    kill: ConnectionKill,
}

impl<I> KillableStream<I> {
    pub fn new(stream: I, kill: ConnectionKill) -> Self {
        Self { stream, kill }
    }
}

impl<I: Unpin> KillableStream<I> {
    /// # Errors
    /// When the connection was ended.
    fn open(&mut self) -> io::Result<Pin<&mut I>> {
        if self.kill.is_cut() {
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
        *self.kill.0.reader.lock() = Some(reader);
        if self.kill.reads_nothing() {
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
