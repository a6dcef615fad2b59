//! Changes of realms that PostgreSQL announces to other processes. With SQLite nobody says anything: processes look.

use std::time::Duration;

use anteroom::store::{self, Changes, Database};
use tokio::time::timeout;

use super::{Shelf, shelf};

const SOON: Duration = Duration::from_secs(5);
const A_MOMENT: Duration = Duration::from_millis(300);

/// Another process with the same database, which listens; `None` with SQLite.
async fn listener(shelf: &Shelf) -> Option<Changes> {
    if !shelf.address.starts_with("postgres") {
        return None;
    }
    let mut changes = Database::open(&shelf.address).await.unwrap().changes();
    timeout(SOON, changes.next()).await.expect("it connects and says so");
    Some(changes)
}

#[tokio::test]
async fn a_committed_change_of_a_realm_is_announced() {
    let shelf = shelf().await;
    let Some(mut changes) = listener(&shelf).await else {
        return;
    };

    let mut tx = shelf.database.begin().await.unwrap();
    store::realms::begin_change(&mut tx, shelf.realm).await.unwrap();
    tx.commit().await.unwrap();

    timeout(SOON, changes.next()).await.expect("it is announced");
}

#[tokio::test]
async fn a_change_is_not_announced_before_it_is_committed_and_never_when_it_is_rolled_back() {
    let shelf = shelf().await;
    let Some(mut changes) = listener(&shelf).await else {
        return;
    };

    let mut tx = shelf.database.begin().await.unwrap();
    store::realms::begin_change(&mut tx, shelf.realm).await.unwrap();
    assert!(timeout(A_MOMENT, changes.next()).await.is_err(), "not committed");
    tx.rollback().await.unwrap();
    assert!(timeout(A_MOMENT, changes.next()).await.is_err(), "rolled back");
}

#[tokio::test]
async fn whoever_lost_the_connection_looks_again_once_it_is_back() {
    let shelf = shelf().await;
    let Some(mut changes) = listener(&shelf).await else {
        return;
    };

    end_listeners(&shelf).await;

    timeout(SOON * 3, changes.next()).await.expect("it connects again");
}

/// Ends the connections that listen, as a restart of the database would.
async fn end_listeners(shelf: &Shelf) {
    use sqlx::Connection as _;
    let mut connection = sqlx::PgConnection::connect(&shelf.address).await.unwrap();
    sqlx::query(
        "select pg_terminate_backend(pid) from pg_stat_activity
         where datname = current_database() and query ilike 'listen%'",
    )
    .execute(&mut connection)
    .await
    .unwrap();
}
