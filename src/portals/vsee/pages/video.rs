//! `/visits/start/{id}`: where a visit takes place (D:CASE). The call itself is not emulated; beginning and ending are.

use askama::Template;
use axum::{Extension, extract::State, response::Response};
use http::request::Parts;

use super::{
    Mount, Placeholder,
    browser::{Browser, Visitor},
    number,
    paths::{START, fill},
    shown::ShownVisit,
    unknown_answer,
};
use crate::{
    app::{App, Realm},
    portals::vsee::{
        model::{EndReason, Status, VisitType},
        visits::{end_visit, find_visit, start_visit},
    },
    web::{
        page::{Layout, Page},
        page_error::PageError,
        page_form::PageForm,
    },
};

#[derive(Template)]
#[template(path = "portals/vsee/video.html")]
struct VideoPage {
    layout: Layout,
    visitor: Option<Visitor>,
    visit: ShownVisit,
    /// It may be begun, by a provider also where only the patient is there.
    waiting: bool,
    in_progress: bool,
    /// A patient may cancel an appointment that has not begun; others who wait only leave.
    can_cancel: bool,
}

pub async fn show(
    State(app): State<App>,
    realm: Realm,
    Extension(mount): Extension<Mount>,
    id: Placeholder,
    parts: Parts,
) -> Result<Page, PageError> {
    let browser = Browser::read(app, realm, mount, &parts).await?;
    let id = number(id)?;
    let user = browser.user_of_visit(id)?;
    let visit = find_visit(&browser.context, &mut browser.context.read().await?, user, id).await?;
    let page = VideoPage {
        visitor: browser.visitor().await?,
        visit: ShownVisit::new(&browser, &visit),
        waiting: visit.status == Status::Waiting || (user.is_provider() && visit.waits_for_a_provider()),
        in_progress: visit.status == Status::InProgress,
        can_cancel: user.is_patient() && visit.kind == VisitType::Scheduled,
        layout: browser.layout,
    };
    Ok(Page::new(&page))
}

pub async fn act(
    State(app): State<App>,
    realm: Realm,
    Extension(mount): Extension<Mount>,
    id: Placeholder,
    parts: Parts,
    form: PageForm,
) -> Result<Response, PageError> {
    let browser = Browser::read(app, realm, mount, &parts).await?;
    let id = number(id)?;
    let user = browser.user_of_visit(id)?;
    let visit = find_visit(&browser.context, &mut browser.context.read().await?, user, id).await?;
    let reason = match (user.is_patient(), visit.status) {
        (true, Status::Waiting) => EndReason::PatientExitRoom,
        (true, _) => EndReason::PatientEndCall,
        (false, _) => EndReason::CallEnded,
    };
    match form.get("decision") {
        Some("start") => start_visit(&browser.context, user, id).await?,
        Some("end") => end_visit(&browser.context, user, id, reason).await?,
        Some("cancel") if user.is_patient() => {
            end_visit(&browser.context, user, id, EndReason::PatientCancelAppointment).await?
        }
        _ => return Err(unknown_answer("decision=start, end or cancel")),
    };
    Ok(browser.see_other(&fill(START, &id.to_string())))
}
