//! The one way out to addresses that others name.
//!
//! Whoever names the address decides how far it is trusted ([`UrlSource`]). A stranger's address must not lead into
//! private networks or to this machine: addresses are judged after names were resolved, and the connection goes to what
//! was judged. Nobody's redirects are followed, no proxy stands between, and time and the size of answers are bounded.

use std::{
    error::Error as _,
    fs,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    path::{Path, PathBuf},
    sync::OnceLock,
    time::Duration,
};

use http::{HeaderMap, HeaderValue, header};
use reqwest::{
    Certificate, Client,
    dns::{Addrs, Name, Resolve, Resolving},
    redirect,
};
use url::{Host, Url};

use crate::model::UrlSource;

/// How long a whole request may take.
const TIMEOUT: Duration = Duration::from_secs(10);
/// How long a connection may take to be made.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// How much of an answer is read.
const LARGEST_ANSWER: usize = 64 * 1024;
const USER_AGENT: &str = concat!("anteroom/", env!("CARGO_PKG_VERSION"));

/// The way out. Its two clients are built when they are first needed: reading the system's certificates takes a while.
#[derive(Debug)]
pub struct Fetch {
    allow_private: bool,
    authorities: Vec<Certificate>,
    open: OnceLock<Client>,
    guarded: OnceLock<Client>,
}

/// What came back.
#[derive(Debug)]
pub struct Fetched {
    pub status: u16,
    /// The beginning of the body, 64 KiB at the most.
    pub body: Vec<u8>,
}

/// Why nothing came back.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FetchError {
    #[error("not an http or https address without user name: {0}")]
    Address(String),
    #[error(
        "{0} is in a private network or on this machine, which is not allowed for addresses from clients and users \
         (--allow-private-fetch)"
    )]
    Private(String),
    #[error("not a valid HTTP header: {0}")]
    Header(String),
    #[error("no answer within {} seconds", TIMEOUT.as_secs())]
    TimedOut,
    #[error("{0}")]
    Failed(String),
}

/// Why a certificate authority cannot be trusted.
#[derive(Debug, thiserror::Error)]
#[error("certificate authority {}: {reason}", path.display())]
pub struct AuthorityError {
    path: PathBuf,
    reason: String,
}

impl Fetch {
    /// `allow_private` lifts the guard; `trust` are further certificate authorities, PEM.
    pub fn new(allow_private: bool, trust: &[PathBuf]) -> Result<Self, AuthorityError> {
        let mut authorities = Vec::new();
        for path in trust {
            authorities.extend(authorities_in(path)?);
        }
        Ok(Self {
            allow_private,
            authorities,
            open: OnceLock::new(),
            guarded: OnceLock::new(),
        })
    }

    /// Sends `body` to an address, and reads the beginning of what comes back.
    pub async fn post(
        &self,
        source: UrlSource,
        address: &str,
        headers: HeaderMap,
        body: String,
    ) -> Result<Fetched, FetchError> {
        let url = sound(address)?;
        let client = if source == UrlSource::Tester || self.allow_private {
            client(&self.open, || self.builder())?
        } else {
            check_literal(&url)?; // addresses are never resolved, so the resolver does not see them
            client(&self.guarded, || self.builder().dns_resolver(Guard))?
        };
        let request = client.post(url).headers(headers).body(body);
        read(request.send().await.map_err(|error| failure(&error))?).await
    }

    fn builder(&self) -> reqwest::ClientBuilder {
        Client::builder()
            .no_proxy()
            .redirect(redirect::Policy::none())
            .referer(false)
            .timeout(TIMEOUT)
            .connect_timeout(CONNECT_TIMEOUT)
            .pool_max_idle_per_host(2)
            .user_agent(USER_AGENT)
            .tls_certs_merge(self.authorities.iter().cloned())
    }
}

/// The client of a cell, built when there is none.
fn client(cell: &OnceLock<Client>, builder: impl FnOnce() -> reqwest::ClientBuilder) -> Result<&Client, FetchError> {
    if let Some(client) = cell.get() {
        return Ok(client);
    }
    let built = builder().build().map_err(|error| failure(&error))?;
    Ok(cell.get_or_init(|| built))
}

async fn read(mut response: reqwest::Response) -> Result<Fetched, FetchError> {
    let status = response.status().as_u16();
    let mut body = Vec::new();
    while body.len() < LARGEST_ANSWER {
        match response.chunk().await.map_err(|error| failure(&error))? {
            Some(chunk) => body.extend_from_slice(&chunk),
            None => break,
        }
    }
    body.truncate(LARGEST_ANSWER);
    Ok(Fetched { status, body })
}

/// A header for a request.
pub fn header(name: &str, value: &str) -> Result<(header::HeaderName, HeaderValue), FetchError> {
    let unknown = || FetchError::Header(name.to_owned());
    Ok((
        name.parse().map_err(|_| unknown())?,
        HeaderValue::from_str(value).map_err(|_| unknown())?,
    ))
}

/// Whether an address could be called.
///
/// # Errors
/// Unless it is http or https, with a host, and without user name and password, which would end up in logs.
pub fn check_address(address: &str) -> Result<(), FetchError> {
    sound(address).map(drop)
}

fn sound(address: &str) -> Result<Url, FetchError> {
    let not_one = || FetchError::Address(address.to_owned());
    let url: Url = address.parse().map_err(|_| not_one())?;
    let web = matches!(url.scheme(), "http" | "https") && url.has_host();
    if !web || !url.username().is_empty() || url.password().is_some() {
        return Err(not_one());
    }
    Ok(url)
}

fn check_literal(url: &Url) -> Result<(), FetchError> {
    let address = match url.host() {
        Some(Host::Ipv4(address)) => IpAddr::V4(address),
        Some(Host::Ipv6(address)) => IpAddr::V6(address),
        Some(Host::Domain(_)) | None => return Ok(()),
    };
    if is_public(address) {
        Ok(())
    } else {
        Err(FetchError::Private(address.to_string()))
    }
}

/// Resolves names, and gives only addresses that anybody may call.
struct Guard;

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let name = name.as_str().to_owned();
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            let public: Vec<SocketAddr> = found.iter().copied().filter(|place| is_public(place.ip())).collect();
            if public.is_empty() && !found.is_empty() {
                return Err(FetchError::Private(name).into());
            }
            Ok(Box::new(public.into_iter()) as Addrs)
        })
    }
}

/// What went wrong, with its causes, which is where it says "connection refused"; never the address, which is said
/// elsewhere.
fn failure(error: &reqwest::Error) -> FetchError {
    let mut causes = Vec::new();
    let mut cause = error.source();
    while let Some(error) = cause {
        if let Some(private @ FetchError::Private(_)) = error.downcast_ref() {
            return private.clone();
        }
        causes.push(error.to_string());
        cause = error.source();
    }
    if error.is_timeout() {
        return FetchError::TimedOut;
    }
    causes.dedup();
    let what = if causes.is_empty() {
        error.to_string()
    } else {
        causes.join(": ")
    };
    FetchError::Failed(what)
}

fn authorities_in(path: &Path) -> Result<Vec<Certificate>, AuthorityError> {
    let failed = |reason: String| AuthorityError {
        path: path.to_owned(),
        reason,
    };
    let pem = fs::read(path).map_err(|error| failed(error.to_string()))?;
    let found = Certificate::from_pem_bundle(&pem).map_err(|error| failed(error.to_string()))?;
    if found.is_empty() {
        return Err(failed("holds no certificate".to_owned()));
    }
    Ok(found)
}

/// Whether an address belongs to the internet at large (IANA's special-purpose registries, RFC 6890).
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [first, second, third, _] = address.octets();
    let special = address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_multicast()
        || address.is_documentation()
        || first == 0
        || first >= 240 // reserved, and broadcast
        || (first == 100 && (64..128).contains(&second)) // shared by carriers, RFC 6598
        || (first == 198 && (18..20).contains(&second)) // benchmarks, RFC 2544
        || (first == 192 && second == 0 && third == 0)
        || (first == 192 && second == 88 && third == 99); // the old relays to IPv6
    !special
}

/// Only 2000::/3 is given out at all; within it, what carries an IPv4 address is judged by that.
fn is_public_v6(address: Ipv6Addr) -> bool {
    if let Some(inner) = address.to_ipv4_mapped() {
        return is_public_v4(inner);
    }
    let segments = address.segments();
    let inner = |high: u16, low: u16| Ipv4Addr::from((u32::from(high) << 16) | u32::from(low));
    match segments {
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => is_public_v4(inner(high, low)), // NAT64, RFC 6052
        [0x2002, high, low, ..] => is_public_v4(inner(high, low)),               // 6to4, RFC 3056
        [0x2001, second, ..] if second < 0x200 => false,                         // Teredo, ORCHID and their kind
        [0x2001, 0xdb8, ..] | [0x3fff, 0..=0xfff, ..] => false,                  // documentation
        [first, ..] => first & 0xe000 == 0x2000,
    }
}

#[cfg(test)]
mod tests;
