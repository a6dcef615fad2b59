//! Intakes: the form before a visit (D:VISIT).
//!
//! Whatever a form says besides what is documented is kept and given back as it came. Files of a multipart body become
//! attachments of the intake, in the same transaction.

use serde_json::{Map, Value};

use super::{
    attachments::{self, Upload},
    call::Call,
    error::{self, Result},
    input::LONGEST_REMARK,
    model::{Intake, Room},
    rooms::find_room,
    sso::{phone, state},
    store,
    users::{find_patient, find_provider},
    wire,
};
use crate::store::{Conn, Tx, settle};

/// Attachments of one intake.
const MOST_ATTACHMENTS: usize = 20;
/// What an intake answers with itself: nothing said under these names takes their place.
const OUR_MEMBERS: [&str; 5] = ["id", "created", "modified", "visit_id", "room_id"];

/// What a body says; what it does not say is `None`.
struct Form {
    room: Option<Room>,
    member: Option<i64>,
    kind: Option<String>,
    reason_for_visit: Option<String>,
    provider: Option<i64>,
    attachments: Option<Vec<String>>,
    location: Option<String>,
    phone: Option<String>,
    consultation: Option<Value>,
    custom: Map<String, Value>,
    uploads: Vec<Upload>,
}

/// `POST /intakes`.
pub async fn create(call: &Call) -> Result<Value> {
    let form = read(call).await?;
    let caller = call.caller();
    let room = form.room.ok_or_else(|| error::missing("room_code"))?;
    let member = match form.member {
        Some(member) => member,
        None if caller.is_admin() => return Err(error::missing("member_id")),
        None => caller.id,
    };
    let intake = Intake {
        id: call.realm.random.id(call.now),
        room: room.id,
        member,
        kind: form.kind.unwrap_or_else(|| "1".to_owned()),
        reason_for_visit: form.reason_for_visit,
        provider: form.provider,
        attachments: with_uploads(form.attachments.unwrap_or_default(), &form.uploads)?,
        location: form.location,
        phone: form.phone,
        consultation: form.consultation,
        custom: form.custom,
        created_at: call.now,
        modified_at: call.now,
    };

    let mut tx = call.app.database.begin().await?;
    let outcome = write(call, &mut tx, &intake, &form.uploads).await;
    settle(tx, outcome).await?;
    Ok(wire::data(wire::intake_id(&intake)))
}

async fn write(call: &Call, tx: &mut Tx, intake: &Intake, uploads: &[Upload]) -> Result<()> {
    attachments::insert(call, tx, uploads).await?;
    store::intakes::insert(tx, call.realm.id, intake).await?;
    Ok(())
}

/// `POST /intakes/{id}`: what is not said stays.
pub async fn update(call: &Call) -> Result<Value> {
    find_intake(call, &mut call.read().await?, call.in_path(0)).await?;
    let form = read(call).await?;

    let mut tx = call.app.database.begin().await?;
    let outcome = rewrite(call, &mut tx, form).await;
    let intake = settle(tx, outcome).await?;
    Ok(wire::data(wire::intake_id(&intake)))
}

async fn rewrite(call: &Call, tx: &mut Tx, form: Form) -> Result<Intake> {
    store::intakes::lock(tx, call.realm.id, call.in_path(0)).await?;
    let before = find_intake(call, tx, call.in_path(0)).await?;
    let other = form.member.is_some_and(|member| member != before.member);
    error::not_possible("The intake belongs to another patient.").when(other)?;
    let mut custom = before.custom;
    custom.extend(form.custom);
    let attachments = form.attachments.unwrap_or(before.attachments);
    let intake = Intake {
        room: form.room.map_or(before.room, |room| room.id),
        kind: form.kind.unwrap_or(before.kind),
        reason_for_visit: form.reason_for_visit.or(before.reason_for_visit),
        provider: form.provider.or(before.provider),
        attachments: with_uploads(attachments, &form.uploads)?,
        location: form.location.or(before.location),
        phone: form.phone.or(before.phone),
        consultation: form.consultation.or(before.consultation),
        custom,
        modified_at: call.now,
        id: before.id,
        member: before.member,
        created_at: before.created_at,
    };
    attachments::insert(call, tx, &form.uploads).await?;
    store::intakes::update(tx, call.realm.id, &intake).await?;
    Ok(intake)
}

/// `GET /intakes/{id}`.
pub async fn show(call: &Call) -> Result<Value> {
    let mut conn = call.read().await?;
    let intake = find_intake(call, &mut conn, call.in_path(0)).await?;
    let mut attached = Vec::new();
    for id in &intake.attachments {
        if let Some(attachment) = store::intakes::find_attachment(&mut conn, call.realm.id, id).await? {
            attached.push(wire::attachment(&attachment, true));
        }
    }
    Ok(wire::data(wire::intake(&intake, &attached)))
}

/// An intake that the caller may see: their own, one a provider of the clinic looks at, or any for admins.
///
/// # Errors
/// 404 when there is none, 403 when it is somebody else's.
pub async fn find_intake(call: &Call, conn: &mut Conn, id: &str) -> Result<Intake> {
    let found = store::intakes::find(conn, call.realm.id, id).await?;
    let intake = found.ok_or_else(|| error::not_found("there is no such intake"))?;
    let room = store::rooms::find(conn, call.realm.id, intake.room).await?;
    let ours = room.is_some_and(|room| room.account == call.account.code);
    error::not_found("the clinic has no such intake").when(!ours)?;
    let caller = call.caller();
    let looking = !call.writes();
    let allowed = caller.is_admin()
        || caller.id == intake.member
        || (looking
            && caller.is_provider()
            && store::rooms::works_in(conn, call.realm.id, intake.room, caller.id).await?);
    error::forbidden("This is somebody else's intake.").when(!allowed)?;
    Ok(intake)
}

async fn read(call: &Call) -> Result<Form> {
    let (caller, body) = (call.caller(), call.body());
    error::forbidden("Intakes are filled in by patients, or by admins for them.").when(caller.is_provider())?;
    let kind = match body.number("type")? {
        None => None,
        Some(number @ (1 | 2)) => Some(number.to_string()),
        Some(other) => {
            let wrong = error::malformed("type", "1 or 2 is expected");
            return Err(wrong.compare("1 or 2", other.to_string()));
        }
    };
    let reason = body.text_up_to("reason_for_visit", LONGEST_REMARK)?;
    let reason_as_one_revision_spells_it = body.text_up_to("reasonforvisit", LONGEST_REMARK)?;
    let (provider, provider_as_one_sample_spells_it) = (body.number("provider_id")?, body.number("provider")?);
    let attachments = body.ids("attachments")?;
    let location = state(body, "location")?;
    let phone = phone(body, "phone")?;
    let remark = body.text_up_to("remark", LONGEST_REMARK)?;
    let uploads = attachments::read(call, remark.as_deref())?;
    let mut custom = body.rest();
    custom.retain(|name, _| !OUR_MEMBERS.contains(&name.as_str()));

    let mut conn = call.read().await?;
    let room = match body.text("room_code")? {
        Some(code) => Some(find_room(call, &mut conn, &code).await?),
        None => None,
    };
    let member = match body.text("member_id")? {
        Some(member) => Some(find_patient(call, &mut conn, &member).await?.id),
        None => None,
    };
    let other = member.is_some_and(|member| member != caller.id);
    error::forbidden("Only admins act for others.").when(other && !caller.is_admin())?;
    let provider = match provider.or(provider_as_one_sample_spells_it) {
        Some(id) => Some(find_provider(call, &mut conn, "provider_id", id).await?),
        None => None,
    };
    attachments::check_named(call, &mut conn, attachments.as_deref().unwrap_or_default()).await?;
    attachments::check_space(call, &mut conn, &uploads).await?;
    Ok(Form {
        room,
        member,
        kind,
        reason_for_visit: reason.or(reason_as_one_revision_spells_it),
        provider,
        attachments,
        location,
        phone,
        consultation: body.value("consultation").cloned(),
        custom,
        uploads,
    })
}

/// What was attached before, and the files of this request.
fn with_uploads(mut attached: Vec<String>, uploads: &[Upload]) -> Result<Vec<String>> {
    attached.extend(uploads.iter().map(|upload| upload.attachment.id.clone()));
    let mut seen = std::collections::HashSet::new();
    attached.retain(|id| seen.insert(id.clone()));
    error::malformed("attachments", format!("more than {MOST_ATTACHMENTS} files"))
        .when(attached.len() > MOST_ATTACHMENTS)?;
    Ok(attached)
}
