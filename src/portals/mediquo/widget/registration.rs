//! The registration form that the widget shows without a token, and `POST /widget/session`, which it is sent to.

use askama::Template;
use axum::{
    extract::{Form, State, rejection::FormRejection},
    response::{IntoResponse, Redirect, Response},
};
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{refused::not_registered, visitor::PageQuery};
use crate::{
    api::dates,
    app::{App, Realm},
    model::Refusal,
    portals::mediquo::{
        access_token,
        input::LONGEST_TEXT,
        patients::{self, Write},
        store::organizations,
    },
    store::settle,
    web::{page::Layout, page_error::PageError, paths},
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

/// The form, as it is sent.
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

/// `POST /widget/session`: makes a patient of whoever fills in the form, and shows the widget for this patient.
pub async fn register(
    State(app): State<App>,
    realm: Realm,
    layout: Layout,
    form: Result<Form<Registration>, FormRejection>,
) -> Result<Redirect, Response> {
    let registered = create_patient(&app, &realm, form).await;
    registered.map_err(|error| {
        if error.status.is_client_error() {
            not_registered(layout, error)
        } else {
            error.into_response()
        }
    })
}

async fn create_patient(
    app: &App,
    realm: &Realm,
    form: Result<Form<Registration>, FormRejection>,
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
    /// As a patient's profile. What is blank is left out.
    fn profile(&self) -> Result<Map<String, Value>, &'static str> {
        if self.first_name.trim().is_empty() {
            return Err("the first name is required");
        }
        if !self.gender.is_empty() && !["male", "female"].contains(&self.gender.as_str()) {
            return Err("the gender is male or female");
        }
        if !self.birth_date.is_empty() && dates::read_date(&self.birth_date).is_none() {
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
