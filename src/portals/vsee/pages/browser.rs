//! The browser that asks for a page: its session, found by a cookie of the portal's own.
//!
//! The cookie follows the same rules as the sign-in cookie (`web::session_cookie`). Its name is computed from the
//! portal's address, so that the two differ. A session expires by its row and the realm's clock.

use axum::response::{AppendHeaders, IntoResponse, Redirect, Response};
use http::{StatusCode, header, request::Parts};
use jiff::{SignedDuration, Timestamp};

use super::Mount;
use crate::{
    app::{App, Realm},
    model::{Refusal, Secret, SessionId},
    portals::vsee::{
        context::Context,
        links::{DASHBOARD, WAITING_ROOM, fill},
        model::User,
        store::{
            self,
            sessions::{NewSession, Session},
        },
    },
    random::digest,
    store::Tx,
    web::{
        language, page::Layout, page_error::PageError, page_form::PageQuery, paths, received::Place, session_cookie,
    },
};

/// A request for a page, with the session of its browser.
pub struct Browser {
    pub context: Context,
    pub mount: Mount,
    pub layout: Layout,
    pub query: PageQuery,
    session: Option<Session>,
    /// The session that the cookie names, expired or not.
    before: Option<SessionId>,
}

/// The signed-in user as a page shows them.
pub struct Visitor {
    pub name: String,
    /// Keys of texts, and addresses; empty where navigation is disabled.
    pub links: Vec<(&'static str, String)>,
}

impl Browser {
    pub async fn read(app: App, realm: Realm, mount: Mount, parts: &Parts) -> Result<Self, PageError> {
        let now = realm.clock.now();
        let context = Context { app, realm, now };
        let query = PageQuery::read(&parts.uri)?;
        let cookie = session_cookie::read(&site(&context.realm), &parts.headers);
        let before = cookie.map(|value| SessionId(digest(value.reveal())));
        let session = match &before {
            Some(id) => store::sessions::find(&mut context.read().await?, context.realm.id, id, now).await?,
            None => None,
        };
        Ok(Self {
            layout: Layout {
                place: Place::of(&parts.extensions),
                language: language::of_request(parts, None),
            },
            context,
            mount,
            query,
            session,
            before,
        })
    }

    /// The signed-in user.
    ///
    /// # Errors
    /// 401 when nobody is signed in; 403 when the session came from a one-time link, and this is not the page of its
    /// visit.
    pub fn user(&self) -> Result<&User, PageError> {
        self.user_for(None)
    }

    /// As [`user`](Self::user), on the page of this visit.
    pub fn user_of_visit(&self, visit: i64) -> Result<&User, PageError> {
        self.user_for(Some(visit))
    }

    fn user_for(&self, visit: Option<i64>) -> Result<&User, PageError> {
        let refusal = Refusal::new(
            "unauthorized",
            "no user is signed in; open /auth with the token of a single sign-on first",
        );
        let session = self.session.as_ref();
        let session = session.ok_or_else(|| PageError::new(StatusCode::UNAUTHORIZED, refusal))?;
        let elsewhere = session.visit.is_some() && session.visit != visit;
        let refusal = Refusal::new("forbidden", "a one-time link gives access to its own visit only");
        PageError::new(StatusCode::FORBIDDEN, refusal).when(elsewhere)?;
        Ok(&session.user)
    }

    /// The signed-in user as the page shows them.
    pub async fn visitor(&self) -> crate::store::Result<Option<Visitor>> {
        let Some(session) = &self.session else {
            return Ok(None);
        };
        let links = if session.navigation && session.visit.is_none() {
            self.navigation(&session.user).await?
        } else {
            Vec::new()
        };
        Ok(Some(Visitor {
            name: session.user.full_name(),
            links,
        }))
    }

    /// A provider's dashboard, or the first open room for a patient.
    async fn navigation(&self, user: &User) -> crate::store::Result<Vec<(&'static str, String)>> {
        if user.is_provider() {
            return Ok(vec![("vsee-nav-dashboard", self.path(DASHBOARD))]);
        }
        let mut conn = self.context.read().await?;
        let (rooms, _) = store::rooms::list(&mut conn, self.context.realm.id, &user.account, (0, 10)).await?;
        let mut rooms = rooms.iter();
        let open = rooms.find(|room| room.settings.active && !room.settings.is_closed);
        let link = open.map(|room| ("vsee-nav-room", self.path(&fill(WAITING_ROOM, &room.slug))));
        Ok(link.into_iter().collect())
    }

    /// The address of a page, below the mount of this request.
    pub fn path(&self, path: &str) -> String {
        self.context
            .realm
            .path(&format!("{}{}{path}", paths::VSEE, self.mount.0))
    }

    /// Starts a session in place of the previous one, and returns the value of its cookie.
    pub async fn start_session_in(&self, tx: &mut Tx, new: &BrowserSession) -> crate::store::Result<Secret> {
        let realm = &self.context.realm;
        if let Some(before) = &self.before {
            store::sessions::delete(tx, realm.id, before).await?;
        }
        let value = Secret::new(realm.random.token());
        let id = SessionId(digest(value.reveal()));
        let lifetime = SignedDuration::from_secs(realm.policy.lifetimes.session.into());
        let session = NewSession {
            id: &id,
            user: new.user,
            visit: new.visit,
            navigation: new.navigation,
            expires_at: self.context.now.saturating_add(lifetime).unwrap_or(Timestamp::MAX),
        };
        store::sessions::insert(tx, realm.id, &session, self.context.now).await?;
        Ok(value)
    }

    /// Redirects to a page, with the cookie of a new session.
    pub fn redirect_signed_in(&self, cookie: &Secret, status: StatusCode, path: &str) -> Response {
        let cookie = session_cookie::give(&site(&self.context.realm), cookie);
        let headers = [(header::SET_COOKIE, cookie)];
        let target = [(header::LOCATION, self.path(path))];
        (status, AppendHeaders(headers), AppendHeaders(target), no_store()).into_response()
    }

    /// Redirects to a page after a post.
    pub fn see_other(&self, path: &str) -> Response {
        Redirect::to(&self.path(path)).into_response()
    }
}

fn no_store() -> [(header::HeaderName, &'static str); 2] {
    [
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "no-referrer"), // the address contained a token
    ]
}

/// A session to be started.
pub struct BrowserSession {
    pub user: i64,
    /// The only visit it gives access to; `None` for all of the user's pages.
    pub visit: Option<i64>,
    pub navigation: bool,
}

/// The address from which the name of the cookie is computed.
fn site(realm: &Realm) -> String {
    realm.url(paths::VSEE)
}
