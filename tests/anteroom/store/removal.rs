//! Rows of deleted realms, users and clients, and expired rows, are removed completely; all other rows stay.

use anteroom::{
    model::{ClaimPlace, ClaimRule, IssuedAccessToken, Scopes, User},
    portals,
    random::digest,
    realms,
    store::{self, purge, tables},
};
use jiff::Timestamp;

use super::{Shelf, shelf};

#[tokio::test]
async fn all_rows_of_a_deleted_realm_are_removed() {
    let shelf = shelf().await;
    let digest = shelf.code().await;
    let mut tx = shelf.database.begin().await.unwrap();
    store::authorization_requests::insert(&mut tx, shelf.realm, &shelf.request(), shelf.now)
        .await
        .unwrap();
    store::consents::extend(
        &mut tx,
        shelf.realm,
        &shelf.user,
        &shelf.client,
        &Scopes::default(),
        shelf.now,
    )
    .await
    .unwrap();
    store::realms::delete(&mut tx, shelf.realm, shelf.now).await.unwrap();
    tx.commit().await.unwrap();

    for table in realms::tables(portals::ALL).into_iter().rev() {
        let mut tx = shelf.database.write_once().await.unwrap();
        while tables::remove_some(&mut tx, shelf.realm, table).await.unwrap() > 0 {}
    }
    store::realms::remove(&mut shelf.database.write_once().await.unwrap(), shelf.realm)
        .await
        .unwrap();

    let mut conn = shelf.database.read().await.unwrap();
    assert!(store::realms::list_deleted(&mut conn, 10).await.unwrap().is_empty());
    assert!(
        store::users::find_by_username(&mut conn, shelf.realm, "Anne")
            .await
            .unwrap()
            .is_none()
    );
    assert!(
        store::authorization_codes::find(&mut conn, shelf.realm, &digest)
            .await
            .unwrap()
            .is_none()
    );
}

#[tokio::test]
async fn only_what_expired_long_ago_is_removed() {
    let shelf = shelf().await;
    let digest = shelf.code().await;
    let remove_before = async |then| {
        let removed = shelf.remove_expired(then).await;
        let mut conn = shelf.database.read().await.unwrap();
        (
            removed,
            store::authorization_codes::find(&mut conn, shelf.realm, &digest)
                .await
                .unwrap()
                .is_some(),
        )
    };

    assert_eq!(remove_before(shelf.later(60)).await, (0, true));
    assert_eq!(remove_before(shelf.later(61)).await, (1, false));
}

#[tokio::test]
async fn a_grant_goes_once_nothing_belongs_to_it() {
    let shelf = shelf().await;
    let digest = shelf.code().await;
    let mut tx = shelf.database.begin().await.unwrap();

    let with_its_code = purge::empty_grants(&mut tx, shelf.realm, shelf.later(1)).await.unwrap();
    tx.commit().await.unwrap();
    shelf.remove_expired(shelf.later(61)).await;
    let mut tx = shelf.database.begin().await.unwrap();
    let alone = purge::empty_grants(&mut tx, shelf.realm, shelf.later(1)).await.unwrap();
    tx.commit().await.unwrap();

    assert_eq!((with_its_code, alone), (0, 1), "the grant of {digest}");
}

impl Shelf {
    /// Removes what expired before an instant; how many rows that were.
    async fn remove_expired(&self, then: Timestamp) -> u64 {
        let mut removed = 0;
        for table in realms::tables(portals::ALL) {
            let (mut walk, mut finished) = (tables::Walk::default(), false);
            while !finished {
                let step = walk.step(&self.database, table, |_| Some(then)).await.unwrap();
                (removed, finished) = (removed + step.removed, step.finished);
            }
        }
        removed
    }

    /// A code, a token, a consent, a rule, a request in flight: what a user or a client can leave behind.
    async fn fill(&self) {
        self.code().await;
        let mut tx = self.database.begin().await.unwrap();
        let grant = self.grant();
        store::grants::insert(&mut tx, self.realm, &grant, self.now)
            .await
            .unwrap();
        let token = IssuedAccessToken {
            digest: digest("token"),
            grant: Some(grant.id),
            client: self.client.clone(),
            pair: "pair".to_owned(),
            scopes: Scopes::default(),
            audience: None,
            issued_at: self.now,
            expires_at: self.later(60),
        };
        store::access_tokens::insert(&mut tx, self.realm, &token).await.unwrap();
        let (realm, user, client) = (self.realm, &self.user, &self.client);
        store::consents::extend(&mut tx, realm, user, client, &Scopes::default(), self.now)
            .await
            .unwrap();
        let rule = ClaimRule {
            id: "rule".to_owned(),
            client: Some(self.client.clone()),
            user: Some(self.user.clone()),
            scope: None,
            places: vec![ClaimPlace::Userinfo],
            claims: serde_json::Map::new(),
        };
        assert!(store::claim_rules::insert(&mut tx, realm, &rule).await.unwrap());
        store::authorization_requests::insert(&mut tx, realm, &self.request(), self.now)
            .await
            .unwrap();
        tx.commit().await.unwrap();
    }

    /// How many rows each table has in the realm.
    async fn rows(&self) -> Vec<(&'static str, usize)> {
        let mut conn = self.database.read().await.unwrap();
        let mut rows = Vec::new();
        for table in realms::tables(portals::ALL) {
            let found = tables::rows(&mut conn, self.realm, table).await.unwrap().len();
            if found > 0 {
                rows.push((table.name, found));
            }
        }
        rows
    }
}

#[tokio::test]
async fn a_deleted_user_is_not_found_their_tokens_are_revoked_and_all_their_rows_are_removed() {
    let shelf = shelf().await;
    shelf.fill().await;
    let (realm, user) = (shelf.realm, &shelf.user);
    let mut tx = shelf.database.begin().await.unwrap();

    assert!(store::users::delete(&mut tx, realm, user, shelf.now).await.unwrap());
    assert!(!store::users::delete(&mut tx, realm, user, shelf.now).await.unwrap());

    assert!(store::users::find(&mut tx, realm, user).await.unwrap().is_none());
    assert!(!store::users::any(&mut tx, realm).await.unwrap());
    let token = store::access_tokens::find(&mut tx, realm, &digest("token"))
        .await
        .unwrap();
    assert!(
        token.expect("its row is still there").revoked,
        "although nobody revoked it"
    );
    let straggler = shelf.grant();
    store::grants::insert(&mut tx, realm, &straggler, shelf.now)
        .await
        .unwrap();
    assert!(
        !store::grants::hold(&mut tx, realm, &straggler.id, shelf.now)
            .await
            .unwrap()
    );
    let then = shelf.later(1);
    assert_eq!(
        store::users::list_deleted(&mut tx, realm, then, 10).await.unwrap(),
        std::slice::from_ref(&shelf.user)
    );
    purge::tokens_of_user(&mut tx, realm, user).await.unwrap();
    tables::remove_marked(&mut tx, realm, &realms::tables(portals::ALL), "users", &user.0)
        .await
        .unwrap();
    tx.commit().await.unwrap();

    assert_eq!(shelf.rows().await, [("clients", 1), ("authorization_requests", 1)]);
}

#[tokio::test]
async fn all_rows_of_a_deleted_client_are_removed_and_its_user_stays() {
    let shelf = shelf().await;
    shelf.fill().await;
    let (realm, client) = (shelf.realm, &shelf.client);
    let mut tx = shelf.database.begin().await.unwrap();

    assert!(store::clients::delete(&mut tx, realm, client, shelf.now).await.unwrap());

    assert!(store::clients::find(&mut tx, realm, client).await.unwrap().is_none());
    let token = store::access_tokens::find(&mut tx, realm, &digest("token"))
        .await
        .unwrap();
    assert!(token.expect("its row is still there").revoked);
    purge::tokens_of_client(&mut tx, realm, client).await.unwrap();
    tables::remove_marked(&mut tx, realm, &realms::tables(portals::ALL), "clients", &client.0)
        .await
        .unwrap();
    tx.commit().await.unwrap();

    assert_eq!(shelf.rows().await, [("users", 1)]);
}

#[tokio::test]
async fn only_what_was_marked_long_enough_ago_and_not_revived_is_held_for_removal() {
    let shelf = shelf().await;
    let (realm, user, client) = (shelf.realm, &shelf.user, &shelf.client);
    let mut tx = shelf.database.begin().await.unwrap();
    let then = shelf.later(1);
    let revived = User {
        id: user.clone(),
        username: "Anne".to_owned(),
        password: None,
        persona: None,
        behaviour: None,
        claims: serde_json::Map::new(),
    };

    assert!(
        !tables::hold_marked(&mut tx, realm, "users", &user.0, then)
            .await
            .unwrap()
    );
    assert!(
        !tables::hold_marked(&mut tx, realm, "clients", &client.0, then)
            .await
            .unwrap()
    );
    assert!(store::users::delete(&mut tx, realm, user, shelf.now).await.unwrap());
    assert!(store::clients::delete(&mut tx, realm, client, shelf.now).await.unwrap());
    assert!(
        !tables::hold_marked(&mut tx, realm, "users", &user.0, shelf.now)
            .await
            .unwrap()
    );
    assert!(
        !tables::hold_marked(&mut tx, realm, "users", &client.0, then)
            .await
            .unwrap()
    );
    assert!(
        tables::hold_marked(&mut tx, realm, "users", &user.0, then)
            .await
            .unwrap()
    );
    assert!(
        tables::hold_marked(&mut tx, realm, "clients", &client.0, then)
            .await
            .unwrap()
    );
    assert!(store::users::insert(&mut tx, realm, &revived, shelf.now).await.unwrap());

    assert!(
        !tables::hold_marked(&mut tx, realm, "users", &user.0, then)
            .await
            .unwrap()
    );
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn a_user_who_is_not_deleted_is_not_removed() {
    let shelf = shelf().await;
    let mut tx = shelf.database.begin().await.unwrap();

    tables::remove_marked(
        &mut tx,
        shelf.realm,
        &realms::tables(portals::ALL),
        "users",
        &shelf.user.0,
    )
    .await
    .unwrap();
    tx.commit().await.unwrap();

    assert_eq!(shelf.rows().await, [("clients", 1), ("users", 1)]);
}

#[tokio::test]
async fn of_too_many_unfinished_requests_the_oldest_are_removed_at_once() {
    let shelf = shelf().await;
    let mut tx = shelf.database.begin().await.unwrap();
    let first = shelf.request();
    for second in 0..10_005 {
        let request = if second == 0 { first.clone() } else { shelf.request() };
        let now = shelf.later(second);
        store::authorization_requests::insert(&mut tx, shelf.realm, &request, now)
            .await
            .unwrap();
    }
    let newest = shelf.request();
    store::authorization_requests::insert(&mut tx, shelf.realm, &newest, shelf.now)
        .await
        .unwrap();

    let kept = tables::rows(&mut tx, shelf.realm, &store::authorization_requests::TABLE)
        .await
        .unwrap();
    let mut found = async |id: &str| {
        let found = store::authorization_requests::find(&mut tx, shelf.realm, id).await;
        found.unwrap().is_some()
    };
    assert!(kept.len() <= 10_001, "{} rows", kept.len());
    assert!(!found(&first.id).await, "the oldest");
    assert!(
        found(&newest.id).await,
        "the one just added stays, whatever the clock says"
    );
}
