//! Who is at the browser that asks for a page of the portal: found by a cookie of the portal's own.
//!
//! The cookie follows the rules of the house (`web::session_cookie`); its name comes from the portal's address, so that
//! it and the cookie of the sign-in pages keep apart. How long a session lives is judged by its row and the realm's clock.

use axum::response::{AppendHeaders, IntoResponse, Redirect, Response};
use http::{StatusCode, header, request::Parts};
use jiff::{SignedDuration, Timestamp};

use super::{
    Mount,
    paths::{DASHBOARD, WAITING_ROOM, fill},
};
use crate::{
    app::{App, Realm},
    model::{Refusal, Secret, SessionId},
    portals::vsee::{
        call::Context,
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

/// Somebody opening or answering a page.
pub struct Browser {
    pub context: Context,
    pub mount: Mount,
    pub layout: Layout,
    pub query: PageQuery,
    session: Option<Session>,
    /// The session its cookie names, whether or not it lives.
    before: Option<SessionId>,
}

/// What a page shows of who is signed in.
pub struct Visitor {
    pub name: String,
    /// Message keys and addresses; empty where navigation is switched off.
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

    /// Who is signed in.
    ///
    /// # Errors
    /// 401 when nobody is; 403 when the session opens one visit alone, and this is not its page.
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
            "nobody is signed in: come in through /auth with the token of a single sign-on",
        );
        let session = self.session.as_ref();
        let session = session.ok_or_else(|| PageError::new(StatusCode::UNAUTHORIZED, refusal))?;
        let elsewhere = session.visit.is_some() && session.visit != visit;
        let refusal = Refusal::new("forbidden", "a one-time link opens its own visit and nothing else");
        PageError::new(StatusCode::FORBIDDEN, refusal).when(elsewhere)?;
        Ok(&session.user)
    }

    /// What the page shows of who is signed in.
    pub async fn visitor(&self) -> crate::store::Result<Option<Visitor>> {
        let Some(session) = &self.session else {
            return Ok(None);
        };
        let mut links = Vec::new();
        if session.navigation && session.visit.is_none() {
            let mut conn = self.context.read().await?;
            let realm = self.context.realm.id;
            let user = &session.user;
            if user.is_provider() {
                links.push(("vsee-nav-dashboard", self.path(DASHBOARD)));
            } else {
                let (rooms, _) = store::rooms::list(&mut conn, realm, &user.account, (0, 10)).await?;
                let open = rooms
                    .iter()
                    .filter(|room| room.settings.active && !room.settings.is_closed);
                links.extend(open.map(|room| ("vsee-nav-room", self.path(&fill(WAITING_ROOM, &room.slug)))));
                links.truncate(1);
            }
        }
        Ok(Some(Visitor {
            name: session.user.full_name(),
            links,
        }))
    }

    /// A path of the portal as a browser asks for it, below the mount it came through.
    pub fn path(&self, path: &str) -> String {
        self.context
            .realm
            .path(&format!("{}{}{path}", paths::VSEE, self.mount.0))
    }

    /// Begins a session in place of the one that was; the cookie that names it.
    pub async fn begin(&self, tx: &mut Tx, wish: &Entry) -> crate::store::Result<Secret> {
        let realm = &self.context.realm;
        if let Some(before) = &self.before {
            store::sessions::delete(tx, realm.id, before).await?;
        }
        let value = Secret::new(realm.random.token());
        let id = SessionId(digest(value.reveal()));
        let lifetime = SignedDuration::from_secs(realm.policy.lifetimes.session.into());
        let session = NewSession {
            id: &id,
            user: wish.user,
            visit: wish.visit,
            navigation: wish.navigation,
            expires_at: self.context.now.saturating_add(lifetime).unwrap_or(Timestamp::MAX),
        };
        store::sessions::insert(tx, realm.id, &session, self.context.now).await?;
        Ok(value)
    }

    /// On to a path of the portal, with the cookie of a session that has begun.
    pub fn enter(&self, cookie: &Secret, status: StatusCode, path: &str) -> Response {
        let cookie = session_cookie::give(&site(&self.context.realm), cookie);
        let headers = [(header::SET_COOKIE, cookie)];
        let target = [(header::LOCATION, self.path(path))];
        (status, AppendHeaders(headers), AppendHeaders(target), no_store()).into_response()
    }

    /// On to a path of the portal, after a post.
    pub fn see_other(&self, path: &str) -> Response {
        Redirect::to(&self.path(path)).into_response()
    }
}

fn no_store() -> [(header::HeaderName, &'static str); 2] {
    [
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "no-referrer"), // the address had a token in it
    ]
}

/// A session about to begin.
pub struct Entry {
    pub user: i64,
    /// The only visit it opens.
    pub visit: Option<i64>,
    pub navigation: bool,
}

/// What the cookie's name is made from.
fn site(realm: &Realm) -> String {
    realm.url(paths::VSEE)
}
