//! What every page reads first: the session of the browser, and the authorization request it came with.

use std::sync::Arc;

use axum::response::{IntoResponse, Redirect, Response};
use http::request::Parts;
use jiff::Timestamp;

use crate::{
    app::{
        App, Realm,
        request_in_flight::{belongs_elsewhere, check_in_flight, no_request, owner_has_ended},
    },
    journal::recording,
    login::asking_client::AskingClient,
    model::{Client, PendingRequest, Refusal, SignedIn},
    sessions, store,
    web::{
        language,
        page::{Layout, Page},
        page_error::PageError,
        page_form::PageQuery,
        paths,
        received::Place,
    },
};

/// A request to one of the pages.
pub struct Visit {
    pub now: Timestamp,
    pub signed_in: Option<SignedIn>,
    pub pending_authorization: Option<PendingAuthorization>,
    pub layout: Layout,
}

/// An authorization request that waits for this user, and the client that sent it.
pub struct PendingAuthorization {
    pub pending: PendingRequest,
    pub client: Arc<Client>,
}

impl Visit {
    /// Reads the session and the authorization request. Without the query parameter `request` there is none: the user
    /// opened the page directly.
    ///
    /// # Errors
    /// The authorization request is unknown, expired or already answered.
    pub async fn read(app: &App, realm: &Realm, parts: &Parts) -> Result<Visit, PageError> {
        let now = realm.clock.now();
        let query = PageQuery::read(&parts.uri)?;
        let signed_in = sessions::find(
            &mut app.database.read().await?,
            realm.id,
            &realm.issuer,
            &parts.headers,
            now,
        )
        .await?;
        let pending_authorization = match query.get("request") {
            Some(id) => Some(PendingAuthorization::find(app, realm, id, signed_in.as_ref(), now).await?),
            None => None,
        };
        if let Some(pending_authorization) = &pending_authorization {
            recording::note_client(&pending_authorization.client.id);
        }
        if let Some(signed_in) = &signed_in {
            recording::note_user(&signed_in.user);
        }
        let ui_locales = pending_authorization
            .as_ref()
            .and_then(|pending_authorization| pending_authorization.pending.request.ui_locales.as_deref());
        let layout = Layout {
            place: Place::of(&parts.extensions),
            language: language::of_request(parts, ui_locales),
        };
        Ok(Visit {
            now,
            signed_in,
            pending_authorization,
            layout,
        })
    }

    /// Who the client thinks will sign in.
    pub fn login_hint(&self) -> Option<&str> {
        let pending_authorization = self.pending_authorization.as_ref()?;
        pending_authorization.pending.request.login_hint.as_deref()
    }

    /// The authorization request and the user who signed in for it; `None` where the session of that user has ended, so
    /// that somebody has to [sign in](PendingAuthorization::sign_in_page) for it again.
    ///
    /// # Errors
    /// There is no authorization request, or another session signed in for it.
    pub async fn authorization_and_user(
        &self,
        app: &App,
        realm: &Realm,
    ) -> Result<(&PendingAuthorization, Option<&SignedIn>), PageError> {
        let pending_authorization = self.pending_authorization.as_ref().ok_or_else(no_request)?;
        let pending = &pending_authorization.pending;
        match &self.signed_in {
            Some(signed_in) if pending.session.as_ref() == Some(&signed_in.session.id) => {
                Ok((pending_authorization, Some(signed_in)))
            }
            _ if owner_has_ended(&mut app.database.read().await?, realm, pending, self.now).await? => {
                Ok((pending_authorization, None))
            }
            _ => Err(belongs_elsewhere()),
        }
    }
}

impl PendingAuthorization {
    async fn find(
        app: &App,
        realm: &Realm,
        id: &str,
        signed_in: Option<&SignedIn>,
        now: Timestamp,
    ) -> Result<PendingAuthorization, PageError> {
        let pending = store::authorization_requests::find(&mut app.database.read().await?, realm.id, id).await?;
        let pending = check_in_flight(realm, pending, signed_in, now)?;
        let client = realm.client(&app.database, &pending.request.client_id).await?;
        let client = client.ok_or_else(no_request)?;
        Ok(PendingAuthorization { pending, client })
    }

    pub fn asking_client(&self) -> AskingClient {
        AskingClient::of(&self.client, &self.pending.request.redirect_uri)
    }

    /// A page whose form may redirect to the client and which may show the client's logo (Content-Security-Policy).
    pub fn allow_redirect_of(&self, page: Page) -> Page {
        page.leads_elsewhere().shows_image(self.asking_client().logo.as_deref())
    }

    /// The address of the page where a user signs in for this request.
    pub fn sign_in_page(&self, realm: &Realm) -> String {
        realm.path(&format!("{}?request={}", paths::LOGIN, self.pending.id))
    }

    /// A redirect to the endpoint that sends the answer or names the next page.
    pub fn continue_request(&self, realm: &Realm) -> Response {
        see_other(&realm.path(&format!("{}?request={}", paths::CONTINUE, self.pending.id)))
    }
}

/// 303 to a path of this server, always relative: the browser may use another host name than the issuer's.
pub fn see_other(path: &str) -> Response {
    Redirect::to(path).into_response()
}

/// A form without the fields that the page expects.
pub fn unknown_form(expected: &str) -> PageError {
    let refusal = Refusal::new("invalid_request", "the form has none of the expected fields");
    PageError::bad_request(
        refusal
            .kind("form.unknown_form")
            .compare(expected, "none of these fields"),
    )
}
