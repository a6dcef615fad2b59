//! Waiting rooms and their providers.

use super::users::{user, user_columns};
use crate::{
    model::RealmId,
    portals::vsee::model::{Room, User},
    store::{
        Conn, Result, Row, Tx,
        columns::json,
        database::{execute, fetch_all, fetch_one, fetch_optional},
    },
};

macro_rules! select_rooms {
    ($rest:expr) => {
        concat!(
            "select r.id, r.account_code, r.code, r.slug, r.name, r.domain, r.settings, r.created_at, r.modified_at
             from vsee_rooms r ",
            $rest
        )
    };
}

pub async fn find(conn: &mut Conn, realm: RealmId, id: i64) -> Result<Option<Room>> {
    let row = fetch_optional!(conn, select_rooms!("where r.realm = $1 and r.id = $2"), realm, id)?;
    with_providers(conn, realm, row).await
}

pub async fn find_by_code(conn: &mut Conn, realm: RealmId, account: &str, code: &str) -> Result<Option<Room>> {
    let row = fetch_optional!(
        conn,
        select_rooms!("where r.realm = $1 and r.account_code = $2 and r.code = $3"),
        realm,
        *account,
        *code,
    )?;
    with_providers(conn, realm, row).await
}

/// The room of a clinic with that slug; the oldest where two domains have one.
pub async fn find_by_slug(conn: &mut Conn, realm: RealmId, account: &str, slug: &str) -> Result<Option<Room>> {
    let row = fetch_optional!(
        conn,
        select_rooms!("where r.realm = $1 and r.account_code = $2 and r.slug = $3 order by r.id limit 1"),
        realm,
        *account,
        *slug,
    )?;
    with_providers(conn, realm, row).await
}

/// The rooms of a clinic by number, without their providers, and how many there are in all.
pub async fn list(
    conn: &mut Conn,
    realm: RealmId,
    account: &str,
    (offset, limit): (i64, i64),
) -> Result<(Vec<Room>, i64)> {
    let rows = fetch_all!(
        conn,
        select_rooms!("where r.realm = $1 and r.account_code = $2 order by r.id limit $3 offset $4"),
        realm,
        *account,
        limit,
        offset,
    )?;
    let count = fetch_one!(
        conn,
        "select count(*) as total from vsee_rooms where realm = $1 and account_code = $2",
        realm,
        *account,
    )?;
    let rooms: Result<_> = rows.iter().map(|row| room(row, Vec::new())).collect();
    Ok((rooms?, count.get("total")?))
}

/// The rooms in which a provider works, without their providers.
pub async fn list_of_provider(conn: &mut Conn, realm: RealmId, provider: i64) -> Result<Vec<Room>> {
    let rows = fetch_all!(
        conn,
        select_rooms!(
            "join vsee_room_providers p on p.realm = r.realm and p.room_id = r.id
             where p.realm = $1 and p.provider_id = $2 order by r.id"
        ),
        realm,
        provider,
    )?;
    rows.iter().map(|row| room(row, Vec::new())).collect()
}

pub async fn works_in(conn: &mut Conn, realm: RealmId, room: i64, provider: i64) -> Result<bool> {
    let row = fetch_optional!(
        conn,
        "select 1 as one from vsee_room_providers where realm = $1 and room_id = $2 and provider_id = $3",
        realm,
        room,
        provider,
    )?;
    Ok(row.is_some())
}

/// The providers of a room, in the order of assignment.
pub async fn list_providers(conn: &mut Conn, realm: RealmId, room: i64) -> Result<Vec<User>> {
    let rows = fetch_all!(
        conn,
        concat!(
            "select ",
            user_columns!(),
            " from vsee_users u join vsee_room_providers p on p.realm = u.realm and p.provider_id = u.id
             where p.realm = $1 and p.room_id = $2 order by p.sequence, u.id"
        ),
        realm,
        room,
    )?;
    rows.iter().map(user).collect()
}

/// Inserts a room; false when its number, code or slug already exists.
pub async fn insert(tx: &mut Tx, realm: RealmId, room: &Room) -> Result<bool> {
    let rows = execute!(
        tx,
        "insert into vsee_rooms (realm, id, account_code, code, slug, name, domain, settings, created_at, modified_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) on conflict do nothing",
        realm,
        room.id,
        room.account,
        room.code,
        room.slug,
        room.name,
        room.domain,
        json(&room.settings)?,
        room.created_at,
        room.modified_at,
    )?;
    Ok(rows == 1)
}

pub async fn slug_exists(conn: &mut Conn, realm: RealmId, domain: &str, slug: &str) -> Result<bool> {
    let row = fetch_optional!(
        conn,
        "select 1 as one from vsee_rooms where realm = $1 and domain = $2 and slug = $3",
        realm,
        *domain,
        *slug,
    )?;
    Ok(row.is_some())
}

pub async fn code_exists(conn: &mut Conn, realm: RealmId, account: &str, code: &str) -> Result<bool> {
    let row = fetch_optional!(
        conn,
        "select 1 as one from vsee_rooms where realm = $1 and account_code = $2 and code = $3",
        realm,
        *account,
        *code,
    )?;
    Ok(row.is_some())
}

/// Assigns a provider to a room; nothing changes where they are assigned.
pub async fn assign(tx: &mut Tx, realm: RealmId, room: i64, provider: i64) -> Result<()> {
    execute!(
        tx,
        "insert into vsee_room_providers (realm, room_id, provider_id, sequence)
         select $1, $2, $3, coalesce(max(sequence), 0) + 1 from vsee_room_providers
         where realm = $1 and room_id = $2
         on conflict do nothing",
        realm,
        room,
        provider,
    )?;
    Ok(())
}

async fn with_providers(conn: &mut Conn, realm: RealmId, row: Option<Row>) -> Result<Option<Room>> {
    let Some(row) = row else { return Ok(None) };
    let id: i64 = row.get("id")?;
    let providers = fetch_all!(
        conn,
        "select provider_id from vsee_room_providers where realm = $1 and room_id = $2 order by sequence, provider_id",
        realm,
        id,
    )?;
    let providers: Result<_> = providers.iter().map(|row| row.get("provider_id")).collect();
    room(&row, providers?).map(Some)
}

fn room(row: &Row, providers: Vec<i64>) -> Result<Room> {
    Ok(Room {
        id: row.get("id")?,
        account: row.get("account_code")?,
        code: row.get("code")?,
        slug: row.get("slug")?,
        name: row.get("name")?,
        domain: row.get("domain")?,
        settings: row.json("settings")?,
        providers,
        created_at: row.get("created_at")?,
        modified_at: row.get("modified_at")?,
    })
}
