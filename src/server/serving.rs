//! Serving on the sockets, with or without TLS, until the server is stopped; then a graceful shutdown.

use std::{
    convert::Infallible,
    future::ready,
    io,
    net::{SocketAddr, TcpListener},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use axum_server::{
    Handle, Server,
    accept::NoDelayAcceptor,
    tls_rustls::{RustlsAcceptor, RustlsConfig},
};
use hyper::body::Incoming;
use hyper_util::rt::TokioTimer;
use rustls::{
    ServerConfig,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _},
};
use tokio::task::JoinSet;
use tower::service_fn;

use super::{
    acceptor::{Bounded, Connections},
    service::{ConnectionService, Shared, answer},
};
use crate::{
    app::App,
    config::{Limits, TlsFiles},
};

/// How long requests on connections that were idle are still answered.
const LAST_REQUESTS: Duration = Duration::from_secs(1);

/// Reads the server's certificate and key, before anything is promised.
pub fn tls_config(files: &TlsFiles) -> Result<RustlsConfig, TlsError> {
    let chain = CertificateDer::pem_file_iter(&files.certificate)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|reason| TlsError::unreadable(&files.certificate, reason))?;
    if chain.is_empty() {
        return Err(TlsError::NoCertificate(files.certificate.clone()));
    }
    let key = PrivateKeyDer::from_pem_file(&files.key).map_err(|reason| TlsError::unreadable(&files.key, reason))?;
    let mut config = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(chain, key)?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(RustlsConfig::from_config(Arc::new(config)))
}

/// Why the certificate cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    #[error("{}: {reason}", path.display())]
    Unreadable { path: PathBuf, reason: String },
    #[error("{}: contains no certificate (`-----BEGIN CERTIFICATE-----`)", .0.display())]
    NoCertificate(PathBuf),
    #[error("the certificate and the private key do not match: {0}")]
    Unusable(#[from] rustls::Error),
}

impl TlsError {
    fn unreadable(path: &Path, reason: rustls::pki_types::pem::Error) -> Self {
        Self::Unreadable {
            path: path.to_owned(),
            reason: reason.to_string(),
        }
    }
}

/// A server at work.
#[derive(Debug)]
pub struct Serving {
    servers: JoinSet<io::Result<()>>,
    connections: Arc<Connections>,
    handle: Handle<SocketAddr>,
    drain_timeout: Duration,
}

impl Serving {
    /// Begins to answer on every socket. Connections that came since they were bound are answered too.
    pub fn begin(
        listeners: Vec<TcpListener>,
        shared: &Arc<Shared>,
        tls: Option<&RustlsConfig>,
        limits: &Limits,
    ) -> io::Result<Self> {
        let handle = Handle::new();
        let connections = Arc::new(Connections::new(limits));
        let mut servers = JoinSet::new();
        for listener in listeners {
            let (shared, connections) = (shared.clone(), connections.clone());
            let service = service_fn(move |peer: SocketAddr| {
                let service = ConnectionService::new(shared.clone(), peer, answer::<Incoming>);
                ready(Ok::<_, Infallible>(service))
            });
            let server = limited(axum_server::from_tcp(listener)?, limits).handle(handle.clone());
            match tls {
                Some(tls) => {
                    let acceptor = RustlsAcceptor::new(tls.clone()).handshake_timeout(limits.header_timeout);
                    let acceptor = acceptor.acceptor(NoDelayAcceptor::new());
                    servers.spawn(server.acceptor(Bounded { acceptor, connections }).serve(service))
                }
                None => {
                    let acceptor = NoDelayAcceptor::new();
                    servers.spawn(server.acceptor(Bounded { acceptor, connections }).serve(service))
                }
            };
        }
        Ok(Self {
            servers,
            connections,
            handle,
            drain_timeout: limits.drain_timeout,
        })
    }

    /// Waits until a server stops by itself, which it does not unless something is wrong.
    pub async fn failed(&mut self) -> io::Error {
        match self.servers.join_next().await {
            Some(Ok(Err(error))) => error,
            _ => io::Error::other("a listener stopped unexpectedly"),
        }
    }

    /// Answers what arrives on open connections for a moment, each answer closing its connection; then takes no new
    /// ones, lets requests in flight come to their end, and closes what is still open when time is up.
    pub async fn drain(mut self, app: &App) {
        app.shutdown.cancel(); // long waits answer now
        // A client may have sent a request on an idle connection just now: closing it at once would lose that request.
        let idle = LAST_REQUESTS.min(self.drain_timeout);
        tokio::time::timeout(idle, self.connections.all_closed()).await.ok();
        self.handle.graceful_shutdown(Some(self.drain_timeout));
        while self.servers.join_next().await.is_some() {}
        app.tasks.close();
        if tokio::time::timeout(self.drain_timeout, app.tasks.wait())
            .await
            .is_err()
        {
            tracing::warn!("some tasks were not finished in time");
        }
        // A task that is still running holds its connection; the database survives being left.
        let closed = tokio::time::timeout(self.drain_timeout, app.database.close()).await;
        if closed.is_err() {
            tracing::warn!("the database was not closed in time");
        }
    }
}

/// Bounds what a connection may ask of us before a handler sees it.
fn limited(mut server: Server<SocketAddr>, limits: &Limits) -> Server<SocketAddr> {
    let list = u32::try_from(limits.max_header_bytes).unwrap_or(u32::MAX);
    let http = server.http_builder();
    http.http1()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.header_timeout)
        .max_buf_size(limits.max_header_bytes);
    http.http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(Duration::from_secs(30))
        .max_header_list_size(list);
    server
}
