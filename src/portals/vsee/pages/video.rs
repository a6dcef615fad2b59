//! `/visits/start/{id}`: the page of a visit (documented in the use cases). The video call is not emulated; starting
//! and ending a visit are.

use askama::Template;
use axum::{Extension, extract::State, response::Response};
use http::request::Parts;

use super::{
    Mount, Placeholder,
    browser::{Browser, Visitor},
    number, unknown_answer,
    views::VisitView,
};
use crate::{
    app::{App, Realm},
    portals::vsee::{
        links::{START, fill},
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
    visit: VisitView,
    /// Whether the user can start it; a provider also when only the patient has.
    waiting: bool,
    in_progress: bool,
    /// Whether the user can cancel it, which a patient can before an appointment.
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
        visit: VisitView::new(&browser, &visit),
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
