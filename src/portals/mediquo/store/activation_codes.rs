//! Activation codes and their redemptions.

use jiff::{Timestamp, civil::Date};

use crate::{
    model::RealmId,
    portals::mediquo::model::{ActivationCode, Duration, Redemption},
    store::{
        Conn, Error, Result, Row, Tx,
        database::{execute, fetch_all, fetch_optional},
    },
};

macro_rules! select_codes {
    ($rest:expr) => {
        concat!(
            "select code, plan_name, tag, duration, duration_in_months, duration_in_days, expires_on, max_redemptions,
                    redeemed, meta, active, last_phone_number, last_phone_prefix, last_email, created_at
             from mediquo_activation_codes ",
            $rest
        )
    };
}

fn activation_code(row: &Row) -> Result<ActivationCode> {
    let duration: String = row.get("duration")?;
    let expires_on: Option<String> = row.optional("expires_on")?;
    let date = |text: String| {
        text.parse()
            .map_err(|reason: jiff::Error| Error::column("expires_on", reason))
    };
    Ok(ActivationCode {
        code: row.get("code")?,
        plan_name: row.optional("plan_name")?,
        tag: row.optional("tag")?,
        duration: if duration == Duration::Limited.name() {
            Duration::Limited
        } else {
            Duration::Forever
        },
        duration_in_months: row.optional("duration_in_months")?,
        duration_in_days: row.optional("duration_in_days")?,
        expires_on: expires_on.map(date).transpose()?,
        max_redemptions: row.get("max_redemptions")?,
        redeemed: row.get("redeemed")?,
        meta: row.optional("meta")?,
        active: row.get("active")?,
        last_phone_number: row.optional("last_phone_number")?,
        last_phone_prefix: row.optional("last_phone_prefix")?,
        last_email: row.optional("last_email")?,
        created_at: row.get("created_at")?,
    })
}

/// Writes a new code; false when it is taken.
pub async fn insert(tx: &mut Tx, realm: RealmId, organization: &str, new: &ActivationCode) -> Result<bool> {
    let rows = execute!(
        tx,
        "insert into mediquo_activation_codes
             (realm, organization_id, code, sequence, plan_name, tag, duration, duration_in_months, duration_in_days,
              expires_on, max_redemptions, redeemed, meta, active, created_at)
         select $1, $2, $3, coalesce(max(sequence), 0) + 1, $4, $5, $6, $7, $8, $9, $10, 0, $11, $12, $13
         from mediquo_activation_codes where realm = $1
         on conflict do nothing",
        realm,
        *organization,
        new.code,
        new.plan_name,
        new.tag,
        *new.duration.name(),
        new.duration_in_months,
        new.duration_in_days,
        new.expires_on.map(|date| date.to_string()),
        new.max_redemptions,
        new.meta,
        new.active,
        new.created_at,
    )?;
    Ok(rows == 1)
}

pub async fn find(conn: &mut Conn, realm: RealmId, organization: &str, code: &str) -> Result<Option<ActivationCode>> {
    let row = fetch_optional!(
        conn,
        select_codes!("where realm = $1 and organization_id = $2 and code = $3"),
        realm,
        *organization,
        *code,
    )?;
    row.as_ref().map(activation_code).transpose()
}

/// Whether any organization has that code.
pub async fn exists_anywhere(conn: &mut Conn, realm: RealmId, code: &str) -> Result<bool> {
    let sql = "select code from mediquo_activation_codes where realm = $1 and code = $2 limit 1";
    Ok(fetch_optional!(conn, sql, realm, *code)?.is_some())
}

/// The filter of a list.
#[derive(Debug, Default)]
pub struct Wanted {
    pub code: Option<String>,
    pub tag: Option<String>,
    /// Active, and not expired on that day.
    pub active_on: Option<Date>,
    /// Expired on that day.
    pub expired_on: Option<Date>,
    pub created_after: Option<Timestamp>,
    pub created_before: Option<Timestamp>,
}

/// A page of the matching codes, in the order in which they were created.
pub async fn list(
    conn: &mut Conn,
    realm: RealmId,
    organization: &str,
    wanted: &Wanted,
    limit: i64,
    offset: i64,
) -> Result<Vec<ActivationCode>> {
    let date = |date: &Option<Date>| date.map(|date| date.to_string());
    let rows = fetch_all!(
        conn,
        select_codes!(
            "where realm = $1 and organization_id = $2
               and (cast($3 as text) is null or code = $3) and (cast($4 as text) is null or tag = $4)
               and (cast($5 as text) is null or (active and (expires_on is null or expires_on >= $5)))
               and (cast($6 as text) is null or expires_on < $6)
               and (cast($7 as bigint) is null or created_at > $7)
               and (cast($8 as bigint) is null or created_at < $8)
             order by sequence, code limit $9 offset $10"
        ),
        realm,
        *organization,
        wanted.code,
        wanted.tag,
        date(&wanted.active_on),
        date(&wanted.expired_on),
        wanted.created_after,
        wanted.created_before,
        limit,
        offset,
    )?;
    rows.iter().map(activation_code).collect()
}

/// Switches a code on or off; false when there is none.
pub async fn set_active(tx: &mut Tx, realm: RealmId, organization: &str, code: &str, active: bool) -> Result<bool> {
    let rows = execute!(
        tx,
        "update mediquo_activation_codes set active = $4 where realm = $1 and organization_id = $2 and code = $3",
        realm,
        *organization,
        *code,
        active,
    )?;
    Ok(rows == 1)
}

/// Stores where a code was last sent; a null leaves what was stored before.
pub async fn set_sent(
    tx: &mut Tx,
    realm: RealmId,
    organization: &str,
    code: &str,
    phone: Option<(&str, &str)>,
    email: Option<&str>,
) -> Result<()> {
    execute!(
        tx,
        "update mediquo_activation_codes set last_phone_prefix = coalesce($4, last_phone_prefix),
                last_phone_number = coalesce($5, last_phone_number), last_email = coalesce($6, last_email)
         where realm = $1 and organization_id = $2 and code = $3",
        realm,
        *organization,
        *code,
        phone.map(|(prefix, _)| prefix),
        phone.map(|(_, number)| number),
        email,
    )?;
    Ok(())
}

/// Redeems a code that is active, not expired and not used up. Returns the number of the redemption.
///
/// The condition and the change are one statement: of concurrent requests for the last redemption exactly one succeeds.
pub async fn redeem(tx: &mut Tx, realm: RealmId, organization: &str, code: &str, today: Date) -> Result<Option<i64>> {
    let row = fetch_optional!(
        tx,
        "update mediquo_activation_codes set redeemed = redeemed + 1
         where realm = $1 and organization_id = $2 and code = $3 and active and redeemed < max_redemptions
           and (expires_on is null or expires_on >= $4)
         returning redeemed",
        realm,
        *organization,
        *code,
        today.to_string(),
    )?;
    row.map(|row| row.get("redeemed")).transpose()
}

pub async fn insert_redemption(
    tx: &mut Tx,
    realm: RealmId,
    organization: &str,
    number: i64,
    new: &Redemption,
    now: Timestamp,
) -> Result<()> {
    execute!(
        tx,
        "insert into mediquo_redemptions (realm, organization_id, code, number, first_name, last_name, redeemed_at)
         values ($1, $2, $3, $4, $5, $6, $7)",
        realm,
        *organization,
        new.code,
        number,
        new.first_name,
        new.last_name,
        now,
    )?;
    Ok(())
}

/// The redemptions of a code, in their order.
pub async fn list_redemptions(
    conn: &mut Conn,
    realm: RealmId,
    organization: &str,
    code: &str,
) -> Result<Vec<Redemption>> {
    let rows = fetch_all!(
        conn,
        "select code, first_name, last_name from mediquo_redemptions
         where realm = $1 and organization_id = $2 and code = $3 order by number",
        realm,
        *organization,
        *code,
    )?;
    let redemption = |row: &Row| {
        Ok(Redemption {
            code: row.get("code")?,
            first_name: row.get("first_name")?,
            last_name: row.optional("last_name")?,
        })
    };
    rows.iter().map(redemption).collect()
}
