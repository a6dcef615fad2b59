//! Patients: each write adds a version, and the newest visible version counts.

use jiff::Timestamp;

use crate::{
    model::RealmId,
    portals::mediquo::model::Patient,
    store::{
        Conn, Result, Row, Tx,
        columns::json,
        database::{execute, fetch_all, fetch_one, fetch_optional},
    },
};

fn patient(row: &Row) -> Result<Patient> {
    Ok(Patient {
        code: row.get("code")?,
        profile: row.json("profile")?,
        history: row.json("history")?,
        created_at: row.get("created_at")?,
        updated_at: row.get("updated_at")?,
        unsubscribed_at: row.optional("unsubscribed_at")?,
    })
}

macro_rules! select_patients {
    ($rest:expr) => {
        concat!(
            "select p.code, p.profile, p.history, p.created_at, p.updated_at, p.unsubscribed_at
             from mediquo_patients p ",
            $rest
        )
    };
}

/// The version that is visible at `now`.
pub async fn find(
    conn: &mut Conn,
    realm: RealmId,
    organization: &str,
    code: &str,
    now: Timestamp,
) -> Result<Option<Patient>> {
    let row = fetch_optional!(
        conn,
        select_patients!(
            "where p.realm = $1 and p.organization_id = $2 and p.code = $3 and p.visible_at <= $4
             order by p.version desc limit 1"
        ),
        realm,
        *organization,
        *code,
        now,
    )?;
    row.as_ref().map(patient).transpose()
}

/// The newest version, visible or not.
pub async fn find_latest(tx: &mut Tx, realm: RealmId, organization: &str, code: &str) -> Result<Option<Patient>> {
    let row = fetch_optional!(
        tx,
        select_patients!(
            "where p.realm = $1 and p.organization_id = $2 and p.code = $3 order by p.version desc limit 1"
        ),
        realm,
        *organization,
        *code,
    )?;
    row.as_ref().map(patient).transpose()
}

/// Whether any organization has a visible patient with that code.
pub async fn exists_anywhere(conn: &mut Conn, realm: RealmId, code: &str, now: Timestamp) -> Result<bool> {
    let sql = "select code from mediquo_patients where realm = $1 and code = $2 and visible_at <= $3 limit 1";
    Ok(fetch_optional!(conn, sql, realm, *code, now)?.is_some())
}

/// The visible patients of an organization, by code.
pub async fn list(
    conn: &mut Conn,
    realm: RealmId,
    organization: &str,
    now: Timestamp,
    limit: i64,
) -> Result<Vec<Patient>> {
    let rows = fetch_all!(
        conn,
        select_patients!(
            "where p.realm = $1 and p.organization_id = $2 and p.visible_at <= $3 and not exists (
                 select 1 from mediquo_patients q
                 where q.realm = p.realm and q.organization_id = p.organization_id and q.code = p.code
                   and q.version > p.version and q.visible_at <= $3)
             order by p.code limit $4"
        ),
        realm,
        *organization,
        now,
        limit,
    )?;
    rows.iter().map(patient).collect()
}

/// Writes a version that is visible from `visible_at` on.
pub async fn insert(
    tx: &mut Tx,
    realm: RealmId,
    organization: &str,
    version: i64,
    patient: &Patient,
    visible_at: Timestamp,
) -> Result<()> {
    execute!(
        tx,
        "insert into mediquo_patients
             (realm, organization_id, code, version, visible_at, profile, history, created_at, updated_at,
              unsubscribed_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        realm,
        *organization,
        patient.code,
        version,
        visible_at,
        json(&patient.profile)?,
        json(&patient.history)?,
        patient.created_at,
        patient.updated_at,
        patient.unsubscribed_at,
    )?;
    Ok(())
}

/// Deletes the versions of a patient that newer visible versions have replaced.
pub async fn delete_replaced(
    tx: &mut Tx,
    realm: RealmId,
    organization: &str,
    code: &str,
    now: Timestamp,
) -> Result<()> {
    execute!(
        tx,
        "delete from mediquo_patients where realm = $1 and organization_id = $2 and code = $3 and version < (
             select max(version) from mediquo_patients
             where realm = $1 and organization_id = $2 and code = $3 and visible_at <= $4)",
        realm,
        *organization,
        *code,
        now,
    )?;
    Ok(())
}

/// How many writes are not visible yet, and when the next one will be.
pub async fn pending(conn: &mut Conn, realm: RealmId, now: Timestamp) -> Result<(i64, Option<Timestamp>)> {
    let row = fetch_one!(
        conn,
        "select count(*) as pending, min(visible_at) as next from mediquo_patients
         where realm = $1 and visible_at > $2",
        realm,
        now,
    )?;
    Ok((row.get("pending")?, row.optional("next")?))
}

/// Makes all pending writes visible. Returns how many there were.
pub async fn process_pending(tx: &mut Tx, realm: RealmId, now: Timestamp) -> Result<u64> {
    execute!(
        tx,
        "update mediquo_patients set visible_at = $2 where realm = $1 and visible_at > $2",
        realm,
        now,
    )
}
