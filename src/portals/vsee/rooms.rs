//! Waiting rooms and their providers (documented under "Rooms API").

use axum::response::Response;

use super::{
    call::Call,
    error::{self, Result},
    model::{Consultation, Room, RoomSettings, USUAL_MINUTES, is_code},
    store::{
        self,
        accounts::{Numbered, next_number},
    },
    wire::{self, ProviderView, RoomInList, RoomView},
};
use crate::store::{Conn, Tx, settle};

/// The characters of a random room code; the documented sample has `b4vjj`.
const ROOM_CODE: &[u8] = b"abcdefghijklmnopqrstuvwxyz0123456789";
const ROOM_CODE_LENGTH: usize = 5;

/// `GET /rooms`.
pub async fn list(call: &Call) -> Result<Response> {
    let limit = call.limit()?;
    let page = call.query().number("page")?.unwrap_or(1);
    error::malformed("page", "1 or more is expected").when(!(1..=1_000_000).contains(&page))?;
    let page = ((page - 1) * limit, limit);
    let mut conn = call.read().await?;
    let (rooms, total) = store::rooms::list(&mut conn, call.realm.id, &call.account.code, page).await?;
    Ok(wire::list(rooms.into_iter().map(RoomInList::from).collect(), total)?)
}

/// `GET /rooms/{code}`.
pub async fn show(call: &Call) -> Result<Response> {
    let room = find_room(call, &mut call.read().await?, call.in_path(0)).await?;
    Ok(wire::data(RoomView::from(room))?)
}

/// `GET /rooms/{code}/providers`.
pub async fn list_providers(call: &Call) -> Result<Response> {
    let mut conn = call.read().await?;
    let room = find_room(call, &mut conn, call.in_path(0)).await?;
    let providers = store::rooms::list_providers(&mut conn, call.realm.id, room.id).await?;
    Ok(wire::data(
        providers.into_iter().map(ProviderView::from).collect::<Vec<_>>(),
    )?)
}

/// `GET /rooms/{code}/providers/{id}`.
pub async fn show_provider(call: &Call) -> Result<Response> {
    let id = call.number_in_path(1)?;
    let mut conn = call.read().await?;
    let room = find_room(call, &mut conn, call.in_path(0)).await?;
    let providers = store::rooms::list_providers(&mut conn, call.realm.id, room.id).await?;
    let provider = providers.into_iter().find(|provider| provider.id == id);
    let provider = provider.ok_or_else(|| error::not_found("this provider does not work in the room"))?;
    Ok(wire::data(ProviderView::from(provider))?)
}

/// `POST /rooms`.
pub async fn create(call: &Call) -> Result<Response> {
    let new = NewRoom::read(call)?;
    let mut tx = call.app.database.begin().await?;
    let outcome = create_in(&mut tx, call, &new).await;
    let room = settle(tx, outcome).await?;
    Ok(wire::data(RoomView::from(room))?)
}

/// The room that a body describes.
struct NewRoom {
    domain: String,
    name: String,
    code: Option<String>,
    slug: Option<String>,
}

impl NewRoom {
    fn read(call: &Call) -> Result<Self> {
        let body = call.body();
        let domain = body.required_text("domain")?;
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'.' || byte == b'-';
        error::malformed("domain", "letters, digits, . and - are expected").when(!domain.bytes().all(allowed))?;
        let code = |name: &str| -> Result<Option<String>> {
            let Some(text) = body.text(name)? else { return Ok(None) };
            error::malformed(name, "1 to 64 lower-case letters, digits, - and _ are expected").when(!is_code(&text))?;
            Ok(Some(text))
        };
        Ok(Self {
            domain,
            name: body.required_text("name")?,
            code: code("code")?,
            slug: code("slug")?,
        })
    }
}

async fn create_in(tx: &mut Tx, call: &Call, new: &NewRoom) -> Result<Room> {
    let (realm, account) = (call.realm.id, &call.account.code);
    let random = || call.realm.random.characters(ROOM_CODE, ROOM_CODE_LENGTH);
    loop {
        let code = new.code.clone().unwrap_or_else(random);
        let slug = new.slug.clone().unwrap_or_else(|| code.clone());
        let room = Room {
            id: next_number(tx, realm, Numbered::Room).await?,
            account: account.clone(),
            slug,
            code,
            name: new.name.clone(),
            domain: new.domain.clone(),
            settings: settings_of_new_room(call),
            providers: Vec::new(),
            created_at: call.now,
            modified_at: call.now,
        };
        if store::rooms::insert(tx, realm, &room).await? {
            return Ok(room);
        }
        if new.slug.is_some() || new.code.is_some() {
            let taken = store::rooms::slug_exists(tx, realm, &room.domain, &room.slug).await?;
            error::slug_exists(&room.domain, &room.slug).when(taken)?;
        }
        if let Some(code) = &new.code {
            let taken = store::rooms::code_exists(tx, realm, account, code).await?;
            error::room_code_exists(code).when(taken)?;
        }
        // The number is taken by the seed, or the random code by another room: try again.
    }
}

/// A new room accepts walk-ins and appointments, and has one consultation of the usual length.
fn settings_of_new_room(call: &Call) -> RoomSettings {
    RoomSettings {
        consultations: vec![Consultation {
            id: call.realm.random.id(call.now),
            description: format!("{USUAL_MINUTES}-min Consultation"),
            duration: USUAL_MINUTES,
            amount: 0,
            group: false,
            charge: false,
            slots: 1,
        }],
        ..RoomSettings::default()
    }
}

/// The room of the clinic with that code.
///
/// # Errors
/// 404 when there is none.
pub async fn find_room(call: &Call, conn: &mut Conn, code: &str) -> Result<Room> {
    let found = store::rooms::find_by_code(conn, call.realm.id, &call.account.code, code).await?;
    found.ok_or_else(|| error::not_found("the clinic has no room with this code"))
}
