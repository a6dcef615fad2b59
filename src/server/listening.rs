//! Taking the addresses: before anything is opened or promised, since the issuer carries the port.

use std::{
    io::{self, ErrorKind},
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener},
};

use crate::config::Listen;

/// How often a free port is looked for that both families have.
const ATTEMPTS: u32 = 32;

/// The sockets of a server, bound and listening. Never empty.
#[derive(Debug)]
pub struct Sockets {
    listeners: Vec<TcpListener>,
    addresses: Vec<SocketAddr>,
}

impl Sockets {
    /// Takes every place, or none of them.
    pub fn bind(places: &[Listen]) -> Result<Self, ListenError> {
        let mut listeners = Vec::new();
        for place in places {
            match place {
                Listen::Address(address) => listeners.push(bind(*address)?),
                Listen::Localhost(0) => listeners.extend(bind_free_port()?),
                Listen::Localhost(port) => listeners.extend(bind_localhost(*port)?),
            }
        }
        let addresses = listeners
            .iter()
            .map(TcpListener::local_addr)
            .collect::<io::Result<Vec<_>>>();
        let addresses = addresses.map_err(ListenError::Unnamed)?;
        if addresses.is_empty() {
            Err(ListenError::Nowhere)
        } else {
            Ok(Self { listeners, addresses })
        }
    }

    /// Where is listened now, free ports filled in.
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    /// The port of the first address: what an issuer that is not configured carries.
    pub fn port(&self) -> u16 {
        self.addresses.first().map_or(0, SocketAddr::port)
    }

    pub fn into_listeners(self) -> Vec<TcpListener> {
        self.listeners
    }
}

/// 127.0.0.1 and, where it exists, [::1].
fn bind_localhost(port: u16) -> Result<Vec<TcpListener>, ListenError> {
    let mut listeners = vec![bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port)))?];
    match bind(SocketAddr::from((Ipv6Addr::LOCALHOST, port))) {
        Ok(listener) => listeners.push(listener),
        // Whoever has it would be found by browsers that try [::1] first for `localhost`.
        Err(taken) if taken.is_taken() => return Err(taken),
        Err(absent) => tracing::debug!(%absent, "this machine has no [::1]"),
    }
    Ok(listeners)
}

/// A port that is free on both families.
fn bind_free_port() -> Result<Vec<TcpListener>, ListenError> {
    let mut last = ListenError::Nowhere;
    for _ in 0..ATTEMPTS {
        let first = bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))?;
        let port = first.local_addr().map_err(ListenError::Unnamed)?.port();
        match bind(SocketAddr::from((Ipv6Addr::LOCALHOST, port))) {
            Ok(second) => return Ok(vec![first, second]),
            Err(taken) if taken.is_taken() => last = taken, // `first` is let go, and the next one differs
            Err(_) => return Ok(vec![first]),
        }
    }
    Err(last)
}

fn bind(address: SocketAddr) -> Result<TcpListener, ListenError> {
    let taken = |reason| ListenError::Address { address, reason };
    let listener = TcpListener::bind(address).map_err(taken)?;
    listener.set_nonblocking(true).map_err(taken)?;
    Ok(listener)
}

/// The addresses as they stand in `Host` headers.
pub fn host_of(address: SocketAddr) -> String {
    match address.ip() {
        IpAddr::V4(v4) => v4.to_string(),
        IpAddr::V6(v6) => format!("[{v6}]"),
    }
}

/// Why an address was not taken.
#[derive(Debug, thiserror::Error)]
pub enum ListenError {
    #[error("cannot listen on {address}: {}{}", reason, hint(reason))]
    Address { address: SocketAddr, reason: io::Error },
    #[error("the system does not report the address it listens on: {0}")]
    Unnamed(io::Error),
    #[error("there is no address to listen on")]
    Nowhere,
}

impl ListenError {
    fn is_taken(&self) -> bool {
        matches!(self, Self::Address { reason, .. } if reason.kind() == ErrorKind::AddrInUse)
    }
}

fn hint(reason: &io::Error) -> &'static str {
    match reason.kind() {
        ErrorKind::AddrInUse => ". Another program uses it; --listen 127.0.0.1:0 takes a free port",
        ErrorKind::PermissionDenied => ". Ports below 1024 need special rights; --listen 127.0.0.1:8080 does not",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> Listen {
        text.parse().unwrap()
    }

    #[test]
    fn a_free_port_is_the_same_for_both_families() {
        let sockets = Sockets::bind(&[address("localhost:0")]).unwrap();

        let ports: Vec<_> = sockets.addresses().iter().map(SocketAddr::port).collect();
        assert!(
            ports.iter().all(|port| *port == sockets.port() && *port != 0),
            "{ports:?}"
        );
        assert!(sockets.addresses().iter().all(|address| address.ip().is_loopback()));
    }

    #[test]
    fn a_port_that_somebody_has_is_named_and_nothing_is_taken() {
        let other = TcpListener::bind("127.0.0.1:0").unwrap();
        let taken = Listen::Address(other.local_addr().unwrap());

        let refused = Sockets::bind(&[address("127.0.0.1:0"), taken]).unwrap_err().to_string();

        assert!(refused.contains(&format!("cannot listen on {taken}")), "{refused}");
        assert!(refused.contains("Another program uses it"), "{refused}");
    }

    #[test]
    fn localhost_is_not_shared_with_whoever_has_its_other_family() {
        let Ok(other) = TcpListener::bind("[::1]:0") else {
            return;
        };
        let port = other.local_addr().unwrap().port();

        let refused = Sockets::bind(&[Listen::Localhost(port)]).unwrap_err().to_string();

        assert!(refused.contains(&format!("cannot listen on [::1]:{port}")), "{refused}");
    }

    #[test]
    fn all_configured_addresses_are_listened_on() {
        let sockets = Sockets::bind(&[address("127.0.0.1:0"), address("127.0.0.1:0")]).unwrap();

        assert_eq!(sockets.addresses().len(), 2);
        assert_ne!(sockets.addresses()[0], sockets.addresses()[1]);
    }
}
