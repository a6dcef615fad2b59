//! `/providers/dashboard`: the visits that wait for a provider (documented in the use cases).

use askama::Template;
use axum::{Extension, extract::State, response::Response};
use http::{StatusCode, request::Parts};

use super::{
    Mount,
    browser::{Browser, Visitor},
    unknown_answer,
    views::VisitView,
};
use crate::{
    api::dates::read_digits,
    app::{App, Realm},
    model::Refusal,
    portals::vsee::{
        links::DASHBOARD,
        model::{Status, User, Visit, VisitType},
        store::{self, visits::Filter},
        visits::accept_visit,
    },
    store::Conn,
    web::{
        page::{Layout, Page},
        page_error::PageError,
        page_form::PageForm,
    },
};

/// The most visits of one status on the page.
const MOST_VISITS: i64 = 100;

#[derive(Template)]
#[template(path = "portals/vsee/dashboard.html")]
struct DashboardPage {
    layout: Layout,
    visitor: Option<Visitor>,
    provider: i64,
    rooms: Vec<String>,
    /// The provider's own, and unassigned walk-ins of their rooms.
    visits: Vec<VisitView>,
    /// E-consults that nobody has accepted.
    e_consults: Vec<VisitView>,
}

pub async fn show(
    State(app): State<App>,
    realm: Realm,
    Extension(mount): Extension<Mount>,
    parts: Parts,
) -> Result<Page, PageError> {
    let browser = Browser::read(app, realm, mount, &parts).await?;
    let provider = provider(&browser)?;
    let (visits, rooms) = {
        let mut conn = browser.context.read().await?;
        let visits = open_visits(&browser, &mut conn, provider).await?;
        let rooms = store::rooms::list_of_provider(&mut conn, browser.context.realm.id, provider.id).await?;
        (visits, rooms)
    };
    let waits_for_anybody = |visit: &Visit| visit.kind == VisitType::EConsult && visit.provider.is_none();
    let (e_consults, visits): (Vec<_>, Vec<_>) = visits.iter().partition(|visit| waits_for_anybody(visit));
    let views = |visits: Vec<&Visit>| {
        visits
            .into_iter()
            .map(|visit| VisitView::new(&browser, visit))
            .collect()
    };
    let (visits, e_consults) = (views(visits), views(e_consults));
    let page = DashboardPage {
        provider: provider.id,
        visitor: browser.visitor().await?,
        rooms: rooms.into_iter().map(|room| room.name).collect(),
        visits,
        e_consults,
        layout: browser.layout,
    };
    Ok(Page::new(&page))
}

/// Visits in progress, then waiting ones.
async fn open_visits(browser: &Browser, conn: &mut Conn, provider: &User) -> crate::store::Result<Vec<Visit>> {
    let mut visits = Vec::new();
    for status in [Status::InProgress, Status::Waiting] {
        let filter = Filter {
            provider: Some(provider.id),
            status: Some(status),
            ..Filter::default()
        };
        let (realm, account) = (browser.context.realm.id, &provider.account);
        let (found, _) = store::visits::list(conn, realm, account, &filter, (0, MOST_VISITS)).await?;
        visits.extend(found);
    }
    Ok(visits)
}

/// Accepts an e-consult.
pub async fn act(
    State(app): State<App>,
    realm: Realm,
    Extension(mount): Extension<Mount>,
    parts: Parts,
    form: PageForm,
) -> Result<Response, PageError> {
    let browser = Browser::read(app, realm, mount, &parts).await?;
    let provider = provider(&browser)?;
    let visit = form.get("accept").and_then(read_digits);
    let visit = visit.ok_or_else(|| unknown_answer("accept=<visit>"))?;
    accept_visit(&browser.context, provider, visit).await?;
    Ok(browser.see_other(DASHBOARD))
}

fn provider(browser: &Browser) -> Result<&User, PageError> {
    let user = browser.user()?;
    let refusal = Refusal::new("forbidden", "the dashboard is for providers only");
    PageError::new(StatusCode::FORBIDDEN, refusal).when(!user.is_provider())?;
    Ok(user)
}
