//! `/consent`: what the client asks for, and the person's answer (OIDC Core §3.1.2.4).
//!
//! A yes is remembered for user and client and united with what was allowed before; a no is told to the client and forgotten.

use askama::Template;
use askama::filters::Safe;
use axum::extract::State;
use axum::response::Response;
use http::request::Parts;
use jiff::Timestamp;

use crate::app::request_in_flight::already_answered;
use crate::app::{App, Realm};
use crate::login::asking_client::AskingClient;
use crate::login::scopes::in_plain_words;
use crate::login::visit::{Visit, unknown_answer};
use crate::model::{Decision, PendingRequest, Scopes, SignedIn};
use crate::store::{self, Tx, settle};
use crate::web::page::{Layout, Marked, Page};
use crate::web::page_error::PageError;
use crate::web::page_form::PageForm;
use crate::web::paths;

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
    /// The sign-in page of this request, for somebody else.
    switch: String,
}

pub async fn show(State(app): State<App>, realm: Realm, parts: Parts) -> Result<Page, PageError> {
    let visit = Visit::read(&app, &realm, &parts).await?;
    let (errand, here) = visit.belonging_together()?;
    let request = &errand.pending.request;
    let conn = &mut app.database.read().await?;
    let consent = store::consents::find(conn, realm.id, &here.user.id, &request.client_id).await?;
    let allowed = consent.map(|consent| consent.scopes).unwrap_or_default();

    let page = ConsentPage {
        client: errand.asking_client(),
        person: here.user.name().to_owned(),
        scopes: asked_scopes(&visit.layout, &realm, &request.scopes, &allowed),
        switch: realm.path(&format!("{}?request={}", paths::LOGIN, errand.pending.id)),
        layout: visit.layout.clone(),
    };
    Ok(errand.dress(Page::new(&page)))
}

pub async fn answer(State(app): State<App>, realm: Realm, parts: Parts, form: PageForm) -> Result<Response, PageError> {
    let visit = Visit::read(&app, &realm, &parts).await?;
    let (errand, here) = visit.belonging_together()?;
    let decision = form.get("decision").and_then(Decision::parse);
    let decision = decision.ok_or_else(|| unknown_answer("decision=allow or decision=deny"))?;

    let mut tx = app.database.begin().await?;
    let outcome = decide(&mut tx, &realm, &errand.pending, here, decision, visit.now).await;
    settle(tx, outcome).await?;

    Ok(errand.go_on(&realm))
}

async fn decide(
    tx: &mut Tx,
    realm: &Realm,
    pending: &PendingRequest,
    here: &SignedIn,
    decision: Decision,
    now: Timestamp,
) -> Result<(), PageError> {
    // The consent's row before the request's: the order of locks everywhere.
    if decision == Decision::Allow {
        let (user, client) = (&here.user.id, &pending.request.client_id);
        store::consents::extend(tx, realm.id, user, client, &pending.request.scopes, now).await?;
    }
    let session = Some(&here.session.id);
    let ours = store::authorization_requests::decide(tx, realm.id, &pending.id, session, decision).await?;
    already_answered().when(!ours)?;
    Ok(())
}

fn asked_scopes(layout: &Layout, realm: &Realm, asked: &Scopes, allowed: &Scopes) -> Vec<AskedScope> {
    let scope = |name: &str| AskedScope {
        words: in_plain_words(layout, &realm.scopes, name),
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
