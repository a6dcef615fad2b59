//! `/control/api/outbox`: the messages a realm has written, as JSON, as text and as the documents they are.

use crate::{
    api::{
        operation::{Answer, Body, Content, Parameter},
        parameters::{JsonBody, Parameters},
        problem::Problem,
        schema,
        waiting::WAIT,
    },
    app::{
        App, Realm,
        control_operation::{ControlOperation, Reach},
    },
    clock::system_now,
    model::{Channel, DeliveryKind, OutboxMessage},
    outbox::{Email, Redelivery},
    store::{self, Tx, messages::MessageFilter, settle},
};
use axum::{
    Json,
    extract::{Path, State, rejection::PathRejection},
    response::{IntoResponse, Response},
    routing::{delete, get, post},
};
use http::{HeaderValue, Method, StatusCode, header};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{AFTER, LIMIT, Posted, Question, STATE, id, watch};

/// A message is a document of somebody else's making: it runs nothing, loads nothing, sends nothing.
const MESSAGE_CSP: &str = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; \
                          frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox";

pub const OPERATIONS: &[ControlOperation] = &[
    ControlOperation {
        method: Method::GET,
        path: "/control/api/outbox",
        id: "listMessages",
        tag: "Outbox",
        summary: "List the realm's messages, oldest first, or wait for one",
        access: Reach::Realm,
        query: &[
            AFTER,
            LIMIT,
            WAIT,
            STATE,
            Parameter::optional("recipient", schema::text, "Only messages to this address or number."),
            Parameter::optional(
                "reason",
                schema::text,
                "Only messages written for this reason, such as asap_list.earlier_slot.",
            ),
            Parameter::optional("channel", schema::text, "Only messages of this channel: email or sms."),
        ],
        body: Body::Nothing,
        answer: Answer {
            status: 200,
            description: Some(
                "The messages, in the order they were written; `next` is the value of `after` for the next page.",
            ),
            content: Content::Json(schema::of_answer::<Messages>),
        },
        refusals: &[
            (400, "A parameter cannot be read."),
            (404, "There is no message of the id in `after`."),
        ],
        handler: || get(list),
    },
    ControlOperation {
        method: Method::POST,
        path: "/control/api/outbox",
        id: "writeMessage",
        tag: "Outbox",
        summary: "Send an e-mail of your own",
        access: Reach::Realm,
        query: &[],
        body: Body::optional_json(schema::of_body::<Draft>),
        answer: Answer {
            status: 201,
            description: Some("The message."),
            content: Content::Json(schema::of_answer::<Posted<OutboxMessage>>),
        },
        refusals: &[(400, "The body is invalid.")],
        handler: || post(write),
    },
    ControlOperation {
        method: Method::DELETE,
        path: "/control/api/outbox",
        id: "clearOutbox",
        tag: "Outbox",
        summary: "Empty the outbox: messages and webhooks",
        access: Reach::Realm,
        query: &[],
        body: Body::Nothing,
        answer: Answer {
            status: 204,
            description: Some("The outbox is empty. Those being sent at that moment still arrive."),
            content: Content::Nothing,
        },
        refusals: &[],
        handler: || delete(clear),
    },
    ControlOperation {
        method: Method::GET,
        path: "/control/api/outbox/{id}",
        id: "readMessage",
        tag: "Outbox",
        summary: "Read one message, with the state of its delivery",
        access: Reach::Realm,
        query: &[],
        body: Body::Nothing,
        answer: Answer {
            status: 200,
            description: Some("The message."),
            content: Content::Json(schema::of_answer::<Posted<OutboxMessage>>),
        },
        refusals: &[(404, "There is no message of that id.")],
        handler: || get(show),
    },
    ControlOperation {
        method: Method::GET,
        path: "/control/api/outbox/{id}/text",
        id: "readLetterAsText",
        tag: "Outbox",
        summary: "Read the plain text of a message",
        access: Reach::Realm,
        query: &[],
        body: Body::Nothing,
        answer: Answer {
            status: 200,
            description: Some("The plain text."),
            content: Content::Bytes("text/plain"),
        },
        refusals: &[(404, "There is no message of that id.")],
        handler: || get(show_text),
    },
    ControlOperation {
        method: Method::GET,
        path: "/control/api/outbox/{id}/html",
        id: "readLetterAsHtml",
        tag: "Outbox",
        summary: "Read a message as an HTML document",
        access: Reach::Realm,
        query: &[],
        body: Body::Nothing,
        answer: Answer {
            status: 200,
            description: Some("The document. It runs no script and loads nothing."),
            content: Content::Bytes("text/html"),
        },
        refusals: &[(404, "There is no message of that id, or it has text only.")],
        handler: || get(show_html),
    },
    ControlOperation {
        method: Method::POST,
        path: "/control/api/outbox/{id}/deliver",
        id: "deliverMessage",
        tag: "Outbox",
        summary: "Send a message again, with the full number of attempts",
        access: Reach::Realm,
        query: &[],
        body: Body::Nothing,
        answer: Answer {
            status: 202,
            description: Some("It is queued."),
            content: Content::Json(schema::of_answer::<Posted<OutboxMessage>>),
        },
        refusals: &[
            (404, "There is no message of that id."),
            (409, "It is being sent, or no SMTP server is configured."),
        ],
        handler: || post(deliver),
    },
];

/// The messages, in the order they were written.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Messages {
    messages: Vec<Posted<OutboxMessage>>,
    /// The id to read on after, where there are more.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// `GET /control/api/outbox?after=…&recipient=…&wait=10s`
///
/// With `wait` the answer comes as soon as there is a message to show, or empty when the time is over.
pub async fn list(State(app): State<App>, realm: Realm, parameters: Parameters) -> Result<Json<Messages>, Problem> {
    let question = Question::read(&parameters)?;
    let channel = |text: &str| {
        let known = [Channel::Email, Channel::Sms].map(Channel::name).contains(&text);
        known.then(|| text.to_owned())
    };
    let filter = MessageFilter {
        recipient: parameters.owned("recipient"),
        reason: parameters.owned("reason"),
        channel: parameters.read_by("channel", "email or sms", channel)?,
        state: question.state,
    };
    let after = begin_after(&app, &realm, question.page.after.as_deref()).await?;
    let look = async || -> Result<_, Problem> {
        let mut conn = app.database.read().await?;
        Ok(store::messages::list(&mut conn, realm.id, after, &filter, question.page.limit_and_one()).await?)
    };
    let mut messages = watch(&app, question.wait, look).await?;
    let next = question.page.cut(&mut messages, |(message, _)| message.id.clone());
    let messages = messages
        .into_iter()
        .map(|(what, delivery)| Posted { what, delivery })
        .collect();
    Ok(Json(Messages { messages, next }))
}

async fn begin_after(app: &App, realm: &Realm, after: Option<&str>) -> Result<i64, Problem> {
    let Some(after) = after else {
        return Ok(0);
    };
    let sequence = store::messages::sequence(&mut app.database.read().await?, realm.id, after).await?;
    sequence.ok_or_else(|| Problem::not_found(format!("`after`: there is no message {after:?}")))
}

/// An e-mail by hand.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Draft {
    recipient: String,
    subject: String,
    body: String,
    html: Option<String>,
}

/// `POST /control/api/outbox`
async fn write(
    State(app): State<App>,
    realm: Realm,
    JsonBody(draft): JsonBody<Draft>,
) -> Result<(StatusCode, Json<Posted<OutboxMessage>>), Problem> {
    if !email_address::EmailAddress::is_valid(&draft.recipient) {
        return Err(Problem::bad_request("`recipient` is not an e-mail address"));
    }
    let email = Email {
        recipient: draft.recipient,
        subject: draft.subject,
        body: draft.body,
        html: draft.html,
        reason: "control_api.by_hand",
    };
    let now = realm.clock.now();
    let mut tx = app.database.begin().await?;
    let outcome = app.outbox.write(&mut tx, realm.id, &realm.random, email, now).await;
    let id = settle(tx, outcome).await?;
    app.outbox.notify();
    Ok((StatusCode::CREATED, Json(find(&app, &realm, &id).await?)))
}

/// `DELETE /control/api/outbox`
async fn clear(State(app): State<App>, realm: Realm) -> Result<StatusCode, Problem> {
    let mut tx = app.database.begin().await?;
    let outcome = cleared(&mut tx, &realm).await;
    settle(tx, outcome).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn cleared(tx: &mut Tx, realm: &Realm) -> store::Result<()> {
    for kind in [DeliveryKind::OutboxMessage, DeliveryKind::Webhook] {
        store::deliveries::clear(tx, realm.id, kind).await?;
    }
    store::messages::clear(tx, realm.id).await?;
    store::webhooks::clear(tx, realm.id).await?;
    Ok(())
}

/// `GET /control/api/outbox/{id}`
async fn show(
    State(app): State<App>,
    realm: Realm,
    path: Result<Path<String>, PathRejection>,
) -> Result<Json<Posted<OutboxMessage>>, Problem> {
    Ok(Json(find(&app, &realm, &id(path)?).await?))
}

/// `GET /control/api/outbox/{id}/text`
async fn show_text(
    State(app): State<App>,
    realm: Realm,
    path: Result<Path<String>, PathRejection>,
) -> Result<Response, Problem> {
    let message = find(&app, &realm, &id(path)?).await?.what;
    Ok(document("text/plain; charset=utf-8", message.body))
}

/// `GET /control/api/outbox/{id}/html`
async fn show_html(
    State(app): State<App>,
    realm: Realm,
    path: Result<Path<String>, PathRejection>,
) -> Result<Response, Problem> {
    let message = find(&app, &realm, &id(path)?).await?.what;
    let html = message
        .html
        .ok_or_else(|| Problem::not_found("this message has text only"))?;
    Ok(document("text/html; charset=utf-8", html))
}

fn document(kind: &'static str, text: String) -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(MESSAGE_CSP)),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    (headers, text).into_response()
}

/// `POST /control/api/outbox/{id}/deliver`
async fn deliver(
    State(app): State<App>,
    realm: Realm,
    path: Result<Path<String>, PathRejection>,
) -> Result<(StatusCode, Json<Posted<OutboxMessage>>), Problem> {
    let id = id(path)?;
    let message = find(&app, &realm, &id).await?.what;
    let mut tx = app.database.begin().await?;
    let outcome = app
        .outbox
        .send_message_again(&mut tx, realm.id, &message, realm.clock.now(), system_now())
        .await;
    match settle(tx, outcome).await? {
        Redelivery::Due => app.outbox.notify(),
        Redelivery::Busy => return Err(Problem::conflict("it is being sent at the moment")),
        Redelivery::Nowhere => {
            return Err(Problem::conflict(
                "no SMTP server is configured: start the server with --smtp smtp://… to send e-mails",
            ));
        }
    }
    Ok((StatusCode::ACCEPTED, Json(find(&app, &realm, &id).await?)))
}

async fn find(app: &App, realm: &Realm, id: &str) -> Result<Posted<OutboxMessage>, Problem> {
    let found = store::messages::find(&mut app.database.read().await?, realm.id, id).await?;
    let (what, delivery) = found.ok_or_else(|| Problem::not_found(format!("there is no message {id:?}")))?;
    Ok(Posted { what, delivery })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        keys::sealing::Sealer,
        passwords::Passwords,
        realms::creation::{NewRealmRequest, create},
        store::Database,
        web::endpoint::EndpointTable,
    };

    async fn empty_realm() -> (App, Realm) {
        let database = Database::open("sqlite::memory:").await.unwrap();
        let (sealer, passwords) = (Sealer::ephemeral().unwrap(), Passwords::new().unwrap());
        let app = App::new(
            "http://localhost:8080".to_owned(),
            database,
            sealer,
            passwords,
            EndpointTable::new([]),
        );
        let realm = create(&app, NewRealmRequest::default_realm(std::sync::Arc::default()))
            .await
            .unwrap();
        (app, realm)
    }

    async fn write(app: &App, realm: &Realm, recipient: &str) {
        let email = Email {
            recipient: recipient.to_owned(),
            subject: "An earlier appointment".to_owned(),
            body: "There is one.".to_owned(),
            html: None,
            reason: "test",
        };
        let mut tx = app.database.begin().await.unwrap();
        app.outbox
            .write(&mut tx, realm.id, &realm.random, email, realm.clock.now())
            .await
            .unwrap();
        tx.commit().await.unwrap();
        app.outbox.notify();
    }

    fn parameters(query: &str) -> Parameters {
        Parameters::read(Some(query), OPERATIONS[0].query).unwrap()
    }

    async fn ask(app: &App, realm: &Realm, query: &str) -> Vec<OutboxMessage> {
        let messages = list(State(app.clone()), realm.clone(), parameters(query))
            .await
            .unwrap()
            .0
            .messages;
        messages.into_iter().map(|posted| posted.what).collect()
    }

    #[tokio::test]
    async fn a_waiting_request_is_answered_when_a_message_for_it_is_written() {
        let (app, realm) = empty_realm().await;

        let (messages, ()) = tokio::join!(ask(&app, &realm, "wait=30&recipient=anne%40example.com"), async {
            write(&app, &realm, "ben@example.com").await;
            write(&app, &realm, "anne@example.com").await;
        });

        let recipients: Vec<_> = messages.iter().map(|message| message.recipient.as_str()).collect();
        assert_eq!(recipients, ["anne@example.com"]);
    }

    #[tokio::test]
    async fn a_wait_ends_when_the_server_does() {
        let (app, realm) = empty_realm().await;

        let (messages, ()) = tokio::join!(ask(&app, &realm, "wait=30"), async { app.shutdown.cancel() });

        assert!(messages.is_empty());
    }

    #[tokio::test]
    async fn messages_can_be_read_on_from_the_last_one_seen() {
        let (app, realm) = empty_realm().await;
        for recipient in ["one", "two", "three"] {
            write(&app, &realm, recipient).await;
        }
        let all = ask(&app, &realm, "").await;

        let later = ask(&app, &realm, &format!("after={}", all[0].id)).await;

        assert_eq!(all.len(), 3);
        assert_eq!(
            later
                .iter()
                .map(|message| message.recipient.as_str())
                .collect::<Vec<_>>(),
            ["two", "three"]
        );
        let problem = list(State(app), realm, parameters("after=nothing")).await.unwrap_err();
        assert_eq!(problem.status(), StatusCode::NOT_FOUND);
    }
}
