//! The checks of an authorization request, one function per rule (OIDC Core §3.1.2.2, RFC 6749 §4.1.1).

use serde_json::Value;

use super::{
    error::{OAuthError, invalid_request, invalid_scope, unauthorized_client},
    form::Parameters,
    reply_address::{LONGEST_PARAMETER, ReplyAddress},
    resource_indicators,
    scopes::{check_allowed, default_of},
};
use crate::{
    app::Realm,
    model::{
        AuthorizationRequest, Client, CodeChallenge, CodeChallengeMethod, GrantType, Pkce, Prompt, ResponseMode,
        Scopes, ScopesError, refuse_when,
    },
};

/// The request, once every parameter has been checked.
///
/// # Errors
/// The error for the client's redirect URI (RFC 6749 §4.1.2.1, OIDC Core §3.1.2.6).
pub fn check(realm: &Realm, reply: &ReplyAddress, parameters: &Parameters) -> Result<AuthorizationRequest, OAuthError> {
    let client = &reply.client;
    check_unsupported(parameters)?;
    check_lengths(parameters)?;
    check_response_type(parameters)?;
    check_response_mode(parameters)?;
    refuse_when(!client.may_use(GrantType::AuthorizationCode), || {
        unauthorized_client(format!(
            "client {} is not registered for grant type authorization_code",
            client.id
        ))
        .kind("client.grant_type")
    })?;
    Ok(AuthorizationRequest {
        client_id: client.id.clone(),
        redirect_uri: reply.redirect_uri.clone(),
        response_mode: reply.response_mode,
        scopes: scopes(realm, client, parameters)?,
        state: reply.state.clone(),
        nonce: parameters.get("nonce").map(str::to_owned),
        code_challenge: match realm.policy.pkce {
            Pkce::Enforced => code_challenge(client, parameters)?,
            Pkce::Ignored => None,
        },
        prompt: Prompt::parse(parameters.get("prompt").unwrap_or_default()).map_err(|problem| {
            invalid_request(problem)
                .kind("prompt.unknown")
                .see("OIDC Core §3.1.2.1")
        })?,
        max_age: max_age(parameters)?,
        login_hint: parameters.get("login_hint").map(str::to_owned),
        ui_locales: parameters.get("ui_locales").map(str::to_owned),
        resources: resource_indicators::requested(realm, client, parameters)?,
        hinted_subject: hinted_subject(realm, parameters)?,
    })
}

/// Request objects are refused and not ignored: their contents would be lost (OIDC Core §6).
fn check_unsupported(parameters: &Parameters) -> Result<(), OAuthError> {
    for (parameter, code) in [
        ("request", "request_not_supported"),
        ("request_uri", "request_uri_not_supported"),
        ("registration", "registration_not_supported"),
    ] {
        refuse_when(parameters.get(parameter).is_some(), || {
            OAuthError::new(code, format!("the parameter {parameter} is not supported"))
                .kind("parameter.unsupported")
                .see("OIDC Core §3.1.2.6")
        })?;
    }
    Ok(())
}

/// The parameters that are stored with the request have a maximum length.
fn check_lengths(parameters: &Parameters) -> Result<(), OAuthError> {
    for parameter in ["nonce", "login_hint", "ui_locales", "scope"] {
        let length = parameters.get(parameter).map_or(0, str::len);
        refuse_when(length > LONGEST_PARAMETER, || {
            invalid_request(format!("{parameter} is longer than {LONGEST_PARAMETER} bytes"))
                .kind("parameter.too_long")
                .compare(format!("up to {LONGEST_PARAMETER} bytes"), format!("{length} bytes"))
        })?;
    }
    Ok(())
}

fn check_response_type(parameters: &Parameters) -> Result<(), OAuthError> {
    let response_type = parameters.required("response_type")?;
    refuse_when(response_type != "code", || {
        OAuthError::new(
            "unsupported_response_type",
            format!("response_type {response_type} is not supported"),
        )
        .kind("response_type.unsupported")
        .see("RFC 6749 §4.1.1")
        .compare("code", response_type)
    })
}

fn check_response_mode(parameters: &Parameters) -> Result<(), OAuthError> {
    let Some(mode) = parameters.get("response_mode") else {
        return Ok(());
    };
    refuse_when(ResponseMode::parse(mode).is_none(), || {
        invalid_request(format!("response_mode {mode} is not supported"))
            .kind("response_mode.unsupported")
            .compare(ResponseMode::ALL.map(ResponseMode::name).join(", "), mode)
    })
}

fn scopes(realm: &Realm, client: &Client, parameters: &Parameters) -> Result<Scopes, OAuthError> {
    let asked: Scopes = match (parameters.get("scope"), default_of(&realm.policy, client)) {
        (Some(asked), _) => asked
            .parse()
            .map_err(|error: ScopesError| invalid_scope(error.to_string()).kind("scope.malformed"))?,
        (None, Some(default)) => default.clone(),
        (None, None) => return Err(invalid_scope("scope is missing").kind("scope.missing")),
    };
    refuse_when(asked.is_empty(), || {
        invalid_scope("scope is missing").kind("scope.missing")
    })?;
    check_allowed(&realm.policy, client, &asked)?;
    Ok(asked)
}

/// RFC 7636 §4.3 and §4.4.1, RFC 9700 §2.1.1.
fn code_challenge(client: &Client, parameters: &Parameters) -> Result<Option<CodeChallenge>, OAuthError> {
    let method = parameters.get("code_challenge_method");
    let Some(challenge) = parameters.get("code_challenge") else {
        refuse_when(method.is_some(), || {
            invalid_request("there is a code_challenge_method, but no code_challenge")
                .kind("pkce.challenge_missing")
                .see("RFC 7636 §4.3")
        })?;
        refuse_when(client.public(), || {
            invalid_request("code_challenge is missing, and public clients must send one")
                .kind("pkce.challenge_missing")
                .see("RFC 9700 §2.1.1")
        })?;
        return Ok(None);
    };
    let named = method.unwrap_or("plain"); // RFC 7636 §4.3
    let accepted = if client.metadata.allow_plain_pkce {
        "S256, plain"
    } else {
        "S256"
    };
    let unsupported = || {
        let of_default = if method.is_none() { " (the default)" } else { "" };
        invalid_request(format!("code_challenge_method {named}{of_default} is not supported"))
            .kind("pkce.method")
            .see("RFC 7636 §4.4.1")
            .compare(accepted, named)
    };
    let method = CodeChallengeMethod::parse(named).ok_or_else(unsupported)?;
    refuse_when(
        method == CodeChallengeMethod::Plain && !client.metadata.allow_plain_pkce,
        unsupported,
    )?;
    refuse_when(!CodeChallenge::well_formed(challenge), || {
        invalid_request("code_challenge must have 43 to 128 unreserved characters")
            .kind("pkce.malformed")
            .see("RFC 7636 §4.2")
            .compare(
                "43 to 128 of A-Z a-z 0-9 - . _ ~",
                format!("{} characters", challenge.chars().count()),
            )
    })?;
    Ok(Some(CodeChallenge {
        challenge: challenge.to_owned(),
        method,
    }))
}

/// Seconds (OIDC Core §3.1.2.1).
fn max_age(parameters: &Parameters) -> Result<Option<u64>, OAuthError> {
    let Some(text) = parameters.get("max_age") else {
        return Ok(None);
    };
    let refused = |_| {
        invalid_request("max_age must be a number of seconds")
            .kind("max_age.malformed")
            .compare("a number of seconds", text)
    };
    text.parse().map(Some).map_err(refused)
}

/// The `sub` of an `id_token_hint` that this realm has signed, for this or another client (OIDC Core §3.1.2.1).
fn hinted_subject(realm: &Realm, parameters: &Parameters) -> Result<Option<String>, OAuthError> {
    let Some(hint) = parameters.get("id_token_hint") else {
        return Ok(None);
    };
    let refused = |why: &str| {
        invalid_request(format!("the id_token_hint {why}"))
            .kind("id_token_hint.unusable")
            .see("OIDC Core §3.1.2.1")
    };
    let claims = realm
        .mint
        .read_id_token_hint(hint)
        .map_err(|error| refused(&format!("was not issued here: {error}")))?;
    let issuer = claims.get("iss").and_then(Value::as_str).unwrap_or_default();
    refuse_when(issuer != realm.issuer, || {
        refused("was issued by another issuer").compare(&realm.issuer, issuer)
    })?;
    let subject = claims.get("sub").and_then(Value::as_str);
    Ok(Some(subject.ok_or_else(|| refused("has no sub"))?.to_owned()))
}
