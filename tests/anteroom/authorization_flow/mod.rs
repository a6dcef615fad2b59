//! What lies between an authorization request and its answer: who must sign in, who must agree, and whose request it
//! is (OIDC Core §3.1.2.1 `prompt`, `max_age`, hints).

mod a_request_in_flight;
mod auto_login;
mod hints;
mod max_age;
mod prompt_login;
mod prompt_none;
mod without_prompt;

use serde_json::{Value, json};

use crate::support::{
    Arrival, Page, Realm, UserAgent,
    client_app::{AuthorizationRequest, ClientApp},
    fresh_realm, jwt, realm_with,
};

/// A browser in which Anne has signed in and agreed to what `demo-client` asks for, and the tokens of that.
async fn anne_is_here(realm: &Realm) -> (UserAgent, Value) {
    let browser = realm.user_agent();
    let id_token = id_token_of(realm.demo_client().request(), &browser).await;
    (browser, id_token)
}

/// Goes through whatever is asked and returns the claims of the ID token.
async fn id_token_of(request: AuthorizationRequest, browser: &UserAgent) -> Value {
    let callback = request.authorize(browser, "anne").await;
    redeem(&request, callback).await
}

/// Opens the request, which must be answered at once, and returns the claims of the ID token.
async fn at_once(request: AuthorizationRequest, browser: &UserAgent) -> Value {
    let callback = request.open(browser).await.callback();
    redeem(&request, callback).await
}

async fn redeem(request: &AuthorizationRequest, callback: crate::support::Callback) -> Value {
    let answer = request.client.redeem(&request.code_in(&callback)).await.brings_tokens();
    jwt::claims(&answer.id_token())
}

async fn sign_in(browser: &UserAgent, page: &Page, user: &str) -> Arrival {
    browser.submit(&page.form_with("persona").press("persona", user)).await
}

/// Anybody but Anne whom the picker offers.
pub async fn other_persona(realm: &Realm) -> String {
    let page = realm.demo_client().request().open(&realm.user_agent()).await.page();
    let buttons = page.form_with("persona").buttons;
    let other = buttons
        .into_iter()
        .find(|button| button.name == "persona" && button.value != "anne");
    other.expect("the demo seed offers several personas").value
}

#[tokio::test]
async fn prompt_consent_asks_again_although_it_was_answered() {
    let realm = fresh_realm().await;
    let (browser, _) = anne_is_here(&realm).await;

    let page = realm
        .demo_client()
        .request()
        .with("prompt", "consent")
        .open(&browser)
        .await
        .page();

    assert!(page.is_consent() && !page.is_sign_in(), "{}", page.answer);
    browser
        .submit(&page.form_with("decision").press("decision", "allow"))
        .await
        .callback()
        .code();
}
