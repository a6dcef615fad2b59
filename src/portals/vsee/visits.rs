//! Visits after they were booked: list, show, accept, end (documented under "Visit API"; most of it inferred).

use axum::response::Response;

use super::{
    call::Call,
    context::Context,
    error::{self, Result, VseeError},
    input::Reader,
    links::one_time_token,
    model::{EndReason, Event, Status, User, Visit, VisitType},
    rooms::find_room,
    store::{self, visits::Filter},
    users::find_patient,
    webhooks,
    wire::{self, VisitView},
};
use crate::store::{Conn, Tx, settle};

/// `GET /visits`: a patient's own; a provider's own and the unassigned ones in their rooms; all for an admin.
pub async fn list(call: &Call) -> Result<Response> {
    let query = call.query();
    let status = read_status(query)?;
    let page = call.page()?;
    let mut conn = call.read().await?;
    let filter = Filter {
        status,
        ..filter(call, &mut conn, query).await?
    };
    let (visits, total) = store::visits::list(&mut conn, call.realm.id, &call.account.code, &filter, page).await?;
    let views = visits.into_iter().map(|visit| view(call, visit)).collect();
    Ok(wire::list(views, total)?)
}

fn read_status(query: Reader<'_>) -> Result<Option<Status>> {
    let Some(number) = query.text("status")? else {
        return Ok(None);
    };
    let status = Status::of_number(&number).ok_or_else(|| {
        error::malformed("status", "10, 20, 30 or 40 is expected").compare("10, 20, 30 or 40", &number)
    })?;
    Ok(Some(status))
}

async fn filter(call: &Call, conn: &mut Conn, query: Reader<'_>) -> Result<Filter> {
    let caller = call.caller();
    let member = match query.text("member_id")? {
        Some(member) => Some(find_patient(call, conn, &member).await?.id),
        None => None,
    };
    let other = member.is_some_and(|member| member != caller.id);
    error::forbidden("These are another user's visits.").when(caller.is_patient() && other)?;
    let room = match query.text("room_code")? {
        Some(code) => Some(find_room(call, conn, &code).await?.id),
        None => None,
    };
    Ok(Filter {
        member: if caller.is_patient() { Some(caller.id) } else { member },
        provider: caller.is_provider().then_some(caller.id),
        room,
        status: None,
        from: query.seconds("from")?,
        to: query.seconds("to")?,
    })
}

/// A visit as an answer.
pub fn visit_answer(call: &Call, visit: Visit) -> Result<Response> {
    Ok(wire::data(view(call, visit))?)
}

fn view(call: &Call, visit: Visit) -> VisitView {
    let token = visit.one_time_link.then(|| one_time_token(&call.realm, visit.id));
    VisitView::new(visit, token)
}

/// `GET /visits/{id}`.
pub async fn show(call: &Call) -> Result<Response> {
    let id = call.number_in_path(0)?;
    let visit = find_visit(call, &mut call.read().await?, call.caller(), id).await?;
    visit_answer(call, visit)
}

/// `POST /visits/{id}/end`.
pub async fn end(call: &Call) -> Result<Response> {
    let id = call.number_in_path(0)?;
    find_visit(call, &mut call.read().await?, call.caller(), id).await?;
    let name = call.body().required_text("reason")?;
    let reason = EndReason::of_name(&name).ok_or_else(|| {
        let known = EndReason::ALL.map(EndReason::name).join(", ");
        error::malformed("reason", format!("one of {known} is expected")).compare(&known, &name)
    })?;
    let visit = end_visit(call, call.caller(), id, reason).await?;
    visit_answer(call, visit)
}

/// `POST /visits/{id}/accept`.
pub async fn accept(call: &Call) -> Result<Response> {
    let id = call.number_in_path(0)?;
    let visit = accept_visit(call, call.caller(), id).await?;
    visit_answer(call, visit)
}

/// A visit that a user may see: as a participant, as an admin, or as a provider of the room while it is unassigned.
///
/// # Errors
/// 404 when it does not exist, 403 when the user may not see it.
pub async fn find_visit(context: &Context, conn: &mut Conn, user: &User, id: i64) -> Result<Visit> {
    let visit = visit_of_clinic(context, conn, &user.account, id).await?;
    let provider = visit.provider.as_ref().map(|provider| provider.id);
    let allowed = user.is_admin()
        || visit.member.id == user.id
        || provider == Some(user.id)
        || (provider.is_none()
            && user.is_provider()
            && store::rooms::works_in(conn, context.realm.id, visit.room.id, user.id).await?);
    error::forbidden("This is another user's visit.").when(!allowed)?;
    Ok(visit)
}

async fn visit_of_clinic(context: &Context, conn: &mut Conn, account: &str, id: i64) -> Result<Visit> {
    let found = store::visits::find(conn, context.realm.id, id).await?;
    found
        .filter(|visit| visit.room.account == account)
        .ok_or_else(|| error::not_found("the clinic has no visit with this id"))
}

/// Ends a visit that the user may see, and stores webhooks.
///
/// # Errors
/// 400 when it is already over.
pub async fn end_visit(context: &Context, user: &User, id: i64, reason: EndReason) -> Result<Visit> {
    let mut tx = context.app.database.begin().await?;
    let outcome = end_in(&mut tx, context, user, id, reason).await;
    let visit = settle(tx, outcome).await?;
    context.app.outbox.notify();
    Ok(visit)
}

async fn end_in(tx: &mut Tx, context: &Context, user: &User, id: i64, reason: EndReason) -> Result<Visit> {
    let ended = store::visits::end(tx, context.realm.id, id, reason, user.id, context.now).await?;
    over().when(!ended)?;
    let visit = find_visit(context, tx, user, id).await?;
    webhooks::send_in(tx, context, Event::VisitEnded, &visit, None).await?;
    Ok(visit)
}

/// Assigns an e-consult to the provider who accepts it first, and stores webhooks.
///
/// # Errors
/// 403 for anybody but a provider of the room; 400 when it is not an e-consult, is over, or was accepted before.
pub async fn accept_visit(context: &Context, provider: &User, id: i64) -> Result<Visit> {
    check_acceptance(context, provider, id).await?;
    let mut tx = context.app.database.begin().await?;
    let outcome = accept_in(&mut tx, context, provider, id).await;
    let visit = settle(tx, outcome).await?;
    context.app.outbox.notify();
    Ok(visit)
}

async fn check_acceptance(context: &Context, provider: &User, id: i64) -> Result<()> {
    let mut conn = context.read().await?;
    let visit = visit_of_clinic(context, &mut conn, &provider.account, id).await?;
    let works_here = store::rooms::works_in(&mut conn, context.realm.id, visit.room.id, provider.id).await?;
    error::forbidden("Only providers of the room can accept its e-consults.")
        .when(!provider.is_provider() || !works_here)?;
    error::not_possible("The visit is not an e-consult.").when(visit.kind != VisitType::EConsult)?;
    over().when(visit.status.is_over())
}

async fn accept_in(tx: &mut Tx, context: &Context, provider: &User, id: i64) -> Result<Visit> {
    let first = store::visits::accept(tx, context.realm.id, id, provider.id, context.now).await?;
    error::not_possible("Another provider has already accepted the e-consult.").when(!first)?;
    let visit = find_visit(context, tx, provider, id).await?;
    webhooks::send_in(tx, context, Event::VisitUpdated, &visit, None).await?;
    Ok(visit)
}

/// Starts a visit that the user may see, and stores webhooks. One that has already started stays as it is.
///
/// # Errors
/// 400 when it is over.
pub async fn start_visit(context: &Context, user: &User, id: i64) -> Result<Visit> {
    let mut tx = context.app.database.begin().await?;
    let outcome = start_in(&mut tx, context, user, id).await;
    let visit = settle(tx, outcome).await?;
    context.app.outbox.notify();
    Ok(visit)
}

/// As [`start_visit`], in the caller's transaction.
pub async fn start_in(tx: &mut Tx, context: &Context, user: &User, id: i64) -> Result<Visit> {
    let provider = user.is_provider().then_some(user.id);
    let started = store::visits::start(tx, context.realm.id, id, provider, context.now).await?;
    let visit = find_visit(context, tx, user, id).await?;
    over().when(visit.status.is_over())?;
    if started {
        webhooks::send_in(tx, context, Event::VisitUpdated, &visit, None).await?;
    }
    Ok(visit)
}

fn over() -> VseeError {
    error::not_possible("The visit is already over.")
}
