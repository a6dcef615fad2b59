//! What the server has found out about a request before it is routed. It travels in the request's extensions.

use std::{convert::Infallible, net::IpAddr, sync::Arc};

use axum::extract::FromRequestParts;
use http::{Extensions, request::Parts};

use super::endpoint::Endpoint;

/// The realm a page speaks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// What stands before every path of the realm: nothing for `default`, else `/realms/{realm}`.
    pub base: String,
    /// Host and port of the issuer, as a person sees it in the address bar.
    pub host: String,
    /// The realm's name, unless it is `default`.
    pub realm: Option<String>,
}

/// A request that belongs to a realm.
#[derive(Clone, Debug)]
pub struct Received {
    pub place: Arc<Place>,
    /// The address of the client, behind the proxies that are trusted; `None` where there is no connection.
    pub client: Option<IpAddr>,
    pub endpoint: &'static Endpoint,
}

/// The address of the client of a request, behind the proxies that are trusted.
pub fn client(extensions: &Extensions) -> Option<IpAddr> {
    extensions.get::<Received>().and_then(|received| received.client)
}

impl Place {
    /// The place of a request; none in particular for one that belongs to no realm.
    pub fn of(extensions: &Extensions) -> Self {
        let received = extensions.get::<Received>();
        received.map_or_else(Self::default, |received| Self::clone(&received.place))
    }
}

impl<S: Sync> FromRequestParts<S> for Place {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::of(&parts.extensions))
    }
}
