//! `/login`: the persona picker, or user name and password (OIDC Core §3.1.2.3).
//!
//! A wrong name and a wrong password are one refusal that takes the same time. Whoever signs in takes the authorization request over:
//! from then on it belongs to their session.

use std::time::Instant;

use askama::Template;
use axum::extract::State;
use axum::response::{AppendHeaders, IntoResponse, Response};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use jiff::SignedDuration;

use crate::app::request_in_flight::{already_answered, check_owner};
use crate::app::{App, Realm};
use crate::clock;
use crate::journal::recording;
use crate::login::asking_client::AskingClient;
use crate::login::visit::{PendingAuthorization, Visit, see_other, unknown_answer};
use crate::model::{Barred, Decision, Refusal, Secret, User};
use crate::random::digest;
use crate::sessions::{self, SignIn};
use crate::store::{self, Tx, settle};
use crate::web::monogram::{Monogram, monogram};
use crate::web::page::{Layout, Page};
use crate::web::page_error::PageError;
use crate::web::page_form::PageForm;
use crate::web::{paths, session_cookie};

/// How many personas the picker shows.
const MOST_PERSONAS: i64 = 60;

/// How a user signed in, for clients (RFC 8176). A click on a persona stands for the password nobody wants to type in
/// development, so a client sees no difference.
const METHODS: [&str; 1] = ["pwd"];

#[derive(Template)]
#[template(path = "login/sign_in.html")]
struct SignInPage {
    layout: Layout,
    /// Who sent the person here; nobody when they came for their account.
    client: Option<AskingClient>,
    personas: Vec<Persona>,
    /// Those to whom something happens.
    eventful: Vec<Persona>,
    /// What to write into the field: `login_hint`, or what was typed before.
    username: String,
    trouble: Option<Trouble>,
}

/// A user the picker offers.
struct Persona {
    username: String,
    name: String,
    /// Why a client should try this person.
    reason: String,
}

/// Why the last attempt did not work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Trouble {
    WrongPassword,
    UnknownPersona,
    /// Seconds until the next attempt is heard.
    Throttled(u64),
    /// They are who they say, and cannot sign in all the same.
    Barred(Barred),
}

/// What the form asks for.
enum Attempt<'f> {
    Cancel,
    Persona(&'f str),
    Password { username: &'f str, password: Secret },
}

pub async fn show(State(app): State<App>, realm: Realm, parts: Parts) -> Result<Page, PageError> {
    let visit = Visit::read(&app, &realm, &parts).await?;
    let hint = visit
        .errand
        .as_ref()
        .and_then(|errand| errand.pending.request.login_hint.clone());
    sign_in_page(&app, &realm, visit, hint.unwrap_or_default(), None).await
}

pub async fn enter(State(app): State<App>, realm: Realm, parts: Parts, form: PageForm) -> Result<Response, PageError> {
    let visit = Visit::read(&app, &realm, &parts).await?;
    let attempt = Attempt::read(&form)?;
    let found = match &attempt {
        Attempt::Cancel => return cancel(&app, &realm, &visit).await,
        Attempt::Persona(username) => find_persona(&app, &realm, username).await?,
        Attempt::Password { username, password } => {
            check_password(&app, &realm, username, password, clock::monotonic()).await?
        }
    };
    let found = found.and_then(|user| match user.barred() {
        Some(barred) => Err(Trouble::Barred(barred)),
        None => Ok(user),
    });
    match found {
        Ok(user) => {
            recording::note_user(&user);
            tokio::time::sleep(user.hesitation()).await;
            sign_in(&app, &realm, &visit, &user, &parts.headers).await
        }
        Err(trouble) => {
            let username = form.get("username").unwrap_or_default().to_owned();
            let page = sign_in_page(&app, &realm, visit, username, Some(trouble)).await?;
            Ok(trouble.answer(page))
        }
    }
}

impl Attempt<'_> {
    fn read(form: &PageForm) -> Result<Attempt<'_>, PageError> {
        if form.get("decision") == Some(Decision::Deny.name()) {
            return Ok(Attempt::Cancel);
        }
        if let Some(username) = form.get("persona") {
            return Ok(Attempt::Persona(username));
        }
        let password = Secret::new(form.get("password").unwrap_or_default());
        match form.get("username") {
            Some(username) => Ok(Attempt::Password { username, password }),
            None => Err(unknown_answer("username and password, persona, or decision=deny")),
        }
    }
}

async fn find_persona(app: &App, realm: &Realm, username: &str) -> Result<Result<User, Trouble>, PageError> {
    let user = store::users::find_by_username(&mut app.database.read().await?, realm.id, username).await?;
    let offered = user.filter(|user| user.persona.is_some());
    Ok(offered.ok_or(Trouble::UnknownPersona))
}

async fn check_password(
    app: &App,
    realm: &Realm,
    username: &str,
    password: &Secret,
    now: Instant,
) -> Result<Result<User, Trouble>, PageError> {
    // By the name as it is searched, so that `Anne` and `anne` share their turns; as a digest, so that it is short.
    let name = digest(&format!("{}/{}", realm.id.0, User::folded(username)));
    if let Err(wait) = app.passwords.attempts().admit(&name, now) {
        return Ok(Err(Trouble::Throttled(wait.as_secs().max(1))));
    }
    let user = store::users::find_by_username(&mut app.database.read().await?, realm.id, username).await?;
    let stored = user.as_ref().and_then(|user| user.password.as_deref());
    let fits = app.passwords.verify(password.reveal(), stored).await?;
    Ok(match user {
        Some(user) if fits => {
            app.passwords.attempts().forgive(&name);
            Ok(user)
        }
        _ => Err(Trouble::WrongPassword),
    })
}

async fn sign_in(
    app: &App,
    realm: &Realm,
    visit: &Visit,
    user: &User,
    headers: &HeaderMap,
) -> Result<Response, PageError> {
    let sign_in = SignIn {
        user,
        amr: &METHODS,
        before: visit.here.as_ref(),
        headers,
        lifetime: SignedDuration::from_secs(realm.policy.lifetimes.session.into()),
    };
    let mut tx = app.database.begin().await?;
    let outcome = begin_session(&mut tx, realm, visit, &sign_in).await;
    let cookie = session_cookie::give(&realm.issuer, &settle(tx, outcome).await?);

    let onward = match &visit.errand {
        Some(errand) => errand.go_on(realm),
        None => see_other(&realm.path(paths::ACCOUNT)),
    };
    Ok((AppendHeaders([(header::SET_COOKIE, cookie)]), onward).into_response())
}

async fn begin_session(tx: &mut Tx, realm: &Realm, visit: &Visit, sign_in: &SignIn<'_>) -> Result<Secret, PageError> {
    let (session, cookie) = sessions::begin(tx, realm.id, sign_in, &realm.random, visit.now).await?;
    if let Some(PendingAuthorization { pending, .. }) = &visit.errand {
        let ours = store::authorization_requests::sign_in(tx, realm.id, &pending.id, &session.id, visit.now).await?;
        already_answered().when(!ours)?;
    }
    Ok(cookie)
}

/// Back to the client without signing in: as good as a no on the consent page.
async fn cancel(app: &App, realm: &Realm, visit: &Visit) -> Result<Response, PageError> {
    let Some(errand) = &visit.errand else {
        return Err(unknown_answer("username and password, or persona"));
    };
    check_owner(&errand.pending, visit.here.as_ref())?;
    let owner = errand.pending.session.as_ref();

    let mut tx = app.database.write_once().await?;
    let no = Decision::Deny;
    let ours = store::authorization_requests::decide(&mut tx, realm.id, &errand.pending.id, owner, no).await?;
    already_answered().when(!ours)?;
    Ok(errand.go_on(realm))
}

async fn sign_in_page(
    app: &App,
    realm: &Realm,
    visit: Visit,
    username: String,
    trouble: Option<Trouble>,
) -> Result<Page, PageError> {
    let personas = store::users::list_personas(&mut app.database.read().await?, realm.id, MOST_PERSONAS).await?;
    let (eventful, personas): (Vec<_>, Vec<_>) = personas.into_iter().partition(|user| user.behaviour.is_some());
    let page = SignInPage {
        layout: visit.layout,
        client: visit.errand.as_ref().map(PendingAuthorization::asking_client),
        personas: personas.into_iter().map(Persona::from).collect(),
        eventful: eventful.into_iter().map(Persona::from).collect(),
        username,
        trouble,
    };
    let page = Page::new(&page);
    Ok(match &visit.errand {
        Some(errand) => errand.dress(page),
        None => page,
    })
}

impl From<User> for Persona {
    fn from(user: User) -> Self {
        Persona {
            name: user.name().to_owned(),
            username: user.username,
            reason: user.persona.unwrap_or_default(),
        }
    }
}

impl Persona {
    fn monogram(&self) -> Monogram {
        monogram(&self.name)
    }
}

impl Trouble {
    fn answer(self, page: Page) -> Response {
        let mut response = self.page(page);
        response.extensions_mut().insert(self.refusal());
        response
    }

    /// For the journal, which says no more than the page: whether there is such a user is nobody's business.
    fn refusal(self) -> Refusal {
        match self {
            Trouble::WrongPassword => {
                Refusal::new("sign_in_failed", "user name and password do not match").kind("sign_in.wrong")
            }
            Trouble::UnknownPersona => {
                Refusal::new("sign_in_failed", "this person is not among those the picker offers")
                    .kind("sign_in.persona")
            }
            Trouble::Barred(Barred::Locked) => {
                Refusal::new("sign_in_failed", "the account is locked").kind("sign_in.locked")
            }
            Trouble::Barred(Barred::PasswordExpired) => {
                Refusal::new("sign_in_failed", "the password has expired").kind("sign_in.password_expired")
            }
            Trouble::Throttled(seconds) => {
                let why = format!("too many attempts; the next is heard in {seconds} s");
                Refusal::new("sign_in_failed", why).kind("sign_in.throttled")
            }
        }
    }

    fn page(self, page: Page) -> Response {
        match self {
            Trouble::WrongPassword | Trouble::UnknownPersona | Trouble::Barred(_) => {
                page.with_status(StatusCode::FORBIDDEN).into_response()
            }
            Trouble::Throttled(seconds) => {
                let page = page.with_status(StatusCode::TOO_MANY_REQUESTS);
                ([(header::RETRY_AFTER, HeaderValue::from(seconds))], page).into_response()
            }
        }
    }
}

impl SignInPage {
    fn trouble_in_words(&self) -> Option<String> {
        Some(match self.trouble? {
            Trouble::WrongPassword => self.layout.say("sign-in-wrong"),
            Trouble::UnknownPersona => self.layout.say("sign-in-unknown-persona"),
            Trouble::Barred(Barred::Locked) => self.layout.say("sign-in-locked"),
            Trouble::Barred(Barred::PasswordExpired) => self.layout.say("sign-in-password-expired"),
            Trouble::Throttled(seconds) => self.layout.say_count("sign-in-throttled", seconds),
        })
    }

    /// One of those to whom something happens is named already, or was just chosen.
    fn expects_an_event(&self) -> bool {
        let named = User::folded(&self.username);
        let barred = matches!(self.trouble, Some(Trouble::Barred(_)));
        barred
            || self
                .eventful
                .iter()
                .any(|persona| User::folded(&persona.username) == named)
    }

    /// The trouble belongs to user name and password, so it is told beside them.
    fn password_trouble(&self) -> bool {
        matches!(self.trouble, Some(Trouble::WrongPassword | Trouble::Throttled(_)))
    }
}
