//! A line in the log for every request: method, path, status, time. Never a query, a body or a header: secrets travel there.
//!
//! What is logged while a request is answered carries its method and path too, so a refusal can be matched with its request.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::extract::{ConnectInfo, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::HeaderMap;
use tracing::Instrument as _;

use crate::clock::monotonic;
use crate::config::Network;
use crate::journal::redaction::without_secrets;
use crate::web::client_address::ClientAddress;

/// Networks whose `X-Forwarded-For` is believed.
#[derive(Clone, Debug, Default)]
pub struct TrustedProxies(pub Arc<[Network]>);

/// Middleware: writes the line once the answer's head is known, and tells those further in who asks.
pub async fn record(State(trusted): State<TrustedProxies>, mut request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
    let client = peer.map(|peer| trusted.client(peer.0.ip(), request.headers()));
    if let Some(client) = client {
        request.extensions_mut().insert(ClientAddress(client));
    }
    if !tracing::enabled!(tracing::Level::INFO) {
        return next.run(request).await;
    }
    let begin = monotonic();
    let span =
        tracing::info_span!("request", method = %request.method(), path = %without_secrets(request.uri().path()));
    async move {
        let response = next.run(request).await;
        let milliseconds = monotonic().saturating_duration_since(begin).as_micros() as f64 / 1000.0;
        let client = client.map(tracing::field::display);
        tracing::info!(status = response.status().as_u16(), milliseconds, client, "answered");
        response
    }
    .instrument(span)
    .await
}

impl TrustedProxies {
    /// Who asked: the peer, or, where that is a proxy of ours, whom it says it speaks for.
    ///
    /// Read from the right: each proxy of ours has added the address it saw; the first one that is none of ours is the client,
    /// and everything left of it is only what the client claims.
    fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let mut client = peer.to_canonical();
        let forwarded = headers
            .get_all("x-forwarded-for")
            .iter()
            .filter_map(|line| line.to_str().ok());
        let forwarded: Vec<&str> = forwarded.flat_map(|line| line.split(',')).map(str::trim).collect();
        for said in forwarded.iter().rev() {
            if !self.0.iter().any(|network| network.contains(client)) {
                break;
            }
            let Ok(address) = said.parse::<IpAddr>() else { break };
            client = address.to_canonical();
        }
        client
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(trusted: &[&str], peer: &str, lines: &[&str]) -> String {
        let networks = trusted.iter().map(|network| network.parse().unwrap()).collect();
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append("x-forwarded-for", line.parse().unwrap());
        }
        TrustedProxies(networks)
            .client(peer.parse().unwrap(), &headers)
            .to_string()
    }

    #[test]
    fn nobody_is_believed_by_default() {
        assert_eq!(client(&[], "127.0.0.1", &["8.8.8.8"]), "127.0.0.1");
        assert_eq!(client(&["10.0.0.0/8"], "192.168.0.1", &["8.8.8.8"]), "192.168.0.1");
    }

    #[test]
    fn a_proxy_of_ours_speaks_for_its_client() {
        assert_eq!(client(&["10.0.0.0/8"], "10.0.0.1", &["8.8.8.8"]), "8.8.8.8");
        assert_eq!(
            client(&["10.0.0.0/8"], "::ffff:10.0.0.1", &["2001:db8::1"]),
            "2001:db8::1"
        );
        assert_eq!(client(&["10.0.0.0/8"], "10.0.0.1", &["8.8.8.8, 10.0.0.2"]), "8.8.8.8");
        assert_eq!(client(&["10.0.0.0/8"], "10.0.0.1", &["8.8.8.8", "10.0.0.2"]), "8.8.8.8");
    }

    #[test]
    fn a_link_that_opens_something_does_not_stand_in_the_log() {
        assert_eq!(without_secrets("/realms/x/video/s3cret"), "/realms/x/video/…");
        assert_eq!(
            without_secrets("/api/portal/v1/appointments/1/video_consultation"),
            "/api/portal/v1/appointments/1/video_consultation"
        );
    }

    #[test]
    fn what_a_client_claims_for_itself_is_not_believed() {
        assert_eq!(client(&["10.0.0.0/8"], "10.0.0.1", &["1.2.3.4, 8.8.8.8"]), "8.8.8.8");
        assert_eq!(client(&["10.0.0.0/8"], "10.0.0.1", &["1.2.3.4, nonsense"]), "10.0.0.1");
        assert_eq!(client(&["10.0.0.0/8"], "10.0.0.1", &[]), "10.0.0.1");
    }
}
