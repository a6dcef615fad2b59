//! The registration form that the widget shows without a token, and `POST /widget/session`, which it is sent to.

use askama::Template;
use axum::{
    extract::{Request, State},
    response::{IntoResponse, Redirect, Response},
};
use http::StatusCode;
use serde_json::{Map, Value, json};

use super::{refused::not_registered, visitor::PageQuery};
use crate::{
    api::{
        dates::read_date,
        input::{self, Input, InputError},
    },
    app::{App, Realm},
    model::Refusal,
    portals::mediquo::{
        access_token,
        input::LONGEST_TEXT,
        patients::{self, Write},
        store::organizations,
    },
    store::settle,
    web::{media_type::FORM, page::Layout, page_error::PageError, paths},
};

#[derive(Template)]
#[template(path = "portals/mediquo/registration.html")]
pub struct RegistrationPage {
    layout: Layout,
    asks: FormFields,
    api_key: String,
}

impl RegistrationPage {
    /// The form as the query asks for it.
    pub fn new(layout: Layout, query: PageQuery) -> Self {
        Self {
            layout,
            asks: FormFields::read(&query),
            api_key: query.api_key,
        }
    }
}

/// Which fields the registration form shows.
#[derive(Clone, Copy, Debug)]
struct FormFields {
    gender: bool,
    birthdate: bool,
    tax_id: bool,
    postal_code: bool,
}

impl FormFields {
    fn read(query: &PageQuery) -> Self {
        let listed = |list: &str, name: &str| list.split(',').any(|one| one.trim() == name);
        Self {
            gender: !listed(&query.exclude, "gender"),
            birthdate: !listed(&query.exclude, "birthdate"),
            tax_id: !listed(&query.exclude, "tax_id"),
            postal_code: listed(&query.include, "postal_code"),
        }
    }
}

/// The largest form, in bytes.
const LARGEST_FORM: usize = 64 * 1024;

/// The form, as it is sent.
#[derive(Debug)]
struct Registration {
    api_key: String,
    first_name: String,
    last_name: String,
    gender: String,
    birth_date: String,
    tax_id: String,
    postal_code: String,
}

/// `POST /widget/session`: creates a patient from the form, and shows the widget for this patient.
pub async fn register(
    State(app): State<App>,
    realm: Realm,
    layout: Layout,
    request: Request,
) -> Result<Redirect, Response> {
    let registered = create_patient(&app, &realm, request).await;
    registered.map_err(|error| {
        if error.status.is_client_error() {
            not_registered(layout, error)
        } else {
            error.into_response()
        }
    })
}

async fn create_patient(app: &App, realm: &Realm, request: Request) -> Result<Redirect, PageError> {
    let invalid = |why: &str| PageError::new(StatusCode::UNPROCESSABLE_ENTITY, Refusal::new("invalid", why));
    let form = Registration::read(request).await;
    let form = form.map_err(|error| invalid(&error.to_string()))?;
    let profile = form.profile().map_err(invalid)?;
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
    settle(tx, outcome).await?;

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
    async fn read(request: Request) -> Result<Self, InputError> {
        let (parts, body) = request.into_parts();
        let body = input::read_bytes(body, LARGEST_FORM).await?;
        let members = Input::of_body(&parts.headers, &body, &[FORM])?.into_members();
        let text = |name| members.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        Ok(Self {
            api_key: text("api_key"),
            first_name: text("first_name"),
            last_name: text("last_name"),
            gender: text("gender"),
            birth_date: text("birth_date"),
            tax_id: text("tax_id"),
            postal_code: text("postal_code"),
        })
    }

    /// The profile of the patient, without blank fields.
    fn profile(&self) -> Result<Map<String, Value>, &'static str> {
        if self.first_name.trim().is_empty() {
            return Err("the first name is required");
        }
        if !self.gender.is_empty() && !["male", "female"].contains(&self.gender.as_str()) {
            return Err("the gender is male or female");
        }
        if !self.birth_date.is_empty() && read_date(&self.birth_date).is_none() {
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
            .any(|text| text.chars().count() > LONGEST_TEXT)
        {
            return Err("a field is too long");
        }
        let sent = members.into_iter().filter(|(_, text)| !text.trim().is_empty());
        let mut profile: Map<_, _> = sent.map(|(member, text)| (member.to_owned(), json!(text))).collect();
        if !self.postal_code.trim().is_empty() {
            // Patients have no member of that name.
            profile.insert("meta".to_owned(), json!({ "postal_code": self.postal_code }));
        }
        Ok(profile)
    }
}
