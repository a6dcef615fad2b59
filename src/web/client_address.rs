//! Who asked: the address of the client, behind the proxies we trust.

use std::net::IpAddr;

/// Put into the request's extensions by what surrounds every request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClientAddress(pub IpAddr);
