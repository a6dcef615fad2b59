//! Users.

use jiff::Timestamp;

use super::{
    Conn, Result, Row, Tx,
    columns::json,
    database::{execute, fetch_all, fetch_optional},
    tables::{self, Table},
};
use crate::model::{Behaviour, Claims, RealmId, User, UserId};

/// What snapshots, copies and the removal of expired rows know of the table.
pub const TABLE: Table = Table::new(
    "users",
    &["id"],
    &[
        tables::text("id"),
        tables::integer("sequence"),
        tables::text("username"),
        tables::text("username_folded"),
        tables::text("email_folded").or_null(),
        tables::text("password").or_null().hash(),
        tables::text("persona").or_null(),
        tables::json("claims").of::<Claims>(),
        tables::instant("created_at"),
        tables::instant("deleted_at").or_null(),
        tables::text("behaviour")
            .or_null()
            .checked(|text| tables::known(Behaviour::named(text).is_some(), "behaviour")),
    ],
)
.listed_by(&["sequence"])
.unique(&[&["username_folded"]]);

/// Adds a user; false when there is one of that id or user name.
///
/// The row of a deleted user, kept until nobody can refer to it any more, does not stand in the way of a new one.
pub async fn insert(tx: &mut Tx, realm: RealmId, user: &User, now: Timestamp) -> Result<bool> {
    let revived = execute!(
        tx,
        "update users set username = $3, username_folded = $4, password = $5, persona = $6, claims = $7, created_at = $8, behaviour = $9,
            sequence = (select max(o.sequence) + 1 from users o where o.realm = $1), deleted_at = null, email_folded = $10
         where realm = $1 and id = $2 and deleted_at is not null
           and not exists (select 1 from users o where o.realm = $1 and o.username_folded = $4)",
        realm,
        user.id,
        user.username,
        User::folded(&user.username),
        user.password,
        user.persona,
        json(&user.claims)?,
        now,
        user.behaviour,
        User::email_folded(&user.claims),
    )?;
    if revived == 1 {
        return Ok(true);
    }
    let rows = execute!(
        tx,
        "insert into users
            (realm, id, sequence, username, username_folded, password, persona, claims, created_at, behaviour, email_folded)
         select $1, $2, coalesce(max(sequence), 0) + 1, $3, $4, $5, $6, $7, $8, $9, $10 from users where realm = $1
         on conflict do nothing",
        realm,
        user.id,
        user.username,
        User::folded(&user.username),
        user.password,
        user.persona,
        json(&user.claims)?,
        now,
        user.behaviour,
        User::email_folded(&user.claims),
    )?;
    Ok(rows == 1)
}

pub async fn find(conn: &mut Conn, realm: RealmId, id: &UserId) -> Result<Option<User>> {
    let row = fetch_optional!(
        conn,
        "select id as user_id, username, password, persona, behaviour, claims from users where realm = $1 and id = $2 and deleted_at is null",
        realm,
        id,
    )?;
    row.as_ref().map(user).transpose()
}

/// The user of that name, whatever its case.
pub async fn find_by_username(conn: &mut Conn, realm: RealmId, username: &str) -> Result<Option<User>> {
    let row = fetch_optional!(
        conn,
        "select id as user_id, username, password, persona, behaviour, claims
         from users where realm = $1 and username_folded = $2 and deleted_at is null",
        realm,
        User::folded(username),
    )?;
    row.as_ref().map(user).transpose()
}

/// The user of that id, or else of that name.
pub async fn find_by_id_or_name(conn: &mut Conn, realm: RealmId, text: &str) -> Result<Option<User>> {
    match find(conn, realm, &UserId::from(text)).await? {
        Some(user) => Ok(Some(user)),
        None => find_by_username(conn, realm, text).await,
    }
}

/// The user that a `login_hint` names (OIDC Core §3.1.2.1): by user name, by e-mail address (also as `mailto:`), or,
/// where
/// `by_id` says so, by `sub`. An address that several users have names none of them.
pub async fn find_by_hint(conn: &mut Conn, realm: RealmId, hint: &str, by_id: bool) -> Result<Option<User>> {
    if let Some(user) = find_by_username(conn, realm, hint).await? {
        return Ok(Some(user));
    }
    let address = match hint.split_at_checked("mailto:".len()) {
        Some((scheme, address)) if scheme.eq_ignore_ascii_case("mailto:") => address,
        _ => hint,
    };
    let rows = fetch_all!(
        conn,
        "select id as user_id, username, password, persona, behaviour, claims
         from users where realm = $1 and email_folded = $2 and deleted_at is null limit 2",
        realm,
        User::folded(address),
    )?;
    match rows.as_slice() {
        [row] => user(row).map(Some),
        [] if by_id => find(conn, realm, &UserId::from(hint)).await,
        _ => Ok(None),
    }
}

/// The users the picker offers, in the order they were added.
pub async fn list_personas(conn: &mut Conn, realm: RealmId, limit: i64) -> Result<Vec<User>> {
    let rows = fetch_all!(
        conn,
        "select id as user_id, username, password, persona, behaviour, claims
         from users where realm = $1 and persona is not null and deleted_at is null order by sequence, id limit $2",
        realm,
        limit,
    )?;
    rows.iter().map(user).collect()
}

/// A page of the users whose name contains `fragment`, in the order they were added: those after the one of that id.
pub async fn list(
    conn: &mut Conn,
    realm: RealmId,
    fragment: &str,
    after: Option<&UserId>,
    limit: i64,
) -> Result<Vec<User>> {
    let mut pattern = String::from("%");
    for character in User::folded(fragment).chars() {
        if matches!(character, '%' | '_' | '!') {
            pattern.push('!');
        }
        pattern.push(character);
    }
    pattern.push('%');
    let rows = fetch_all!(
        conn,
        "select id as user_id, username, password, persona, behaviour, claims from users
         where realm = $1 and deleted_at is null and username_folded like $2 escape '!'
           and sequence > coalesce((select a.sequence from users a where a.realm = $1 and a.id = $3), 0)
         order by sequence, id limit $4",
        realm,
        pattern,
        after.cloned(),
        limit,
    )?;
    rows.iter().map(user).collect()
}

/// Locks a user to change them; `None` when there is none of that id.
pub async fn hold(tx: &mut Tx, realm: RealmId, id: &UserId) -> Result<Option<User>> {
    let row = fetch_optional!(
        tx,
        "update users set persona = persona where realm = $1 and id = $2 and deleted_at is null
         returning id as user_id, username, password, persona, behaviour, claims",
        realm,
        id,
    )?;
    row.as_ref().map(user).transpose()
}

/// Writes what can change of a user: password, persona, behaviour, claims.
pub async fn update(tx: &mut Tx, realm: RealmId, user: &User) -> Result<()> {
    execute!(
        tx,
        "update users set password = $3, persona = $4, claims = $5, behaviour = $6, email_folded = $7
         where realm = $1 and id = $2",
        realm,
        user.id,
        user.password,
        user.persona,
        json(&user.claims)?,
        user.behaviour,
        User::email_folded(&user.claims),
    )?;
    Ok(())
}

/// Marks a user as deleted: gone at once, everything known of them forgotten, the name free. False when they were gone.
///
/// The row stays for a while, since somebody may be about to write one that refers to it: that one is born dead, for
/// every check joins the user. `now` is the machine's.
pub async fn delete(tx: &mut Tx, realm: RealmId, id: &UserId, now: Timestamp) -> Result<bool> {
    // No folded name begins with a blank, so this one is nobody's.
    let rows = execute!(
        tx,
        "update users set deleted_at = $3, username = id, username_folded = ' ' || id, password = null, persona = null,
            behaviour = null, claims = '{}', email_folded = null
         where realm = $1 and id = $2 and deleted_at is null",
        realm,
        id,
        now,
    )?;
    Ok(rows == 1)
}

/// Users of the realm that were deleted before `then`.
pub async fn list_deleted(conn: &mut Conn, realm: RealmId, then: Timestamp, limit: i64) -> Result<Vec<UserId>> {
    let rows = fetch_all!(
        conn,
        "select id from users where realm = $1 and deleted_at < $2 order by deleted_at limit $3",
        realm,
        then,
        limit,
    )?;
    rows.iter().map(|row| row.get("id")).collect()
}

/// Whether the realm has any user: an empty one takes a seed.
pub async fn any(conn: &mut Conn, realm: RealmId) -> Result<bool> {
    Ok(fetch_optional!(
        conn,
        "select 1 as one from users where realm = $1 and deleted_at is null limit 1",
        realm
    )?
    .is_some())
}

/// A user out of the columns `user_id, username, password, persona, behaviour, claims`.
pub(super) fn user(row: &Row) -> Result<User> {
    Ok(User {
        id: row.get("user_id")?,
        username: row.get("username")?,
        password: row.optional("password")?,
        persona: row.optional("persona")?,
        behaviour: row.optional("behaviour")?,
        claims: row.json("claims")?,
    })
}
