//! Visits. What only one of many simultaneous requests may do is decided by a conditional statement.

use jiff::Timestamp;

use super::words::word;
use crate::{
    model::RealmId,
    portals::vsee::model::{
        EndReason, Gender, NewVisit, Participant, Payment, RoomSettings, Status, Visit, VisitIntake, VisitRoom,
        VisitType,
    },
    schedule::Interval,
    store::{
        Conn, Result, Row, Tx,
        database::{execute, fetch_all, fetch_one, fetch_optional},
    },
};

macro_rules! from_visits {
    () => {
        "from vsee_visits v
         join vsee_rooms r on r.realm = v.realm and r.id = v.room_id
         join vsee_intakes i on i.realm = v.realm and i.id = v.intake_id
         join vsee_users m on m.realm = v.realm and m.id = v.member_id
         left join vsee_users p on p.realm = v.realm and p.id = v.provider_id "
    };
}

macro_rules! select_visits {
    ($rest:expr) => {
        concat!(
            "select v.id, v.code, v.type, v.status, v.start_at, v.end_at, v.actual_start, v.actual_end, v.completed_by,
                    v.duration_minutes, v.amount, v.description, v.one_time_link, v.link_used_at, v.created_at,
                    v.modified_at, v.member_id, v.provider_id,
                    r.id as room_id, r.account_code, r.code as room_code, r.slug as room_slug, r.name as room_name,
                    r.settings as room_settings,
                    i.id as intake_id, i.type as intake_type, i.provider_id as intake_provider, i.reason_for_visit,
                    i.phone as intake_phone, i.created_at as intake_created, i.modified_at as intake_modified,
                    m.first_name as member_first_name, m.last_name as member_last_name, m.username as member_username,
                    m.title as member_title, m.dob as member_dob, m.gender as member_gender, m.phone as member_phone,
                    p.first_name as provider_first_name, p.last_name as provider_last_name,
                    p.username as provider_username, p.title as provider_title, p.dob as provider_dob,
                    p.gender as provider_gender, p.phone as provider_phone ",
            from_visits!(),
            $rest
        )
    };
}

/// Which visits a list has: of a member (`$3`), of a provider and unassigned in their rooms (`$4`), or all.
macro_rules! narrowed {
    ($rest:expr) => {
        concat!(
            "where v.realm = $1 and r.account_code = $2
             and ($3 is null or v.member_id = $3)
             and ($4 is null or v.provider_id = $4
                  or (v.provider_id is null and exists (
                      select 1 from vsee_room_providers w
                      where w.realm = v.realm and w.room_id = v.room_id and w.provider_id = $4)))
             and ($5 is null or v.room_id = $5) and ($6 is null or v.status = $6)
             and ($7 is null or v.start_at >= $7) and ($8 is null or v.start_at < $8) ",
            $rest
        )
    };
}

pub async fn find(conn: &mut Conn, realm: RealmId, id: i64) -> Result<Option<Visit>> {
    let row = fetch_optional!(conn, select_visits!("where v.realm = $1 and v.id = $2"), realm, id)?;
    row.as_ref().map(visit).transpose()
}

/// The visit of a guest's invitation.
pub async fn find_by_code(conn: &mut Conn, realm: RealmId, code: &str) -> Result<Option<Visit>> {
    let row = fetch_optional!(conn, select_visits!("where v.realm = $1 and v.code = $2"), realm, *code)?;
    row.as_ref().map(visit).transpose()
}

/// Which visits to list.
#[derive(Debug, Default)]
pub struct Filter {
    pub member: Option<i64>,
    /// The provider's own, and the unassigned ones in their rooms.
    pub provider: Option<i64>,
    pub room: Option<i64>,
    pub status: Option<Status>,
    pub from: Option<Timestamp>,
    pub to: Option<Timestamp>,
}

/// The visits that match, by number, and how many match in all.
pub async fn list(
    conn: &mut Conn,
    realm: RealmId,
    account: &str,
    filter: &Filter,
    (offset, limit): (i64, i64),
) -> Result<(Vec<Visit>, i64)> {
    let status = filter.status.map(|status| status.number().to_owned());
    let rows = fetch_all!(
        conn,
        select_visits!(narrowed!("order by v.id limit $9 offset $10")),
        realm,
        *account,
        filter.member,
        filter.provider,
        filter.room,
        status,
        filter.from,
        filter.to,
        limit,
        offset,
    )?;
    let count = fetch_one!(
        conn,
        concat!("select count(*) as total ", from_visits!(), narrowed!("")),
        realm,
        *account,
        filter.member,
        filter.provider,
        filter.room,
        status,
        filter.from,
        filter.to,
    )?;
    let visits: Result<_> = rows.iter().map(visit).collect();
    Ok((visits?, count.get("total")?))
}

/// When a provider is booked between two instants. E-consults take no time.
pub async fn list_busy(conn: &mut Conn, realm: RealmId, provider: i64, between: Interval) -> Result<Vec<Interval>> {
    let rows = fetch_all!(
        conn,
        "select start_at, end_at from vsee_visits
         where realm = $1 and provider_id = $2 and end_at > $3 and start_at < $4
         and type <> '3' and status in ('10', '20')",
        realm,
        provider,
        between.start,
        between.end,
    )?;
    rows.iter()
        .map(|row| {
            Ok(Interval {
                start: row.get("start_at")?,
                end: row.get("end_at")?,
            })
        })
        .collect()
}

/// Inserts a visit; false when its number exists, or its intake was used.
///
/// The unique index on intakes decides: of two simultaneous visits with one intake, one is inserted.
pub async fn insert(
    tx: &mut Tx,
    realm: RealmId,
    id: i64,
    code: &str,
    visit: &NewVisit,
    now: Timestamp,
) -> Result<bool> {
    let rows = execute!(
        tx,
        "insert into vsee_visits
             (realm, id, code, room_id, member_id, provider_id, intake_id, type, status, start_at, end_at,
              duration_minutes, amount, description, one_time_link, created_at, modified_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $16)
         on conflict do nothing",
        realm,
        id,
        *code,
        visit.room,
        visit.member,
        visit.provider,
        visit.intake,
        *visit.kind.number(),
        *Status::Waiting.number(),
        visit.interval.start,
        visit.interval.end,
        visit.payment.minutes,
        visit.payment.amount,
        visit.payment.description,
        visit.one_time_link,
        now,
    )?;
    Ok(rows == 1)
}

pub async fn intake_is_used(conn: &mut Conn, realm: RealmId, intake: &str) -> Result<bool> {
    let row = fetch_optional!(
        conn,
        "select 1 as one from vsee_visits where realm = $1 and intake_id = $2",
        realm,
        *intake,
    )?;
    Ok(row.is_some())
}

/// Assigns an unassigned e-consult to a provider; false when another provider has it, or it is over. The patient can
/// have started it before.
pub async fn accept(tx: &mut Tx, realm: RealmId, id: i64, provider: i64, now: Timestamp) -> Result<bool> {
    let rows = execute!(
        tx,
        "update vsee_visits set provider_id = $3, modified_at = $4
         where realm = $1 and id = $2 and type = '3' and status in ('10', '20') and provider_id is null",
        realm,
        id,
        provider,
        now,
    )?;
    Ok(rows == 1)
}

/// Starts a waiting visit; false when it has started or is over. A provider who starts an unassigned visit is assigned
/// to it, also where the patient has started it.
pub async fn start(tx: &mut Tx, realm: RealmId, id: i64, provider: Option<i64>, now: Timestamp) -> Result<bool> {
    let rows = execute!(
        tx,
        "update vsee_visits set status = '20', actual_start = coalesce(actual_start, $4), modified_at = $4,
             provider_id = coalesce(provider_id, $3)
         where realm = $1 and id = $2
         and (status = '10' or (status = '20' and provider_id is null and $3 is not null))",
        realm,
        id,
        provider,
        now,
    )?;
    Ok(rows == 1)
}

/// Marks a visit's one-time link as used; false when it was used before, the visit is over, or it begins after
/// `latest`.
pub async fn use_link(tx: &mut Tx, realm: RealmId, id: i64, latest: Timestamp, now: Timestamp) -> Result<bool> {
    let rows = execute!(
        tx,
        "update vsee_visits set link_used_at = $4
         where realm = $1 and id = $2 and one_time_link and link_used_at is null and status in ('10', '20')
         and start_at <= $3",
        realm,
        id,
        latest,
        now,
    )?;
    Ok(rows == 1)
}

/// Ends a visit; false when it is already over.
pub async fn end(tx: &mut Tx, realm: RealmId, id: i64, reason: EndReason, by: i64, now: Timestamp) -> Result<bool> {
    let rows = execute!(
        tx,
        "update vsee_visits set status = $3, end_reason = $4, completed_by = $5, actual_end = $6, modified_at = $6
         where realm = $1 and id = $2 and status in ('10', '20')",
        realm,
        id,
        *reason.status().number(),
        *reason.name(),
        by,
        now,
    )?;
    Ok(rows == 1)
}

fn visit(row: &Row) -> Result<Visit> {
    let account: String = row.get("account_code")?;
    let settings: RoomSettings = row.json("room_settings")?;
    let provider: Option<i64> = row.optional("provider_id")?;
    Ok(Visit {
        id: row.get("id")?,
        code: row.get("code")?,
        kind: word(row, "type", |text| {
            VisitType::ALL.into_iter().find(|kind| kind.number() == text)
        })?,
        status: word(row, "status", Status::of_number)?,
        start: row.get("start_at")?,
        end: row.get("end_at")?,
        actual_start: row.optional("actual_start")?,
        actual_end: row.optional("actual_end")?,
        completed_by: row.optional("completed_by")?,
        payment: Payment {
            minutes: row.get("duration_minutes")?,
            amount: row.get("amount")?,
            description: row.get("description")?,
        },
        one_time_link: row.get("one_time_link")?,
        link_used_at: row.optional("link_used_at")?,
        created_at: row.get("created_at")?,
        modified_at: row.get("modified_at")?,
        intake: VisitIntake {
            id: row.get("intake_id")?,
            kind: row.get("intake_type")?,
            provider: row.optional("intake_provider")?,
            reason_for_visit: row.optional("reason_for_visit")?,
            phone: row.optional("intake_phone")?,
            created_at: row.get("intake_created")?,
            modified_at: row.get("intake_modified")?,
        },
        member: participant(row, row.get("member_id")?, "member", &account)?,
        provider: provider
            .map(|id| participant(row, id, "provider", &account))
            .transpose()?,
        room: VisitRoom {
            id: row.get("room_id")?,
            code: row.get("room_code")?,
            slug: row.get("room_slug")?,
            name: row.get("room_name")?,
            zone: settings.default_timezone,
            account,
        },
    })
}

fn participant(row: &Row, id: i64, whose: &str, account: &str) -> Result<Participant> {
    let column = |name: &str| format!("{whose}_{name}");
    let username: String = row.get(&column("username"))?;
    let gender: Option<String> = row.optional(&column("gender"))?;
    Ok(Participant {
        id,
        first_name: row.get(&column("first_name"))?,
        last_name: row.get(&column("last_name"))?,
        vsee_id: format!("{account}+{username}"),
        title: row.get(&column("title"))?,
        dob: row.optional(&column("dob"))?,
        gender: gender.as_deref().and_then(Gender::of_name),
        phone: row.optional(&column("phone"))?,
    })
}
