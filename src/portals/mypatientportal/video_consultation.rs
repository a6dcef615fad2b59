//! Row 19: the link to a video consultation, and the page behind it.
//!
//! The call itself is not emulated. The page says so, and shows the appointment.

use askama::Template;
use axum::extract::{Path, State};
use jiff::ZonedDateTime;
use serde_json::{Value, json};

use super::{
    call::Call,
    error::{self, Result},
    links,
    model::Appointment,
    store, wire,
};
use crate::{
    app::{App, Realm},
    text::Language,
    web::{
        page::{Layout, Page},
        page_error::PageError,
        received::Place,
    },
};

/// `POST /appointments/{id}/video_consultation`.
pub async fn open(call: &Call) -> Result<Value> {
    let appointment = call.appointment(&mut call.read().await?).await?;
    error::not_now(
        "Appointment is not a video consultation.",
        "appointments of its type take place at the practice",
    )
    .when(!appointment.appointment_type.video)?;
    error::not_now(
        "Appointment is cancelled.",
        "a cancelled video consultation cannot be joined",
    )
    .when(appointment.cancelled_at.is_some())?;
    let link = links::video_consultation(&call.realm, &appointment.id);
    Ok(wire::data(
        json!({"id": appointment.id, "access_video_consultation_link": link}),
    ))
}

/// `GET /video/{token}`: the page behind the link. As with the real portal, nobody has to sign in.
pub async fn show(
    State(app): State<App>,
    realm: Realm,
    place: Place,
    language: Language,
    token: std::result::Result<Path<String>, axum::extract::rejection::PathRejection>,
) -> std::result::Result<Page, PageError> {
    let Path(token) = token.map_err(|_| PageError::not_found())?;
    let appointment = behind(&app, &realm, &token).await?;
    let appointment = appointment.ok_or_else(PageError::not_found)?;
    let begins = appointment
        .starts_at
        .to_zoned_datetime(appointment.practice.zone.clone());
    Ok(Page::new(&VideoPage {
        layout: Layout { place, language },
        practice: appointment.practice.name,
        appointment: appointment.appointment_type.name,
        begins,
    }))
}

/// The appointment behind a link, unless it is cancelled.
async fn behind(app: &App, realm: &Realm, token: &str) -> crate::store::Result<Option<Appointment>> {
    let Some(id) = links::appointment_of(realm, token) else {
        return Ok(None);
    };
    let appointment = store::find_appointment(&mut app.database.read().await?, realm.id, &id).await?;
    Ok(appointment.filter(|one| one.appointment_type.video && one.cancelled_at.is_none()))
}

#[derive(Template)]
#[template(path = "portals/mypatientportal/video.html")]
struct VideoPage {
    layout: Layout,
    practice: String,
    appointment: String,
    begins: ZonedDateTime,
}
