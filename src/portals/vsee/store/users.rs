//! Users of a clinic, and their tokens.

use jiff::Timestamp;

use crate::{
    model::RealmId,
    portals::vsee::model::{Details, Gender, ProviderHours, User, UserType},
    store::{
        Conn, Error, Result, Row, Tx,
        columns::json,
        database::{execute, fetch_all, fetch_one, fetch_optional},
    },
};

macro_rules! user_columns {
    () => {
        "u.id, u.account_code, u.type, u.code, u.first_name, u.last_name, u.username, u.password, u.email, u.dob,
         u.gender, u.street_addr, u.city, u.state, u.zip, u.phone, u.subtype, u.title, u.suffix, u.short_bio,
         u.disable_emails, u.active, u.openings, u.closures, u.lead_time_minutes, u.horizon_days, u.created_at"
    };
}

macro_rules! select_users {
    ($rest:expr) => {
        concat!("select ", user_columns!(), " from vsee_users u ", $rest)
    };
}

pub(super) use user_columns;

pub async fn find(conn: &mut Conn, realm: RealmId, id: i64) -> Result<Option<User>> {
    let row = fetch_optional!(conn, select_users!("where u.realm = $1 and u.id = $2"), realm, id)?;
    row.as_ref().map(user).transpose()
}

/// A user of a clinic by the code the API shows.
pub async fn find_by_code(
    conn: &mut Conn,
    realm: RealmId,
    account: &str,
    kind: UserType,
    code: &str,
) -> Result<Option<User>> {
    let row = fetch_optional!(
        conn,
        select_users!("where u.realm = $1 and u.account_code = $2 and u.type = $3 and u.code = $4"),
        realm,
        *account,
        kind.number(),
        *code,
    )?;
    row.as_ref().map(user).transpose()
}

/// All users with that user name, which a member and a provider can share.
pub async fn list_by_username(conn: &mut Conn, realm: RealmId, account: &str, username: &str) -> Result<Vec<User>> {
    let rows = fetch_all!(
        conn,
        select_users!("where u.realm = $1 and u.account_code = $2 and u.username = $3 order by u.id"),
        realm,
        *account,
        *username,
    )?;
    rows.iter().map(user).collect()
}

/// Which users to list.
#[derive(Debug, Default)]
pub struct Filter {
    /// Part of the name, user name or address, in lower case.
    pub like: Option<String>,
    pub kind: Option<i64>,
    pub active: Option<bool>,
}

/// The users that match, by number, and how many match in all.
pub async fn list(
    conn: &mut Conn,
    realm: RealmId,
    account: &str,
    filter: &Filter,
    (offset, limit): (i64, i64),
) -> Result<(Vec<User>, i64)> {
    let like = filter.like.as_ref().map(|like| format!("%{}%", escaped(like)));
    let rows = fetch_all!(
        conn,
        select_users!(
            "where u.realm = $1 and u.account_code = $2
             and ($3 is null or lower(u.first_name || ' ' || u.last_name) like $3 escape '!'
                  or lower(u.username) like $3 escape '!' or u.email_folded like $3 escape '!')
             and ($4 is null or u.type = $4) and ($5 is null or u.active = $5)
             order by u.id limit $6 offset $7"
        ),
        realm,
        *account,
        like,
        filter.kind,
        filter.active,
        limit,
        offset,
    )?;
    let count = fetch_one!(
        conn,
        "select count(*) as total from vsee_users u where u.realm = $1 and u.account_code = $2
         and ($3 is null or lower(u.first_name || ' ' || u.last_name) like $3 escape '!'
              or lower(u.username) like $3 escape '!' or u.email_folded like $3 escape '!')
         and ($4 is null or u.type = $4) and ($5 is null or u.active = $5)",
        realm,
        *account,
        like,
        filter.kind,
        filter.active,
    )?;
    let users: Result<_> = rows.iter().map(user).collect();
    Ok((users?, count.get("total")?))
}

/// The text with the wildcards of `like` escaped.
fn escaped(text: &str) -> String {
    text.chars()
        .flat_map(|letter| {
            let escape = matches!(letter, '%' | '_' | '!').then_some('!');
            escape.into_iter().chain([letter])
        })
        .collect()
}

/// Inserts a user; false when the number, or the code and type, already exist.
pub async fn insert(tx: &mut Tx, realm: RealmId, user: &User) -> Result<bool> {
    let (details, hours) = (&user.details, user.hours.as_ref());
    let rows = execute!(
        tx,
        "insert into vsee_users
             (realm, id, account_code, type, code, first_name, last_name, username, password, email, email_folded, dob,
              gender, street_addr, city, state, zip, phone, subtype, title, suffix, short_bio, disable_emails, active,
              openings, closures, lead_time_minutes, horizon_days, changes, created_at, modified_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22,
                 $23, $24, $25, $26, $27, $28, 0, $29, $29)
         on conflict do nothing",
        realm,
        user.id,
        user.account,
        user.kind.number(),
        user.code,
        user.first_name,
        user.last_name,
        user.username,
        user.password,
        details.email,
        details.email.as_ref().map(|email| email.to_lowercase()),
        details.dob,
        details.gender.map(|gender| gender.name().to_owned()),
        details.street_addr,
        details.city,
        details.state,
        details.zip,
        details.phone,
        user.subtype,
        user.title,
        user.suffix,
        user.short_bio,
        user.disable_emails,
        user.active,
        hours.map(|hours| json(&hours.openings)).transpose()?,
        hours.map(|hours| json(&hours.closures)).transpose()?,
        hours.map_or(0, |hours| hours.lead_time_minutes),
        hours.map_or(0, |hours| hours.horizon_days),
        user.created_at,
    )?;
    Ok(rows == 1)
}

/// Updates the members that a single sign-on can change.
pub async fn update(tx: &mut Tx, realm: RealmId, user: &User, now: Timestamp) -> Result<()> {
    let details = &user.details;
    execute!(
        tx,
        "update vsee_users set first_name = $3, last_name = $4, username = $5, email = $6, email_folded = $7, dob = $8,
             gender = $9, street_addr = $10, city = $11, state = $12, zip = $13, phone = $14, disable_emails = $15,
             modified_at = $16
         where realm = $1 and id = $2",
        realm,
        user.id,
        user.first_name,
        user.last_name,
        user.username,
        details.email,
        details.email.as_ref().map(|email| email.to_lowercase()),
        details.dob,
        details.gender.map(|gender| gender.name().to_owned()),
        details.street_addr,
        details.city,
        details.state,
        details.zip,
        details.phone,
        user.disable_emails,
        now,
    )?;
    Ok(())
}

pub async fn stop_emails(tx: &mut Tx, realm: RealmId, id: i64) -> Result<()> {
    execute!(
        tx,
        "update vsee_users set disable_emails = $3 where realm = $1 and id = $2",
        realm,
        id,
        true
    )?;
    Ok(())
}

/// Locks a user until the transaction ends; false when none has that code.
pub async fn lock_by_code(tx: &mut Tx, realm: RealmId, account: &str, kind: UserType, code: &str) -> Result<bool> {
    let rows = execute!(
        tx,
        "update vsee_users set changes = changes + 1
         where realm = $1 and account_code = $2 and type = $3 and code = $4",
        realm,
        *account,
        kind.number(),
        *code,
    )?;
    Ok(rows == 1)
}

/// Locks a provider's calendar until the transaction ends.
pub async fn lock_provider(tx: &mut Tx, realm: RealmId, id: i64) -> Result<()> {
    execute!(
        tx,
        "update vsee_users set changes = changes + 1 where realm = $1 and id = $2",
        realm,
        id
    )?;
    Ok(())
}

/// Inserts a token by its digest.
pub async fn insert_token(
    tx: &mut Tx,
    realm: RealmId,
    digest: &str,
    user: i64,
    issued_at: Timestamp,
    expires_at: Option<Timestamp>,
) -> Result<()> {
    execute!(
        tx,
        "insert into vsee_tokens (realm, digest, user_id, issued_at, expires_at) values ($1, $2, $3, $4, $5)",
        realm,
        *digest,
        user,
        issued_at,
        expires_at,
    )?;
    Ok(())
}

/// A token and its user.
#[derive(Debug)]
pub struct StoredToken {
    pub user: User,
    pub expires_at: Option<Timestamp>,
    pub invalidated_at: Option<Timestamp>,
}

pub async fn find_token(conn: &mut Conn, realm: RealmId, digest: &str) -> Result<Option<StoredToken>> {
    let row = fetch_optional!(
        conn,
        concat!(
            "select ",
            user_columns!(),
            ", t.expires_at, t.invalidated_at from vsee_tokens t
             join vsee_users u on u.realm = t.realm and u.id = t.user_id
             where t.realm = $1 and t.digest = $2"
        ),
        realm,
        *digest,
    )?;
    row.as_ref()
        .map(|row| {
            Ok(StoredToken {
                user: user(row)?,
                expires_at: row.optional("expires_at")?,
                invalidated_at: row.optional("invalidated_at")?,
            })
        })
        .transpose()
}

/// Invalidates a token; false when it was not valid any more.
pub async fn invalidate_token(tx: &mut Tx, realm: RealmId, digest: &str, now: Timestamp) -> Result<bool> {
    let rows = execute!(
        tx,
        "update vsee_tokens set invalidated_at = $3
         where realm = $1 and digest = $2 and invalidated_at is null and (expires_at is null or expires_at > $3)",
        realm,
        *digest,
        now,
    )?;
    Ok(rows == 1)
}

pub(super) fn user(row: &Row) -> Result<User> {
    let number: i64 = row.get("type")?;
    let kind = UserType::of_number(number).ok_or_else(|| Error::column("type", number))?;
    let gender: Option<String> = row.optional("gender")?;
    let openings: Option<String> = row.optional("openings")?;
    let hours = match openings {
        None => None,
        Some(_) => Some(ProviderHours {
            openings: row.json("openings")?,
            closures: row.json("closures")?,
            lead_time_minutes: row.get("lead_time_minutes")?,
            horizon_days: row.get("horizon_days")?,
        }),
    };
    Ok(User {
        id: row.get("id")?,
        account: row.get("account_code")?,
        kind,
        code: row.get("code")?,
        first_name: row.get("first_name")?,
        last_name: row.get("last_name")?,
        username: row.get("username")?,
        password: row.optional("password")?,
        details: Details {
            email: row.optional("email")?,
            dob: row.optional("dob")?,
            gender: gender.as_deref().and_then(Gender::of_name),
            street_addr: row.optional("street_addr")?,
            city: row.optional("city")?,
            state: row.optional("state")?,
            zip: row.optional("zip")?,
            phone: row.optional("phone")?,
        },
        subtype: row.get("subtype")?,
        title: row.get("title")?,
        suffix: row.get("suffix")?,
        short_bio: row.get("short_bio")?,
        disable_emails: row.get("disable_emails")?,
        active: row.get("active")?,
        hours,
        created_at: row.get("created_at")?,
    })
}
