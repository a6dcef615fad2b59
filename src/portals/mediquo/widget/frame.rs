//! `GET /widget/frame`: the page inside the frame of the widget.

use askama::{Template, filters::Safe};
use axum::{
    extract::{RawQuery, State},
    response::{IntoResponse, Response},
};
use jiff::{Timestamp, ZonedDateTime, tz::TimeZone};

use super::{
    framed,
    refused::refused,
    registration::RegistrationPage,
    signed_in_as,
    visitor::{PageQuery, Visitor},
};
use crate::{
    app::{App, Realm},
    portals::mediquo::{
        links,
        model::{Message, Organization, Patient, Professional, Status},
        store::{appointments, organizations},
    },
    store,
    web::{page::Layout, page_error::PageError},
};

/// `GET /widget/frame?api_key=&token=`.
pub async fn frame(
    State(app): State<App>,
    realm: Realm,
    layout: Layout,
    RawQuery(query): RawQuery,
) -> Result<Response, PageError> {
    let query = PageQuery::read(query.as_deref())?;
    let layout = query.localized(layout);
    let now = realm.clock.now();
    match query.visitor(&app, &realm, now).await? {
        Visitor::Refused(reason) => Ok(refused(layout, reason)),
        Visitor::Nobody => Ok(framed(&RegistrationPage::new(layout, query)).into_response()),
        Visitor::Patient {
            organization,
            patient,
            token,
        } => {
            let page = frame_page(&app, &realm, layout, &organization, *patient, token, now).await?;
            Ok(framed(&page).into_response())
        }
    }
}

async fn frame_page(
    app: &App,
    realm: &Realm,
    layout: Layout,
    organization: &Organization,
    patient: Patient,
    token: String,
    now: Timestamp,
) -> store::Result<FramePage> {
    let mut conn = app.database.read().await?;
    let of_patient = (organization.id.as_str(), patient.code.as_str());
    let upcoming = appointments::list_of_patient(&mut conn, realm.id, of_patient.0, of_patient.1, now).await?;
    let professionals = organizations::list_professionals(&mut conn, realm.id, of_patient.0).await?;
    let messages = appointments::list_messages(&mut conn, realm.id, of_patient.0, of_patient.1).await?;
    let upcoming = upcoming
        .iter()
        .map(|one| (one.starts_at.to_zoned_datetime(TimeZone::UTC), links::join(realm, one)));
    Ok(FramePage {
        layout,
        api_key: organization.api_key.clone(),
        patient,
        token,
        professionals,
        messages,
        appointments: upcoming.collect(),
    })
}

#[derive(Template)]
#[template(path = "portals/mediquo/frame.html")]
struct FramePage {
    layout: Layout,
    api_key: String,
    patient: Patient,
    token: String,
    professionals: Vec<Professional>,
    messages: Vec<Message>,
    appointments: Vec<(ZonedDateTime, String)>,
}

impl FramePage {
    fn signed_in_as(&self) -> Safe<String> {
        signed_in_as(&self.layout, &self.patient)
    }

    fn status(&self, one: &Professional) -> &'static str {
        match one.status {
            Status::Online => "mediquo-widget-online",
            Status::Offline => "mediquo-widget-offline",
        }
    }
}
