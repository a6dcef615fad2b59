//! The users of a clinic: list, profile, and the assignment of a provider to a room (documented under "User API").

use axum::response::Response;

use super::{
    call::Call,
    error::{self, Result, VseeError},
    input::Reader,
    model::{User, UserType, user_code},
    rooms::find_room,
    store,
    wire::{self, ACTIVE, Profile, RoomAssigned, UserInList},
};
use crate::{
    api::dates::read_digits,
    store::{Conn, settle},
};

/// The least number of characters to search for.
const SHORTEST_SEARCH: usize = 3;

/// `GET /users`.
pub async fn list(call: &Call) -> Result<Response> {
    let query = call.query();
    let filter = filter(query)?;
    let fields = query.text("fields")?.unwrap_or_default();
    let fields: Vec<_> = fields.split(',').map(str::trim).collect();
    let page = call.page()?;
    let mut conn = call.read().await?;
    let (users, total) = store::users::list(&mut conn, call.realm.id, &call.account.code, &filter, page).await?;
    let views: std::result::Result<_, _> = users.iter().map(|user| UserInList::new(user, &fields)).collect();
    Ok(wire::list(views?, total)?)
}

fn filter(query: Reader<'_>) -> Result<store::users::Filter> {
    let like = query.text("q")?;
    let short = like.as_ref().is_some_and(|like| like.chars().count() < SHORTEST_SEARCH);
    error::malformed("q", "at least 3 characters are expected").when(short)?;
    Ok(store::users::Filter {
        like: like.map(|like| like.to_lowercase()),
        kind: query.number("type")?,
        active: query.number("status")?.map(|status| status == ACTIVE),
    })
}

/// `GET /users/{id}`: the caller's own profile, or any for admins.
pub async fn show(call: &Call) -> Result<Response> {
    let caller = call.caller();
    if call.in_path(0) == "-" {
        return Ok(wire::data(Profile::from(caller))?);
    }
    let id = call.number_in_path(0)?;
    let user = find_user(call, &mut call.read().await?, id).await?;
    error::forbidden("This is another user's profile.").when(user.id != caller.id && !caller.is_admin())?;
    Ok(wire::data(Profile::from(&user))?)
}

/// `POST /users/{id}/rooms`; succeeds also when the provider already works there.
pub async fn assign_room(call: &Call) -> Result<Response> {
    let code = call.body().required_text("room_code")?;
    let (provider, room) = {
        let mut conn = call.read().await?;
        let id = match call.in_path(0) {
            "-" => call.caller().id,
            _ => call.number_in_path(0)?,
        };
        let provider = find_user(call, &mut conn, id).await?;
        error::not_possible("Only providers can be assigned to a room.").when(!provider.is_provider())?;
        (provider, find_room(call, &mut conn, &code).await?)
    };
    let mut tx = call.app.database.begin().await?;
    let outcome = store::rooms::assign(&mut tx, call.realm.id, room.id, provider.id).await;
    settle(tx, outcome.map_err(VseeError::from)).await?;
    let assigned = RoomAssigned {
        id: provider.id.into(),
        room_code: room.code,
    };
    Ok(wire::data(assigned)?)
}

/// The user of the clinic with that number.
async fn find_user(call: &Call, conn: &mut Conn, id: i64) -> Result<User> {
    let found = store::users::find(conn, call.realm.id, id).await?;
    found
        .filter(|user| user.account == call.account.code)
        .ok_or_else(|| error::not_found("the clinic has no user with this id"))
}

/// The patient with that id or code; the documentation calls both `member_id`.
///
/// # Errors
/// 404 when there is none.
pub async fn find_patient(call: &Call, conn: &mut Conn, id_or_code: &str) -> Result<User> {
    let (realm, account) = (call.realm.id, &call.account.code);
    if let Some(id) = read_digits(id_or_code) {
        let found = store::users::find(conn, realm, id).await?;
        if let Some(user) = found.filter(|user| user.account == *account && user.is_patient()) {
            return Ok(user);
        }
    }
    for code in [id_or_code.to_owned(), user_code(id_or_code)] {
        for kind in [UserType::Member, UserType::Guest] {
            if let Some(user) = store::users::find_by_code(conn, realm, account, kind, &code).await? {
                return Ok(user);
            }
        }
    }
    Err(error::not_found("the clinic has no patient with this id or code"))
}

/// The number of a provider, found to exist; `name` is the member that names them.
///
/// # Errors
/// 400 when the clinic has no provider with that number.
pub async fn find_provider(call: &Call, conn: &mut Conn, name: &str, id: i64) -> Result<i64> {
    let found = store::users::find(conn, call.realm.id, id).await?;
    let provider = found.filter(|user| user.account == call.account.code && user.is_provider());
    provider
        .map(|provider| provider.id)
        .ok_or_else(|| unknown_provider(name))
}

/// 400: no such provider.
pub fn unknown_provider(name: &str) -> VseeError {
    error::malformed(name, "no provider with this id exists")
}
