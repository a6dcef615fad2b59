//! Organizations, their professionals, and their tokens.

use jiff::Timestamp;

use crate::{
    model::RealmId,
    portals::mediquo::model::{Organization, Professional, Status},
    store::{
        Conn, Result, Row, Tx,
        database::{execute, fetch_all, fetch_one, fetch_optional},
    },
};

macro_rules! select_organizations {
    ($rest:expr) => {
        concat!(
            "select id, name, api_key, secret_key_digest, password_digest, sends_activation_codes
             from mediquo_organizations ",
            $rest
        )
    };
}

fn organization(row: &Row) -> Result<Organization> {
    Ok(Organization {
        id: row.get("id")?,
        name: row.get("name")?,
        api_key: row.get("api_key")?,
        secret_key_digest: row.get("secret_key_digest")?,
        password_digest: row.optional("password_digest")?,
        sends_activation_codes: row.get("sends_activation_codes")?,
    })
}

pub async fn find_by_api_key(conn: &mut Conn, realm: RealmId, api_key: &str) -> Result<Option<Organization>> {
    let sql = select_organizations!("where realm = $1 and api_key = $2");
    let row = fetch_optional!(conn, sql, realm, *api_key)?;
    row.as_ref().map(organization).transpose()
}

pub async fn find(conn: &mut Conn, realm: RealmId, id: &str) -> Result<Option<Organization>> {
    let row = fetch_optional!(conn, select_organizations!("where realm = $1 and id = $2"), realm, *id)?;
    row.as_ref().map(organization).transpose()
}

pub async fn list(conn: &mut Conn, realm: RealmId) -> Result<Vec<Organization>> {
    let rows = fetch_all!(
        conn,
        select_organizations!("where realm = $1 order by sequence, id"),
        realm
    )?;
    rows.iter().map(organization).collect()
}

/// Locks the patients of an organization until the transaction ends. Returns a new number for this change.
pub async fn lock(tx: &mut Tx, realm: RealmId, id: &str) -> Result<i64> {
    fetch_one!(
        tx,
        "update mediquo_organizations set changes = changes + 1 where realm = $1 and id = $2 returning changes",
        realm,
        *id,
    )?
    .get("changes")
}

macro_rules! select_professionals {
    ($rest:expr) => {
        concat!(
            "select hash, organization_id, name, avatar, title, description, speciality_id, speciality, status,
                    collegiate_number
             from mediquo_professionals ",
            $rest
        )
    };
}

fn professional(row: &Row) -> Result<Professional> {
    let status: String = row.get("status")?;
    Ok(Professional {
        hash: row.get("hash")?,
        name: row.get("name")?,
        avatar: row.get("avatar")?,
        title: row.get("title")?,
        description: row.get("description")?,
        speciality_id: row.get("speciality_id")?,
        speciality: row.get("speciality")?,
        status: if status == Status::Online.name() {
            Status::Online
        } else {
            Status::Offline
        },
        collegiate_number: row.optional("collegiate_number")?,
    })
}

/// A professional, and the organization to which it belongs.
pub async fn find_professional(conn: &mut Conn, realm: RealmId, hash: &str) -> Result<Option<(Professional, String)>> {
    let row = fetch_optional!(
        conn,
        select_professionals!("where realm = $1 and hash = $2"),
        realm,
        *hash
    )?;
    let found = row.as_ref();
    found
        .map(|row| Ok((professional(row)?, row.get("organization_id")?)))
        .transpose()
}

pub async fn list_professionals(conn: &mut Conn, realm: RealmId, organization: &str) -> Result<Vec<Professional>> {
    let rows = fetch_all!(
        conn,
        select_professionals!("where realm = $1 and organization_id = $2 order by sequence, hash"),
        realm,
        *organization,
    )?;
    rows.iter().map(professional).collect()
}

/// Stores a bearer token of API v2. Returns the number that is its prefix.
pub async fn insert_bearer_token(
    tx: &mut Tx,
    realm: RealmId,
    organization: &str,
    digest: &str,
    expires_at: Timestamp,
) -> Result<i64> {
    fetch_one!(
        tx,
        "insert into mediquo_bearer_tokens (realm, digest, number, organization_id, expires_at)
         select $1, $2, coalesce(max(number), 0) + 1, $3, $4 from mediquo_bearer_tokens where realm = $1
         returning number",
        realm,
        *digest,
        *organization,
        expires_at,
    )?
    .get("number")
}

/// The organization of a bearer token that has not expired.
pub async fn find_by_bearer(
    conn: &mut Conn,
    realm: RealmId,
    digest: &str,
    now: Timestamp,
) -> Result<Option<Organization>> {
    let sql = select_organizations!(
        "where realm = $1 and id = (select organization_id from mediquo_bearer_tokens
                                    where realm = $1 and digest = $2 and expires_at > $3)"
    );
    let row = fetch_optional!(conn, sql, realm, *digest, now)?;
    row.as_ref().map(organization).transpose()
}

/// Revokes a widget token. Idempotent.
pub async fn revoke_token(tx: &mut Tx, realm: RealmId, jti: &str, expires_at: Timestamp) -> Result<()> {
    execute!(
        tx,
        "insert into mediquo_revoked_tokens (realm, jti, expires_at) values ($1, $2, $3) on conflict do nothing",
        realm,
        *jti,
        expires_at,
    )?;
    Ok(())
}

pub async fn token_is_revoked(conn: &mut Conn, realm: RealmId, jti: &str) -> Result<bool> {
    let sql = "select jti from mediquo_revoked_tokens where realm = $1 and jti = $2";
    Ok(fetch_optional!(conn, sql, realm, *jti)?.is_some())
}
