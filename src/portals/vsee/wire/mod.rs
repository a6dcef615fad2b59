//! The JSON of answers: the documented members, in the documented order, with the documented types.
//!
//! Ids are numbers as text, a visit's `start` and `end` are seconds as text, `created` and `modified` are seconds as
//! numbers. The schemas of the OpenAPI document are derived from the same structures.

mod account;
mod intake;
mod room;
mod slot;
mod text_numbers;
mod user;
mod visit;

pub use account::AccountView;
pub use intake::{AttachmentView, IntakeIdView, IntakeView, UploadView};
pub use room::{ProviderView, RoomAssigned, RoomInList, RoomView};
pub use slot::SlotView;
pub use text_numbers::Id;
pub use user::{ACTIVE, NewTokenView, Profile, RefreshTokenView, SignedOn, UserInList, VseeLogin};
pub use visit::VisitView;

use axum::response::{IntoResponse, Response};
use http::{StatusCode, header};
use serde::Serialize;

#[derive(Serialize)]
struct Data<T> {
    data: T,
}

#[derive(Serialize)]
struct List<T> {
    data: Vec<T>,
    total_count: i64,
}

/// `{"data": …}`: the envelope of every answer.
///
/// # Errors
/// Never for our structures.
pub fn data<T: Serialize>(data: T) -> serde_json::Result<Response> {
    Ok(answer(StatusCode::OK, serde_json::to_string(&Data { data })?))
}

/// A part of a list, with the number of all items.
///
/// # Errors
/// Never for our structures.
pub fn list<T: Serialize>(data: Vec<T>, total_count: i64) -> serde_json::Result<Response> {
    Ok(answer(
        StatusCode::OK,
        serde_json::to_string(&List { data, total_count })?,
    ))
}

/// A JSON response. It is about patients, so no cache may store it.
pub fn answer(status: StatusCode, json: String) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "application/json; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (status, headers, json).into_response()
}
