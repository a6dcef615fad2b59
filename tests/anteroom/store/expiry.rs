//! Expired rows go by a walk through their table, whatever its length and however many realms share it.

use anteroom::{
    model::{IssuedAccessToken, RealmId, Scopes},
    store::{
        self,
        access_tokens::TABLE,
        tables::{Step, Walk},
    },
};
use jiff::Timestamp;

use super::{Shelf, new_realm, shelf};

impl Shelf {
    /// As many access tokens in a realm, which expire at an instant.
    async fn tokens(&self, realm: RealmId, count: usize, expires_at: Timestamp) {
        let mut tx = self.database.begin().await.unwrap();
        for number in 0..count {
            let token = IssuedAccessToken {
                digest: format!("{:?} {expires_at} {number}", realm),
                grant: None,
                client: self.client.clone(),
                pair: "pair".to_owned(),
                scopes: Scopes::default(),
                audience: None,
                issued_at: self.now,
                expires_at,
            };
            store::access_tokens::insert(&mut tx, realm, &token).await.unwrap();
        }
        tx.commit().await.unwrap();
    }

    /// Walks to the end of the table of access tokens; how many rows went, and in how many steps.
    async fn walk(&self, then: impl Fn(RealmId) -> Option<Timestamp>) -> (u64, usize) {
        let (mut walk, mut removed, mut steps) = (Walk::default(), 0, 0);
        loop {
            let step: Step = walk.step(&self.database, &TABLE, &then).await.unwrap();
            (removed, steps) = (removed + step.removed, steps + 1);
            if step.finished {
                return (removed, steps);
            }
        }
    }
}

#[tokio::test]
async fn a_walk_of_many_steps_finds_every_expired_row_and_no_other() {
    let shelf = shelf().await;
    shelf.tokens(shelf.realm, 1500, shelf.later(10)).await;
    shelf.tokens(shelf.realm, 700, shelf.later(100)).await;

    assert_eq!(shelf.walk(|_| Some(shelf.later(50))).await, (1500, 3));
    assert_eq!(shelf.walk(|_| Some(shelf.later(50))).await, (0, 1));
    assert_eq!(shelf.walk(|_| Some(shelf.later(101))).await, (700, 1));
}

#[tokio::test]
async fn a_row_expires_by_the_time_of_its_own_realm() {
    let shelf = shelf().await;
    let mut tx = shelf.database.begin().await.unwrap();
    let (slow, gone) = (
        new_realm(&mut tx, "slow", shelf.now).await,
        new_realm(&mut tx, "gone", shelf.now).await,
    );
    tx.commit().await.unwrap();
    for realm in [shelf.realm, slow, gone] {
        shelf.tokens(realm, 600, shelf.later(10)).await;
    }

    let then = |realm| match realm {
        realm if realm == shelf.realm => Some(shelf.later(11)),
        realm if realm == slow => Some(shelf.later(10)),
        _ => None,
    };

    assert_eq!(shelf.walk(then).await, (600, 2));
    assert_eq!(
        shelf.walk(|realm| (realm == slow).then(|| shelf.later(11))).await.0,
        600
    );
    assert_eq!(
        shelf.walk(|_| Some(shelf.later(11))).await.0,
        600,
        "the realm that nobody named"
    );
}
