//! Sending an authorization response to the client: in query, fragment or form post (RFC 6749 §4.1.2).
//!
//! A [`ReplyAddress`] only comes out of [`identify`] and [`ReplyAddress::of_stored`], so no response can
//! be sent to an unchecked redirect URI.

use std::{borrow::Cow, sync::Arc};

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};

use super::error::{OAuthError, invalid_request};
use crate::{
    app::{App, Realm},
    journal::recording,
    model::{
        AuthorizationRequest, AuthorizationResponse, Client, ClientId, ResponseMode, redirect_uri_problem, refuse_when,
    },
    web::{
        form_post::{form_post, waiting_form},
        page::Layout,
        page_error::PageError,
    },
};

/// The longest value of a parameter that is kept with a request in flight, in bytes.
pub const LONGEST_PARAMETER: usize = 4096;

/// A checked redirect URI with the requested response mode.
pub struct ReplyAddress {
    pub client: Arc<Client>,
    pub redirect_uri: String,
    pub response_mode: ResponseMode,
    pub state: Option<String>,
}

/// The client of a request, and its redirect URI once it is found registered (RFC 6749 §4.1.2.1, RFC 9700 §2.1).
///
/// # Errors
/// A refusal that must not be sent to the redirect URI of the request, since nothing of it can be trusted.
pub async fn identify(app: &App, realm: &Realm, pairs: &[(String, String)]) -> Result<ReplyAddress, OAuthError> {
    let client_id = once(pairs, "client_id")?;
    let client = realm.client(&app.database, &ClientId::from(client_id)).await?;
    let client = client.ok_or_else(|| unknown_client(client_id))?;
    recording::note_client(&client.id);
    let redirect_uri = once(pairs, "redirect_uri")?;
    check_redirect_uri(&client, redirect_uri)?;
    check_length_of_state(pairs)?;
    Ok(ReplyAddress {
        client,
        redirect_uri: redirect_uri.to_owned(),
        response_mode: lone(pairs, "response_mode")
            .and_then(ResponseMode::parse)
            .unwrap_or_default(),
        state: lone(pairs, "state").map(str::to_owned),
    })
}

fn unknown_client(client_id: &str) -> OAuthError {
    OAuthError::new("invalid_client", format!("the client_id {client_id} is not registered"))
        .status(StatusCode::UNAUTHORIZED)
        .see("RFC 6749 §4.1.2.1")
        .kind("client.unknown")
}

fn check_redirect_uri(client: &Client, redirect_uri: &str) -> Result<(), OAuthError> {
    if client.accepts_redirect_to(redirect_uri) {
        return Ok(());
    }
    let (kind, why) = match redirect_uri_problem(redirect_uri) {
        Some(problem) => ("redirect_uri.unfit", format!("the redirect_uri {problem}")),
        None => {
            let why = format!("the redirect_uri is not registered for client {}", client.id);
            ("redirect_uri.unregistered", why)
        }
    };
    Err(OAuthError::new("invalid_redirect_uri", why)
        .kind(kind)
        .see("RFC 9700 §2.1")
        .compare(registered(client), redirect_uri))
}

/// The redirect URIs a client may use, for people to read.
fn registered(client: &Client) -> String {
    let any_loopback = client.metadata.any_loopback_redirect.then_some("any loopback URI");
    let registered = client.metadata.redirect_uris.iter().map(String::as_str);
    registered.chain(any_loopback).collect::<Vec<_>>().join(" or ")
}

/// The value of a parameter that must be there exactly once and not empty.
fn once<'a>(pairs: &'a [(String, String)], name: &str) -> Result<&'a str, OAuthError> {
    let refuse = |kind, text| invalid_request(text).kind(kind).see("RFC 6749 §4.1.1");
    let mut values = pairs
        .iter()
        .filter(|(known, _)| known == name)
        .map(|(_, value)| value.as_str());
    let value = values.next().filter(|value| !value.is_empty());
    let value = value.ok_or_else(|| refuse("parameter.missing", format!("Missing required parameter: {name}.")))?;
    if values.next().is_some() {
        return Err(refuse(
            "parameter.repeated",
            format!("the parameter {name} is repeated"),
        ));
    }
    if value.contains('\0') {
        return Err(refuse(
            "parameter.unreadable",
            format!("the parameter {name} contains U+0000"),
        ));
    }
    Ok(value)
}

/// A state that is too long to keep is too long to send back, so its refusal must not go to the redirect URI.
fn check_length_of_state(pairs: &[(String, String)]) -> Result<(), OAuthError> {
    let state = lone(pairs, "state").unwrap_or_default();
    refuse_when(state.len() > LONGEST_PARAMETER, || {
        invalid_request(format!("state is longer than {LONGEST_PARAMETER} bytes"))
            .kind("parameter.too_long")
            .compare(
                format!("up to {LONGEST_PARAMETER} bytes"),
                format!("{} bytes", state.len()),
            )
    })
}

/// A parameter's value, if the parameter is there exactly once and not empty.
fn lone<'a>(pairs: &'a [(String, String)], name: &str) -> Option<&'a str> {
    let mut values = pairs
        .iter()
        .filter(|(known, _)| known == name)
        .map(|(_, value)| value.as_str());
    let value = values.next()?;
    (values.next().is_none() && !value.is_empty()).then_some(value)
}

impl ReplyAddress {
    /// The address of a stored request. It was checked then, but the client may have been changed since, or be another
    /// one under the same id.
    ///
    /// # Errors
    /// The redirect URI is not registered any more. The refusal must not be sent to it.
    pub fn of_stored(client: Arc<Client>, request: &AuthorizationRequest) -> Result<Self, OAuthError> {
        check_redirect_uri(&client, &request.redirect_uri)?;
        Ok(Self {
            client,
            redirect_uri: request.redirect_uri.clone(),
            response_mode: request.response_mode,
            state: request.state.clone(),
        })
    }

    /// The successful response (RFC 6749 §4.1.2).
    pub fn send_code(&self, realm: &Realm, layout: &Layout, code: &str) -> Response {
        self.send(realm, layout, vec![("code".to_owned(), code.to_owned())])
    }

    /// The error response (RFC 6749 §4.1.2.1).
    pub fn send_error(&self, realm: &Realm, layout: &Layout, error: &OAuthError) -> Response {
        error.log("authorize");
        let parameters = error
            .parameters(&realm.policy)
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value));
        let mut response = self.send(realm, layout, parameters.collect());
        if let Some(refusal) = error.refusal() {
            response.extensions_mut().insert(refusal.clone());
        }
        response
    }

    fn send(&self, realm: &Realm, layout: &Layout, mut parameters: Vec<(String, String)>) -> Response {
        if let Some(state) = &self.state {
            parameters.push(("state".to_owned(), state.clone()));
        }
        if realm.policy.authorization_response_iss {
            parameters.push(("iss".to_owned(), realm.issuer.clone()));
        }
        let mut answer = AuthorizationResponse {
            parameters,
            status: realm.policy.redirect_status.get(),
            held: false,
        };
        realm
            .mint
            .alter_authorization_response(&self.client.id, &self.redirect_uri, &mut answer);
        let AuthorizationResponse { parameters, held, .. } = &answer;
        let redirect_uri = &*without_response_parameters(&self.redirect_uri);
        match self.response_mode {
            ResponseMode::FormPost if *held => waiting_form(layout, "post", redirect_uri, parameters).into_response(),
            ResponseMode::FormPost => form_post(layout, redirect_uri, parameters).into_response(),
            ResponseMode::Query if *held => waiting_form(layout, "get", redirect_uri, parameters).into_response(),
            ResponseMode::Query => redirect(redirect_uri, &answer, '?'),
            ResponseMode::Fragment => redirect(redirect_uri, &answer, '#'), // a form cannot send a fragment, so it is never held
        }
    }
}

fn redirect(redirect_uri: &str, answer: &AuthorizationResponse, begin: char) -> Response {
    let location = with_parameters(redirect_uri, begin, &answer.parameters);
    let Ok(location) = HeaderValue::from_str(&location) else {
        return PageError::failure("a checked redirect URI does not fit into a header").into_response();
    };
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::SEE_OTHER);
    let headers = [
        (header::LOCATION, location),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    (status, headers).into_response()
}

/// What an authorization response may contain (RFC 6749 §4.1.2, §4.2.2, RFC 9207, OIDC Core §3.2.2.5, OIDC Session
/// Management §2).
const RESPONSE_PARAMETERS: [&str; 12] = [
    "code",
    "state",
    "iss",
    "error",
    "error_description",
    "error_uri",
    "access_token",
    "token_type",
    "expires_in",
    "id_token",
    "session_state",
    "response",
];

/// The redirect URI without those parameters in its own query: they would come twice, and a client that reads the first
/// one would take a fixed value for ours. The rest of the query stays as it is (RFC 6749 §3.1.2).
fn without_response_parameters(redirect_uri: &str) -> Cow<'_, str> {
    let Some((address, query)) = redirect_uri.split_once('?') else {
        return redirect_uri.into();
    };
    let is_ours = |pair: &&str| {
        let name = form_urlencoded::parse(pair.as_bytes()).next().map(|(name, _)| name);
        name.is_some_and(|name| RESPONSE_PARAMETERS.contains(&&*name))
    };
    if !query.split('&').any(|pair| is_ours(&pair)) {
        return redirect_uri.into();
    }
    let kept: Vec<_> = query.split('&').filter(|pair| !is_ours(pair)).collect();
    if kept.is_empty() {
        return address.into();
    }
    format!("{address}?{}", kept.join("&")).into()
}

/// The redirect URI with its own query, and the parameters after it.
fn with_parameters(redirect_uri: &str, begin: char, parameters: &[(String, String)]) -> String {
    let encoded = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(parameters)
        .finish();
    let separator = match redirect_uri.find(begin) {
        None => begin.to_string(),
        Some(_) if redirect_uri.ends_with([begin, '&']) => String::new(),
        Some(_) => "&".to_owned(),
    };
    format!("{redirect_uri}{separator}{encoded}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(redirect_uri: &str, begin: char) -> String {
        let pairs = [("code", "a b"), ("state", "é&")].map(|(name, value)| (name.to_owned(), value.to_owned()));
        with_parameters(redirect_uri, begin, &pairs)
    }

    #[test]
    fn what_was_in_the_query_stays() {
        assert_eq!(
            answered("https://a.example/cb", '?'),
            "https://a.example/cb?code=a+b&state=%C3%A9%26"
        );
        assert_eq!(
            answered("https://a.example/cb?x=1", '?'),
            "https://a.example/cb?x=1&code=a+b&state=%C3%A9%26"
        );
        assert_eq!(
            answered("https://a.example/cb?", '?'),
            "https://a.example/cb?code=a+b&state=%C3%A9%26"
        );
        assert_eq!(
            answered("com.example.app:/cb", '?'),
            "com.example.app:/cb?code=a+b&state=%C3%A9%26"
        );
    }

    #[test]
    fn parameters_of_the_response_are_removed_from_the_redirect_uri() {
        for (registered, kept) in [
            ("https://a.example/cb", "https://a.example/cb"),
            ("https://a.example/cb?tenant=x&", "https://a.example/cb?tenant=x&"),
            (
                "https://a.example/cb?state=fixed&tenant=x",
                "https://a.example/cb?tenant=x",
            ),
            (
                "https://a.example/cb?tenant=%2F+x&st%61te=1&code&iss=",
                "https://a.example/cb?tenant=%2F+x",
            ),
            ("https://a.example/cb?error=1", "https://a.example/cb"),
            (
                "https://a.example/cb?State=1&my_state=2",
                "https://a.example/cb?State=1&my_state=2",
            ),
            ("com.example.app:/cb?state=1?x", "com.example.app:/cb"),
        ] {
            assert_eq!(without_response_parameters(registered), kept, "{registered}");
        }
    }

    #[test]
    fn a_fragment_comes_behind_the_query() {
        assert_eq!(
            answered("https://a.example/cb?x=1", '#'),
            "https://a.example/cb?x=1#code=a+b&state=%C3%A9%26"
        );
    }
}
