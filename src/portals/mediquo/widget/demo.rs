//! `GET /demo`: what a customer's own page would show, with the widget on it.
//!
//! For development: it shows the widget, with a token, for any patient of the first organization, and asks nobody who
//! they are. It is served at known host names only.

use askama::Template;
use axum::extract::{RawQuery, State};
use jiff::Timestamp;

use crate::{
    api::input::Query,
    app::{App, Realm},
    portals::mediquo::{
        access_token,
        model::{Organization, Patient},
        store::{organizations, patients as patients_store},
    },
    store::Conn,
    web::{
        page::{Layout, Page},
        page_error::PageError,
    },
};

/// How many patients are listed.
const MOST_LISTED: i64 = 50;

/// `GET /demo?patient=`.
pub async fn demo(
    State(app): State<App>,
    realm: Realm,
    layout: Layout,
    RawQuery(query): RawQuery,
) -> Result<Page, PageError> {
    let query = Query::read(query.as_deref()).map_err(|_| PageError::not_found())?;
    let now = realm.clock.now();
    let mut conn = app.database.read().await?;
    let organization = organizations::list(&mut conn, realm.id).await?.into_iter().next();
    let organization = organization.ok_or_else(PageError::not_found)?;
    let patients = patients_store::list(&mut conn, realm.id, &organization.id, now, MOST_LISTED).await?;
    let patient = chosen(&mut conn, &realm, &organization, &patients, query.get("patient"), now).await?;
    let professionals = organizations::list_professionals(&mut conn, realm.id, &organization.id).await?;
    let token = patient
        .as_ref()
        .map(|patient| access_token::issue(&realm, &organization.id, &patient.code, now));
    Ok(Page::new(&DemoPage {
        layout,
        organization: organization.name,
        api_key: organization.api_key,
        patient: patient.map(|patient| patient.name()).unwrap_or_default(),
        token: token.unwrap_or_default(),
        professional: professionals.first().map(|one| one.hash.clone()).unwrap_or_default(),
        patients: patients.iter().map(|one| (one.code.clone(), one.name())).collect(),
    })
    .runs_our_script()
    .talks_to_us())
}

/// The patient of that code; the first patient without a code; `None` for an empty code.
async fn chosen(
    conn: &mut Conn,
    realm: &Realm,
    organization: &Organization,
    patients: &[Patient],
    code: Option<&str>,
    now: Timestamp,
) -> Result<Option<Patient>, PageError> {
    match code {
        None => Ok(patients.first().cloned()),
        Some("") => Ok(None),
        Some(code) => {
            let found = patients_store::find(conn, realm.id, &organization.id, code, now).await?;
            found.map(Some).ok_or_else(PageError::not_found)
        }
    }
}

/// The widget's documented methods, in the order one would try them.
const METHODS: [&str; 8] = [
    "init",
    "open",
    "close",
    "open_room",
    "open_list",
    "getPendingConsultations",
    "logout",
    "destroy",
];

#[derive(Template)]
#[template(path = "portals/mediquo/demo.html")]
struct DemoPage {
    layout: Layout,
    organization: String,
    api_key: String,
    patient: String,
    token: String,
    professional: String,
    patients: Vec<(String, String)>,
}
