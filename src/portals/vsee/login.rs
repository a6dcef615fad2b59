//! `POST /users/login`: sign-in with a password (documented under "User API"; the details are inferred).
//!
//! A wrong user name and a wrong password are answered alike, after the same time. The other documented way, an
//! e-mailed token for users who are not active yet, is not emulated: how a client requests such a token is not
//! documented.

use axum::response::Response;

use super::{
    call::Call,
    error::{self, Result, VseeError},
    input::Reader,
    model::{User, UserType},
    store,
    user_tokens::NewToken,
    wire::{self, SignedOn},
};
use crate::{clock, passwords::Attempts, store::settle};

pub async fn log_in(call: &Call) -> Result<Response> {
    let body = call.body();
    let (username, password) = (body.required_text("username")?, body.text_up_to("password", 1024)?);
    let password = password.ok_or_else(|| error::missing("password"))?;
    let kind = user_type(body)?;
    let account = format!("vsee {}/{}/{username}", call.realm.id.0, call.account.code);
    let attempts = Attempts::at(&account, call.from);
    let admitted = call.app.passwords.attempts().admit(&attempts, clock::monotonic());
    admitted.map_err(|wait| error::too_many_requests(wait.as_secs().max(1)))?;
    let user = check_password(call, &username, kind, &password).await?;
    call.app.passwords.attempts().forgive(&attempts);

    let token = NewToken::new(call);
    let mut tx = call.app.database.begin().await?;
    let outcome = token.insert_in(&mut tx, call, user.id).await;
    settle(tx, outcome).await?;
    Ok(wire::data(SignedOn::new(&user, token.view(user.id), None))?)
}

fn user_type(body: Reader<'_>) -> Result<Option<UserType>> {
    match body.text("user_type")?.as_deref() {
        None => Ok(None),
        Some("member") => Ok(Some(UserType::Member)),
        Some("provider") => Ok(Some(UserType::Provider)),
        Some(other) => {
            let wrong = error::malformed("user_type", "member or provider is expected");
            Err(wrong.compare("member or provider", other))
        }
    }
}

/// The active user whose name and password these are.
async fn check_password(call: &Call, username: &str, kind: Option<UserType>, password: &str) -> Result<User> {
    let users = {
        let mut conn = call.read().await?;
        store::users::list_by_username(&mut conn, call.realm.id, &call.account.code, username).await?
    };
    let user = users.into_iter().find(|user| kind.is_none_or(|kind| user.kind == kind));
    let stored = user.as_ref().and_then(|user| user.password.as_deref());
    let fits = call.app.passwords.verify(call.realm.id, password, stored).await;
    let fits = fits.map_err(|error| VseeError::Failed(error.into()))?;
    user.filter(|user| fits && user.active)
        .ok_or_else(|| error::unauthorized("Wrong username or password."))
}
