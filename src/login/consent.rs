//! `/consent`: what the client asks for, and the user's decision (OIDC Core §3.1.2.4).
//!
//! `allow` is stored for user and client and added to what was allowed before; `deny` is sent to the client and not
//! stored.

use askama::{Template, filters::Safe};
use axum::{
    extract::State,
    response::{IntoResponse as _, Response},
};
use http::request::Parts;
use jiff::Timestamp;

use crate::{
    app::{App, Realm, request_in_flight::already_answered},
    login::{
        asking_client::AskingClient,
        scopes::description_of,
        visit::{Visit, see_other, unknown_form},
    },
    model::{Decision, PendingRequest, Scopes, SignedIn, refuse_when},
    store::{self, Tx, settle},
    web::{
        page::{Layout, Marked, Page},
        page_error::PageError,
        page_form::PageForm,
        paths,
    },
};

/// A scope on the list.
struct AskedScope {
    name: String,
    words: String,
    /// Not covered by an earlier consent.
    new: bool,
}

#[derive(Template)]
#[template(path = "login/consent.html")]
struct ConsentPage {
    layout: Layout,
    client: AskingClient,
    person: String,
    scopes: Vec<AskedScope>,
    /// The sign-in page of this request, to continue as another user.
    switch: String,
}

pub async fn show(State(app): State<App>, realm: Realm, parts: Parts) -> Result<Response, PageError> {
    let visit = Visit::read(&app, &realm, &parts).await?;
    let (pending_authorization, signed_in) = visit.authorization_and_user(&app, &realm).await?;
    let Some(signed_in) = signed_in else {
        return Ok(see_other(&pending_authorization.sign_in_page(&realm)));
    };
    let request = &pending_authorization.pending.request;
    let conn = &mut app.database.read().await?;
    let consent = store::consents::find(conn, realm.id, &signed_in.user.id, &request.client_id).await?;
    let allowed = consent.map(|consent| consent.scopes).unwrap_or_default();

    let page = ConsentPage {
        client: pending_authorization.asking_client(),
        person: signed_in.user.name().to_owned(),
        scopes: asked_scopes(&visit.layout, &realm, &request.scopes, &allowed),
        switch: pending_authorization.sign_in_page(&realm),
        layout: visit.layout.clone(),
    };
    Ok(pending_authorization
        .allow_redirect_of(Page::new(&page).runs_our_script())
        .into_response())
}

pub async fn answer(State(app): State<App>, realm: Realm, parts: Parts, form: PageForm) -> Result<Response, PageError> {
    let visit = Visit::read(&app, &realm, &parts).await?;
    let (pending_authorization, signed_in) = visit.authorization_and_user(&app, &realm).await?;
    let Some(signed_in) = signed_in else {
        return Ok(see_other(&pending_authorization.sign_in_page(&realm)));
    };
    let decision = form.get("decision").and_then(Decision::parse);
    let decision = decision.ok_or_else(|| unknown_form("decision=allow or decision=deny"))?;

    let mut tx = app.database.begin().await?;
    let outcome = decide(
        &mut tx,
        &realm,
        &pending_authorization.pending,
        signed_in,
        decision,
        visit.now,
    )
    .await;
    settle(tx, outcome).await?;

    Ok(pending_authorization.continue_request(&realm))
}

async fn decide(
    tx: &mut Tx,
    realm: &Realm,
    pending: &PendingRequest,
    signed_in: &SignedIn,
    decision: Decision,
    now: Timestamp,
) -> Result<(), PageError> {
    // The consent's row before the request's: the order of locks everywhere.
    if decision == Decision::Allow {
        let (user, client) = (&signed_in.user.id, &pending.request.client_id);
        store::consents::extend(tx, realm.id, user, client, &pending.request.scopes, now).await?;
    }
    let session = Some(&signed_in.session.id);
    let ours = store::authorization_requests::decide(tx, realm.id, &pending.id, session, decision).await?;
    refuse_when(!ours, || already_answered(realm, pending, Some(signed_in)))
}

fn asked_scopes(layout: &Layout, realm: &Realm, asked: &Scopes, allowed: &Scopes) -> Vec<AskedScope> {
    let scope = |name: &str| AskedScope {
        words: description_of(layout, &realm.scopes, name),
        new: !allowed.contains(name),
        name: name.to_owned(),
    };
    asked.iter().map(scope).collect()
}

impl ConsentPage {
    fn asks(&self) -> Safe<String> {
        let client = Marked::Name(&self.client.name);
        self.layout.emphasise("consent-asks", &[("client", client)])
    }

    fn answers_as(&self) -> Safe<String> {
        let person = Marked::Name(&self.person);
        self.layout.emphasise("consent-person", &[("person", person)])
    }

    fn destination(&self) -> Safe<String> {
        let host = Marked::Name(&self.client.returns_to);
        let (href, text) = (
            self.layout.path(paths::ACCOUNT),
            self.layout.say("consent-account-link"),
        );
        let account = Marked::Link {
            href: &href,
            text: &text,
        };
        self.layout
            .emphasise("consent-destination", &[("host", host), ("account", account)])
    }

    fn some_are_known(&self) -> bool {
        self.scopes.iter().any(|scope| !scope.new)
    }

    fn some_are_new(&self) -> bool {
        self.scopes.iter().any(|scope| scope.new)
    }
}
