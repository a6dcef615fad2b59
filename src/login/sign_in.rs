//! `/login`: the persona picker, or user name and password (OIDC Core §3.1.2.3).
//!
//! A wrong user name and a wrong password are refused in the same words and take the same time. After the sign-in the
//! authorization request belongs to the new session.

use std::net::IpAddr;

use askama::Template;
use axum::{
    extract::State,
    response::{AppendHeaders, IntoResponse, Response},
};
use http::{HeaderMap, HeaderValue, StatusCode, header, request::Parts};
use jiff::SignedDuration;

use crate::{
    app::{
        App, Realm,
        request_in_flight::{already_answered, belongs_elsewhere, check_in_flight, check_owner, owner_has_ended},
    },
    clock,
    journal::recording,
    login::{
        asking_client::AskingClient,
        visit::{PendingAuthorization, Visit, see_other, unknown_form},
    },
    model::{Barred, Decision, Refusal, Secret, SubjectType, User, refuse_when},
    passwords::Attempts,
    sessions::{self, SignIn},
    store::{self, Tx, settle},
    web::{
        monogram::{Monogram, monogram},
        page::{Layout, Page},
        page_error::PageError,
        page_form::PageForm,
        paths, received, session_cookie,
    },
};

/// The number of personas the picker shows at most.
const MOST_PERSONAS: i64 = 60;

#[derive(Template)]
#[template(path = "login/sign_in.html")]
struct SignInPage {
    layout: Layout,
    /// The client that asks; `None` when the user wants to see the account page.
    client: Option<AskingClient>,
    personas: Vec<Persona>,
    /// The users with scripted behaviour.
    scripted: Vec<Persona>,
    /// The value of the user name field: `login_hint`, or what was typed before.
    username: String,
    error: Option<SignInError>,
}

/// A user the picker offers.
struct Persona {
    username: String,
    name: String,
    /// Which edge case this user is for a client.
    reason: String,
}

/// Why the last attempt failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum SignInError {
    WrongPassword,
    UnknownPersona,
    /// Seconds until the next attempt is accepted.
    Throttled(u64),
    /// The password is right, but the account cannot be used.
    Barred(Barred),
}

/// What was submitted.
enum Attempt<'f> {
    Cancel,
    Persona(&'f str),
    Password { username: &'f str, password: Secret },
}

pub async fn show(State(app): State<App>, realm: Realm, parts: Parts) -> Result<Page, PageError> {
    let visit = Visit::read(&app, &realm, &parts).await?;
    let hinted = match visit.login_hint() {
        Some(hint) => username_of_hint(&app, &realm, hint).await?,
        None => String::new(),
    };
    sign_in_page(&app, &realm, visit, hinted, None).await
}

/// The name of the user that a `login_hint` finds; otherwise the hint itself.
async fn username_of_hint(app: &App, realm: &Realm, hint: &str) -> Result<String, PageError> {
    let by_id = realm.policy.subject_type == SubjectType::Public;
    let user = store::users::find_by_hint(&mut app.database.read().await?, realm.id, hint, by_id).await?;
    Ok(user.map_or_else(|| hint.to_owned(), |user| user.username))
}

pub async fn enter(State(app): State<App>, realm: Realm, parts: Parts, form: PageForm) -> Result<Response, PageError> {
    let visit = Visit::read(&app, &realm, &parts).await?;
    let attempt = Attempt::read(&form)?;
    let found = match &attempt {
        Attempt::Cancel => return cancel(&app, &realm, &visit).await,
        Attempt::Persona(username) => find_persona(&app, &realm, username).await?,
        Attempt::Password { username, password } => {
            check_password(&app, &realm, (username, password), received::client(&parts.extensions)).await?
        }
    };
    let found = found.and_then(|user| match user.barred() {
        Some(barred) => Err(SignInError::Barred(barred)),
        None => Ok(user),
    });
    match found {
        Ok(user) => {
            recording::note_user(&user);
            tokio::time::sleep(user.sign_in_delay()).await;
            sign_in(&app, &realm, &visit, &user, attempt.amr(), &parts.headers).await
        }
        Err(error) => {
            let username = form.get("username").unwrap_or_default().to_owned();
            let page = sign_in_page(&app, &realm, visit, username, Some(error)).await?;
            Ok(error.answer(page))
        }
    }
}

impl Attempt<'_> {
    /// The authentication methods (RFC 8176): a click on a persona proves nothing.
    fn amr(&self) -> &'static [&'static str] {
        match self {
            Attempt::Password { .. } => &["pwd"],
            Attempt::Persona(_) | Attempt::Cancel => &[],
        }
    }

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
            None => Err(unknown_form("username and password, persona, or decision=deny")),
        }
    }
}

async fn find_persona(app: &App, realm: &Realm, username: &str) -> Result<Result<User, SignInError>, PageError> {
    let user = store::users::find_by_username(&mut app.database.read().await?, realm.id, username).await?;
    let offered = user.filter(|user| user.persona.is_some());
    Ok(offered.ok_or(SignInError::UnknownPersona))
}

async fn check_password(
    app: &App,
    realm: &Realm,
    (username, password): (&str, &Secret),
    from: Option<IpAddr>,
) -> Result<Result<User, SignInError>, PageError> {
    // The folded name, so that `Anne` and `anne` share a limit.
    let attempts = Attempts::at(&format!("user {}/{}", realm.id.0, User::folded(username)), from);
    if let Err(wait) = app.passwords.attempts().admit(&attempts, clock::monotonic()) {
        return Ok(Err(SignInError::Throttled(wait.as_secs().max(1))));
    }
    let user = store::users::find_by_username(&mut app.database.read().await?, realm.id, username).await?;
    let stored = user.as_ref().and_then(|user| user.password.as_deref());
    let fits = app.passwords.verify(realm.id, password.reveal(), stored).await?;
    Ok(match user {
        Some(user) if fits => {
            app.passwords.attempts().forgive(&attempts);
            Ok(user)
        }
        _ => Err(SignInError::WrongPassword),
    })
}

async fn sign_in(
    app: &App,
    realm: &Realm,
    visit: &Visit,
    user: &User,
    amr: &[&str],
    headers: &HeaderMap,
) -> Result<Response, PageError> {
    let sign_in = SignIn {
        user,
        amr,
        before: visit.signed_in.as_ref(),
        headers,
        lifetime: SignedDuration::from_secs(realm.policy.lifetimes.session.into()),
    };
    let mut tx = app.database.begin().await?;
    let outcome = begin_session(&mut tx, realm, visit, &sign_in).await;
    let cookie = session_cookie::give(&realm.issuer, &settle(tx, outcome).await?);

    let next = match &visit.pending_authorization {
        Some(pending_authorization) => pending_authorization.continue_request(realm),
        None => see_other(&realm.path(paths::ACCOUNT)),
    };
    Ok((AppendHeaders([(header::SET_COOKIE, cookie)]), next).into_response())
}

async fn begin_session(tx: &mut Tx, realm: &Realm, visit: &Visit, sign_in: &SignIn<'_>) -> Result<Secret, PageError> {
    let (session, cookie) = sessions::begin(tx, realm.id, sign_in, &realm.random, visit.now).await?;
    if let Some(PendingAuthorization { pending, .. }) = &visit.pending_authorization {
        let ours = store::authorization_requests::sign_in(tx, realm.id, &pending.id, &session.id, visit.now).await?;
        if !ours {
            let pending = store::authorization_requests::find(tx, realm.id, &pending.id).await?;
            check_in_flight(realm, pending, visit.signed_in.as_ref(), visit.now)?;
            return Err(belongs_elsewhere());
        }
    }
    Ok(cookie)
}

/// Back to the client without signing in: the same answer as after `deny` on the consent page.
async fn cancel(app: &App, realm: &Realm, visit: &Visit) -> Result<Response, PageError> {
    let Some(pending_authorization) = &visit.pending_authorization else {
        return Err(unknown_form("username and password, or persona"));
    };
    let pending = &pending_authorization.pending;
    if !owner_has_ended(&mut app.database.read().await?, realm, pending, visit.now).await? {
        check_owner(pending, visit.signed_in.as_ref())?;
    }
    let owner = pending.session.as_ref();

    let mut tx = app.database.write_once().await?;
    let no = Decision::Deny;
    let ours = store::authorization_requests::decide(&mut tx, realm.id, &pending.id, owner, no).await?;
    refuse_when(!ours, || already_answered(realm, pending, visit.signed_in.as_ref()))?;
    Ok(pending_authorization.continue_request(realm))
}

async fn sign_in_page(
    app: &App,
    realm: &Realm,
    visit: Visit,
    username: String,
    error: Option<SignInError>,
) -> Result<Page, PageError> {
    let personas = store::users::list_personas(&mut app.database.read().await?, realm.id, MOST_PERSONAS).await?;
    let (scripted, personas): (Vec<_>, Vec<_>) = personas.into_iter().partition(|user| user.behaviour.is_some());
    let page = SignInPage {
        layout: visit.layout,
        client: visit
            .pending_authorization
            .as_ref()
            .map(PendingAuthorization::asking_client),
        personas: personas.into_iter().map(Persona::from).collect(),
        scripted: scripted.into_iter().map(Persona::from).collect(),
        username,
        error,
    };
    let page = Page::new(&page).runs_our_script();
    Ok(match &visit.pending_authorization {
        Some(pending_authorization) => pending_authorization.allow_redirect_of(page),
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

impl SignInError {
    fn answer(self, page: Page) -> Response {
        let mut response = self.page(page);
        response.extensions_mut().insert(self.refusal());
        response
    }

    /// For the journal, which says no more than the page: nobody may learn whether a user name exists.
    fn refusal(self) -> Refusal {
        match self {
            SignInError::WrongPassword => {
                Refusal::new("sign_in_failed", "user name and password do not match").kind("sign_in.wrong")
            }
            SignInError::UnknownPersona => {
                Refusal::new("sign_in_failed", "the persona picker does not offer this user").kind("sign_in.persona")
            }
            SignInError::Barred(Barred::Locked) => {
                Refusal::new("sign_in_failed", "the account is locked").kind("sign_in.locked")
            }
            SignInError::Barred(Barred::PasswordExpired) => {
                Refusal::new("sign_in_failed", "the password has expired").kind("sign_in.password_expired")
            }
            SignInError::Throttled(seconds) => {
                let why = format!("too many attempts; try again in {seconds} s");
                Refusal::new("sign_in_failed", why).kind("sign_in.throttled")
            }
        }
    }

    fn page(self, page: Page) -> Response {
        match self {
            SignInError::WrongPassword | SignInError::UnknownPersona | SignInError::Barred(_) => {
                page.with_status(StatusCode::FORBIDDEN).into_response()
            }
            SignInError::Throttled(seconds) => {
                let page = page.with_status(StatusCode::TOO_MANY_REQUESTS);
                ([(header::RETRY_AFTER, HeaderValue::from(seconds))], page).into_response()
            }
        }
    }
}

impl SignInPage {
    fn error_message(&self) -> Option<String> {
        Some(match self.error? {
            SignInError::WrongPassword => self.layout.say("sign-in-wrong"),
            SignInError::UnknownPersona => self.layout.say("sign-in-unknown-persona"),
            SignInError::Barred(Barred::Locked) => self.layout.say("sign-in-locked"),
            SignInError::Barred(Barred::PasswordExpired) => self.layout.say("sign-in-password-expired"),
            SignInError::Throttled(seconds) => self.layout.say_count("sign-in-throttled", seconds),
        })
    }

    /// Whether the list of users with scripted behaviour is open: one of them is named in the field or was just chosen.
    fn scripted_is_open(&self) -> bool {
        let named = User::folded(&self.username);
        let barred = matches!(self.error, Some(SignInError::Barred(_)));
        barred
            || self
                .scripted
                .iter()
                .any(|persona| User::folded(&persona.username) == named)
    }

    /// The error belongs to user name and password, so it is told beside them.
    fn password_error(&self) -> bool {
        matches!(self.error, Some(SignInError::WrongPassword | SignInError::Throttled(_)))
    }
}
