//! Visits after they were made: list, show, accept, end (D:VISIT; most of it inferred).

use serde_json::Value;

use super::{
    call::{Call, Context},
    error::{self, Result, VseeError},
    model::{EndReason, Status, User, Visit, VisitType},
    rooms::find_room,
    store,
    users::find_patient,
    webhooks::{self, Event},
    wire,
};
use crate::store::{Conn, Tx, settle};

/// `GET /visits`: a patient's own; a provider's own and what waits in their rooms for anybody; an admin's are all.
pub async fn list(call: &Call) -> Result<Value> {
    let (query, caller) = (call.query(), call.caller());
    let status = match query.text("status")? {
        None => None,
        Some(number) => Some(Status::of_number(&number).ok_or_else(|| {
            error::malformed("status", "10, 20, 30 or 40 is expected").compare("10, 20, 30 or 40", &number)
        })?),
    };
    let page = call.page()?;
    let mut conn = call.read().await?;
    let member = match query.text("member_id")? {
        Some(member) => Some(find_patient(call, &mut conn, &member).await?.id),
        None => None,
    };
    let other = member.is_some_and(|member| member != caller.id);
    error::forbidden("These are somebody else's visits.").when(caller.is_patient() && other)?;
    let room = match query.text("room_code")? {
        Some(code) => Some(find_room(call, &mut conn, &code).await?.id),
        None => None,
    };
    let filter = store::visits::Filter {
        member: if caller.is_patient() { Some(caller.id) } else { member },
        provider: caller.is_provider().then_some(caller.id),
        room,
        status,
        from: query.seconds("from")?,
        to: query.seconds("to")?,
    };
    let (visits, total) = store::visits::list(&mut conn, call.realm.id, &call.account.code, &filter, page).await?;
    let visits = visits.iter().map(|visit| wire::visit(&call.realm, visit)).collect();
    Ok(wire::counted(visits, total))
}

/// `GET /visits/{id}`.
pub async fn show(call: &Call) -> Result<Value> {
    let id = call.number_in_path(0)?;
    let visit = find_visit(call, &mut call.read().await?, call.caller(), id).await?;
    Ok(wire::data(wire::visit(&call.realm, &visit)))
}

/// `POST /visits/{id}/end`.
pub async fn end(call: &Call) -> Result<Value> {
    let id = call.number_in_path(0)?;
    find_visit(call, &mut call.read().await?, call.caller(), id).await?;
    let name = call.body().required_text("reason")?;
    let reason = EndReason::ALL.into_iter().find(|reason| reason.name() == name);
    let known = EndReason::ALL.map(EndReason::name).join(", ");
    let reason = reason
        .ok_or_else(|| error::malformed("reason", format!("one of {known} is expected")).compare(&known, &name))?;
    let visit = end_visit(call, call.caller(), id, reason).await?;
    Ok(wire::data(wire::visit(&call.realm, &visit)))
}

/// `POST /visits/{id}/accept`.
pub async fn accept(call: &Call) -> Result<Value> {
    let id = call.number_in_path(0)?;
    let visit = accept_visit(call, call.caller(), id).await?;
    Ok(wire::data(wire::visit(&call.realm, &visit)))
}

/// A visit that somebody may see: who takes part, admins, and while nobody has taken it the providers of its room.
///
/// # Errors
/// 404 when there is none, 403 when it is not for them.
pub async fn find_visit(context: &Context, conn: &mut Conn, user: &User, id: i64) -> Result<Visit> {
    let found = store::visits::find(conn, context.realm.id, id).await?;
    let visit = found
        .filter(|visit| visit.room.account == user.account)
        .ok_or_else(|| error::not_found("there is no such visit"))?;
    let provider = visit.provider.as_ref().map(|provider| provider.id);
    let allowed = user.is_admin()
        || visit.member.id == user.id
        || provider == Some(user.id)
        || (provider.is_none()
            && user.is_provider()
            && store::rooms::works_in(conn, context.realm.id, visit.room.id, user.id).await?);
    error::forbidden("This is somebody else's visit.").when(!allowed)?;
    Ok(visit)
}

/// Ends a visit that was found to be theirs, and tells the clinic.
pub async fn end_visit(context: &Context, user: &User, id: i64, reason: EndReason) -> Result<Visit> {
    let mut tx = context.app.database.begin().await?;
    let outcome = write_end(context, &mut tx, user, id, reason).await;
    let visit = settle(tx, outcome).await?;
    context.app.outbox.notify();
    Ok(visit)
}

async fn write_end(context: &Context, tx: &mut Tx, user: &User, id: i64, reason: EndReason) -> Result<Visit> {
    let ended = store::visits::end(tx, context.realm.id, id, reason, user.id, context.now).await?;
    error::not_possible("The visit is over already.").when(!ended)?;
    let visit = find_visit(context, tx, user, id).await?;
    webhooks::tell(context, tx, Event::VisitEnded, &visit, None).await?;
    Ok(visit)
}

/// Gives an e-consult to the provider who accepts it first, and tells the clinic.
///
/// # Errors
/// 403 for who is no provider of the room, 400 when it is no e-consult, over, or another's.
pub async fn accept_visit(context: &Context, provider: &User, id: i64) -> Result<Visit> {
    let visit = {
        let mut conn = context.read().await?;
        let found = store::visits::find(&mut conn, context.realm.id, id).await?;
        let visit = found
            .filter(|visit| visit.room.account == provider.account)
            .ok_or_else(|| error::not_found("there is no such visit"))?;
        let works_here = store::rooms::works_in(&mut conn, context.realm.id, visit.room.id, provider.id).await?;
        error::forbidden("Only providers of the room accept its e-consults.")
            .when(!provider.is_provider() || !works_here)?;
        visit
    };
    error::not_possible("The visit is no e-consult.").when(visit.kind != VisitType::EConsult)?;
    error::not_possible("The visit is over already.").when(visit.status.over())?;

    let mut tx = context.app.database.begin().await?;
    let outcome = write_acceptance(context, &mut tx, provider, id).await;
    let visit = settle(tx, outcome).await?;
    context.app.outbox.notify();
    Ok(visit)
}

async fn write_acceptance(context: &Context, tx: &mut Tx, provider: &User, id: i64) -> Result<Visit> {
    let first = store::visits::accept(tx, context.realm.id, id, provider.id, context.now).await?;
    error::not_possible("Another provider has accepted the e-consult.").when(!first)?;
    let visit = find_visit(context, tx, provider, id).await?;
    webhooks::tell(context, tx, Event::VisitUpdated, &visit, None).await?;
    Ok(visit)
}

/// Begins a visit that was found to be theirs, and tells the clinic. One that has begun goes on.
pub async fn start_visit(context: &Context, user: &User, id: i64) -> Result<Visit> {
    let mut tx = context.app.database.begin().await?;
    let outcome = write_start(context, &mut tx, user, id).await;
    let visit = settle(tx, outcome).await?;
    context.app.outbox.notify();
    Ok(visit)
}

pub async fn write_start(context: &Context, tx: &mut Tx, user: &User, id: i64) -> Result<Visit> {
    let provider = user.is_provider().then_some(user.id);
    let begun = store::visits::start(tx, context.realm.id, id, provider, context.now).await?;
    let visit = find_visit(context, tx, user, id).await?;
    over().when(visit.status.over())?;
    if begun {
        webhooks::tell(context, tx, Event::VisitUpdated, &visit, None).await?;
    }
    Ok(visit)
}

/// 400: nothing can be done with it any more.
pub fn over() -> VseeError {
    error::not_possible("The visit is over already.")
}
