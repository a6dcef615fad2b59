//! Events whose handlers fail, write further events, or never end: with handlers of the test's own, in its own process.

use std::sync::Mutex;

use anteroom::{
    app::{
        App, Realm,
        agenda::{Firing, Goal, Handler, MOST_EVENTS, Occasion, Speed, TurnError, fire_due, walk},
    },
    clock::Clock,
    keys::sealing::Sealer,
    passwords::Passwords,
    realms::creation::{NewRealmRequest, create},
    store::{self, Database, Tx},
    web::endpoint::EndpointTable,
};
use jiff::{SignedDuration, Timestamp};

use crate::support::keeper::Keeper;

/// What happened, of all tests: realm, subject, and the instant the handler was given.
static DIARY: Mutex<Vec<(String, String, Timestamp)>> = Mutex::new(Vec::new());

fn happened(realm: &Realm) -> Vec<(String, String)> {
    let diary = DIARY.lock().unwrap();
    let here = diary.iter().filter(|(issuer, ..)| *issuer == realm.issuer);
    here.map(|(_, subject, at)| (subject.clone(), at.to_string())).collect()
}

const WRITES: Handler = Handler {
    kind: "writes",
    fire: |_, occasion| {
        let entry = (occasion.realm.issuer.clone(), occasion.subject.to_owned(), occasion.now);
        assert!(occasion.realm.clock.now() >= occasion.now);
        DIARY.lock().unwrap().push(entry);
        Box::pin(async { Ok(None) })
    },
};
const FAILS: Handler = Handler {
    kind: "fails",
    fire: |tx, occasion| {
        Box::pin(async move {
            // Undone with the failure.
            let id = occasion.realm.random.id(occasion.now);
            store::agenda::insert(tx, occasion.realm.id, &id, occasion.now, "writes", "never").await?;
            Err("it cannot be done".into())
        })
    },
};
const PANICS: Handler = Handler {
    kind: "panics",
    fire: |_, _| Box::pin(async { panic!("it goes wrong") }),
};
const REPEATS: Handler = Handler {
    kind: "repeats",
    fire: repeat,
};
const ALL: &[&Handler] = &[&WRITES, &FAILS, &PANICS, &REPEATS];

/// Writes the next one, as many minutes later as the subject says.
fn repeat<'a>(tx: &'a mut Tx, occasion: Occasion<'a>) -> Firing<'a> {
    let entry = (occasion.realm.issuer.clone(), occasion.subject.to_owned(), occasion.now);
    DIARY.lock().unwrap().push(entry);
    Box::pin(async move {
        let minutes = occasion.subject.parse()?;
        let id = occasion.realm.random.id(occasion.now);
        let then = occasion.now + SignedDuration::from_mins(minutes);
        store::agenda::insert(tx, occasion.realm.id, &id, then, "repeats", occasion.subject).await?;
        Ok(None)
    })
}

struct TestServer {
    app: App,
    realm: Realm,
    _keeper: Keeper,
}

fn begun() -> Timestamp {
    "2025-06-02T06:00:00Z".parse().unwrap()
}

impl TestServer {
    /// `name` is the test's own.
    async fn new(name: &str) -> Self {
        let mut keeper = Keeper::hire();
        let database = Database::open(&keeper.database()).await.unwrap();
        let (sealer, passwords) = (Sealer::ephemeral().unwrap(), Passwords::new().unwrap());
        let app = App::new(
            format!("http://{name}.test"),
            database,
            sealer,
            passwords,
            EndpointTable::new([]),
        );
        let mut request = NewRealmRequest::default_realm(std::sync::Arc::default());
        request.clock = Clock::starting_at(begun(), true);
        let realm = create(&app, request).await.unwrap();
        Self {
            app,
            realm,
            _keeper: keeper,
        }
    }

    async fn plan(&self, minutes: i64, kind: &str, subject: &str) {
        let due_at = begun() + SignedDuration::from_mins(minutes);
        let id = self.realm.random.id(begun());
        let mut tx = self.app.database.write_once().await.unwrap();
        store::agenda::insert(&mut tx, self.realm.id, &id, due_at, kind, subject)
            .await
            .unwrap();
    }

    async fn advance(&self, minutes: i64) -> Result<Realm, TurnError> {
        let goal = Goal::By(SignedDuration::from_mins(minutes));
        walk(&self.app, ALL, self.realm.id, goal, Speed::default()).await
    }

    async fn left(&self) -> Vec<(String, i64)> {
        let mut conn = self.app.database.read().await.unwrap();
        let events = store::agenda::list(&mut conn, self.realm.id, 100).await.unwrap();
        events.into_iter().map(|event| (event.kind, event.failures)).collect()
    }
}

fn at(minutes: i64) -> String {
    (begun() + SignedDuration::from_mins(minutes)).to_string()
}

#[tokio::test]
async fn one_that_fails_stops_nobody_leaves_nothing_and_is_given_up_in_the_end() {
    for kind in ["fails", "panics", "nobody-does-this"] {
        let test_server = TestServer::new(kind).await;
        test_server.plan(10, kind, "x").await;
        test_server.plan(20, "writes", "after").await;

        let realm = test_server.advance(12).await.unwrap();
        assert_eq!(realm.clock.now().to_string(), at(12));
        // At 10, then a minute later, and now waiting for two more.
        assert_eq!(
            test_server.left().await,
            [(kind.to_owned(), 2), ("writes".to_owned(), 0)]
        );

        test_server.advance(48).await.unwrap();
        assert_eq!(happened(&test_server.realm), [("after".to_owned(), at(20))]);
        assert!(test_server.left().await.is_empty(), "given up: {kind}");
    }
}

#[tokio::test]
async fn what_an_event_writes_happens_too_if_it_is_due_on_the_way() {
    let test_server = TestServer::new("chain").await;
    test_server.plan(5, "repeats", "20").await;
    test_server.plan(30, "writes", "between").await;

    let realm = test_server.advance(60).await.unwrap();

    let expected = [("20", 5), ("20", 25), ("between", 30), ("20", 45)];
    assert_eq!(
        happened(&test_server.realm),
        expected.map(|(subject, minutes)| (subject.to_owned(), at(minutes)))
    );
    assert_eq!(test_server.left().await, [("repeats".to_owned(), 0)]);
    assert_eq!(realm.clock.now().to_string(), at(60));
}

#[tokio::test]
async fn what_repeats_without_an_end_stops_the_clock_where_it_is_and_says_so() {
    let test_server = TestServer::new("endless").await;
    test_server.plan(1, "repeats", "0").await;

    let Err(TurnError::TooMuch { events, now }) = test_server.advance(60).await else {
        panic!("it went on")
    };
    assert!((1..=MOST_EVENTS).contains(&events), "{events}");
    assert_eq!(now.to_string(), at(1));
}

#[tokio::test]
async fn what_is_overdue_happens_without_a_turn_and_late() {
    let test_server = TestServer::new("overdue").await;
    test_server.plan(-5, "writes", "late").await;
    test_server.plan(5, "writes", "early").await;

    let next = fire_due(&test_server.app, ALL, test_server.realm.id, 10).await.unwrap();

    assert_eq!(happened(&test_server.realm), [("late".to_owned(), at(0))]);
    assert_eq!(next, None, "a frozen clock comes to nothing by itself");
}

/// Of many who find the same event due, one does it.
#[tokio::test(flavor = "multi_thread")]
async fn of_many_who_try_one_does_it() {
    let test_server = TestServer::new("race").await;
    for subject in 0..10 {
        test_server.plan(-1, "writes", &subject.to_string()).await;
    }

    let tries = (0..8).map(|_| {
        let (app, realm) = (test_server.app.clone(), test_server.realm.id);
        tokio::spawn(async move { fire_due(&app, ALL, realm, 100).await.unwrap() })
    });
    for one in tries.collect::<Vec<_>>() {
        one.await.unwrap();
    }

    let mut subjects: Vec<_> = happened(&test_server.realm)
        .into_iter()
        .map(|(subject, _)| subject)
        .collect();
    subjects.sort();
    assert_eq!(
        subjects,
        (0..10).map(|subject: i32| subject.to_string()).collect::<Vec<_>>()
    );
}
