//! A line in the log for every request: method, path, status, time. Never a query, a body or a header: secrets travel
//! there.
//!
//! What is logged while a request is answered carries its method and path too, so a refusal can be matched with its
//! request.

use std::{net::IpAddr, sync::Arc, time::Instant};

use http::{HeaderMap, Request, StatusCode};
use tracing::{Level, Span};

use crate::{clock::monotonic, config::Network, journal::redaction::without_secrets};

/// Networks whose `X-Forwarded-For` is trusted.
#[derive(Clone, Debug, Default)]
pub struct TrustedProxies(pub Arc<[Network]>);

/// What is logged while a request is answered belongs to this span, and whether its line is written at all.
pub fn span<B>(request: &Request<B>) -> (Span, bool) {
    if !tracing::enabled!(Level::INFO) {
        return (Span::none(), false);
    }
    let path = without_secrets(request.uri().path());
    (tracing::info_span!("request", method = %request.method(), %path), true)
}

/// Writes the line, once the head of the answer is known.
pub fn write(status: StatusCode, client: Option<IpAddr>, begin: Instant) {
    let milliseconds = monotonic().saturating_duration_since(begin).as_micros() as f64 / 1000.0;
    let client = client.map(tracing::field::display);
    tracing::info!(status = status.as_u16(), milliseconds, client, "answered");
}

impl TrustedProxies {
    /// The client's address: the peer, or, where that is a trusted proxy, the address it forwards for.
    ///
    /// Read from the right: each proxy of ours has added the address it saw; the first one that is none of ours is the
    /// client, and everything left of it is only what the client claims.
    pub fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let mut client = peer.to_canonical();
        if self.0.is_empty() {
            return client;
        }
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
    fn nobody_is_trusted_by_default() {
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
    fn what_a_client_claims_for_itself_is_not_trusted() {
        assert_eq!(client(&["10.0.0.0/8"], "10.0.0.1", &["1.2.3.4, 8.8.8.8"]), "8.8.8.8");
        assert_eq!(client(&["10.0.0.0/8"], "10.0.0.1", &["1.2.3.4, nonsense"]), "10.0.0.1");
        assert_eq!(client(&["10.0.0.0/8"], "10.0.0.1", &[]), "10.0.0.1");
    }
}
