//! Who opens a page of the widget, as the page's query says.

use http::StatusCode;
use jiff::Timestamp;

use crate::{
    api::input::Query,
    app::{App, Realm},
    model::Refusal,
    portals::mediquo::{
        access_token::{self, TokenError},
        model::{Organization, Patient},
        store::{organizations, patients},
    },
    store,
    text::Language,
    web::{page::Layout, page_error::PageError},
};

/// The query of a page: those members of the widget's configuration that the page has to know.
#[derive(Debug)]
pub struct PageQuery {
    pub api_key: String,
    pub token: Option<String>,
    locale: Option<String>,
    pub platform: Option<String>,
    pub exclude: String,
    pub include: String,
}

/// Who opens the page.
pub enum Visitor {
    Patient {
        organization: Organization,
        patient: Box<Patient>,
        token: String,
    },
    /// The key is valid and there is no token.
    Nobody,
    /// The key or the token is not valid.
    Refused(Reason),
}

/// Why the widget is not shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    ApiKey,
    Invalid,
    Expired,
    LoggedOut,
    Patient,
}

impl From<TokenError> for Reason {
    fn from(error: TokenError) -> Self {
        match error {
            TokenError::Invalid => Self::Invalid,
            TokenError::Expired => Self::Expired,
            TokenError::LoggedOut => Self::LoggedOut,
        }
    }
}

impl Reason {
    /// As pages and scripts name it.
    pub fn name(self) -> &'static str {
        match self {
            Self::ApiKey => "api-key",
            Self::Invalid => "invalid",
            Self::Expired => "expired",
            Self::LoggedOut => "logged-out",
            Self::Patient => "patient",
        }
    }
}

impl PageQuery {
    /// # Errors
    /// 400 when the query cannot be read.
    pub fn read(query: Option<&str>) -> Result<Self, PageError> {
        let query = Query::read(query).map_err(|error| {
            PageError::new(StatusCode::BAD_REQUEST, Refusal::new("unacceptable", error.to_string()))
        })?;
        let optional = |name| query.get(name).map(str::to_owned);
        let text = |name| optional(name).unwrap_or_default();
        Ok(Self {
            api_key: text("api_key"),
            token: optional("token"),
            locale: optional("locale"),
            platform: optional("platform"),
            exclude: text("exclude"),
            include: text("include"),
        })
    }

    /// The page in the widget's language, or else in the browser's. Documented are `es`, `en` and `pt`.
    pub fn localized(&self, layout: Layout) -> Layout {
        let language = match self.locale.as_deref() {
            Some("pt" | "es") => Some(Language::Spanish),
            Some("en") => Some(Language::English),
            Some("de") => Some(Language::German),
            _ => None,
        };
        Layout {
            language: language.unwrap_or(layout.language),
            ..layout
        }
    }

    /// The visitor with this key and token.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn visitor(&self, app: &App, realm: &Realm, now: Timestamp) -> store::Result<Visitor> {
        let mut conn = app.database.read().await?;
        let organization = organizations::find_by_api_key(&mut conn, realm.id, &self.api_key).await?;
        let Some(organization) = organization else {
            return Ok(Visitor::Refused(Reason::ApiKey));
        };
        let Some(token) = self.token.clone().filter(|token| !token.is_empty()) else {
            return Ok(Visitor::Nobody);
        };
        let claims = match access_token::verify(&mut conn, realm, &token, now).await? {
            Err(error) => return Ok(Visitor::Refused(error.into())),
            Ok((owner, _)) if owner.id != organization.id => return Ok(Visitor::Refused(Reason::Invalid)),
            Ok((_, claims)) => claims,
        };
        let patient = patients::find(&mut conn, realm.id, &organization.id, &claims.sub, now).await?;
        Ok(match patient {
            None => Visitor::Refused(Reason::Patient),
            Some(patient) => Visitor::Patient {
                organization,
                patient: Box::new(patient),
                token,
            },
        })
    }
}
