//! `GET|PUT /control/api/realms/{realm}/snapshot`: a realm as one document, and a realm out of one.
//!
//! Taking one sees one state of the database. Restoring makes a new realm in the place of the old one, which is deleted in the
//! same transaction: whoever still holds the old one writes into what nobody sees. The document is described in [`document`].

mod document;

use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, put};
use http::{HeaderMap, HeaderValue, Method, header};
use serde_json::json;

use super::body::{self, Duration};
use super::making::{self, issuer_of, open_origin, seal_origin};
use super::problem::Problem;
use super::realms::{self, created, end_of, find, made_schema, read_name};
use super::route_table::{Answer, Content, Parameter, Reach, Row};
use crate::app::{App, DirectoryError, Realm};
use crate::clock;
use crate::model::{RealmId, RealmName, RealmSettings};
use crate::random::{Random, digest};
use crate::store::database::Value as Stored;
use crate::store::realms::NewRealm;
use crate::store::tables::{self, Table};
use crate::store::{self, Conn, Tx, settle};
use crate::web::parameters::read_form;
use document::{Document, Form};

pub const ROWS: &[Row] = &[
    Row {
        method: Method::GET,
        path: SNAPSHOT,
        operation: "takeSnapshot",
        tag: "Realms",
        summary: "The realm as one JSON document, secrets included, to be kept and compared",
        reach: Reach::Root,
        query: &[],
        body: None,
        answer: Answer {
            status: 200,
            description: "The snapshot: stable in order and form, one row of the database a line.",
            content: Content::Json(|| json!({"type": "object", "required": ["anteroom_snapshot"]})),
        },
        refusals: &[NO_REALM],
        serve: || get(take),
    },
    Row {
        method: Method::PUT,
        path: SNAPSHOT,
        operation: "restoreSnapshot",
        tag: "Realms",
        summary: "Make the realm what a snapshot says, all of it or nothing; makes it where there is none",
        reach: Reach::Root,
        query: &[Parameter {
            name: "ttl",
            description: "How long it lives by the machine's clock; without it, as long as the one it replaces.",
            kind: "string",
        }],
        body: Some(|| json!({"type": "object", "required": ["anteroom_snapshot"]})),
        answer: Answer {
            status: 200,
            description: "The realm stands; 201 where there was none of its name.",
            content: Content::Json(made_schema),
        },
        refusals: &[
            (400, "It is no snapshot, or not a sound one; the detail says where."),
            (413, "It is too large."),
        ],
        serve: || put(restore),
    },
];

const SNAPSHOT: &str = "/control/api/realms/{realm}/snapshot";
const NO_REALM: (u16, &str) = (404, "There is no such realm.");

/// `GET /control/api/realms/{realm}/snapshot`
pub async fn take(State(app): State<App>, Path(name): Path<String>) -> Result<Response, Problem> {
    let realm = find(&app, &name).await?;
    let taking = {
        let app = app.clone();
        // Nobody aborts it: see `begin_reading`.
        app.tasks.clone().spawn(async move { written(&app, realm.id).await })
    };
    let text = taking.await.map_err(Problem::failure)??;
    let text = text.ok_or_else(|| Problem::not_found(format!("there is no realm {name:?}")))?;
    let kind = (header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    Ok(([kind], text).into_response())
}

/// A realm's snapshot as text; `None` when it is gone.
async fn written(app: &App, realm: RealmId) -> Result<Option<String>, Problem> {
    let tables = super::tables();
    let mut conn = app.database.begin_reading().await?;
    let outcome = everything(&mut conn, realm, &tables).await;
    conn.end().await?;
    let Some(held) = outcome? else {
        return Ok(None);
    };
    let issuer = issuer_of(&app.issuer, &held.settings.name);
    let form = Form::new(&issuer, &app.issuer, app.realms.sealer());
    let root_secret = Realm::open_root_secret(&held.settings.root_secret, app.realms.sealer())?;
    let made_from = held.origin.map(|origin| open_origin(app, &origin)).transpose()?;
    let document = Document {
        clock: held.settings.clock,
        policy: held.settings.policy,
        chance: held.chance,
        root_secret,
        made_from,
        tables: held.tables,
    };
    Ok(Some(document.write(&form)?))
}

/// What is read of a realm in one state of the database.
struct Held {
    settings: RealmSettings,
    chance: Option<store::realms::Chance>,
    origin: Option<String>,
    tables: Vec<(&'static Table, Vec<Vec<Stored>>)>,
}

async fn everything(conn: &mut Conn, realm: RealmId, tables: &[&'static Table]) -> store::Result<Option<Held>> {
    let settings = store::realms::find_by_id(conn, realm).await?;
    let beginnings = store::realms::find_beginnings(conn, realm).await?;
    let (Some(settings), Some((chance, origin))) = (settings, beginnings) else {
        return Ok(None);
    };
    let mut rows = Vec::with_capacity(tables.len());
    for &table in tables {
        rows.push((table, table.copied(tables::rows(conn, realm, table).await?)));
    }
    Ok(Some(Held {
        settings,
        chance,
        origin,
        tables: rows,
    }))
}

/// `PUT /control/api/realms/{realm}/snapshot?ttl=…`
pub async fn restore(
    State(app): State<App>,
    Path(name): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    let name = read_name(&name)?;
    let ttl = read_ttl(query.as_deref().unwrap_or_default())?;
    if ttl.is_some() && name.is_default() {
        return Err(Problem::bad_request("`ttl`: the realm at the root stays"));
    }
    body::check_type(&headers)?;
    let issuer = issuer_of(&app.issuer, &name);
    let form = Form::new(&issuer, &app.issuer, app.realms.sealer());
    let document = Document::read(&body, &super::tables(), &form)?;

    let (realm, replaced) = put_in_place(&app, name, document, ttl, &digest_of(&body)).await?;
    match replaced {
        Some(old) => {
            app.realms.forget(old);
            Ok(realms::stands(&realm))
        }
        None => Ok(created(&realm)),
    }
}

fn digest_of(body: &[u8]) -> String {
    digest(&String::from_utf8_lossy(body))
}

fn read_ttl(query: &str) -> Result<Option<Duration>, Problem> {
    let mut ttl = None;
    for (name, value) in read_form(query.as_bytes()).map_err(|error| Problem::bad_request(error.to_string()))? {
        if name != "ttl" {
            return Err(Problem::bad_request(format!("there is no parameter {name:?}: ttl")));
        }
        let stretch = serde_json::from_value(value.into());
        ttl = Some(stretch.map_err(|_| Problem::bad_request("`ttl` is a stretch of time, like PT30M"))?);
    }
    Ok(ttl)
}

async fn put_in_place(
    app: &App,
    name: RealmName,
    document: Document,
    ttl: Option<Duration>,
    digest: &str,
) -> Result<(Realm, Option<RealmId>), Problem> {
    let sealer = app.realms.sealer();
    let before = app.realms.find(&app.database, name.as_str()).await?;
    let expires_at = match end_of(ttl)? {
        None => before.and_then(|before| before.settings.expires_at),
        end => end,
    };
    // A stream of its own: what is drawn from now on is the same whenever this document is restored, and nothing in it was.
    let random = document
        .chance
        .as_ref()
        .map(|chance| Random::seeded(&chance.seed, &format!("{} after {digest}", chance.epoch)));
    let now = clock::system_now();
    let realm = NewRealm {
        name,
        policy: document.policy,
        clock: document.clock,
        root_secret: Realm::seal_root_secret(&document.root_secret, sealer).map_err(DirectoryError::from)?,
        created_at: now,
        expires_at,
        chance: document.chance,
        origin: document.made_from.map(|origin| seal_origin(app, &origin)).transpose()?,
    };

    let mut tx = app.database.begin().await?;
    let outcome = replaced(app, &mut tx, realm, &document.tables).await;
    let (settings, old) = settle(tx, outcome).await?;

    Ok((making::stands(app, settings, random).await?, old))
}

async fn replaced(
    app: &App,
    tx: &mut Tx,
    realm: NewRealm,
    tables: &[(&'static Table, Vec<Vec<Stored>>)],
) -> Result<(RealmSettings, Option<RealmId>), Problem> {
    let (settings, old) = store::realms::replace(tx, realm, clock::system_now()).await?;
    let settings = settings.ok_or_else(|| Problem::conflict("somebody has made a realm of that name this moment"))?;
    for (table, rows) in tables {
        tables::insert(tx, settings.id, table, rows).await?;
    }
    // What no column's check sees: whether the realm can be used, with the keys it has now.
    match app.realms.handle(tx, settings.clone()).await {
        Ok(_) => Ok((settings, old)),
        Err(DirectoryError::Database(error)) => Err(error.into()),
        Err(error) => Err(Problem::bad_request(format!("no realm can be made of it: {error}"))),
    }
}
