//! `/providers/dashboard`: what waits for a provider (D:CASE).

use askama::Template;
use axum::{Extension, extract::State, response::Response};
use http::{StatusCode, request::Parts};

use super::{
    Mount,
    browser::{Browser, Visitor},
    paths::DASHBOARD,
    shown::ShownVisit,
    unknown_answer,
};
use crate::{
    app::{App, Realm},
    model::Refusal,
    portals::vsee::{
        input::read_number,
        model::{Status, User, VisitType},
        store::{self, visits::Filter},
        visits::accept_visit,
    },
    web::{
        page::{Layout, Page},
        page_error::PageError,
        page_form::PageForm,
    },
};

/// Visits of each state that are shown.
const MOST_VISITS: i64 = 100;

#[derive(Template)]
#[template(path = "portals/vsee/dashboard.html")]
struct DashboardPage {
    layout: Layout,
    visitor: Option<Visitor>,
    provider: i64,
    rooms: Vec<String>,
    /// Theirs, and walk-ins that anybody of the room may take.
    visits: Vec<ShownVisit>,
    /// E-consults that nobody has accepted.
    e_consults: Vec<ShownVisit>,
}

pub async fn show(
    State(app): State<App>,
    realm: Realm,
    Extension(mount): Extension<Mount>,
    parts: Parts,
) -> Result<Page, PageError> {
    let browser = Browser::read(app, realm, mount, &parts).await?;
    let provider = provider(&browser)?;
    let (mut visits, mut e_consults, mut rooms) = (Vec::new(), Vec::new(), Vec::new());
    {
        let (context, account) = (&browser.context, &provider.account);
        let mut conn = context.read().await?;
        for status in [Status::InProgress, Status::Waiting] {
            let filter = Filter {
                provider: Some(provider.id),
                status: Some(status),
                ..Filter::default()
            };
            let (found, _) =
                store::visits::list(&mut conn, context.realm.id, account, &filter, (0, MOST_VISITS)).await?;
            for visit in &found {
                let shown = ShownVisit::new(&browser, visit);
                if visit.kind == VisitType::EConsult && visit.provider.is_none() {
                    e_consults.push(shown);
                } else {
                    visits.push(shown);
                }
            }
        }
        let works_in = store::rooms::list_of_provider(&mut conn, context.realm.id, provider.id).await?;
        rooms.extend(works_in.into_iter().map(|room| room.name));
    }
    let page = DashboardPage {
        provider: provider.id,
        visitor: browser.visitor().await?,
        rooms,
        visits,
        e_consults,
        layout: browser.layout,
    };
    Ok(Page::new(&page))
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
    let visit = form.get("accept").and_then(read_number);
    let visit = visit.ok_or_else(|| unknown_answer("accept=<visit>"))?;
    accept_visit(&browser.context, provider, visit).await?;
    Ok(browser.see_other(DASHBOARD))
}

fn provider(browser: &Browser) -> Result<&User, PageError> {
    let user = browser.user()?;
    let refusal = Refusal::new("forbidden", "the dashboard is for providers");
    PageError::new(StatusCode::FORBIDDEN, refusal).when(!user.is_provider())?;
    Ok(user)
}
