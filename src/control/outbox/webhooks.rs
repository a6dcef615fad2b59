//! `/control/api/outbox/webhooks`: the requests a realm has made to others, and made again.

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
    model::{DeliveryKind, Pauses, Secret, UrlSource, WebhookHeader, WrittenWebhook},
    outbox::{Redelivery, Signature, Webhook},
    store::{self, Tx, settle, webhooks::WebhookFilter},
};
use axum::{
    Json,
    extract::{Path, State, rejection::PathRejection},
    routing::{delete, get, post},
};
use http::{Method, StatusCode};
use jiff::SignedDuration;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{AFTER, LIMIT, Posted, Question, STATE, id, watch};

/// How many pauses somebody may ask for.
const MOST_PAUSES: usize = 20;

pub const OPERATIONS: &[ControlOperation] = &[
    ControlOperation {
        method: Method::GET,
        path: "/control/api/outbox/webhooks",
        id: "listWebhooks",
        tag: "Outbox",
        summary: "List the realm's webhooks, oldest first, or wait for one",
        access: Reach::Realm,
        query: &[
            AFTER,
            LIMIT,
            WAIT,
            STATE,
            Parameter::optional("event", schema::text, "Only webhooks of this event."),
            Parameter::optional("url", schema::text, "Only webhooks to exactly this address."),
        ],
        body: Body::Nothing,
        answer: Answer {
            status: 200,
            description: Some(
                "The webhooks, in the order they were written; `next` is the value of `after` for the next page.",
            ),
            content: Content::Json(schema::of_answer::<Webhooks>),
        },
        refusals: &[
            (400, "A parameter cannot be read."),
            (404, "There is no webhook of the id in `after`."),
        ],
        handler: || get(list),
    },
    ControlOperation {
        method: Method::POST,
        path: "/control/api/outbox/webhooks",
        id: "postWebhook",
        tag: "Outbox",
        summary: "Send a webhook of your own",
        access: Reach::Realm,
        query: &[],
        body: Body::optional_json(schema::of_body::<Draft>),
        answer: Answer {
            status: 201,
            description: Some("The webhook. It is sent at once."),
            content: Content::Json(schema::of_answer::<Posted<WrittenWebhook>>),
        },
        refusals: &[(400, "The body is invalid.")],
        handler: || post(write),
    },
    ControlOperation {
        method: Method::DELETE,
        path: "/control/api/outbox/webhooks",
        id: "clearWebhooks",
        tag: "Outbox",
        summary: "Delete all webhooks, whatever their state",
        access: Reach::Realm,
        query: &[],
        body: Body::Nothing,
        answer: Answer {
            status: 204,
            description: Some("The webhooks are deleted. Those being sent at that moment still arrive."),
            content: Content::Nothing,
        },
        refusals: &[],
        handler: || delete(clear),
    },
    ControlOperation {
        method: Method::GET,
        path: "/control/api/outbox/webhooks/{id}",
        id: "readWebhook",
        tag: "Outbox",
        summary: "Read one webhook, with the state of its delivery",
        access: Reach::Realm,
        query: &[],
        body: Body::Nothing,
        answer: Answer {
            status: 200,
            description: Some("The webhook. Secret headers show `…`."),
            content: Content::Json(schema::of_answer::<Posted<WrittenWebhook>>),
        },
        refusals: &[(404, "There is no webhook of that id.")],
        handler: || get(show),
    },
    ControlOperation {
        method: Method::POST,
        path: "/control/api/outbox/webhooks/{id}/deliver",
        id: "deliverWebhook",
        tag: "Outbox",
        summary: "Send a webhook again, with the full number of attempts",
        access: Reach::Realm,
        query: &[],
        body: Body::Nothing,
        answer: Answer {
            status: 202,
            description: Some("It is queued."),
            content: Content::Json(schema::of_answer::<Posted<WrittenWebhook>>),
        },
        refusals: &[(404, "There is no webhook of that id."), (409, "It is being sent.")],
        handler: || post(deliver),
    },
];

/// The webhooks, in the order they were written.
#[derive(Debug, Serialize, JsonSchema)]
struct Webhooks {
    webhooks: Vec<Posted<WrittenWebhook>>,
    /// The id to read on after, where there are more.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// A webhook by hand.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Draft {
    event: String,
    url: String,
    #[serde(default = "tester")]
    url_source: UrlSource,
    #[serde(default)]
    headers: Vec<DraftHeader>,
    signature: Option<DraftSignature>,
    /// Exactly what is sent and signed.
    body: String,
    /// How long to wait after the first, second, … failure, such as PT1M; none by default.
    #[serde(default)]
    #[schemars(with = "Vec<String>", length(max = 20))]
    pauses: Vec<SignedDuration>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct DraftHeader {
    name: String,
    #[schemars(with = "String")]
    value: Secret,
    #[serde(default)]
    secret: bool,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct DraftSignature {
    header: String,
    /// An agreed value, sent as it is.
    #[schemars(with = "Option<String>")]
    fixed: Option<Secret>,
    /// The key of an HMAC-SHA-256 over the body.
    #[schemars(with = "Option<String>")]
    hmac_sha256: Option<Secret>,
}

fn tester() -> UrlSource {
    UrlSource::Tester
}

impl Draft {
    fn into_webhook(self) -> Result<Webhook, Problem> {
        if self.pauses.len() > MOST_PAUSES || self.pauses.iter().any(|pause| pause.is_negative()) {
            return Err(Problem::bad_request(format!(
                "`pauses` must be at most {MOST_PAUSES} durations, none of them negative"
            )));
        }
        let headers = self.headers.into_iter().map(|header| {
            if header.secret {
                WebhookHeader::Secret(header.name, header.value)
            } else {
                WebhookHeader::Plain(header.name, header.value.reveal().to_owned())
            }
        });
        let mut headers: Vec<_> = headers.collect();
        if let Some(signature) = &self.signature {
            headers.push(signature.header(&self.body)?);
        }
        let webhook = Webhook {
            event: self.event,
            url: self.url,
            url_source: self.url_source,
            headers,
            body: self.body,
            pauses: Pauses(self.pauses),
        };
        webhook
            .check()
            .map_err(|error| Problem::bad_request(error.to_string()))?;
        Ok(webhook)
    }
}

impl DraftSignature {
    fn header(&self, body: &str) -> Result<WebhookHeader, Problem> {
        let signature = match (&self.fixed, &self.hmac_sha256) {
            (Some(value), None) => Signature::Fixed(value.reveal()),
            (None, Some(key)) => Signature::HmacSha256(key.reveal().as_bytes()),
            _ => {
                return Err(Problem::bad_request(
                    "`signature` must have one of `fixed` and `hmac_sha256`",
                ));
            }
        };
        Ok(signature.header(&self.header, body))
    }
}

/// `GET /control/api/outbox/webhooks?after=…&event=…&wait=10s`
async fn list(State(app): State<App>, realm: Realm, parameters: Parameters) -> Result<Json<Webhooks>, Problem> {
    let question = Question::read(&parameters)?;
    let filter = WebhookFilter {
        event: parameters.owned("event"),
        url: parameters.owned("url"),
        state: question.state,
    };
    let after = begin_after(&app, &realm, question.page.after.as_deref()).await?;
    let look = async || -> Result<_, Problem> {
        let mut conn = app.database.read().await?;
        Ok(store::webhooks::list(&mut conn, realm.id, after, &filter, question.page.limit_and_one()).await?)
    };
    let mut webhooks = watch(&app, question.wait, look).await?;
    let next = question.page.cut(&mut webhooks, |(webhook, _)| webhook.id.clone());
    let webhooks = webhooks
        .into_iter()
        .map(|(what, delivery)| Posted { what, delivery })
        .collect();
    Ok(Json(Webhooks { webhooks, next }))
}

async fn begin_after(app: &App, realm: &Realm, after: Option<&str>) -> Result<i64, Problem> {
    let Some(after) = after else {
        return Ok(0);
    };
    let sequence = store::webhooks::sequence(&mut app.database.read().await?, realm.id, after).await?;
    sequence.ok_or_else(|| Problem::not_found(format!("`after`: there is no webhook {after:?}")))
}

/// `POST /control/api/outbox/webhooks`
async fn write(
    State(app): State<App>,
    realm: Realm,
    JsonBody(draft): JsonBody<Draft>,
) -> Result<(StatusCode, Json<Posted<WrittenWebhook>>), Problem> {
    let webhook = draft.into_webhook()?;
    let now = realm.clock.now();
    let mut tx = app.database.begin().await?;
    let outcome = app
        .outbox
        .post_webhook(&mut tx, realm.id, &realm.random, webhook, now)
        .await;
    let id = settle(tx, outcome).await?;
    app.outbox.notify();
    Ok((StatusCode::CREATED, Json(find(&app, &realm, &id).await?)))
}

/// `DELETE /control/api/outbox/webhooks`
async fn clear(State(app): State<App>, realm: Realm) -> Result<StatusCode, Problem> {
    let mut tx = app.database.begin().await?;
    let outcome = cleared(&mut tx, &realm).await;
    settle(tx, outcome).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn cleared(tx: &mut Tx, realm: &Realm) -> store::Result<()> {
    store::deliveries::clear(tx, realm.id, DeliveryKind::Webhook).await?;
    store::webhooks::clear(tx, realm.id).await?;
    Ok(())
}

/// `GET /control/api/outbox/webhooks/{id}`
async fn show(
    State(app): State<App>,
    realm: Realm,
    path: Result<Path<String>, PathRejection>,
) -> Result<Json<Posted<WrittenWebhook>>, Problem> {
    Ok(Json(find(&app, &realm, &id(path)?).await?))
}

/// `POST /control/api/outbox/webhooks/{id}/deliver`
async fn deliver(
    State(app): State<App>,
    realm: Realm,
    path: Result<Path<String>, PathRejection>,
) -> Result<(StatusCode, Json<Posted<WrittenWebhook>>), Problem> {
    let id = id(path)?;
    find(&app, &realm, &id).await?;
    let mut tx = app.database.begin().await?;
    let outcome = app
        .outbox
        .send_webhook_again(&mut tx, realm.id, &id, realm.clock.now(), system_now())
        .await;
    match settle(tx, outcome).await? {
        Redelivery::Due => app.outbox.notify(),
        Redelivery::Busy | Redelivery::Nowhere => return Err(Problem::conflict("it is being sent at the moment")),
    }
    Ok((StatusCode::ACCEPTED, Json(find(&app, &realm, &id).await?)))
}

async fn find(app: &App, realm: &Realm, id: &str) -> Result<Posted<WrittenWebhook>, Problem> {
    let mut conn = app.database.read().await?;
    let found = store::webhooks::find(&mut conn, realm.id, id).await?;
    let sealed = found.ok_or_else(|| Problem::not_found(format!("there is no webhook {id:?}")))?;
    let delivery = store::deliveries::find(&mut conn, realm.id, id).await?;
    Ok(Posted {
        what: sealed.webhook,
        delivery: delivery.unwrap_or_else(crate::model::Delivery::kept),
    })
}
