//! Who asks, found out from the request alone: what faults are narrowed by.
//!
//! Nothing here is proved and nothing is refused: a request that names a client is taken at its word, and whether the
//! word is good the handler says. Asked only where a fault is armed that wants to know.

use std::sync::Arc;

use axum::{
    body::{Body, Bytes, to_bytes},
    extract::Request,
};
use futures_util::stream;
use http::{HeaderMap, Method, header::CONTENT_TYPE, request::Parts};
use serde_json::Value;

use crate::{
    app::{App, Realm},
    faults::{Armed, Asked, Effect, Subject, Watch, call::Here},
    model::Secret,
    oauth,
    random::digest,
    sessions,
    store::{self, Conn},
    web::{
        bearer,
        endpoint::{Endpoint, SubjectSource},
        parameters::read_form,
        received::Received,
    },
};

/// Begins the watch over a request, if a fault waits for one like it. The request comes back whole.
pub async fn watch(app: &App, realm: &Realm, armed: &[Arc<Armed>], request: Request) -> (Request, Option<Arc<Watch>>) {
    let received = request.extensions().get::<Received>();
    let endpoint = received.map_or_else(
        || app.endpoints.find(request.uri().path()),
        |received| received.endpoint,
    );
    if request.method() == Method::OPTIONS || !armed.iter().any(|armed| armed.row.endpoints.contains(endpoint)) {
        return (request, None); // a browser that asks before it asks is let through
    }
    let (parts, body) = request.into_parts();
    let (form, body) = form_of(&parts, endpoint, body).await;
    let asked = Asked {
        endpoint,
        method: parts.method.clone(),
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        grant_type: value(&form, "grant_type"),
        authenticates_by_header: oauth::client_named_by_header(&parts.headers, &realm.policy).is_some(),
    };
    let fault_target = if armed.iter().any(|armed| wants_to_know(armed)) {
        let question = Question {
            realm,
            parts: &parts,
            form: &form,
        };
        question.answer(app, endpoint).await.unwrap_or_else(|error| {
            tracing::warn!(%error, "client and user are unknown: faults limited to one do not apply");
            Subject::default()
        })
    } else {
        Subject::default()
    };
    let here = Here {
        issuer: realm.issuer.clone(),
        random: realm.random.clone(),
        now: realm.clock.now(),
    };
    let watch = Watch::new(armed, asked, fault_target, here);
    (Request::from_parts(parts, body), watch)
}

fn wants_to_know(armed: &Armed) -> bool {
    armed.client.is_some() || armed.user.is_some() || matches!(armed.row.effect, Effect::SignedUserinfo)
}

/// The form or JSON object of a body, and the body as it was. What cannot be read is the handler's to refuse.
async fn form_of(parts: &Parts, endpoint: &Endpoint, body: Body) -> (Vec<(String, String)>, Body) {
    let nothing = |body| (Vec::new(), body);
    let kind = media_type(&parts.headers);
    if parts.method != Method::POST || !endpoint.subject.reads_form() || kind.is_none() {
        return nothing(body);
    }
    match to_bytes(body, usize::MAX).await {
        Ok(bytes) => (fields(kind.unwrap_or_default(), &bytes), Body::from(bytes)),
        // The handler finds the same error: the layer around us that bounds bodies has its say.
        Err(error) => nothing(Body::from_stream(stream::iter([Err::<Bytes, _>(error)]))),
    }
}

fn media_type(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(CONTENT_TYPE)?.to_str().ok()?;
    value.split(';').next().map(str::trim)
}

fn fields(kind: &str, bytes: &[u8]) -> Vec<(String, String)> {
    if kind.eq_ignore_ascii_case("application/json") {
        let Ok(Value::Object(members)) = serde_json::from_slice(bytes) else {
            return Vec::new();
        };
        let text = |(name, value): (String, Value)| Some((name, value.as_str()?.to_owned()));
        return members.into_iter().filter_map(text).collect();
    }
    read_form(bytes).unwrap_or_default()
}

fn value(form: &[(String, String)], name: &str) -> Option<String> {
    let found = form.iter().find(|(own, _)| own == name);
    found.map(|(_, value)| value.clone())
}

struct Question<'a> {
    realm: &'a Realm,
    parts: &'a Parts,
    form: &'a [(String, String)],
}

impl Question<'_> {
    async fn answer(&self, app: &App, endpoint: &Endpoint) -> store::Result<Subject> {
        let mut conn = app.database.read().await?;
        match endpoint.subject {
            SubjectSource::Grant => self.of_grant(&mut conn).await,
            SubjectSource::PresentedToken => self.of_token_asked_about(&mut conn).await,
            SubjectSource::AccessToken { .. } => self.of_bearer(&mut conn).await,
            SubjectSource::Browser => self.of_browser(&mut conn).await,
            SubjectSource::None => Ok(Subject::default()),
        }
    }

    fn field(&self, name: &str) -> Option<String> {
        value(self.form, name)
    }

    fn named_client(&self) -> Option<String> {
        oauth::client_named_by_header(&self.parts.headers, &self.realm.policy)
            .map(|client| client.0)
            .or_else(|| self.field("client_id"))
    }

    async fn of_grant(&self, conn: &mut Conn) -> store::Result<Subject> {
        let realm = self.realm.id;
        let mut user = None;
        if let Some(code) = self.field("code") {
            let code = store::authorization_codes::find(conn, realm, &digest(&code)).await?;
            user = code.map(|code| code.grant.user.0);
        } else if let Some(token) = self.field("refresh_token") {
            let token = store::refresh_tokens::find(conn, realm, &digest(&token)).await?;
            user = token.map(|token| token.grant.user.0);
        }
        let client = self.named_client();
        Ok(Subject { client, user })
    }

    async fn of_token_asked_about(&self, conn: &mut Conn) -> store::Result<Subject> {
        let client = self.named_client();
        let Some(token) = self.field("token") else {
            return Ok(Subject { client, user: None });
        };
        let (realm, digest) = (self.realm.id, digest(&token));
        let access = store::access_tokens::find(conn, realm, &digest).await?;
        let mut user = access.and_then(|token| token.grant).map(|grant| grant.user.0);
        if user.is_none() {
            let refresh = store::refresh_tokens::find(conn, realm, &digest).await?;
            user = refresh.map(|token| token.grant.user.0);
        }
        Ok(Subject { client, user })
    }

    async fn of_bearer(&self, conn: &mut Conn) -> store::Result<Subject> {
        let in_header = bearer::read(&self.parts.headers).ok().flatten();
        let Some(token) = in_header.or_else(|| self.field("access_token").map(Secret::new)) else {
            return Ok(Subject::default());
        };
        let token = store::access_tokens::find(conn, self.realm.id, &digest(token.reveal())).await?;
        Ok(token.map_or_else(Subject::default, |token| Subject {
            client: Some(token.client.0),
            user: token.grant.map(|grant| grant.user.0),
        }))
    }

    /// The person at the browser, or the one who is about to sign in there; the client they come from.
    async fn of_browser(&self, conn: &mut Conn) -> store::Result<Subject> {
        let (realm, now) = (self.realm, self.realm.clock.now());
        let query = read_form(self.parts.uri.query().unwrap_or_default().as_bytes()).unwrap_or_default();
        let said = |name: &str| self.field(name).or_else(|| value(&query, name));
        let mut client = said("client_id");
        if let (None, Some(request)) = (&client, said("request")) {
            let pending = store::authorization_requests::find(conn, realm.id, &request).await?;
            client = pending.map(|pending| pending.request.client_id.0);
        }
        let hint = realm.policy.auto_login.then(|| said("login_hint")).flatten();
        let signing_in = said("persona").or_else(|| said("username")).or(hint);
        let user = match signing_in {
            Some(name) => {
                let user = store::users::find_by_username(conn, realm.id, &name).await?;
                user.map(|user| user.id.0)
            }
            None => {
                let here = sessions::find(conn, realm.id, &realm.issuer, &self.parts.headers, now).await?;
                here.map(|here| here.user.id.0)
            }
        };
        Ok(Subject { client, user })
    }
}
