//! The HTTP client for a running server: its address, requests, and how an error becomes one line.

use std::{fmt, fs, path::PathBuf, str::FromStr, time::Duration};

use clap::Args;
use http::{Method, StatusCode, header};
use reqwest::Certificate;
use serde_json::Value;
use url::Url;

use super::RemoteError;
use crate::{
    config::Issuer,
    model::{RealmName, Secret},
    web::paths,
};

/// How long to wait for a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// How long to wait for an answer: longer than the server lets any request wait.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(120);

/// The server, and what is needed to call it.
const DEFAULT: &str = "http://localhost:8080";

#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Server")]
pub struct ServerFlags {
    /// The running server, or the issuer of one of its realms
    #[arg(
        long,
        global = true,
        value_name = "URL",
        env = "ANTEROOM_SERVER",
        default_value = DEFAULT
    )]
    pub server: ServerAddress,

    /// The token of the control API, which a server that other machines can reach prints at its start
    #[arg(
        long,
        global = true,
        value_name = "TOKEN",
        env = "ANTEROOM_CONTROL_TOKEN",
        hide_env_values = true
    )]
    token: Option<String>,

    /// An additional certificate authority to trust, PEM; may be repeated
    #[arg(
        long,
        global = true,
        value_name = "FILE",
        env = "ANTEROOM_TRUST_CA",
        value_delimiter = ','
    )]
    trust_ca: Vec<PathBuf>,

    /// Print the answer as JSON
    #[arg(long, global = true)]
    json: bool,
}

/// An origin, and the realm whose issuer it was written as.
#[derive(Clone, Debug)]
pub struct ServerAddress {
    origin: Issuer,
    realm: Option<RealmName>,
}

impl FromStr for ServerAddress {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        // A variable that is set to nothing is as good as none.
        let text = if text.is_empty() {
            DEFAULT
        } else {
            text.trim_end_matches('/')
        };
        let (origin, realm) = match text.split_once(paths::REALMS) {
            Some((origin, realm)) => (origin, Some(realm.parse()?)),
            None => (text, None),
        };
        let origin = origin
            .parse()
            .map_err(|error: crate::config::issuer::IssuerError| error.to_string())?;
        Ok(Self { origin, realm })
    }
}

impl fmt::Display for ServerAddress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.origin.fmt(formatter)
    }
}

/// A server, and the realm whose control API is called.
#[derive(Debug)]
pub struct Server {
    http: reqwest::Client,
    address: ServerAddress,
    /// `None` is the default realm.
    realm: Option<RealmName>,
    token: Option<Secret>,
    /// Whether answers are printed as they came.
    pub json: bool,
}

impl ServerFlags {
    /// The default realm, whose control API creates realms.
    pub fn root(self) -> Result<Server, RemoteError> {
        let http = self.client()?;
        Ok(Server {
            http,
            address: self.server,
            realm: None,
            token: self.token.map(Secret::new),
            json: self.json,
        })
    }

    /// The named realm, else the one whose issuer was given as the server.
    pub fn realm(self, named: Option<RealmName>) -> Result<Server, RemoteError> {
        let meant = named.or_else(|| self.server.realm.clone());
        let realm = meant.filter(|realm| !realm.is_default());
        Ok(Server { realm, ..self.root()? })
    }

    /// A client without proxy and redirects.
    fn client(&self) -> Result<reqwest::Client, RemoteError> {
        let client = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(ANSWER_TIMEOUT)
            .user_agent(concat!("anteroom/", env!("CARGO_PKG_VERSION")));
        let client = if self.server.origin.is_https() {
            client.tls_certs_merge(self.authorities()?)
        } else {
            client.tls_certs_only([]) // the machine's own would be read for nothing, and a container may have none
        };
        client.build().map_err(|error| RemoteError::Client(innermost(&error)))
    }

    fn authorities(&self) -> Result<Vec<Certificate>, RemoteError> {
        let mut authorities = Vec::new();
        for path in &self.trust_ca {
            let unreadable = |reason: String| RemoteError::File {
                path: path.clone(),
                reason,
            };
            let pem = fs::read(path).map_err(|error| unreadable(error.to_string()))?;
            let found = Certificate::from_pem_bundle(&pem).map_err(|error| unreadable(innermost(&error)))?;
            if found.is_empty() {
                return Err(unreadable(
                    "contains no certificate (`-----BEGIN CERTIFICATE-----`)".to_owned(),
                ));
            }
            authorities.extend(found);
        }
        Ok(authorities)
    }
}

impl Server {
    pub fn get(&self, path: &[&str]) -> Call<'_> {
        self.call(Method::GET, path)
    }

    pub fn post(&self, path: &[&str], body: Value) -> Call<'_> {
        self.call(Method::POST, path).with(body)
    }

    pub fn put(&self, path: &[&str], body: Value) -> Call<'_> {
        self.call(Method::PUT, path).with(body)
    }

    pub fn patch(&self, path: &[&str], body: Value) -> Call<'_> {
        self.call(Method::PATCH, path).with(body)
    }

    pub fn delete(&self, path: &[&str]) -> Call<'_> {
        self.call(Method::DELETE, path)
    }

    fn call(&self, method: Method, path: &[&str]) -> Call<'_> {
        Call {
            server: self,
            method,
            path: path.iter().map(|&segment| segment.to_owned()).collect(),
            query: Vec::new(),
            body: Body::None,
            accept: None,
        }
    }
}

/// The address of a path below `/control/api` of a realm; each segment is one, whatever is in it.
fn place(
    origin: &Issuer,
    realm: Option<&RealmName>,
    path: &[String],
    query: &[(&'static str, String)],
) -> Result<Url, RemoteError> {
    let mut url = Url::parse(origin.as_str()).map_err(|error| RemoteError::Client(error.to_string()))?;
    let realm = realm.into_iter().flat_map(|realm| ["realms", realm.as_str()]);
    let below = path.iter().map(String::as_str);
    if let Ok(mut segments) = url.path_segments_mut() {
        segments.clear().extend(realm.chain(["control", "api"]).chain(below));
    }
    if !query.is_empty() {
        url.query_pairs_mut().extend_pairs(query);
    }
    Ok(url)
}

/// A request to be sent.
#[derive(Debug)]
pub struct Call<'a> {
    server: &'a Server,
    method: Method,
    path: Vec<String>,
    query: Vec<(&'static str, String)>,
    body: Body,
    accept: Option<&'static str>,
}

#[derive(Debug)]
enum Body {
    None,
    Json(Value),
    /// A document that is sent unchanged.
    Written(Vec<u8>),
}

impl Call<'_> {
    fn with(mut self, body: Value) -> Self {
        self.body = Body::Json(body);
        self
    }

    /// JSON that is sent unchanged.
    pub fn with_document(mut self, document: Vec<u8>) -> Self {
        self.body = Body::Written(document);
        self
    }

    pub fn query(mut self, name: &'static str, value: Option<impl ToString>) -> Self {
        self.query.extend(value.map(|value| (name, value.to_string())));
        self
    }

    /// Sends the request; a refusal is an error.
    pub async fn send(self) -> Result<Answer, RemoteError> {
        let server = self.server;
        let place = place(&server.address.origin, server.realm.as_ref(), &self.path, &self.query)?;
        let mut request = server.http.request(self.method, place);
        if let Some(token) = &server.token {
            request = request.bearer_auth(token.reveal());
        }
        if let Some(accept) = self.accept {
            request = request.header(header::ACCEPT, accept);
        }
        request = match self.body {
            Body::None => request,
            Body::Json(body) => request.json(&body),
            Body::Written(document) => request.header(header::CONTENT_TYPE, "application/json").body(document),
        };
        let unreachable = |error| unreachable(&server.address, &error);
        let response = request.send().await.map_err(unreachable)?;
        let status = response.status();
        let kind = response.headers().get(header::CONTENT_TYPE);
        let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default().to_owned();
        let body = response.bytes().await.map_err(unreachable)?;
        Answer {
            status,
            kind,
            body: body.to_vec(),
        }
        .checked(&server.address)
    }
}

/// A successful answer.
#[derive(Debug)]
pub struct Answer {
    status: StatusCode,
    kind: String,
    pub body: Vec<u8>,
}

impl Answer {
    fn checked(self, address: &ServerAddress) -> Result<Self, RemoteError> {
        if self.status.is_success() {
            return Ok(self);
        }
        let problem = self.kind.starts_with("application/problem+json");
        let body: Option<Value> = serde_json::from_slice(&self.body).ok().filter(|_| problem);
        let detail = body.and_then(|body| Some(body.get("detail")?.as_str()?.to_owned()));
        Err(match detail {
            Some(_) if self.status == StatusCode::UNAUTHORIZED => RemoteError::TokenRequired(address.to_string()),
            Some(detail) => RemoteError::Refused(detail),
            None => RemoteError::NotControlApi {
                server: address.to_string(),
                status: self.status,
            },
        })
    }

    /// The answer as JSON; `null` where there was none.
    pub fn value(&self) -> Result<Value, RemoteError> {
        if self.body.is_empty() {
            return Ok(Value::Null);
        }
        serde_json::from_slice(&self.body).map_err(|error| RemoteError::Unreadable(error.to_string()))
    }
}

fn unreachable(address: &ServerAddress, error: &reqwest::Error) -> RemoteError {
    RemoteError::Unreachable {
        server: address.to_string(),
        reason: innermost(error),
    }
}

/// The first cause of an error.
fn innermost(error: &(dyn std::error::Error + 'static)) -> String {
    let mut innermost = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_realms_issuer_names_server_and_realm() {
        let address: ServerAddress = "http://localhost:8080/realms/suite-17".parse().unwrap();

        assert_eq!(address.to_string(), "http://localhost:8080");
        assert_eq!(address.realm.unwrap().as_str(), "suite-17");
        let slash: ServerAddress = "https://anteroom.test/".parse().unwrap();
        assert!(slash.realm.is_none());
    }

    #[test]
    fn a_variable_that_is_set_to_nothing_is_as_good_as_none() {
        let address: ServerAddress = "".parse().unwrap();
        assert_eq!(address.to_string(), DEFAULT);
    }

    #[test]
    fn what_is_no_server_is_refused() {
        for wrong in [
            "localhost:8080",
            "ftp://localhost",
            "http://localhost:8080/control",
            "http://localhost:8080/realms/Upper",
            "http://localhost:8080/realms/a/oauth",
            "http://anne@localhost",
            "http://localhost?x",
        ] {
            assert!(wrong.parse::<ServerAddress>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn segments_and_parameters_cannot_escape_their_place() {
        let origin = "http://localhost:8080".parse().unwrap();
        let realm: RealmName = "x".parse().unwrap();
        let path = ["faults", "a/../b?c#d"].map(str::to_owned);
        let query = [("wait", "1&2=3".to_owned())];

        assert_eq!(
            place(&origin, Some(&realm), &path, &query).unwrap().as_str(),
            "http://localhost:8080/realms/x/control/api/faults/a%2F..%2Fb%3Fc%23d?wait=1%262%3D3"
        );
        assert_eq!(
            place(&origin, None, &path[..1], &[]).unwrap().as_str(),
            "http://localhost:8080/control/api/faults"
        );
    }
}
