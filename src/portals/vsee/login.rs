//! `POST /users/login`: signing in with a password (D:USER, details inferred).
//!
//! A wrong name and a wrong password are one refusal that takes the same time. The other documented way, by an e-mailed
//! token for users who are not active yet, is not emulated: how such a token is asked for is not documented.

use serde_json::Value;

use super::{
    call::Call,
    error::{self, Result, VseeError},
    model::UserType,
    sso::Minted,
    store, wire,
};
use crate::{clock, random::digest, store::settle};

pub async fn log_in(call: &Call) -> Result<Value> {
    let body = call.body();
    let (username, password) = (body.required_text("username")?, body.text_up_to("password", 1024)?);
    let password = password.ok_or_else(|| error::missing("password"))?;
    let kind = match body.text("user_type")?.as_deref() {
        None => None,
        Some("member") => Some(UserType::Member),
        Some("provider") => Some(UserType::Provider),
        Some(other) => {
            let wrong = error::malformed("user_type", "member or provider is expected");
            return Err(wrong.compare("member or provider", other));
        }
    };
    let name = digest(&format!("vsee/{}/{}/{username}", call.realm.id.0, call.account.code));
    let admitted = call.app.passwords.attempts().admit(&name, clock::monotonic());
    error::too_many_requests().when(admitted.is_err())?;

    let users = {
        let mut conn = call.read().await?;
        store::users::list_by_username(&mut conn, call.realm.id, &call.account.code, &username).await?
    };
    let user = users.into_iter().find(|user| kind.is_none_or(|kind| user.kind == kind));
    let stored = user.as_ref().and_then(|user| user.password.as_deref());
    let fits = call.app.passwords.verify(&password, stored).await;
    let fits = fits.map_err(|error| VseeError::Failed(error.into()))?;
    let user = user.filter(|user| fits && user.active).ok_or_else(wrong_password)?;
    call.app.passwords.attempts().forgive(&name);

    let token = Minted::draw(call);
    let mut tx = call.app.database.begin().await?;
    let outcome = token.keep(call, &mut tx, user.id).await;
    settle(tx, outcome).await?;
    Ok(wire::data(wire::signed_on(&user, token.shown(user.id))))
}

fn wrong_password() -> VseeError {
    error::unauthorized("Wrong username or password.")
}
