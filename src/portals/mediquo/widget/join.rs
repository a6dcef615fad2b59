//! `GET /join/{token}`: the page behind the address of an appointment.

use askama::Template;
use axum::extract::{Path, State, rejection::PathRejection};
use jiff::{ZonedDateTime, tz::TimeZone};
use uuid::Uuid;

use crate::{
    app::{App, Realm},
    portals::mediquo::{
        links,
        store::{appointments, organizations},
    },
    text::Language,
    web::{
        page::{Layout, Page},
        page_error::PageError,
        received::Place,
    },
};

pub async fn join(
    State(app): State<App>,
    realm: Realm,
    place: Place,
    language: Language,
    token: Result<Path<String>, PathRejection>,
) -> Result<Page, PageError> {
    let Path(token) = token.map_err(|_| PageError::not_found())?;
    let id = links::appointment_of(&token).filter(|id| Uuid::try_parse(id).is_ok());
    let id = id.ok_or_else(PageError::not_found)?;
    let mut conn = app.database.read().await?;
    let found = appointments::find_by_id(&mut conn, realm.id, id).await?;
    let valid = found.filter(|(one, _)| one.cancelled_at.is_none() && links::is_valid(&realm, one, &token));
    let (appointment, _) = valid.ok_or_else(PageError::not_found)?;
    let professional = organizations::find_professional(&mut conn, realm.id, &appointment.professional_hash).await?;
    Ok(Page::new(&JoinPage {
        layout: Layout { place, language },
        begins: appointment.starts_at.to_zoned_datetime(TimeZone::UTC),
        code: appointment.code,
        professional: professional.map(|(one, _)| one.name).unwrap_or_default(),
    }))
}

#[derive(Template)]
#[template(path = "portals/mediquo/join.html")]
struct JoinPage {
    layout: Layout,
    professional: String,
    code: String,
    begins: ZonedDateTime,
}
