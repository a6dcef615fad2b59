//! Clinic accounts, and the next numbers of users, rooms and visits.

use crate::{
    model::RealmId,
    portals::vsee::model::Account,
    store::{
        Conn, Result, Row, Tx,
        database::{fetch_all, fetch_one, fetch_optional},
    },
};

macro_rules! select_accounts {
    ($rest:expr) => {
        concat!(
            "select code, id, domain, name, portal_title, states, key_digest, secret_digest from vsee_accounts ",
            $rest
        )
    };
}

pub async fn find(conn: &mut Conn, realm: RealmId, code: &str) -> Result<Option<Account>> {
    let row = fetch_optional!(conn, select_accounts!("where realm = $1 and code = $2"), realm, *code)?;
    row.as_ref().map(account).transpose()
}

/// All clinics of a realm, the first one first.
pub async fn list(conn: &mut Conn, realm: RealmId) -> Result<Vec<Account>> {
    let rows = fetch_all!(conn, select_accounts!("where realm = $1 order by id, code"), realm)?;
    rows.iter().map(account).collect()
}

/// What has numbers.
#[derive(Clone, Copy, Debug)]
pub enum Numbered {
    User,
    Room,
    Visit,
}

impl Numbered {
    pub const ALL: [Self; 3] = [Self::User, Self::Room, Self::Visit];

    pub fn name(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Room => "room",
            Self::Visit => "visit",
        }
    }
}

/// The next number of its kind. Whoever asks next waits until this transaction ends.
pub async fn next_number(tx: &mut Tx, realm: RealmId, kind: Numbered) -> Result<i64> {
    let row = fetch_one!(
        tx,
        "update vsee_numbers set last = last + 1 where realm = $1 and kind = $2 returning last",
        realm,
        *kind.name(),
    )?;
    row.get("last")
}

fn account(row: &Row) -> Result<Account> {
    Ok(Account {
        code: row.get("code")?,
        id: row.get("id")?,
        domain: row.get("domain")?,
        name: row.get("name")?,
        portal_title: row.get("portal_title")?,
        states: row.json("states")?,
        key_digest: row.get("key_digest")?,
        secret_digest: row.get("secret_digest")?,
    })
}
