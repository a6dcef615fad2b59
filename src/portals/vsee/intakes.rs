//! Intakes: the form a patient fills in before a visit (documented under "Visit API").
//!
//! Members that are not documented are kept and returned as they came. Files of a multipart body become attachments of
//! the intake, in the same transaction.

use std::collections::HashSet;

use axum::response::Response;
use serde_json::{Map, Value};

use super::{
    attachments::{self, Upload},
    call::Call,
    error::{self, Result},
    input::{LONGEST_REMARK, Reader},
    model::{Intake, Room},
    person::{read_phone, read_state},
    rooms::find_room,
    store,
    users::{find_patient, find_provider},
    wire::{self, AttachmentView, IntakeIdView, IntakeView},
};
use crate::store::{Conn, Tx, settle};

/// The most attachments of one intake.
const MOST_ATTACHMENTS: usize = 20;
/// Members that every answer sets itself; a request cannot replace them.
const OUR_MEMBERS: [&str; 5] = ["id", "created", "modified", "visit_id", "room_id"];

/// The members of a body; `None` for those it does not have.
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
pub async fn create(call: &Call) -> Result<Response> {
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
    let outcome = create_in(&mut tx, call, &intake, &form.uploads).await;
    settle(tx, outcome).await?;
    Ok(wire::data(IntakeIdView::from(intake))?)
}

async fn create_in(tx: &mut Tx, call: &Call, intake: &Intake, uploads: &[Upload]) -> Result<()> {
    attachments::insert_in(tx, call, uploads).await?;
    store::intakes::insert(tx, call.realm.id, intake).await?;
    Ok(())
}

/// `POST /intakes/{id}`: members that are left out stay as they are.
pub async fn update(call: &Call) -> Result<Response> {
    find_intake(call, &mut call.read().await?, call.in_path(0)).await?;
    let form = read(call).await?;

    let mut tx = call.app.database.begin().await?;
    let outcome = update_in(&mut tx, call, form).await;
    let intake = settle(tx, outcome).await?;
    Ok(wire::data(IntakeIdView::from(intake))?)
}

async fn update_in(tx: &mut Tx, call: &Call, form: Form) -> Result<Intake> {
    store::intakes::lock(tx, call.realm.id, call.in_path(0)).await?;
    let before = find_intake(call, tx, call.in_path(0)).await?;
    let other = form.member.is_some_and(|member| member != before.member);
    error::not_possible("The intake belongs to another patient.").when(other)?;
    attachments::insert_in(tx, call, &form.uploads).await?;
    let intake = Intake {
        modified_at: call.now,
        ..form.merged_into(before)?
    };
    store::intakes::update(tx, call.realm.id, &intake).await?;
    Ok(intake)
}

impl Form {
    /// The stored intake with the members of this request.
    fn merged_into(self, before: Intake) -> Result<Intake> {
        let mut custom = before.custom;
        custom.extend(self.custom);
        let attachments = self.attachments.unwrap_or(before.attachments);
        Ok(Intake {
            room: self.room.map_or(before.room, |room| room.id),
            kind: self.kind.unwrap_or(before.kind),
            reason_for_visit: self.reason_for_visit.or(before.reason_for_visit),
            provider: self.provider.or(before.provider),
            attachments: with_uploads(attachments, &self.uploads)?,
            location: self.location.or(before.location),
            phone: self.phone.or(before.phone),
            consultation: self.consultation.or(before.consultation),
            custom,
            ..before
        })
    }
}

/// `GET /intakes/{id}`.
pub async fn show(call: &Call) -> Result<Response> {
    let mut conn = call.read().await?;
    let intake = find_intake(call, &mut conn, call.in_path(0)).await?;
    let mut attached = Vec::new();
    for id in &intake.attachments {
        if let Some(attachment) = store::intakes::find_attachment(&mut conn, call.realm.id, id).await? {
            attached.push(AttachmentView::new(attachment, true));
        }
    }
    Ok(wire::data(IntakeView::new(intake, attached))?)
}

/// An intake that the caller may see: their own, any for admins, and for providers of its room to read only.
///
/// # Errors
/// 404 when it does not exist, 403 when the caller may not see it.
pub async fn find_intake(call: &Call, conn: &mut Conn, id: &str) -> Result<Intake> {
    let found = store::intakes::find(conn, call.realm.id, id).await?;
    let intake = found.ok_or_else(|| error::not_found("there is no intake with this id"))?;
    let room = store::rooms::find(conn, call.realm.id, intake.room).await?;
    let ours = room.is_some_and(|room| room.account == call.account.code);
    error::not_found("the clinic has no intake with this id").when(!ours)?;
    let caller = call.caller();
    let allowed = caller.is_admin()
        || caller.id == intake.member
        || (!call.writes()
            && caller.is_provider()
            && store::rooms::works_in(conn, call.realm.id, intake.room, caller.id).await?);
    error::forbidden("This is another user's intake.").when(!allowed)?;
    Ok(intake)
}

async fn read(call: &Call) -> Result<Form> {
    let (caller, body) = (call.caller(), call.body());
    error::forbidden("Only patients can fill in intakes, and admins for them.").when(caller.is_provider())?;
    let kind = read_type(body)?;
    let reason_for_visit = either_spelling(["reason_for_visit", "reasonforvisit"], |name| {
        body.text_up_to(name, LONGEST_REMARK)
    })?;
    let provider = either_spelling(["provider_id", "provider"], |name| body.number(name))?;
    let attachments = body.ids("attachments")?;
    let location = read_state(body, "location")?;
    let phone = read_phone(body, "phone")?;
    let remark = body.text_up_to("remark", LONGEST_REMARK)?;
    let uploads = attachments::read(call, remark.as_deref())?;
    let mut custom = body.others();
    custom.retain(|name, _| !OUR_MEMBERS.contains(&name.as_str()));

    let mut conn = call.read().await?;
    let room = match body.text("room_code")? {
        Some(code) => Some(find_room(call, &mut conn, &code).await?),
        None => None,
    };
    let member = find_member(call, &mut conn, body).await?;
    let provider = match provider {
        Some(id) => Some(find_provider(call, &mut conn, "provider_id", id).await?),
        None => None,
    };
    attachments::check_named(call, &mut conn, attachments.as_deref().unwrap_or_default()).await?;
    attachments::check_space(call, &mut conn, &uploads).await?;
    Ok(Form {
        room,
        member,
        kind,
        reason_for_visit,
        provider,
        attachments,
        location,
        phone,
        consultation: body.value("consultation").cloned(),
        custom,
        uploads,
    })
}

fn read_type(body: Reader<'_>) -> Result<Option<String>> {
    let Some(number) = body.number("type")? else {
        return Ok(None);
    };
    error::malformed("type", "1 or 2 is expected")
        .compare("1 or 2", number.to_string())
        .when(!matches!(number, 1 | 2))?;
    Ok(Some(number.to_string()))
}

/// A member that the documentation spells in two ways; the first wins.
fn either_spelling<T>(names: [&str; 2], read: impl Fn(&str) -> Result<Option<T>>) -> Result<Option<T>> {
    let [first, second] = names;
    let (first, second) = (read(first)?, read(second)?);
    Ok(first.or(second))
}

/// The patient whom the body names.
///
/// # Errors
/// 403 for another patient, except for admins.
async fn find_member(call: &Call, conn: &mut Conn, body: Reader<'_>) -> Result<Option<i64>> {
    let Some(member) = body.text("member_id")? else {
        return Ok(None);
    };
    let member = find_patient(call, conn, &member).await?.id;
    let other = member != call.caller().id && !call.caller().is_admin();
    error::forbidden("Only admins can act for other users.").when(other)?;
    Ok(Some(member))
}

/// The attachments so far and the files of this request.
fn with_uploads(mut attached: Vec<String>, uploads: &[Upload]) -> Result<Vec<String>> {
    attached.extend(uploads.iter().map(|upload| upload.attachment.id.clone()));
    let mut seen = HashSet::new();
    attached.retain(|id| seen.insert(id.clone()));
    error::malformed("attachments", format!("more than {MOST_ATTACHMENTS} files"))
        .when(attached.len() > MOST_ATTACHMENTS)?;
    Ok(attached)
}
