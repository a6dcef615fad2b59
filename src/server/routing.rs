//! The routes, and what is known of a request beside it.

use std::{net::IpAddr, time::Duration};

use axum::{Router, body::Body, response::Response};
use http::{HeaderValue, Request, Uri, header, request::Parts};
use tower::Service as _;

use super::connection_kill::ConnectionKill;
use crate::{
    app::App,
    web::{
        language,
        page::Layout,
        page_error,
        received::{Place, Received},
    },
};

/// The connection a request comes over; without a peer where there is none, as in process.
#[derive(Clone, Debug, Default)]
pub struct Connection {
    pub peer: Option<IpAddr>,
    pub kill: ConnectionKill,
}

/// How long an answer is held back before its first byte. Outside of every limit, so that none cuts short what somebody has asked for.
#[derive(Clone, Copy, Debug)]
pub struct Delay(pub Duration);

/// The routes of all endpoints.
pub struct Routes {
    pub app: App,
    router: Router,
}

impl Routes {
    pub fn new(app: App, router: Router) -> Self {
        Self { app, router }
    }

    /// The handlers' answer, its error pages in the language of the request.
    pub async fn answer(&self, request: Request<Body>) -> Response {
        let (parts, body) = request.into_parts();
        let languages = Languages::of(&parts);
        let place = parts
            .extensions
            .get::<Received>()
            .map(|received| received.place.clone());
        let Ok(response) = self.router.clone().call(Request::from_parts(parts, body)).await;
        page_error::in_language(response, || {
            let place = place.map_or_else(Place::default, |place| Place::clone(&place));
            languages.layout(place)
        })
    }
}

/// In which language a request wants its pages: kept for errors, which get their language last.
pub struct Languages {
    uri: Uri,
    accepted: Option<HeaderValue>,
}

impl Languages {
    pub fn of(parts: &Parts) -> Self {
        Self {
            uri: parts.uri.clone(),
            accepted: parts.headers.get(header::ACCEPT_LANGUAGE).cloned(),
        }
    }

    pub fn layout(&self, place: Place) -> Layout {
        Layout {
            place,
            language: language::negotiate(self.uri.query(), None, self.accepted.as_ref()),
        }
    }
}
