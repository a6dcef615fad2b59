//! `POST …/control/api/tokens`: tokens minted without a browser, for any user or for a client itself.
//!
//! They are real: written as a sign-in would have written them, with a grant that ends them and a consent that the
//! account page shows. Expired ones were good once: they are minted as of a lifetime and a minute ago.

use std::sync::Arc;

use crate::{
    api::{
        operation::{Answer, Body, Content},
        parameters::JsonBody,
        problem::Problem,
        schema,
    },
    app::{
        App, Realm,
        control_operation::{ControlOperation, Reach},
    },
    model::{
        Claims, Client, ClientId, Grant, GrantId, GrantType, IssuedAccessToken, RefreshToken, Resources,
        SCOPES_OF_USERS, Scopes, User,
    },
    realms::seed::check_rule_names,
    store::{self, Tx, settle},
    tokens::{AccessTokenFor, IdTokenFor},
};
use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
    routing::post,
};
use http::{Method, StatusCode, header};
use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::duration::Duration;

pub const OPERATIONS: &[ControlOperation] = &[ControlOperation {
    method: Method::POST,
    path: "/control/api/tokens",
    id: "mintTokens",
    tag: "Tokens",
    summary: "Mint tokens, without a browser",
    access: Reach::Realm,
    query: &[],
    body: Body::optional_json(schema::of_body::<MintToken>),
    answer: Answer {
        status: 201,
        description: Some("The tokens, in the form of the token endpoint."),
        content: Content::Json(schema::of_answer::<Minted>),
    },
    refusals: &[
        (
            400,
            "The request is invalid, or the client may not have what it asks for.",
        ),
        (404, "There is no such client or user."),
    ],
    handler: || post(mint),
}];

/// How long ago an expired token expired.
const AGO: SignedDuration = SignedDuration::from_mins(1);

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct MintToken {
    #[schemars(with = "String")]
    client_id: ClientId,
    /// Id or user name. Without a user the token is the client's own, as with client_credentials.
    user: Option<String>,
    #[schemars(with = "String")]
    scope: Scopes,
    /// The lifetime of access and ID token, such as PT10M. Default: the policy's.
    lifetime: Option<Duration>,
    /// true: access and ID token have expired a minute ago.
    #[serde(default)]
    expired: bool,
    /// Default: if the client may use one.
    refresh_token: Option<bool>,
    /// Default: if openid is among the scopes.
    id_token: Option<bool>,
    nonce: Option<String>,
    /// When the user signed in. Default: now.
    #[schemars(schema_with = "schema::date_time")]
    #[serde(default)]
    auth_time: Option<Timestamp>,
    amr: Option<Vec<String>>,
    acr: Option<String>,
    /// Further claims of the ID token and of a JWT access token.
    #[serde(default)]
    claims: Claims,
}

/// As the token endpoint answers.
#[derive(Serialize, JsonSchema)]
struct Minted {
    access_token: String,
    #[schemars(extend("const" = "Bearer"))]
    token_type: &'static str,
    /// Seconds; 0 for an expired token.
    expires_in: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<String>,
    scope: String,
    /// Unix seconds.
    created_at: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    id_token: Option<String>,
}

/// What is written: a family with its tokens, or a lone token.
struct Rows<'a> {
    family: Option<(&'a Grant, Option<&'a RefreshToken>)>,
    access_token: &'a IssuedAccessToken,
}

async fn mint(
    State(app): State<App>,
    realm: Realm,
    JsonBody(request): JsonBody<MintToken>,
) -> Result<Response, Problem> {
    let (client, user) = subjects(&app, &realm, &request).await?;
    request.check(&realm, &client)?;
    let now = realm.clock.now();
    let lifetime = request.seconds(&realm, now)?;
    let issued_at = if request.expired {
        before(now, SignedDuration::from_secs(lifetime.into()) + AGO)?
    } else {
        now
    };

    let grant = user.as_ref().map(|user| request.grant(&realm, user, now, issued_at));
    let pair = realm.random.id(now);
    let (access_token, row) = realm.mint.access_token(AccessTokenFor {
        client: &client,
        grant: grant.as_ref(),
        user: user.as_ref(),
        scopes: &request.scope,
        resources: &Resources::default(),
        pair: &pair,
        now: issued_at,
        lifetime: Some(lifetime),
        further: request.further(),
    })?; // before its row is written, as everywhere
    let refresh_token = grant.as_ref().filter(|_| request.wants_refresh_token(&client));
    let refresh_token = refresh_token.map(|grant| realm.mint.refresh_token(grant, &pair, now));

    let mut tx = app.database.begin().await?;
    let rows = Rows {
        family: grant
            .as_ref()
            .map(|grant| (grant, refresh_token.as_ref().map(|(_, row)| row))),
        access_token: &row,
    };
    let outcome = written(&mut tx, &realm, &rows, now).await;
    settle(tx, outcome).await?;

    let id_token = grant.as_ref().filter(|_| request.wants_id_token()).map(|grant| {
        realm.mint.id_token(IdTokenFor {
            client: &client,
            grant,
            user: user.as_ref(),
            scopes: &request.scope,
            nonce: request.nonce.as_deref(),
            access_token: &access_token,
            now: issued_at,
            lifetime: (request.expired || request.lifetime.is_some()).then_some(lifetime),
            further: request.further(),
        })
    });
    let minted = Minted {
        expires_in: row.expires_at.duration_since(now).as_secs().max(0),
        id_token: id_token.transpose()?,
        access_token: access_token.reveal().to_owned(),
        token_type: "Bearer",
        refresh_token: refresh_token.map(|(token, _)| token.reveal().to_owned()),
        scope: request.scope.to_string(),
        created_at: issued_at.as_second(),
    };
    let no_store = [(header::CACHE_CONTROL, "no-store"), (header::PRAGMA, "no-cache")];
    Ok((StatusCode::CREATED, no_store, Json(minted)).into_response())
}

/// The client and the user that the token is for.
async fn subjects(app: &App, realm: &Realm, request: &MintToken) -> Result<(Arc<Client>, Option<User>), Problem> {
    let client = realm.client(&app.database, &request.client_id).await?;
    let client = client.ok_or_else(|| Problem::not_found(format!("there is no client {:?}", request.client_id.0)))?;
    let Some(name) = &request.user else {
        return Ok((client, None));
    };
    let user = store::users::find_by_id_or_name(&mut app.database.read().await?, realm.id, name).await?;
    let user = user.ok_or_else(|| Problem::not_found(format!("there is no user {name:?}")))?;
    Ok((client, Some(user)))
}

/// In the order of locks: consent, grant, tokens.
async fn written(tx: &mut Tx, realm: &Realm, rows: &Rows<'_>, now: Timestamp) -> Result<(), Problem> {
    if let Some((grant, refresh_token)) = rows.family {
        store::consents::extend(tx, realm.id, &grant.user, &grant.client, &grant.scopes, now).await?;
        store::grants::insert(tx, realm.id, grant, now).await?;
        if let Some(refresh_token) = refresh_token {
            store::refresh_tokens::insert(tx, realm.id, refresh_token).await?;
        }
    }
    store::access_tokens::insert(tx, realm.id, rows.access_token).await?;
    Ok(())
}

fn before(now: Timestamp, span: SignedDuration) -> Result<Timestamp, Problem> {
    now.checked_sub(span)
        .map_err(|_| Problem::bad_request("`lifetime` is too long"))
}

impl MintToken {
    fn check(&self, realm: &Realm, client: &Client) -> Result<(), Problem> {
        let refuse = |detail: String| Err(Problem::bad_request(detail));
        let unknown = self.scope.without(&realm.policy.scopes());
        if !unknown.is_empty() {
            return refuse(format!("there is no scope {unknown} here"));
        }
        let foreign = client.not_registered_for(&self.scope);
        if !foreign.is_empty() {
            return refuse(format!("client {:?} is not registered for {foreign}", client.id.0));
        }
        check_rule_names(&self.claims).map_err(Problem::bad_request)?;
        if self.user.is_some() {
            return self.check_for_user(client);
        }
        if client.public() {
            return refuse(format!(
                "client {:?} is public and gets no tokens for itself: send `user`",
                client.id.0
            ));
        }
        let of_users = self
            .scope
            .without(&self.scope.without(&SCOPES_OF_USERS.into_iter().collect()));
        if !of_users.is_empty() {
            return refuse(format!("{of_users} concerns a user: send `user`"));
        }
        let of_user = [
            ("refresh_token", self.refresh_token == Some(true)),
            ("id_token", self.id_token == Some(true)),
            ("nonce", self.nonce.is_some()),
            ("auth_time", self.auth_time.is_some()),
            ("amr", self.amr.is_some()),
            ("acr", self.acr.is_some()),
        ];
        match of_user.into_iter().find(|(_, said)| *said) {
            Some((member, _)) => refuse(format!("`{member}` needs a user: send `user`")),
            None => Ok(()),
        }
    }

    fn check_for_user(&self, client: &Client) -> Result<(), Problem> {
        if self.refresh_token == Some(true) && !client.may_use(GrantType::RefreshToken) {
            let detail = format!("client {:?} is not registered for refresh_token", client.id.0);
            return Err(Problem::bad_request(detail));
        }
        if self.id_token == Some(true) && !self.scope.contains("openid") {
            return Err(Problem::bad_request("an ID token needs the scope openid"));
        }
        if self.nonce.is_some() && !self.wants_id_token() {
            return Err(Problem::bad_request("`nonce` needs an ID token"));
        }
        if self.acr.is_some() && self.claims.contains_key("acr") {
            return Err(Problem::bad_request("`acr` is also in `claims`: send it once"));
        }
        Ok(())
    }

    /// Of access and ID token.
    fn seconds(&self, realm: &Realm, now: Timestamp) -> Result<u32, Problem> {
        let Some(lifetime) = self.lifetime else {
            return Ok(realm.policy.lifetimes.access_token.get());
        };
        let end = lifetime.after(now).filter(|end| *end > now);
        let seconds = end.and_then(|end| u32::try_from(end.duration_since(now).as_secs()).ok());
        seconds.filter(|seconds| *seconds > 0).ok_or_else(|| {
            Problem::bad_request(
                "`lifetime` must be at least one second, such as PT10M; use `expired` for expired tokens",
            )
        })
    }

    fn wants_refresh_token(&self, client: &Client) -> bool {
        self.refresh_token.unwrap_or(client.may_use(GrantType::RefreshToken))
    }

    fn wants_id_token(&self) -> bool {
        self.id_token.unwrap_or(self.scope.contains("openid"))
    }

    fn grant(&self, realm: &Realm, user: &User, now: Timestamp, issued_at: Timestamp) -> Grant {
        Grant {
            id: GrantId(realm.random.id(now)),
            client: self.client_id.clone(),
            user: user.id.clone(),
            sid: None, // no browser, no session
            scopes: self.scope.clone(),
            resources: Resources::default(),
            auth_time: self.auth_time.unwrap_or(issued_at),
            amr: self.amr.clone().unwrap_or_default(),
        }
    }

    fn further(&self) -> Claims {
        let mut further = self.claims.clone();
        if let Some(acr) = &self.acr {
            further.insert("acr".to_owned(), Value::String(acr.clone()));
        }
        further
    }
}
