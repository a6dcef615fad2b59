//! However a transaction ends, whoever is next finds none: SQLite has one writer, and PostgreSQL's pool gives
//! connections on.

use std::{future::pending, time::Duration};

use anteroom::store::{self, Database};

use super::{Shelf, new_realm, shelf};

/// How long a `begin` may take that has nobody to wait for.
const AT_ONCE: Duration = Duration::from_secs(2);

impl Shelf {
    async fn has_realm(&self, name: &str) -> bool {
        let mut conn = self.database.read().await.unwrap();
        let found = store::realms::find(&mut conn, &name.parse().unwrap()).await.unwrap();
        found.is_some()
    }

    /// The next transaction begins at once and is a whole one.
    async fn goes_on(&self) {
        let mut tx = tokio::time::timeout(AT_ONCE, self.database.begin())
            .await
            .expect("nobody holds it")
            .unwrap();
        new_realm(&mut tx, "afterwards", self.now).await;
        tx.commit().await.unwrap();
        assert!(self.has_realm("afterwards").await);
    }
}

#[tokio::test]
async fn a_transaction_that_is_dropped_is_rolled_back() {
    let shelf = shelf().await;

    let mut tx = shelf.database.begin().await.unwrap();
    new_realm(&mut tx, "half", shelf.now).await;
    drop(tx);

    shelf.goes_on().await;
    assert!(!shelf.has_realm("half").await);
}

#[tokio::test]
async fn a_transaction_whose_task_is_aborted_is_rolled_back() {
    let shelf = shelf().await;

    let (database, now) = (shelf.database.clone(), shelf.now);
    let (written, when_written) = tokio::sync::oneshot::channel();
    let task = tokio::spawn(async move {
        let mut tx = database.begin().await.unwrap();
        new_realm(&mut tx, "half", now).await;
        written.send(()).unwrap();
        pending::<()>().await;
        tx.commit().await.unwrap();
    });
    when_written.await.unwrap();
    task.abort();
    assert!(task.await.unwrap_err().is_cancelled());

    shelf.goes_on().await;
    assert!(!shelf.has_realm("half").await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_transaction_whose_task_panics_is_rolled_back() {
    let shelf = shelf().await;

    let (database, now) = (shelf.database.clone(), shelf.now);
    let task = tokio::spawn(async move {
        let mut tx = database.begin().await.unwrap();
        new_realm(&mut tx, "half", now).await;
        panic!("on purpose");
    });
    assert!(task.await.unwrap_err().is_panic());

    shelf.goes_on().await;
    assert!(!shelf.has_realm("half").await);
}

#[tokio::test]
async fn readers_see_what_is_committed_only() {
    let shelf = shelf().await;
    let mut tx = shelf.database.begin().await.unwrap();
    new_realm(&mut tx, "new", shelf.now).await;

    assert!(!shelf.has_realm("new").await);
    tx.commit().await.unwrap();
    assert!(shelf.has_realm("new").await);
}

#[tokio::test]
async fn a_reading_transaction_sees_one_state() {
    let shelf = shelf().await;
    let mut conn = shelf.database.begin_reading().await.unwrap();
    let before = store::realms::list(&mut conn).await.unwrap().len();

    let mut tx = shelf.database.begin().await.unwrap();
    new_realm(&mut tx, "meanwhile", shelf.now).await;
    tx.commit().await.unwrap();

    assert_eq!(store::realms::list(&mut conn).await.unwrap().len(), before);
    conn.end().await.unwrap();
    assert!(shelf.has_realm("meanwhile").await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn long_work_sees_and_writes_the_same_as_any_other() {
    let shelf = shelf().await;
    let work = async {
        let mut tx = shelf.database.begin().await.unwrap();
        new_realm(&mut tx, "long", shelf.now).await;
        tx.commit().await.unwrap();
        shelf.has_realm("long").await
    };

    assert!(shelf.database.long(work).await);
}

#[tokio::test]
async fn a_database_that_is_closed_is_unavailable() {
    let shelf = shelf().await;
    shelf.database.close().await;
    shelf.database.close().await;

    assert_unavailable(shelf.database.begin().await.map(drop));
    assert_unavailable(shelf.database.read().await.map(drop));
    assert_unavailable(shelf.database.check().await);
}

fn assert_unavailable(outcome: store::Result<()>) {
    assert!(matches!(outcome, Err(store::Error::Unavailable(_))), "{outcome:?}");
}

/// Statement by statement, so that an edited or strange history is noticed at the next start.
async fn reopened_after(statement: &'static str) -> String {
    let shelf = shelf().await;
    let mut tx = shelf.database.begin().await.unwrap();
    tx.execute(statement, Vec::new()).await.unwrap();
    tx.commit().await.unwrap();
    shelf.database.close().await;

    match Database::open(&shelf.address).await {
        Ok(_) => "it is opened".to_owned(),
        Err(error) => error.to_string(),
    }
}

#[tokio::test]
async fn a_history_that_is_not_ours_is_refused() {
    let edited = reopened_after("update migrations set checksum = 'another' where version = 1").await;
    assert!(
        edited.contains("a different version of migrations/0001_core.sql"),
        "{edited}"
    );

    let newer = reopened_after("update migrations set version = 1000 where version = 1").await;
    assert!(
        newer.contains("a newer version of this program (migration 1000)"),
        "{newer}"
    );

    let older = reopened_after("create table _sqlx_migrations (version bigint)").await;
    assert!(
        older.contains("older version") && older.contains("Move or delete"),
        "{older}"
    );

    assert_eq!(reopened_after("select 1 as one").await, "it is opened");
}
