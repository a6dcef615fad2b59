//! `GET /visits/join/{code}`: a guest opens an invitation (documented in the use cases). The code is the only proof, so
//! the page says who the provider is and when, and nothing about the patient.

use askama::Template;
use axum::{Extension, extract::State};
use http::request::Parts;

use super::{
    Mount, Placeholder,
    browser::{Browser, Visitor},
    text,
    views::VisitView,
};
use crate::{
    app::{App, Realm},
    portals::vsee::store,
    web::{
        page::{Layout, Page},
        page_error::PageError,
    },
};

#[derive(Template)]
#[template(path = "portals/vsee/join.html")]
struct JoinPage {
    layout: Layout,
    visitor: Option<Visitor>,
    visit: VisitView,
}

pub async fn show(
    State(app): State<App>,
    realm: Realm,
    Extension(mount): Extension<Mount>,
    code: Placeholder,
    parts: Parts,
) -> Result<Page, PageError> {
    let browser = Browser::read(app, realm, mount, &parts).await?;
    let code = text(code)?;
    let context = &browser.context;
    let visit = store::visits::find_by_code(&mut context.read().await?, context.realm.id, &code).await?;
    let visit = visit.ok_or_else(PageError::not_found)?;
    let page = JoinPage {
        visit: VisitView::new(&browser, &visit),
        visitor: None,
        layout: browser.layout,
    };
    Ok(Page::new(&page))
}
