//! What a page of ours has to know before it says anything: who is at the browser, and which authorization request
//! they came with.

use std::sync::Arc;

use axum::response::{IntoResponse, Redirect, Response};
use http::request::Parts;
use jiff::Timestamp;

use crate::app::request_in_flight::{belongs_elsewhere, check_in_flight, no_request};
use crate::app::{App, Realm};
use crate::journal::recording;
use crate::login::asking_client::AskingClient;
use crate::model::{Client, PendingRequest, Refusal, SignedIn};
use crate::sessions;
use crate::store;
use crate::web::language;
use crate::web::page::{Layout, Page};
use crate::web::page_error::PageError;
use crate::web::page_form::PageQuery;
use crate::web::paths;
use crate::web::received::Place;

/// Somebody opening or answering a page.
pub struct Visit {
    pub now: Timestamp,
    pub here: Option<SignedIn>,
    pub errand: Option<PendingAuthorization>,
    pub layout: Layout,
}

/// An authorization request that is waiting for this person, and the client that sent it.
pub struct PendingAuthorization {
    pub pending: PendingRequest,
    pub client: Arc<Client>,
}

impl Visit {
    /// Reads session and request. Without a `request` in the address the person came of their own accord.
    ///
    /// # Errors
    /// When the request named is unknown, over or answered.
    pub async fn read(app: &App, realm: &Realm, parts: &Parts) -> Result<Visit, PageError> {
        let now = realm.clock.now();
        let query = PageQuery::read(&parts.uri)?;
        let errand = match query.get("request") {
            Some(id) => Some(PendingAuthorization::find(app, realm, id, now).await?),
            None => None,
        };
        if let Some(errand) = &errand {
            recording::note_client(&errand.client.id);
        }
        let here = sessions::find(
            &mut app.database.read().await?,
            realm.id,
            &realm.issuer,
            &parts.headers,
            now,
        )
        .await?;
        if let Some(here) = &here {
            recording::note_user(&here.user);
        }
        let ui_locales = errand
            .as_ref()
            .and_then(|errand| errand.pending.request.ui_locales.as_deref());
        let layout = Layout {
            place: Place::of(&parts.extensions),
            language: language::of_request(parts, ui_locales),
        };
        Ok(Visit {
            now,
            here,
            errand,
            layout,
        })
    }

    /// The request and the person it belongs to, for whom alone its consent page is.
    ///
    /// # Errors
    /// When the visitor has no request, or somebody else signed in for it.
    pub fn belonging_together(&self) -> Result<(&PendingAuthorization, &SignedIn), PageError> {
        let errand = self.errand.as_ref().ok_or_else(no_request)?;
        match &self.here {
            Some(here) if errand.pending.session.as_ref() == Some(&here.session.id) => Ok((errand, here)),
            _ => Err(belongs_elsewhere()),
        }
    }
}

impl PendingAuthorization {
    async fn find(app: &App, realm: &Realm, id: &str, now: Timestamp) -> Result<PendingAuthorization, PageError> {
        let pending = store::authorization_requests::find(&mut app.database.read().await?, realm.id, id).await?;
        let pending = check_in_flight(pending, now)?;
        let client = realm.client(&app.database, &pending.request.client_id).await?;
        let client = client.ok_or_else(no_request)?;
        Ok(PendingAuthorization { pending, client })
    }

    pub fn asking_client(&self) -> AskingClient {
        AskingClient::of(&self.client, &self.pending.request.redirect_uri)
    }

    /// A page whose form can end at the client.
    pub fn dress(&self, page: Page) -> Page {
        page.may_end_at(&self.pending.request.redirect_uri)
            .shows_image(self.asking_client().logo.as_deref())
    }

    /// On to where the request is answered or the next page named.
    pub fn go_on(&self, realm: &Realm) -> Response {
        see_other(&realm.path(&format!("{}?request={}", paths::CONTINUE, self.pending.id)))
    }
}

/// 303 to a path of ours, always relative: the browser may know us by another name than the issuer.
pub fn see_other(path: &str) -> Response {
    Redirect::to(path).into_response()
}

/// A form whose fields say nothing we know.
pub fn unknown_answer(expected: &str) -> PageError {
    let refusal = Refusal::new("invalid_request", "the form says nothing this page understands");
    PageError::bad_request(refusal.kind("form.unknown_answer").compare(expected, "none of them"))
}
