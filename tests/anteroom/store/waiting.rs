//! SQLite's file, its log, and other processes that use them. PostgreSQL has neither.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use anteroom::store::{Database, Error, database::Value};

/// A private folder, and a database in it.
async fn file() -> (tempfile::TempDir, PathBuf, Database) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("anteroom.db");
    let database = Database::open(&format!("sqlite:{}", path.display())).await.unwrap();
    (folder, path, database)
}

/// What another process does that is about to write.
fn locked_by_another(path: &Path) -> rusqlite::Connection {
    let other = rusqlite::Connection::open(path).unwrap();
    other.execute_batch("begin immediate").unwrap();
    other
}

const COUNT: &str = "update counters set value = value + 1 where name = 'realm'";

#[tokio::test]
async fn a_write_waits_for_another_process() {
    let (_folder, path, database) = file().await;
    let other = locked_by_another(&path);

    let write = tokio::spawn({
        let database = database.clone();
        async move { database.write_once().await.unwrap().execute(COUNT, Vec::new()).await }
    });
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert!(!write.is_finished());
    other.execute_batch("commit").unwrap();

    assert_eq!(write.await.unwrap().unwrap(), 1);
}

#[tokio::test]
async fn a_write_that_waits_for_too_long_is_busy_and_the_next_goes_on() {
    let (_folder, path, database) = file().await;
    let other = locked_by_another(&path);

    let waited = database.begin().await.map(drop);
    other.execute_batch("commit").unwrap();

    assert!(matches!(waited, Err(Error::Busy(_))), "{waited:?}");
    let mut tx = database.begin().await.unwrap();
    assert_eq!(tx.execute(COUNT, Vec::new()).await.unwrap(), 1);
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn a_task_that_no_longer_waits_leaves_the_writer_to_others() {
    let (_folder, path, database) = file().await;
    let other = locked_by_another(&path);

    let waiting = tokio::time::timeout(Duration::from_millis(50), database.begin()).await;
    assert!(waiting.is_err());
    other.execute_batch("commit").unwrap();

    database.begin().await.unwrap().commit().await.unwrap();
}

fn log_size(path: &Path) -> u64 {
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    fs::metadata(log).map_or(0, |log| log.len())
}

/// 48 MiB at some 8 MiB a second, while somebody reads all the time.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_log_stays_bounded_under_steady_writing() {
    let (_folder, path, database) = file().await;
    let reading = tokio::spawn({
        let database = database.clone();
        async move {
            loop {
                let mut conn = database.read().await.unwrap();
                conn.fetch_optional("select 1 as one", Vec::new()).await.unwrap();
                tokio::task::yield_now().await;
            }
        }
    });

    let mut largest = 0;
    for number in 0..3072 {
        let mut tx = database.begin().await.unwrap();
        let name = format!("{number} {}", "x".repeat(16 * 1024));
        let values = vec![Value::Text(Some(name)), Value::Integer(Some(number))];
        tx.execute(
            "insert into migrations (version, name, checksum, applied_at) values ($2 + 1000, $1, '', 0)",
            values,
        )
        .await
        .unwrap();
        tx.commit().await.unwrap();
        largest = largest.max(log_size(&path));
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    reading.abort();

    assert!(largest < 32 * 1024 * 1024, "the log had {largest} bytes");
    database.close().await;
    assert_eq!(log_size(&path), 0, "its end is folded into the file");
    assert!(fs::metadata(&path).unwrap().len() > 48 * 1024 * 1024);
}
