//! The widget: a script for customers' pages, the page in its frame, the one for apps, and a demo of it all.
//!
//! How the real widget talks to its server is not documented; this one is the emulator's own. It accepts a good key and
//! token, and says clearly what is wrong with any other. The frame may be shown by any site, as customers' sites do;
//! it holds nothing but what its address lets it.
//!
//! The demo belongs to development: it shows anybody the widget, with a token, for any patient of the first organization. It
//! is answered for known hosts only.

use askama::{Template, filters::Safe};
use axum::{
    extract::{Form, Path, Query, State},
    response::{IntoResponse, Redirect, Response},
};
use http::{HeaderValue, StatusCode, header};
use jiff::{Timestamp, ZonedDateTime, tz::TimeZone};
use serde::Deserialize;
use serde_json::{Map, json};

use super::{
    access_token::{self, Flaw},
    input::{self, LONGEST_TEXT},
    links,
    model::{Message, Organization, Patient, Professional, Status},
    patients::{self, Write},
    store::{appointments, organizations, patients as patients_store},
};
use crate::{
    app::{App, Realm},
    model::Refusal,
    store::Conn,
    text::Language,
    web::{
        page::{Layout, Marked, Page},
        page_error::PageError,
        paths,
        received::Place,
    },
};

/// How many patients the demo lists.
const MOST_LISTED: i64 = 50;

/// What the address of a page may say. The configuration's members that the page needs to know.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    api_key: String,
    token: Option<String>,
    locale: Option<String>,
    platform: Option<String>,
    exclude: String,
    include: String,
}

type AskedQuery = Result<Query<Asked>, axum::extract::rejection::QueryRejection>;

/// Who is at the widget.
enum Visitor {
    Patient {
        organization: Organization,
        patient: Box<Patient>,
        token: String,
    },
    /// A good key and no token.
    Nobody,
    Refused(Reason),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reason {
    ApiKey,
    Invalid,
    Expired,
    LoggedOut,
    Patient,
}

impl From<Flaw> for Reason {
    fn from(flaw: Flaw) -> Self {
        match flaw {
            Flaw::Invalid => Self::Invalid,
            Flaw::Expired => Self::Expired,
            Flaw::LoggedOut => Self::LoggedOut,
        }
    }
}

impl Reason {
    fn name(self) -> &'static str {
        match self {
            Self::ApiKey => "api-key",
            Self::Invalid => "invalid",
            Self::Expired => "expired",
            Self::LoggedOut => "logged-out",
            Self::Patient => "patient",
        }
    }
}

/// `GET /widget/frame?api_key=&token=`.
pub async fn frame(
    State(app): State<App>,
    realm: Realm,
    layout: Layout,
    asked: AskedQuery,
) -> Result<Response, PageError> {
    let asked = read(asked)?;
    let layout = spoken(layout, &asked);
    let now = realm.clock.now();
    match enter(&app, &realm, &asked, now).await? {
        Visitor::Refused(reason) => Ok(refused(layout, reason)),
        Visitor::Nobody => Ok(framed(&RegistrationPage {
            layout,
            asks: Questions::read(&asked),
            api_key: asked.api_key,
        })
        .into_response()),
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

/// `GET /integration/native.html?api_key=&token=&platform=&environment=`.
pub async fn native(
    State(app): State<App>,
    realm: Realm,
    layout: Layout,
    asked: AskedQuery,
) -> Result<Response, PageError> {
    let asked = read(asked)?;
    let layout = spoken(layout, &asked);
    match enter(&app, &realm, &asked, realm.clock.now()).await? {
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
            let platform = if asked.platform.as_deref() == Some("android") {
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

fn read(asked: AskedQuery) -> Result<Asked, PageError> {
    let unreadable = |why: String| PageError::new(StatusCode::BAD_REQUEST, Refusal::new("unacceptable", why));
    let Query(asked) = asked.map_err(|error| unreadable(error.body_text()))?;
    let texts = [Some(&asked.api_key), asked.token.as_ref()];
    let zero = texts.into_iter().flatten().any(|text| text.contains('\0'));
    if zero {
        return Err(unreadable("the character U+0000 is not accepted".to_owned()));
    }
    Ok(asked)
}

/// The widget's own wish, then the browser's. Documented are es, en and pt.
fn spoken(layout: Layout, asked: &Asked) -> Layout {
    let wish = match asked.locale.as_deref() {
        Some("pt" | "es") => Some(Language::Spanish),
        Some("en") => Some(Language::English),
        Some("de") => Some(Language::German),
        _ => None,
    };
    Layout {
        language: wish.unwrap_or(layout.language),
        ..layout
    }
}

async fn enter(app: &App, realm: &Realm, asked: &Asked, now: Timestamp) -> crate::store::Result<Visitor> {
    let mut conn = app.database.read().await?;
    let organization = organizations::find_by_api_key(&mut conn, realm.id, &asked.api_key).await?;
    let Some(organization) = organization else {
        return Ok(Visitor::Refused(Reason::ApiKey));
    };
    let Some(token) = asked.token.clone().filter(|token| !token.is_empty()) else {
        return Ok(Visitor::Nobody);
    };
    let claims = match access_token::verify(&mut conn, realm, &token, now).await? {
        Err(flaw) => return Ok(Visitor::Refused(flaw.into())),
        Ok((owner, _)) if owner.id != organization.id => return Ok(Visitor::Refused(Reason::Invalid)),
        Ok((_, claims)) => claims,
    };
    let patient = patients_store::find(&mut conn, realm.id, &organization.id, &claims.sub, now).await?;
    Ok(match patient {
        None => Visitor::Refused(Reason::Patient),
        Some(patient) => Visitor::Patient {
            organization,
            patient: Box::new(patient),
            token,
        },
    })
}

fn framed(page: &impl Template) -> Page {
    Page::new(page).runs_our_script().talks_to_us().may_be_framed()
}

fn refused(layout: Layout, reason: Reason) -> Response {
    let refusal = Refusal::new("unauthorized", format!("the widget is not shown: {}", reason.name()));
    crate::web::refusal_log::log(&refusal, "/mediquo/widget/frame");
    let page = framed(&RefusedPage {
        layout,
        reason: reason.name(),
        detail: None,
    });
    let mut response = page.with_status(StatusCode::UNAUTHORIZED).into_response();
    response.extensions_mut().insert(refusal);
    response
}

async fn frame_page(
    app: &App,
    realm: &Realm,
    layout: Layout,
    organization: &Organization,
    patient: Patient,
    token: String,
    now: Timestamp,
) -> crate::store::Result<FramePage> {
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

/// What somebody without a token tells of themselves.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Registration {
    api_key: String,
    first_name: String,
    last_name: String,
    gender: String,
    birth_date: String,
    tax_id: String,
    postal_code: String,
}

/// `POST /widget/session`: a temporary session for whoever fills in the form.
pub async fn register(
    State(app): State<App>,
    realm: Realm,
    layout: Layout,
    form: Result<Form<Registration>, axum::extract::rejection::FormRejection>,
) -> Result<Redirect, Response> {
    let registered = enrol(&app, &realm, form).await;
    registered.map_err(|error| {
        if error.status.is_client_error() {
            not_registered(layout, error)
        } else {
            error.into_response()
        }
    })
}

/// Why somebody is not registered, in the frame they asked in: another page would not be shown there.
fn not_registered(layout: Layout, error: PageError) -> Response {
    crate::web::refusal_log::log(&error.refusal, "/mediquo/widget/session");
    let page = framed(&RefusedPage {
        layout,
        reason: "registration",
        detail: Some(error.refusal.description().to_owned()),
    });
    let mut response = page.with_status(error.status).into_response();
    response.extensions_mut().insert(*error.refusal);
    response
}

async fn enrol(
    app: &App,
    realm: &Realm,
    form: Result<Form<Registration>, axum::extract::rejection::FormRejection>,
) -> Result<Redirect, PageError> {
    let wrong = |why: &str| PageError::new(StatusCode::UNPROCESSABLE_ENTITY, Refusal::new("invalid", why));
    let Form(form) = form.map_err(|error| wrong(&error.body_text()))?;
    let profile = form.profile().map_err(wrong)?;
    let now = realm.clock.now();
    let organization = {
        let mut conn = app.database.read().await?;
        organizations::find_by_api_key(&mut conn, realm.id, &form.api_key).await?
    };
    let unknown = || {
        PageError::new(
            StatusCode::UNAUTHORIZED,
            Refusal::new("unauthorized", "there is no such API key"),
        )
    };
    let organization = organization.ok_or_else(unknown)?;
    let code = format!("guest-{}", realm.random.id(now));

    let mut tx = app.database.begin().await?;
    let outcome = patients::write_now(&mut tx, realm, &organization, &Write::of(&code, profile), now).await;
    crate::store::settle(tx, outcome).await?;

    let token = access_token::issue(realm, &organization.id, &code, now);
    let query = form_urlencoded::Serializer::new(String::new())
        .append_pair("api_key", &organization.api_key)
        .append_pair("token", &token)
        .finish();
    Ok(Redirect::to(&format!(
        "{}?{query}",
        realm.path(&format!("{}/widget/frame", paths::MEDIQUO))
    )))
}

impl Registration {
    /// As a patient's profile. What is blank is left out.
    fn profile(&self) -> Result<Map<String, serde_json::Value>, &'static str> {
        if self.first_name.trim().is_empty() {
            return Err("the first name is required");
        }
        if !self.gender.is_empty() && !["male", "female"].contains(&self.gender.as_str()) {
            return Err("the gender is male or female");
        }
        if !self.birth_date.is_empty() && input::read_date(&self.birth_date).is_none() {
            return Err("the date of birth is written YYYY-MM-DD");
        }
        let members = [
            ("first_name", &self.first_name),
            ("last_name", &self.last_name),
            ("gender", &self.gender),
            ("birth_date", &self.birth_date),
            ("tax_id", &self.tax_id),
        ];
        let texts = members.iter().map(|(_, text)| *text);
        if texts
            .chain([&self.api_key, &self.postal_code])
            .any(|text| text.contains('\0') || text.chars().count() > LONGEST_TEXT)
        {
            return Err("a field is too long or holds U+0000");
        }
        let said = members.into_iter().filter(|(_, text)| !text.trim().is_empty());
        let mut profile: Map<_, _> = said.map(|(member, text)| (member.to_owned(), json!(text))).collect();
        if !self.postal_code.trim().is_empty() {
            // Patients have no member of that name.
            profile.insert("meta".to_owned(), json!({ "postal_code": self.postal_code }));
        }
        Ok(profile)
    }
}

/// `GET /join/{token}`: behind the address of an appointment.
pub async fn join(
    State(app): State<App>,
    realm: Realm,
    place: Place,
    language: Language,
    token: Result<Path<String>, axum::extract::rejection::PathRejection>,
) -> Result<Page, PageError> {
    let Path(token) = token.map_err(|_| PageError::not_found())?;
    let id = links::appointment_of(&token).filter(|id| uuid::Uuid::try_parse(id).is_ok());
    let id = id.ok_or_else(PageError::not_found)?;
    let mut conn = app.database.read().await?;
    let found = appointments::find_by_id(&mut conn, realm.id, id).await?;
    let good = found.filter(|(one, _)| one.cancelled_at.is_none() && links::is_good(&realm, one, &token));
    let (appointment, _) = good.ok_or_else(PageError::not_found)?;
    let professional = organizations::find_professional(&mut conn, realm.id, &appointment.professional_hash).await?;
    Ok(Page::new(&JoinPage {
        layout: Layout { place, language },
        begins: appointment.starts_at.to_zoned_datetime(TimeZone::UTC),
        code: appointment.code,
        professional: professional.map(|(one, _)| one.name).unwrap_or_default(),
    }))
}

/// Whom the demo shows the widget for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct DemoWish {
    patient: Option<String>,
}

/// `GET /demo?patient=`: what a customer's own server would show, after it asked for a token. For development: it asks
/// nobody who they are.
pub async fn demo(
    State(app): State<App>,
    realm: Realm,
    layout: Layout,
    wish: Result<Query<DemoWish>, axum::extract::rejection::QueryRejection>,
) -> Result<Page, PageError> {
    let Query(wish) = wish.map_err(|_| PageError::not_found())?;
    let now = realm.clock.now();
    let mut conn = app.database.read().await?;
    let organization = organizations::list(&mut conn, realm.id).await?.into_iter().next();
    let organization = organization.ok_or_else(PageError::not_found)?;
    let patients = patients_store::list(&mut conn, realm.id, &organization.id, now, MOST_LISTED).await?;
    let patient = chosen(&mut conn, &realm, &organization, &patients, wish, now).await?;
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

/// The one who is named; the first where nobody is; `None` where the name is empty.
async fn chosen(
    conn: &mut Conn,
    realm: &Realm,
    organization: &Organization,
    patients: &[Patient],
    wish: DemoWish,
    now: Timestamp,
) -> Result<Option<Patient>, PageError> {
    match wish.patient.as_deref() {
        None => Ok(patients.first().cloned()),
        Some("") => Ok(None),
        Some(code) if code.contains('\0') => Err(PageError::not_found()),
        Some(code) => {
            let found = patients_store::find(conn, realm.id, &organization.id, code, now).await?;
            found.map(Some).ok_or_else(PageError::not_found)
        }
    }
}

/// `GET /js/1.0.0/{file}`.
pub async fn script(Path(file): Path<String>) -> Response {
    let script = match file.as_str() {
        "mediquo.js" => include_str!("../../../templates/portals/mediquo/mediquo.js"),
        "frame.js" => include_str!("../../../templates/portals/mediquo/frame.js"),
        "demo.js" => include_str!("../../../templates/portals/mediquo/demo.js"),
        _ => return PageError::not_found().into_response(),
    };
    let headers = [
        (
            header::CONTENT_TYPE,
            HeaderValue::from_static("text/javascript; charset=utf-8"),
        ),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    ];
    (headers, script).into_response()
}

/// Which fields the registration form shows.
#[derive(Clone, Copy, Debug)]
struct Questions {
    gender: bool,
    birthdate: bool,
    tax_id: bool,
    postal_code: bool,
}

impl Questions {
    fn read(asked: &Asked) -> Self {
        let listed = |list: &str, name: &str| list.split(',').any(|one| one.trim() == name);
        Self {
            gender: !listed(&asked.exclude, "gender"),
            birthdate: !listed(&asked.exclude, "birthdate"),
            tax_id: !listed(&asked.exclude, "tax_id"),
            postal_code: listed(&asked.include, "postal_code"),
        }
    }
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
    fn who(&self) -> Safe<String> {
        who(&self.layout, &self.patient)
    }

    fn status(&self, one: &Professional) -> &'static str {
        match one.status {
            Status::Online => "mediquo-widget-online",
            Status::Offline => "mediquo-widget-offline",
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
    fn who(&self) -> Safe<String> {
        who(&self.layout, &self.patient)
    }
}

/// Whom the widget takes its visitor for.
fn who(layout: &Layout, patient: &Patient) -> Safe<String> {
    let (name, code) = (patient.name(), patient.code.as_str());
    let words = [("name", Marked::Name(&name)), ("code", Marked::Name(code))];
    layout.emphasise("mediquo-widget-patient", &words)
}

#[derive(Template)]
#[template(path = "portals/mediquo/refused.html")]
struct RefusedPage {
    layout: Layout,
    reason: &'static str,
    /// What was wrong with a registration, for developers.
    detail: Option<String>,
}

impl RefusedPage {
    fn words(&self) -> &'static str {
        match self.reason {
            "api-key" => "mediquo-refused-api-key",
            "expired" => "mediquo-refused-expired",
            "logged-out" => "mediquo-refused-logged-out",
            "patient" => "mediquo-refused-patient",
            "registration" => "mediquo-refused-registration",
            _ => "mediquo-refused-invalid",
        }
    }
}

#[derive(Template)]
#[template(path = "portals/mediquo/registration.html")]
struct RegistrationPage {
    layout: Layout,
    asks: Questions,
    api_key: String,
}

#[derive(Template)]
#[template(path = "portals/mediquo/join.html")]
struct JoinPage {
    layout: Layout,
    professional: String,
    code: String,
    begins: ZonedDateTime,
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
