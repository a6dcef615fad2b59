//! Numbers of realms: of two of one name the later has the higher one, so that whoever holds an older one knows.

use anteroom::{
    clock::Clock,
    model::{Policy, RealmId},
    store::{self, Tx},
};
use jiff::Timestamp;
use std::sync::{Arc, Mutex};

use super::shelf;

async fn insert(tx: &mut Tx, id: RealmId, now: Timestamp) -> Option<RealmId> {
    let realm = store::realms::NewRealm {
        name: "again".parse().unwrap(),
        policy: Policy::default(),
        clock: Clock::starting_at(now, true),
        root_secret: "sealed".to_owned(),
        created_at: now,
        expires_at: None,
        chance: None,
        origin: None,
    };
    let settings = store::realms::insert(tx, id, realm).await.unwrap();
    settings.map(|settings| settings.id)
}

#[tokio::test]
async fn a_number_taken_too_early_is_not_used() {
    let shelf = shelf().await;
    let mut tx = shelf.database.begin().await.unwrap();
    let early = store::realms::next_id(&mut tx).await.unwrap();
    let late = store::realms::next_id(&mut tx).await.unwrap();

    assert_eq!(insert(&mut tx, late, shelf.now).await, Some(late));
    assert!(store::realms::delete(&mut tx, late, shelf.now).await.unwrap());
    let next = insert(&mut tx, early, shelf.now).await.unwrap();

    assert!(next.0 > late.0);
    tx.commit().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_realms_made_side_by_side_under_one_name_the_later_has_the_higher_number() {
    let shelf = shelf().await;
    let made = Arc::new(Mutex::new(Vec::new()));

    let makers = (0..8).map(|_| {
        let (database, now, made) = (shelf.database.clone(), shelf.now, made.clone());
        tokio::spawn(async move {
            for _ in 0..10 {
                let id = store::realms::next_id(&mut database.write_once().await.unwrap())
                    .await
                    .unwrap();
                tokio::task::yield_now().await;
                let mut tx = database.begin().await.unwrap();
                let inserted = insert(&mut tx, id, now).await;
                if let Some(id) = inserted {
                    made.lock().unwrap().push(id.0); // while the name is locked
                }
                tx.commit().await.unwrap();
                if let Some(id) = inserted {
                    let mut tx = database.begin().await.unwrap();
                    store::realms::delete(&mut tx, id, now).await.unwrap();
                    tx.commit().await.unwrap();
                }
            }
        })
    });
    for maker in futures_util::future::join_all(makers).await {
        maker.unwrap();
    }

    let made = made.lock().unwrap();
    assert!(made.len() > 1 && made.is_sorted(), "{made:?}");
}
