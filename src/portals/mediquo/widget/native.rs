//! `GET /integration/native.html`: the widget as an app embeds it.

use askama::{Template, filters::Safe};
use axum::{
    extract::{RawQuery, State},
    response::{IntoResponse, Response},
};

use super::{
    framed,
    refused::refused,
    signed_in_as,
    visitor::{PageQuery, Reason, Visitor},
};
use crate::{
    app::{App, Realm},
    portals::mediquo::{model::Patient, store::appointments},
    web::{page::Layout, page_error::PageError, paths},
};

/// `GET /integration/native.html?api_key=&token=&platform=&environment=`.
pub async fn native(
    State(app): State<App>,
    realm: Realm,
    layout: Layout,
    RawQuery(query): RawQuery,
) -> Result<Response, PageError> {
    let query = PageQuery::read(query.as_deref())?;
    let layout = query.localized(layout);
    match query.visitor(&app, &realm, realm.clock.now()).await? {
        Visitor::Refused(reason) => Ok(refused(layout, reason)),
        Visitor::Nobody => Ok(refused(layout, Reason::Invalid)),
        Visitor::Patient {
            organization, patient, ..
        } => {
            let mut conn = app.database.read().await?;
            let prescriptions =
                appointments::list_prescriptions(&mut conn, realm.id, &organization.id, &patient.code).await?;
            let download = prescriptions.first().map(|one| {
                realm.url(&format!(
                    "{}/api/v1/prescriptions/{}/download",
                    paths::MEDIQUO,
                    one.code
                ))
            });
            let platform = if query.platform.as_deref() == Some("android") {
                "android"
            } else {
                "ios"
            };
            Ok(framed(&NativePage {
                layout,
                patient: *patient,
                platform,
                download,
            })
            .into_response())
        }
    }
}

#[derive(Template)]
#[template(path = "portals/mediquo/native.html")]
struct NativePage {
    layout: Layout,
    patient: Patient,
    platform: &'static str,
    /// The patient's first prescription, where there is one.
    download: Option<String>,
}

impl NativePage {
    fn signed_in_as(&self) -> Safe<String> {
        signed_in_as(&self.layout, &self.patient)
    }
}
