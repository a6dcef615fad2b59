//! `GET|POST /oauth/userinfo`: claims about the user of an access token (OIDC Core §5.3).

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, Method, header::CONTENT_TYPE};
use serde_json::Value;

use super::{
    error::{Challenge, OAuthError, bearer_refusal, no_store},
    form::{FormBody, Parameters},
    resource::bearer_of,
};
use crate::{
    app::{App, Realm},
    model::{ClaimPlace, Claims, Refusal, Secret},
    tokens::{ClaimsAbout, claims},
};

pub async fn show(
    State(app): State<App>,
    realm: Realm,
    method: Method,
    FormBody { headers, body, .. }: FormBody,
) -> Response {
    match claims_of_bearer(&app, &realm, &method, &headers, &body).await {
        Ok(claims) => (no_store(), Json(claims)).into_response(),
        Err(error) => error.answer(&realm.policy, "userinfo"),
    }
}

async fn claims_of_bearer(
    app: &App,
    realm: &Realm,
    method: &Method,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<Claims, OAuthError> {
    let now = realm.clock.now();
    let in_body = if method == Method::POST {
        token_in_body(headers, body)?
    } else {
        None
    };
    let token = bearer_of(app, realm, headers, in_body, now).await?;
    let (Some(grant), Some(user)) = (&token.grant, &token.user) else {
        let without_user = Refusal::new(
            "invalid_token",
            "the access token has no user: it is a client credentials token",
        );
        return Err(bearer_refusal(
            without_user.kind("token.without_user").see("OIDC Core §5.3"),
        ));
    };
    if !token.scopes.contains("openid") {
        let lacking = Refusal::new(
            "insufficient_scope",
            "Access to this resource requires scope \"openid\".",
        )
        .kind("scope.not_granted")
        .see("OIDC Core §5.3")
        .compare("openid", token.scopes.to_string());
        let wanted = "openid".parse().ok();
        return Err(bearer_refusal(lacking).challenge(Challenge::Bearer(wanted)));
    }
    let client = realm.client(&app.database, &grant.client).await?;
    let Some(client) = client else {
        let gone = Refusal::new("invalid_token", "the client of the access token has just been deleted");
        return Err(bearer_refusal(gone.see("RFC 6750 §3.1")));
    };
    let mut answer = Claims::new();
    answer.insert(
        "sub".to_owned(),
        Value::String(realm.mint.subject(&client, &grant.user)),
    );
    let mut claims = claims::granted(&realm.policy, &realm.scopes, &token.scopes, user);
    let about = ClaimsAbout {
        client: &client,
        user: Some(user),
        scopes: &token.scopes,
    };
    realm.claim_rules.add(&mut claims, ClaimPlace::Userinfo, &about);
    answer.extend(claims);
    Ok(answer)
}

/// The `access_token` of a form (RFC 6750 §2.2); a body of another type is ignored.
fn token_in_body(headers: &HeaderMap, body: &[u8]) -> Result<Option<Secret>, OAuthError> {
    let content_type = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or("");
    if !content_type
        .to_ascii_lowercase()
        .starts_with("application/x-www-form-urlencoded")
    {
        return Ok(None);
    }
    Ok(Parameters::from_form(body)?.get("access_token").map(Secret::new))
}
