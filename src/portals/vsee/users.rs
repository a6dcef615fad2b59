//! The users of a clinic: list, profile, and assigning a provider to a room.

use serde_json::{Map, Value, json};

use super::{
    call::Call,
    error::{self, Result, VseeError},
    input::read_number,
    model::{User, UserType, user_code},
    rooms::find_room,
    store, wire,
};
use crate::store::{Conn, Tx, settle};

/// Characters somebody has to search for at least.
const SHORTEST_SEARCH: usize = 3;
/// What is said of a user's time zone where no room says.
const ZONE: &str = "America/Los_Angeles";

/// `GET /users`.
pub async fn list(call: &Call) -> Result<Value> {
    let query = call.query();
    let like = query.text("q")?;
    let short = like.as_ref().is_some_and(|like| like.chars().count() < SHORTEST_SEARCH);
    error::malformed("q", "at least 3 characters are expected").when(short)?;
    let filter = store::users::Filter {
        like: like.map(|like| like.to_lowercase()),
        kind: query.number("type")?,
        active: query.number("status")?.map(|status| status == wire::ACTIVE),
    };
    let fields = query.text("fields")?.unwrap_or_default();
    let fields: Vec<_> = fields.split(',').map(str::trim).collect();
    let page = call.page()?;
    let mut conn = call.read().await?;
    let (users, total) = store::users::list(&mut conn, call.realm.id, &call.account.code, &filter, page).await?;
    let listed = users.iter().map(|user| listed(user, &fields)).collect();
    Ok(wire::counted(listed, total))
}

fn listed(user: &User, fields: &[&str]) -> Value {
    let mut members = Map::from_iter([
        ("id".to_owned(), wire::id(user.id).into()),
        ("email".to_owned(), user.details.email.clone().into()),
        ("full_name".to_owned(), user.full_name().into()),
    ]);
    let profile = wire::profile(user, ZONE);
    let wished = profile.into_iter().filter(|(name, _)| fields.contains(&name.as_str()));
    members.extend(wished);
    Value::Object(members)
}

/// `GET /users/{id}`: one's own; for admins everybody's.
pub async fn show(call: &Call) -> Result<Value> {
    let caller = call.caller();
    if call.in_path(0) == "-" {
        return Ok(wire::data(wire::profile(caller, ZONE)));
    }
    let id = call.number_in_path(0)?;
    let found = store::users::find(&mut call.read().await?, call.realm.id, id).await?;
    let user = found
        .filter(|user| user.account == call.account.code)
        .ok_or_else(|| error::not_found("the clinic has no such user"))?;
    error::forbidden("This is somebody else's profile.").when(user.id != caller.id && !caller.is_admin())?;
    Ok(wire::data(wire::profile(&user, ZONE)))
}

/// `POST /users/{id}/rooms`: also when the provider works there already.
pub async fn assign_room(call: &Call) -> Result<Value> {
    let code = call.body().required_text("room_code")?;
    let (provider, room) = {
        let mut conn = call.read().await?;
        let id = match call.in_path(0) {
            "-" => call.caller().id,
            _ => call.number_in_path(0)?,
        };
        let found = store::users::find(&mut conn, call.realm.id, id).await?;
        let provider = found
            .filter(|user| user.account == call.account.code)
            .ok_or_else(|| error::not_found("the clinic has no such user"))?;
        error::not_possible("Only providers work in rooms.").when(!provider.is_provider())?;
        (provider, find_room(call, &mut conn, &code).await?)
    };
    let mut tx = call.app.database.begin().await?;
    let outcome = assign(call, &mut tx, room.id, provider.id).await;
    settle(tx, outcome).await?;
    Ok(wire::data(json!({"id": wire::id(provider.id), "room_code": room.code})))
}

async fn assign(call: &Call, tx: &mut Tx, room: i64, provider: i64) -> Result<()> {
    Ok(store::rooms::assign(tx, call.realm.id, room, provider).await?)
}

/// The patient of a clinic by number or code: documents call either `member_id`.
///
/// # Errors
/// 404 when there is none.
pub async fn find_patient(call: &Call, conn: &mut Conn, id_or_code: &str) -> Result<User> {
    let (realm, account) = (call.realm.id, &call.account.code);
    if let Some(id) = read_number(id_or_code) {
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
    Err(error::not_found("the clinic has no such patient"))
}

/// A provider wished for, in a body.
///
/// # Errors
/// 400 when the clinic has no such provider.
pub async fn find_provider(call: &Call, conn: &mut Conn, name: &str, id: i64) -> Result<i64> {
    let found = store::users::find(conn, call.realm.id, id).await?;
    let provider = found.filter(|user| user.account == call.account.code && user.is_provider());
    provider
        .map(|provider| provider.id)
        .ok_or_else(|| unknown_provider(name))
}

pub fn unknown_provider(name: &str) -> VseeError {
    error::malformed(name, "there is no such provider")
}
