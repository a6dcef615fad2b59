//! The browser's session: it begins at sign-in, is found by its cookie, and expires by the realm's clock.
//!
//! Sessions are rows of our own and not tower-sessions': that crate reads a record by its id alone and judges it by the
//! machine's clock, whereas here session and user come in one statement that is told the realm's time.

use http::{HeaderMap, header};
use jiff::{SignedDuration, Timestamp};

use crate::{
    model::{ClientId, RealmId, Scopes, Secret, Session, SessionId, SignedIn, User},
    random::{Random, digest},
    store::{self, Conn, Tx},
    web::session_cookie,
};

/// The characters of `User-Agent` that are stored to tell browsers apart.
const MOST_OF_USER_AGENT: usize = 200;

/// The session and user of the browser that sent these headers; `None` without a session or with an expired one.
///
/// # Errors
/// When the database fails.
pub async fn find(
    conn: &mut Conn,
    realm: RealmId,
    issuer: &str,
    headers: &HeaderMap,
    now: Timestamp,
) -> store::Result<Option<SignedIn>> {
    match session_cookie::read(issuer, headers) {
        Some(value) => store::sessions::find(conn, realm, &SessionId(digest(value.reveal())), now).await,
        None => Ok(None),
    }
}

/// The same, with the scopes that the user allows a client: one read for both.
///
/// # Errors
/// When the database fails.
pub async fn find_with_consent(
    conn: &mut Conn,
    realm: RealmId,
    issuer: &str,
    headers: &HeaderMap,
    client: &ClientId,
    now: Timestamp,
) -> store::Result<Option<(SignedIn, Option<Scopes>)>> {
    let Some(value) = session_cookie::read(issuer, headers) else {
        return Ok(None);
    };
    let id = SessionId(digest(value.reveal()));
    store::sessions::find_with_consent(conn, realm, &id, client, now).await
}

/// A successful sign-in.
#[derive(Debug)]
pub struct SignIn<'a> {
    pub user: &'a User,
    /// The authentication methods (RFC 8176).
    pub amr: &'a [&'a str],
    /// The previous session of this browser.
    pub before: Option<&'a SignedIn>,
    pub headers: &'a HeaderMap,
    /// The lifetime of the session, by the realm's clock.
    pub lifetime: SignedDuration,
}

/// Begins the session of a sign-in. Returns the session and the value of its cookie.
///
/// The id is always a new one, so that nobody who knew the old one gets in. Where the same user signs in again the
/// session goes on under its `sid`, and so do the requests that belong to it: a second tab must not be lost by it.
/// Where it is somebody else, the old session ends.
///
/// # Errors
/// When the database fails.
pub async fn begin(
    tx: &mut Tx,
    realm: RealmId,
    sign_in: &SignIn<'_>,
    random: &Random,
    now: Timestamp,
) -> store::Result<(Session, Secret)> {
    let value = Secret::new(random.token());
    let mut session = Session {
        id: SessionId(digest(value.reveal())),
        user: sign_in.user.id.clone(),
        sid: random.id(now),
        auth_time: sign_in.user.signed_in_since(now),
        amr: sign_in.amr.iter().map(|method| (*method).to_owned()).collect(),
        user_agent: user_agent(sign_in.headers),
        expires_at: now
            .saturating_add(sign_in.user.stays_signed_in(sign_in.lifetime))
            .unwrap_or(Timestamp::MAX),
    };
    let before = sign_in.before.map(|before| &before.session);
    match before {
        Some(before) if before.user == session.user => {
            session.sid.clone_from(&before.sid);
            if store::sessions::renew(tx, realm, &before.id, &session).await? {
                store::authorization_requests::hand_over(tx, realm, &before.id, &session.id).await?;
                return Ok((session, value));
            }
            session.sid = random.id(now); // it has just ended: begin a new one
        }
        Some(before) => {
            store::sessions::end(tx, realm, &before.id, now).await?;
        }
        None => {}
    }
    store::sessions::insert(tx, realm, &session).await?;
    Ok((session, value))
}

fn user_agent(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(header::USER_AGENT)?.to_str().ok()?;
    Some(value.chars().take(MOST_OF_USER_AGENT).collect())
}
