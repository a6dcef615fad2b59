//! Intakes and their files.

use jiff::Timestamp;

use crate::{
    model::RealmId,
    portals::vsee::model::{Attachment, Intake},
    store::{
        Conn, Result, Row, Tx,
        columns::json,
        database::{execute, fetch_all, fetch_optional},
    },
};

macro_rules! select_intakes {
    ($rest:expr) => {
        concat!(
            "select i.id, i.room_id, i.member_id, i.type, i.reason_for_visit, i.provider_id, i.attachments, i.location,
                    i.phone, i.consultation, i.custom, i.created_at, i.modified_at
             from vsee_intakes i ",
            $rest
        )
    };
}

pub async fn find(conn: &mut Conn, realm: RealmId, id: &str) -> Result<Option<Intake>> {
    let row = fetch_optional!(conn, select_intakes!("where i.realm = $1 and i.id = $2"), realm, *id)?;
    row.as_ref().map(intake).transpose()
}

/// The intakes of a member for a room that were not used for a visit, the newest first.
pub async fn list_unused(conn: &mut Conn, realm: RealmId, member: i64, room: i64, limit: i64) -> Result<Vec<Intake>> {
    let rows = fetch_all!(
        conn,
        select_intakes!(
            "where i.realm = $1 and i.member_id = $2 and i.room_id = $3
             and not exists (select 1 from vsee_visits v where v.realm = i.realm and v.intake_id = i.id)
             order by i.sequence desc, i.id limit $4"
        ),
        realm,
        member,
        room,
        limit,
    )?;
    rows.iter().map(intake).collect()
}

pub async fn insert(tx: &mut Tx, realm: RealmId, intake: &Intake) -> Result<()> {
    execute!(
        tx,
        "insert into vsee_intakes
             (realm, id, sequence, room_id, member_id, type, reason_for_visit, provider_id, attachments, location,
              phone, consultation, custom, created_at, modified_at)
         select $1, $2, coalesce(max(sequence), 0) + 1, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $13
         from vsee_intakes where realm = $1 and member_id = $4",
        realm,
        intake.id,
        intake.room,
        intake.member,
        intake.kind,
        intake.reason_for_visit,
        intake.provider,
        json(&intake.attachments)?,
        intake.location,
        intake.phone,
        intake.consultation.as_ref().map(json).transpose()?,
        json(&intake.custom)?,
        intake.created_at,
    )?;
    Ok(())
}

pub async fn update(tx: &mut Tx, realm: RealmId, intake: &Intake) -> Result<()> {
    execute!(
        tx,
        "update vsee_intakes set room_id = $3, type = $4, reason_for_visit = $5, provider_id = $6, attachments = $7,
             location = $8, phone = $9, consultation = $10, custom = $11, modified_at = $12
         where realm = $1 and id = $2",
        realm,
        intake.id,
        intake.room,
        intake.kind,
        intake.reason_for_visit,
        intake.provider,
        json(&intake.attachments)?,
        intake.location,
        intake.phone,
        intake.consultation.as_ref().map(json).transpose()?,
        json(&intake.custom)?,
        intake.modified_at,
    )?;
    Ok(())
}

/// Locks an intake until the transaction ends.
pub async fn lock(tx: &mut Tx, realm: RealmId, id: &str) -> Result<()> {
    execute!(
        tx,
        "update vsee_intakes set sequence = sequence where realm = $1 and id = $2",
        realm,
        *id
    )?;
    Ok(())
}

pub async fn find_attachment(conn: &mut Conn, realm: RealmId, id: &str) -> Result<Option<Attachment>> {
    let row = fetch_optional!(
        conn,
        "select id, creator_id, name, ext, media_type, size, remark, created_at from vsee_attachments
         where realm = $1 and id = $2",
        realm,
        *id,
    )?;
    row.as_ref().map(attachment).transpose()
}

/// Whether an intake of a clinic has a file: of that member, where one is given, and for a room of that provider, where
/// one is given.
pub async fn carries(
    conn: &mut Conn,
    (realm, account): (RealmId, &str),
    file: &str,
    member: Option<i64>,
    provider: Option<i64>,
) -> Result<bool> {
    let row = fetch_optional!(
        conn,
        "select 1 as one from vsee_intakes i
         join vsee_rooms r on r.realm = i.realm and r.id = i.room_id
         where i.realm = $1 and r.account_code = $2 and i.attachments like '%\"' || $3 || '\"%'
         and ($4 is null or i.member_id = $4)
         and ($5 is null or exists (
             select 1 from vsee_room_providers w
             where w.realm = i.realm and w.room_id = i.room_id and w.provider_id = $5))
         limit 1",
        realm,
        *account,
        *file,
        member,
        provider,
    )?;
    Ok(row.is_some())
}

/// The content of a file, in base64.
pub async fn attachment_content(conn: &mut Conn, realm: RealmId, id: &str) -> Result<Option<String>> {
    let row = fetch_optional!(
        conn,
        "select content from vsee_attachments where realm = $1 and id = $2",
        realm,
        *id,
    )?;
    row.map(|row| row.get("content")).transpose()
}

/// How many bytes a user has uploaded in all.
pub async fn bytes_of(conn: &mut Conn, realm: RealmId, creator: i64) -> Result<i64> {
    let row = fetch_optional!(
        conn,
        "select cast(coalesce(sum(size), 0) as bigint) as bytes from vsee_attachments
         where realm = $1 and creator_id = $2",
        realm,
        creator,
    )?;
    row.map_or(Ok(0), |row| row.get("bytes"))
}

/// Inserts a file; `content` is base64.
pub async fn insert_attachment(tx: &mut Tx, realm: RealmId, attachment: &Attachment, content: &str) -> Result<()> {
    execute!(
        tx,
        "insert into vsee_attachments
             (realm, id, creator_id, name, ext, media_type, size, content, remark, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        realm,
        attachment.id,
        attachment.creator,
        attachment.name,
        attachment.ext,
        attachment.media_type,
        attachment.size,
        *content,
        attachment.remark,
        attachment.created_at,
    )?;
    Ok(())
}

fn attachment(row: &Row) -> Result<Attachment> {
    let created_at: Timestamp = row.get("created_at")?;
    Ok(Attachment {
        id: row.get("id")?,
        creator: row.get("creator_id")?,
        name: row.get("name")?,
        ext: row.get("ext")?,
        media_type: row.get("media_type")?,
        size: row.get("size")?,
        remark: row.optional("remark")?,
        created_at,
    })
}

fn intake(row: &Row) -> Result<Intake> {
    let consultation: Option<String> = row.optional("consultation")?;
    Ok(Intake {
        id: row.get("id")?,
        room: row.get("room_id")?,
        member: row.get("member_id")?,
        kind: row.get("type")?,
        reason_for_visit: row.optional("reason_for_visit")?,
        provider: row.optional("provider_id")?,
        attachments: row.json("attachments")?,
        location: row.optional("location")?,
        phone: row.optional("phone")?,
        consultation: match consultation {
            Some(_) => Some(row.json("consultation")?),
            None => None,
        },
        custom: row.json("custom")?,
        created_at: row.get("created_at")?,
        modified_at: row.get("modified_at")?,
    })
}
