//! How messages and webhooks are delivered: who holds which, and what came of it.
//!
//! A delivery is sent by whoever leases it, in one conditional statement, for a while by the machine's
//! clock. A process that dies while sending leaves a lease that runs out, and the delivery is leased again: it may
//! arrive twice, and is never lost.

use jiff::Timestamp;

use super::{
    Conn, Error, Result, Row, Tx,
    columns::json,
    database::{execute, fetch_all, fetch_one, fetch_optional},
    tables::{self, Table},
};
use crate::model::{Attempt, Delivery, DeliveryKind, DeliveryState, Pauses, RealmId};

/// The last number that was given, by what is numbered.
pub const NUMBERS: Table = Table::new("numbers", &["name"], &[tables::text("name"), tables::integer("value")]);

/// What snapshots, copies and the removal of expired rows know of the table.
pub const TABLE: Table = Table::new(
    "deliveries",
    &["id"],
    &[
        tables::text("id"),
        tables::integer("sequence"),
        tables::text("kind").checked(|text| {
            let kinds = [DeliveryKind::OutboxMessage, DeliveryKind::Webhook];
            tables::known(kinds.iter().any(|one| one.name() == text), "kind of delivery")
        }),
        tables::text("destination"),
        // Nothing is sent a second time because a realm was copied.
        tables::text("state")
            .becoming(&[("due", "given_up"), ("waiting", "given_up")])
            .checked(|text| tables::known(DeliveryState::named(text).is_some(), "state of a delivery")),
        tables::json("pauses").checked(pauses),
        tables::integer("tries"),
        tables::integer("attempts"),
        tables::instant("due_at"),
        tables::instant("leased_until").or_null().forgotten(),
        tables::json("history").of::<Vec<Attempt>>(),
    ],
)
.listed_by(&["sequence"]);

/// Milliseconds, none of them back into the past.
fn pauses(text: &str) -> Result<(), String> {
    let pauses: Vec<i64> = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let sound = pauses.iter().all(|pause| *pause >= 0);
    sound.then_some(()).ok_or_else(|| "a pause is negative".to_owned())
}

/// The kind of event on a realm's agenda that makes a failed delivery due again; its subject is the delivery's id.
pub const RETRY: &str = "outbox.retry";

/// What is about to be delivered.
pub struct NewDelivery<'a> {
    /// The id of the message or webhook.
    pub id: &'a str,
    pub sequence: i64,
    pub kind: DeliveryKind,
    /// A digest of where it goes.
    pub destination: String,
    pub pauses: &'a Pauses,
}

/// A delivery that its holder has to try, and nobody else until the lease is over.
pub struct LeasedDelivery {
    pub realm: RealmId,
    pub id: String,
    pub kind: DeliveryKind,
    pub pauses: Pauses,
    /// Tries since it was last asked for, this one included.
    pub tries: i64,
    /// Tries in all: what a holder shows to prove that it still is the holder.
    pub attempts: i64,
    /// When this try was due by the realm's clock.
    pub due_at: Timestamp,
    pub history: Vec<Attempt>,
}

/// The next number in the realm's outbox.
///
/// It holds the realm's row of numbers until the transaction ends, so that numbers become visible in their order.
/// It is the last lock a transaction takes.
pub async fn next_number(tx: &mut Tx, realm: RealmId) -> Result<i64> {
    let row = fetch_one!(
        tx,
        "insert into numbers (realm, name, value) values ($1, 'outbox', 1)
         on conflict (realm, name) do update set value = numbers.value + 1 returning value",
        realm,
    )?;
    row.get("value")
}

/// Writes down that something is due now; false when its delivery is known already.
pub async fn insert(tx: &mut Tx, realm: RealmId, delivery: NewDelivery<'_>, now: Timestamp) -> Result<bool> {
    let pauses: Vec<i64> = delivery.pauses.0.iter().map(milliseconds).collect();
    let rows = execute!(
        tx,
        "insert into deliveries
            (realm, id, sequence, kind, destination, state, pauses, tries, attempts, due_at, history)
         values ($1, $2, $3, $4, $5, 'due', $6, 0, 0, $7, '[]') on conflict do nothing",
        realm,
        delivery.id.to_owned(),
        delivery.sequence,
        delivery.kind.name(),
        delivery.destination,
        json(&pauses)?,
        now,
    )?;
    Ok(rows == 1)
}

/// Where something is due that nobody holds: realm and destination, `of_a_realm` of each realm at the most. Realms take
/// turns: first one destination of each, then a second one.
pub async fn list_due(
    conn: &mut Conn,
    machine_now: Timestamp,
    kind: DeliveryKind,
    of_a_realm: usize,
    limit: usize,
) -> Result<Vec<(RealmId, String)>> {
    let rows = fetch_all!(
        conn,
        "select realm, destination from
             (select d.realm, d.destination, min(d.sequence) as first,
                     row_number() over (partition by d.realm order by min(d.sequence)) as place
              from deliveries d join realms r on r.id = d.realm and r.deleted_at is null
              where d.state = 'due' and (d.leased_until is null or d.leased_until <= $1) and d.kind = $2
              group by d.realm, d.destination) as due
         where place <= $3 order by place, first limit $4",
        machine_now,
        kind.name(),
        i64::try_from(of_a_realm).unwrap_or(i64::MAX),
        i64::try_from(limit).unwrap_or(i64::MAX),
    )?;
    rows.iter()
        .map(|row| Ok((row.get("realm")?, row.get("destination")?)))
        .collect()
}

/// Claims the earliest that is due for a destination; `None` when there is none, or somebody was faster.
///
/// The choice and the lease are one statement, so of two delivery workers exactly one gets it. In a deleted realm
/// nothing is leased, although its rows are still there.
pub async fn lease(
    tx: &mut Tx,
    realm: RealmId,
    destination: &str,
    machine_now: Timestamp,
    leased_until: Timestamp,
) -> Result<Option<LeasedDelivery>> {
    let row = fetch_optional!(
        tx,
        "update deliveries set leased_until = $4, tries = tries + 1, attempts = attempts + 1
         where realm = $1 and state = 'due' and (leased_until is null or leased_until <= $3)
           and exists (select 1 from realms where id = $1 and deleted_at is null)
           and id = (select id from deliveries where realm = $1 and destination = $2 and state = 'due'
                       and (leased_until is null or leased_until <= $3) order by sequence, id limit 1)
         returning realm, id, kind, pauses, tries, attempts, due_at, history",
        realm,
        destination,
        machine_now,
        leased_until,
    )?;
    row.as_ref().map(leased).transpose()
}

/// Writes down how a try ended, if the holder still is the holder.
///
/// `due_at` is the next try's when it waits, else when this one was due.
pub async fn settle(
    tx: &mut Tx,
    held: &LeasedDelivery,
    state: DeliveryState,
    due_at: Timestamp,
    history: &[Attempt],
) -> Result<bool> {
    let rows = execute!(
        tx,
        "update deliveries set state = $4, due_at = $5, history = $6, leased_until = null
         where realm = $1 and id = $2 and attempts = $3 and state = 'due'",
        held.realm,
        held.id,
        held.attempts,
        state.name(),
        due_at,
        json(&history)?,
    )?;
    Ok(rows == 1)
}

/// Makes due what waited until `due_at`, or until earlier.
pub async fn wake(tx: &mut Tx, realm: RealmId, id: &str, due_at: Timestamp) -> Result<bool> {
    let rows = execute!(
        tx,
        "update deliveries set state = 'due' where realm = $1 and id = $2 and state = 'waiting' and due_at <= $3",
        realm,
        id,
        due_at,
    )?;
    Ok(rows == 1)
}

/// Makes something due once more, with all its tries before it; false when it is being sent at the moment, or has no
/// delivery.
pub async fn ask_again(tx: &mut Tx, realm: RealmId, id: &str, now: Timestamp, machine_now: Timestamp) -> Result<bool> {
    let rows = execute!(
        tx,
        "update deliveries set state = 'due', tries = 0, due_at = $3
         where realm = $1 and id = $2 and (leased_until is null or leased_until <= $4)",
        realm,
        id,
        now,
        machine_now,
    )?;
    Ok(rows == 1)
}

pub async fn find(conn: &mut Conn, realm: RealmId, id: &str) -> Result<Option<Delivery>> {
    let row = fetch_optional!(
        conn,
        "select state, due_at, history from deliveries where realm = $1 and id = $2",
        realm,
        id,
    )?;
    row.as_ref().map(delivery).transpose()
}

/// Forgets all deliveries of one kind; what is just being sent arrives all the same.
pub async fn clear(tx: &mut Tx, realm: RealmId, kind: DeliveryKind) -> Result<()> {
    execute!(
        tx,
        "delete from deliveries where realm = $1 and kind = $2",
        realm,
        kind.name()
    )?;
    Ok(())
}

/// The delivery out of the columns `state, due_at, history`, which are null for what is not sent.
pub(super) fn delivery(row: &Row) -> Result<Delivery> {
    let Some(name) = row.optional::<String>("state")? else {
        return Ok(Delivery::kept());
    };
    let state = DeliveryState::named(&name).ok_or_else(|| unknown(&name))?;
    let due_at = row.get("due_at")?;
    Ok(Delivery {
        state,
        attempts: row.json("history")?,
        next_attempt_at: (state == DeliveryState::Waiting).then_some(due_at),
    })
}

fn leased(row: &Row) -> Result<LeasedDelivery> {
    let kind: String = row.get("kind")?;
    let pauses: Vec<i64> = row.json("pauses")?;
    Ok(LeasedDelivery {
        realm: row.get("realm")?,
        id: row.get("id")?,
        kind: [DeliveryKind::OutboxMessage, DeliveryKind::Webhook]
            .into_iter()
            .find(|known| known.name() == kind)
            .ok_or_else(|| unknown(&kind))?,
        pauses: Pauses(pauses.into_iter().map(jiff::SignedDuration::from_millis).collect()),
        tries: row.get("tries")?,
        attempts: row.get("attempts")?,
        due_at: row.get("due_at")?,
        history: row.json("history")?,
    })
}

fn milliseconds(pause: &jiff::SignedDuration) -> i64 {
    i64::try_from(pause.as_millis()).unwrap_or(i64::MAX)
}

fn unknown(name: &str) -> Error {
    Error::Broken(format!("a delivery is never {name:?}"))
}
