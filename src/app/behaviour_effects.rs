//! What comes of a user's behaviour after the answer: by the realm's clock, or when a token is used.

use jiff::Timestamp;

use super::{
    App, Realm,
    agenda::{Firing, FiringError, Handler, Occasion},
};
use crate::{
    model::{Aftermath, Behaviour, ClientId, RealmId, User, UserId},
    store::{self, Tx},
    tokens::TokenError,
};

const CONSENT_REVOKED: &str = "persona.consent_revoked";
const ACCOUNT_LOCKED: &str = "persona.account_locked";

/// Who does what behaviours put on a realm's agenda.
pub const HANDLERS: &[Handler] = &[
    Handler {
        kind: CONSENT_REVOKED,
        fire: revoke_consent,
    },
    Handler {
        kind: ACCOUNT_LOCKED,
        fire: lock_account,
    },
];

/// Plans what comes of an answer to a client, in the transaction that gives it; once, however many answers there are.
///
/// It is the first thing the transaction does: the agenda's rows before the consent's, as where the event happens. So
/// whoever plans and then gives no answer rolls back.
/// Whether there was anything to plan: then [`Agenda::notify`](super::agenda::Agenda::notify) after the commit.
pub async fn plan(tx: &mut Tx, realm: &Realm, user: &User, client: &ClientId, now: Timestamp) -> store::Result<bool> {
    let Some((aftermath, after)) = user.aftermath() else {
        return Ok(false);
    };
    let (kind, subject) = match aftermath {
        Aftermath::ConsentRevoked => (CONSENT_REVOKED, format!("{} {client}", user.id)),
        Aftermath::AccountLocked => (ACCOUNT_LOCKED, user.id.to_string()),
    };
    store::agenda::cancel(tx, realm.id, kind, &subject).await?;
    let due_at = now.checked_add(after).unwrap_or(Timestamp::MAX);
    store::agenda::insert(tx, realm.id, &realm.random.id(now), due_at, kind, &subject).await?;
    Ok(true)
}

/// Uses a verified access token for a request. Those of some users are good for one only: of many at once, one has it.
///
/// # Errors
/// When another request was first, or the database failed.
pub async fn token_is_used(
    app: &App,
    realm: &Realm,
    user: Option<&User>,
    digest: &str,
    now: Timestamp,
) -> Result<(), TokenError> {
    if user.is_some_and(User::uses_tokens_once) {
        let mut tx = app.database.write_once().await?;
        if !store::access_tokens::revoke(&mut tx, realm.id, digest, now).await? {
            return Err(TokenError::Revoked);
        }
    }
    Ok(())
}

fn revoke_consent<'a>(tx: &'a mut Tx, occasion: Occasion<'a>) -> Firing<'a> {
    Box::pin(async move {
        // A user id has no blank in it (OIDC Core §2), a client id may have.
        let (user, client) = occasion.subject.split_once(' ').ok_or("no user and client")?;
        let (user, client) = (UserId::from(user), ClientId::from(client));
        let realm = occasion.realm.id;
        if !still(tx, realm, &user, Aftermath::ConsentRevoked).await? {
            return Ok(None);
        }
        store::consents::delete(tx, realm, &user, &client).await?; // before grants: the order of locks everywhere
        store::grants::revoke_all(tx, realm, &user, &client, occasion.now).await?;
        Ok(None)
    })
}

/// Whether the user's behaviour is still one that this comes of: what a changed one had planned does not happen any
/// more.
async fn still(tx: &mut Tx, realm: RealmId, user: &UserId, aftermath: Aftermath) -> store::Result<bool> {
    let user = store::users::find(tx, realm, user).await?;
    Ok(user.is_some_and(|user| comes_to(&user, aftermath)))
}

fn comes_to(user: &User, aftermath: Aftermath) -> bool {
    user.aftermath().is_some_and(|(planned, _)| planned == aftermath)
}

fn lock_account<'a>(tx: &'a mut Tx, occasion: Occasion<'a>) -> Firing<'a> {
    Box::pin(async move {
        lock(tx, occasion).await?;
        Ok(None)
    })
}

async fn lock(tx: &mut Tx, occasion: Occasion<'_>) -> Result<(), FiringError> {
    let (realm, id) = (occasion.realm.id, UserId::from(occasion.subject));
    let Some(mut user) = store::users::hold(tx, realm, &id).await? else {
        return Ok(()); // deleted meanwhile
    };
    if !comes_to(&user, Aftermath::AccountLocked) {
        return Ok(());
    }
    user.behaviour = Some(Behaviour::AccountLocked);
    store::users::update(tx, realm, &user).await?;
    store::grants::revoke_of_user(tx, realm, &id, occasion.now).await?;
    store::sessions::end_all(tx, realm, &id, occasion.now).await?;
    Ok(())
}
