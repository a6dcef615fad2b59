//! The store itself, on whichever database the environment names: what HTTP alone cannot show.

mod changes;
mod expiry;
#[expect(dead_code, reason = "benchmarks use the rest")]
#[path = "../../bench/in_process.rs"]
mod in_process;
mod names;
mod removal;
mod statements;
mod transactions;
mod unavailable;
mod waiting;

use std::time::Duration;

use anteroom::{
    clock::Clock,
    model::{
        AuthorizationCode, AuthorizationRequest, Client, ClientId, ClientMetadata, Grant, GrantId, GrantType,
        PendingRequest, Policy, Preset, Prompt, RealmId, RealmName, ResponseMode, Scopes, SigningAlgorithm, StoredKey,
        User, UserId,
    },
    random::{Random, digest},
    store::{self, Database, Keeps, Tx, settle},
};
use jiff::Timestamp;

use crate::support::keeper::Keeper;

/// A database of one's own with one realm, one client and one user in it.
struct Shelf {
    database: Database,
    realm: RealmId,
    client: ClientId,
    user: UserId,
    now: Timestamp,
    address: String,
    _keeper: Keeper,
}

async fn shelf() -> Shelf {
    let mut keeper = Keeper::hire();
    let address = keeper.database();
    let database = Database::open(&address).await.unwrap();
    let now: Timestamp = "2025-06-02T06:00:00Z".parse().unwrap();
    let mut tx = database.begin().await.unwrap();
    let realm = new_realm(&mut tx, "first", now).await;
    let client = Client {
        id: ClientId::from("client"),
        secret: None,
        metadata: ClientMetadata {
            grant_types: vec![
                GrantType::AuthorizationCode,
                GrantType::ClientCredentials,
                GrantType::RefreshToken,
            ],
            ..ClientMetadata::default()
        },
    };
    let user = User {
        id: UserId::from("user"),
        username: "Anne".to_owned(),
        password: None,
        persona: None,
        behaviour: None,
        claims: serde_json::Map::new(),
    };
    assert!(store::clients::insert(&mut tx, realm, &client, now).await.unwrap());
    assert!(store::users::insert(&mut tx, realm, &user, now).await.unwrap());
    tx.commit().await.unwrap();
    Shelf {
        database,
        realm,
        client: client.id,
        user: user.id,
        now,
        address,
        _keeper: keeper,
    }
}

async fn new_realm(tx: &mut Tx, name: &str, now: Timestamp) -> RealmId {
    let realm = store::realms::NewRealm {
        name: name.parse::<RealmName>().unwrap(),
        policy: Policy::default(),
        clock: Clock::starting_at(now, true),
        root_secret: "sealed".to_owned(),
        created_at: now,
        expires_at: None,
        chance: None,
        origin: None,
    };
    let id = store::realms::next_id(tx).await.unwrap();
    store::realms::insert(tx, id, realm)
        .await
        .unwrap()
        .expect("the name is free")
        .id
}

impl Shelf {
    fn grant(&self) -> Grant {
        Grant {
            id: GrantId(Random::system().id(self.now)),
            client: self.client.clone(),
            user: self.user.clone(),
            sid: None,
            scopes: "openid".parse().unwrap(),
            auth_time: self.now,
            amr: Vec::new(),
            resources: Default::default(),
        }
    }

    /// A good code; its digest.
    async fn code(&self) -> String {
        let grant = self.grant();
        let code = AuthorizationCode {
            client: self.client.clone(),
            redirect_uri: "https://client.example.com/cb".to_owned(),
            nonce: None,
            code_challenge: None,
            expires_at: self.later(60),
            redeemed_at: None,
            grant: grant.clone(),
            grant_revoked: false,
        };
        let digest = digest(&Random::system().token());
        let mut tx = self.database.begin().await.unwrap();
        store::grants::insert(&mut tx, self.realm, &grant, self.now)
            .await
            .unwrap();
        store::authorization_codes::insert(&mut tx, self.realm, &digest, &code, self.now)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        digest
    }

    fn later(&self, seconds: i64) -> Timestamp {
        Timestamp::from_second(self.now.as_second() + seconds).unwrap()
    }

    fn request(&self) -> PendingRequest {
        PendingRequest {
            id: Random::system().token(),
            request: AuthorizationRequest {
                client_id: self.client.clone(),
                redirect_uri: "https://client.example.com/cb".to_owned(),
                response_mode: ResponseMode::Query,
                scopes: Scopes::default(),
                state: None,
                nonce: None,
                code_challenge: None,
                prompt: Prompt::default(),
                max_age: None,
                login_hint: None,
                ui_locales: None,
                resources: Default::default(),
                hinted_subject: None,
            },
            session: None,
            signed_in_at: None,
            decision: None,
            expires_at: self.later(600),
            finished_at: None,
        }
    }
}

/// A refusal whose traces stay, or not.
#[derive(Debug)]
struct Refused {
    keeps: bool,
}

impl From<store::Error> for Refused {
    fn from(error: store::Error) -> Self {
        panic!("the database failed: {error}")
    }
}

impl Keeps for Refused {
    fn keeps(&self) -> bool {
        self.keeps
    }
}

async fn realm_survives_refusal(keeps: bool) -> bool {
    let shelf = shelf().await;
    let mut tx = shelf.database.begin().await.unwrap();
    new_realm(&mut tx, "written-before", shelf.now).await;

    let outcome: Result<(), Refused> = settle(tx, Err(Refused { keeps })).await;

    assert!(outcome.is_err());
    let name = "written-before".parse().unwrap();
    store::realms::find(&mut shelf.database.read().await.unwrap(), &name)
        .await
        .unwrap()
        .is_some()
}

/// A database of an earlier version is opened by this one.
#[tokio::test]
async fn a_policy_written_before_a_switch_was_made_has_it_as_its_preset_does() {
    let shelf = shelf().await;
    let old = r#"{"preset": "portal", "pkce": "enforced", "lifetimes": {"access_token": 77}}"#;
    let mut tx = shelf.database.begin().await.unwrap();
    let statement = r#"update realms set policy = '{"preset": "portal", "pkce": "enforced", "lifetimes": {"access_token": 77}}'
                       where name = 'first' returning id"#;
    assert_eq!(tx.fetch_all(statement, Vec::new()).await.unwrap().len(), 1);
    tx.commit().await.unwrap();

    let mut conn = shelf.database.read().await.unwrap();
    let found = store::realms::find_by_id(&mut conn, shelf.realm)
        .await
        .unwrap()
        .unwrap();

    let expected = Policy::read(&serde_json::from_str(old).unwrap()).unwrap();
    assert_eq!(found.policy, expected);
    assert_eq!(found.policy.lifetimes.access_token.get(), 77);
    assert_eq!(found.policy.error_uri, Policy::preset(Preset::Portal).error_uri);
}

#[tokio::test]
async fn a_refusal_takes_back_what_was_written_before_it() {
    assert!(!realm_survives_refusal(false).await);
}

#[tokio::test]
async fn a_refusal_that_keeps_leaves_its_traces() {
    assert!(realm_survives_refusal(true).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_redemptions_of_a_code_one_wins() {
    let shelf = shelf().await;
    let digest = shelf.code().await;

    let races = (0..64).map(|_| {
        let (database, digest, realm, now) = (shelf.database.clone(), digest.clone(), shelf.realm, shelf.now);
        tokio::spawn(async move {
            let mut tx = database.begin().await.unwrap();
            let won = store::authorization_codes::redeem(&mut tx, realm, &digest, now)
                .await
                .unwrap();
            tx.commit().await.unwrap();
            won
        })
    });
    let outcomes: Vec<_> = futures_util::future::join_all(races).await;

    assert_eq!(outcomes.into_iter().filter(|won| *won.as_ref().unwrap()).count(), 1);
}

#[tokio::test]
async fn a_code_is_not_redeemed_at_the_instant_it_expires() {
    let shelf = shelf().await;
    let digest = shelf.code().await;

    let mut tx = shelf.database.begin().await.unwrap();
    let at_the_end = store::authorization_codes::redeem(&mut tx, shelf.realm, &digest, shelf.later(60))
        .await
        .unwrap();
    let before = store::authorization_codes::redeem(&mut tx, shelf.realm, &digest, shelf.later(59))
        .await
        .unwrap();
    tx.commit().await.unwrap();

    assert!(!at_the_end);
    assert!(before);
}

#[tokio::test]
async fn a_revoked_grant_cannot_be_held() {
    let shelf = shelf().await;
    let grant = shelf.grant();
    let mut tx = shelf.database.begin().await.unwrap();
    store::grants::insert(&mut tx, shelf.realm, &grant, shelf.now)
        .await
        .unwrap();

    let before = store::grants::hold(&mut tx, shelf.realm, &grant.id, shelf.now)
        .await
        .unwrap();
    store::grants::revoke(&mut tx, shelf.realm, &grant.id, shelf.now)
        .await
        .unwrap();
    let after = store::grants::hold(&mut tx, shelf.realm, &grant.id, shelf.now)
        .await
        .unwrap();
    tx.commit().await.unwrap();

    assert!(before);
    assert!(!after);
}

#[tokio::test]
async fn two_realms_never_share_a_name_but_a_deleted_one_releases_it() {
    let shelf = shelf().await;
    let name: RealmName = "first".parse().unwrap();
    let again = || store::realms::NewRealm {
        name: "first".parse().unwrap(),
        policy: Policy::default(),
        clock: Clock::starting_at(shelf.now, true),
        root_secret: "sealed".to_owned(),
        created_at: shelf.now,
        expires_at: None,
        chance: None,
        origin: None,
    };

    let mut tx = shelf.database.begin().await.unwrap();
    let id = store::realms::next_id(&mut tx).await.unwrap();
    let taken = store::realms::insert(&mut tx, id, again()).await.unwrap();
    assert!(store::realms::delete(&mut tx, shelf.realm, shelf.now).await.unwrap());
    let free = store::realms::insert(&mut tx, id, again()).await.unwrap();
    tx.commit().await.unwrap();

    assert!(taken.is_none());
    let found = store::realms::find(&mut shelf.database.read().await.unwrap(), &name)
        .await
        .unwrap();
    assert_eq!(found.map(|realm| realm.id), free.map(|realm| realm.id));
}

#[tokio::test]
async fn a_user_name_is_taken_whatever_its_case() {
    let shelf = shelf().await;
    let twin = User {
        id: UserId::from("twin"),
        username: "aNNE".to_owned(),
        password: None,
        persona: None,
        behaviour: None,
        claims: serde_json::Map::new(),
    };

    let mut tx = shelf.database.begin().await.unwrap();
    let inserted = store::users::insert(&mut tx, shelf.realm, &twin, shelf.now)
        .await
        .unwrap();
    tx.commit().await.unwrap();

    assert!(!inserted);
}

/// The guard of `run_to_completion` exists because of this: a `begin` that is dropped half-way must not leave its
/// transaction to the next one who gets the connection.
#[tokio::test]
async fn a_begin_that_is_given_up_half_way_leaves_the_pool_usable() {
    let shelf = shelf().await;

    for wait in 0..200 {
        let given_up = tokio::time::timeout(Duration::from_micros(wait * 5), shelf.database.begin()).await;
        drop(given_up);
    }

    for turn in 0..20 {
        let mut tx = tokio::time::timeout(Duration::from_secs(20), shelf.database.begin())
            .await
            .unwrap()
            .unwrap();
        let id = new_realm(&mut tx, &format!("after-{turn}"), shelf.now).await;
        tx.commit().await.unwrap();
        let name = format!("after-{turn}").parse().unwrap();
        let found = store::realms::find(&mut shelf.database.read().await.unwrap(), &name)
            .await
            .unwrap();
        assert_eq!(found.map(|realm| realm.id), Some(id));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_consents_given_at_once_none_is_lost() {
    let shelf = shelf().await;

    for round in 0..20 {
        let scopes = (0..4).map(|number| format!("scope-{round}-{number}"));
        let answers = scopes.map(|scope| {
            let (database, realm, now) = (shelf.database.clone(), shelf.realm, shelf.now);
            let (user, client) = (shelf.user.clone(), shelf.client.clone());
            tokio::spawn(async move {
                let mut tx = database.begin().await.unwrap();
                let scopes = scope.parse().unwrap();
                store::consents::extend(&mut tx, realm, &user, &client, &scopes, now)
                    .await
                    .unwrap();
                tx.commit().await.unwrap();
            })
        });
        futures_util::future::join_all(answers).await;
    }

    let mut conn = shelf.database.read().await.unwrap();
    let consent = store::consents::find(&mut conn, shelf.realm, &shelf.user, &shelf.client)
        .await
        .unwrap();
    assert_eq!(consent.unwrap().scopes.iter().count(), 80);
}

#[tokio::test]
async fn a_key_kept_is_read_back_in_its_order() {
    let shelf = shelf().await;
    let key = |kid: &str, signs: bool| StoredKey {
        kid: kid.to_owned(),
        algorithm: SigningAlgorithm::Es256,
        sealed: "sealed".to_owned(),
        signs,
        created_at: shelf.now,
    };
    let mut tx = shelf.database.begin().await.unwrap();

    for one in [key("b", true), key("a", false)] {
        assert!(store::signing_keys::insert(&mut tx, shelf.realm, &one).await.unwrap());
    }
    assert!(
        !store::signing_keys::insert(&mut tx, shelf.realm, &key("a", true))
            .await
            .unwrap()
    );
    tx.commit().await.unwrap();

    let setup = store::setup::find(&mut shelf.database.read().await.unwrap(), shelf.realm).await;
    assert_eq!(setup.unwrap().keys, [key("b", true), key("a", false)]);
}
