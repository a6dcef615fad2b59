//! Messages handed to a mail server, which these tests start themselves.

use mail_parser::MimeHeaders;
use serde_json::{Value, json};

use crate::support::{Answer, Emulator, Realm, mail_server::MailServer};

const OUTBOX: &str = "/control/api/outbox";

/// A server that sends its messages, its realm at the root with a stopped clock, and the mail server.
async fn sending(options: &[&str]) -> (Emulator, Realm, MailServer) {
    let mail_server = MailServer::start().await;
    let url = mail_server.url();
    let options: Vec<&str> = [&["--smtp", url.as_str()], options].concat();
    let emulator = Emulator::start(&options);
    let realm = frozen(&emulator).await;
    (emulator, realm, mail_server)
}

async fn frozen(emulator: &Emulator) -> Realm {
    let realm = emulator.default_realm();
    realm.turn_clock(json!({"frozen": true})).await.is_ok();
    realm
}

async fn written(realm: &Realm) -> String {
    let draft = json!({
        "recipient": "anne@example.com",
        "subject": "Grüße aus Köln – ein früherer Termin",
        "body": "Guten Tag,\n\n.ein Punkt am Anfang\nund Zeichen: ß 日本",
        "html": "<p>Guten Tag: ß 日本</p>",
    });
    realm.post_json(OUTBOX, &draft).await.has_status(201).member("id")
}

async fn stands(realm: &Realm, state: &str) -> Value {
    let outbox = realm
        .get(&format!("{OUTBOX}?state={state}&wait=30"))
        .await
        .is_ok()
        .json();
    let messages = outbox["messages"].as_array().unwrap();
    assert_eq!(messages.len(), 1, "{state}: {outbox}");
    messages[0]["delivery"].clone()
}

async fn again(realm: &Realm, id: &str) -> Answer {
    realm.post_json(&format!("{OUTBOX}/{id}/deliver"), &json!({})).await
}

fn statuses(delivery: &Value) -> Vec<Option<u64>> {
    let attempts = delivery["attempts"].as_array().unwrap();
    attempts.iter().map(|attempt| attempt["status"].as_u64()).collect()
}

#[tokio::test]
async fn a_message_arrives_as_text_and_html_in_whatever_alphabet() {
    let (_emulator, realm, mail_server) = sending(&["--smtp-from", "Praxis Übung <praxis@anteroom.test>"]).await;
    let id = written(&realm).await;

    let delivery = stands(&realm, "delivered").await;

    let messages = mail_server.handed_in();
    assert_eq!(messages.len(), 1);
    assert_eq!(messages[0].from, "praxis@anteroom.test");
    assert_eq!(messages[0].to, ["anne@example.com"]);
    assert_eq!(messages[0].credentials, None);
    let message = messages[0].message();
    assert_eq!(message.subject(), Some("Grüße aus Köln – ein früherer Termin"));
    let from = message.from().unwrap().first().unwrap();
    assert_eq!(from.name(), Some("Praxis Übung"));
    assert_eq!(message.message_id(), Some(format!("{id}@anteroom.test").as_str()));
    let kind = message.content_type().unwrap();
    assert_eq!((kind.ctype(), kind.subtype()), ("multipart", Some("alternative")));
    let text = message.body_text(0).unwrap().replace("\r\n", "\n");
    assert_eq!(
        text.trim_end(),
        "Guten Tag,\n\n.ein Punkt am Anfang\nund Zeichen: ß 日本"
    );
    assert_eq!(message.body_html(0).unwrap().trim_end(), "<p>Guten Tag: ß 日本</p>");
    assert_eq!(statuses(&delivery), [Some(250)]);
}

#[tokio::test]
async fn a_mailbox_that_is_busy_is_tried_again_when_the_clock_has_gone_on() {
    let (_emulator, realm, mail_server) = sending(&[]).await;
    mail_server.replies(&["451 later, please", "452 full"]);
    let id = written(&realm).await;

    let first = stands(&realm, "waiting").await;
    assert_eq!(statuses(&first), [Some(451)]);
    assert!(
        first["attempts"][0]["error"]
            .as_str()
            .unwrap()
            .contains("later, please"),
        "{first}"
    );
    realm.advance("PT59S").await;
    assert_eq!(mail_server.handed_in().len(), 1);
    realm.advance("PT1S").await;
    mail_server.has(2).await;
    stands(&realm, "waiting").await;
    realm.advance("PT5M").await;

    let last = stands(&realm, "delivered").await;
    assert_eq!(statuses(&last), [Some(451), Some(452), Some(250)]);
    let ids: Vec<_> = mail_server
        .handed_in()
        .iter()
        .map(|message| message.message().message_id().unwrap().to_owned())
        .collect();
    assert_eq!(ids, vec![format!("{id}@localhost"); 3], "the same message each time");
}

#[tokio::test]
async fn a_mailbox_that_does_not_exist_is_not_tried_again() {
    let (_emulator, realm, mail_server) = sending(&[]).await;
    mail_server.replies(&["550 nobody of that name"]);
    written(&realm).await;

    let delivery = stands(&realm, "given_up").await;
    realm.advance("P1D").await;

    assert_eq!(statuses(&delivery), [Some(550)]);
    assert_eq!(delivery["attempts"][0]["permanent"], true);
    assert_eq!(statuses(&stands(&realm, "given_up").await), [Some(550)]);
    assert_eq!(mail_server.handed_in().len(), 1);
}

#[tokio::test]
async fn after_six_tries_a_message_is_given_up() {
    let (_emulator, realm, mail_server) = sending(&[]).await;
    mail_server.replies(&["450 busy"; 9]);
    written(&realm).await;
    stands(&realm, "waiting").await;

    realm.advance("P2D").await;

    let delivery = stands(&realm, "given_up").await;
    assert_eq!(statuses(&delivery), [Some(450); 6]);
    assert_eq!(mail_server.handed_in().len(), 6);
}

#[tokio::test]
async fn a_message_is_delivered_again_when_somebody_asks() {
    let (_emulator, realm, mail_server) = sending(&[]).await;
    mail_server.replies(&["550 nobody of that name"]);
    let id = written(&realm).await;
    stands(&realm, "given_up").await;

    again(&realm, &id).await.has_status(202);

    assert_eq!(statuses(&stands(&realm, "delivered").await), [Some(550), Some(250)]);
}

#[tokio::test]
async fn asking_again_while_a_message_is_handed_in_sends_it_once() {
    let (_emulator, realm, mail_server) = sending(&[]).await;
    mail_server.holds_back();
    let id = written(&realm).await;
    mail_server.has(1).await;

    for answer in futures_util::future::join_all((0..6).map(|_| again(&realm, &id))).await {
        answer.has_status(409);
    }

    mail_server.release();
    stands(&realm, "delivered").await;
    assert_eq!(mail_server.handed_in().len(), 1);
}

#[tokio::test]
async fn two_delivery_workers_send_a_message_only_once() {
    const MESSAGES: usize = 30;
    let (emulator, realm, mail_server) = sending(&[]).await;
    let (_second, address) = emulator.beside();
    let other = Realm::at(&address, "default", realm.http.clone());

    let drafts = (0..MESSAGES).map(|number| {
        let through = if number % 2 == 0 { &realm } else { &other };
        let draft =
            json!({"recipient": format!("p{}@example.com", number % 4), "subject": number.to_string(), "body": "."});
        async move { through.post_json(OUTBOX, &draft).await.has_status(201) }
    });
    futures_util::future::join_all(drafts).await;

    let mut delivered = 0;
    while delivered < MESSAGES {
        let outbox = realm
            .get(&format!("{OUTBOX}?state=delivered&wait=30"))
            .await
            .is_ok()
            .json();
        delivered = outbox["messages"].as_array().unwrap().len();
    }
    let mut subjects: Vec<usize> = mail_server
        .handed_in()
        .iter()
        .map(|message| message.message().subject().unwrap().parse().unwrap())
        .collect();
    subjects.sort_unstable();
    assert_eq!(subjects, (0..MESSAGES).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_password_is_read_from_a_file_and_said_to_the_mail_server_only() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("password");
    std::fs::write(&file, "s3cret word\n").unwrap();
    let mail_server = MailServer::start().await;
    let url = format!("smtp://post%40anteroom@{}", mail_server.address);
    let emulator = Emulator::start(&["--smtp", &url, "--smtp-password-file", &file.display().to_string()]);
    let realm = frozen(&emulator).await;

    written(&realm).await;

    stands(&realm, "delivered").await;
    let credentials = mail_server.handed_in()[0].credentials.clone();
    assert_eq!(
        credentials,
        Some(("post@anteroom".to_owned(), "s3cret word".to_owned()))
    );
}

#[tokio::test]
async fn where_no_mail_server_answers_a_message_waits() {
    let nobody = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        format!("smtp://{}", listener.local_addr().unwrap())
    };
    let emulator = Emulator::start(&["--smtp", &nobody]);
    let realm = frozen(&emulator).await;

    written(&realm).await;

    let delivery = stands(&realm, "waiting").await;
    assert_eq!(statuses(&delivery), [None]);
    let error = delivery["attempts"][0]["error"].as_str().unwrap();
    assert!(error.to_lowercase().contains("connection"), "{error}");
}

#[tokio::test]
async fn a_message_that_was_left_is_sent_after_a_restart() {
    let (mut emulator, realm, mail_server) = sending(&[]).await;
    mail_server.replies(&["421 not now"]);
    written(&realm).await;
    stands(&realm, "waiting").await;

    assert_eq!(emulator.stop(), Some(0));
    emulator.start_again();
    let realm = emulator.default_realm();
    realm.advance("PT1M").await;

    assert_eq!(statuses(&stands(&realm, "delivered").await), [Some(421), Some(250)]);
}
