//! What would most likely mend a refused request: a sentence or two for the person who wrote the client.
//!
//! Advice is found by the refusal's kind, which names one rule, and else by its code. It says what to do next, not what went wrong:
//! that the refusal says itself. A test holds the kinds here against those in the sources.

use crate::model::Refusal;

/// The advice for a refusal, where there is some.
pub fn mend(refusal: &Refusal) -> Option<&'static str> {
    let find = |list: &[(&str, &'static str)], key: &str| {
        list.iter().find(|(known, _)| *known == key).map(|(_, advice)| *advice)
    };
    refusal
        .kind
        .and_then(|kind| find(OF_KINDS, kind))
        .or_else(|| find(OF_CODES, refusal.code))
}

/// By rule, in the order a flow meets them.
const OF_KINDS: &[(&str, &str)] = &[
    // The authorization request
    (
        "client.unknown",
        "Check the client_id letter by letter, and that the request goes to the realm the client is registered in: realms share \
         no clients. If it is a new client, register it with a seed or over /control/api/clients.",
    ),
    (
        "client.deleted",
        "Begin again with a client that is registered now. If a test deletes clients, let it wait until their journeys have ended.",
    ),
    (
        "redirect_uri.unregistered",
        "Send the redirect_uri exactly as it is registered, or register the one you send. Every character counts: http or https, \
         host, port, path, and a slash at the end. Only the port of a registered loopback address is free.",
    ),
    (
        "redirect_uri.unfit",
        "Use an absolute URI without fragment and without user name or password, such as https://client.example.com/callback, and \
         register it.",
    ),
    (
        "parameter.missing",
        "Add the parameter. If your client does set it, look at the recorded request: an empty value counts as absent, and so does \
         a parameter in the query where the body is read, or the other way round.",
    ),
    (
        "parameter.repeated",
        "Send the parameter once. It often comes twice when an address that already has a query is extended, or when a library adds \
         what the caller has set, too.",
    ),
    (
        "parameter.unreadable",
        "Encode names and values as UTF-8 and percent-encode them once, as a URL library does it. A lone % or a byte that is no UTF-8 \
         usually means that a value was put into the address by hand.",
    ),
    (
        "parameter.too_long",
        "Send less: keep what is long on your side, under a short random name that travels in its place.",
    ),
    (
        "parameter.unsupported",
        "Send the parameters of the request as ordinary parameters. Discovery says what this server supports \
         (request_parameter_supported, request_uri_parameter_supported).",
    ),
    (
        "response_type.unsupported",
        "Use response_type=code, with PKCE in place of the implicit flow: RFC 9700 §2.1.2 advises against tokens in the address.",
    ),
    (
        "response_mode.unsupported",
        "Use one of the response modes that discovery lists, or leave the parameter out: the answer to a code request then comes in \
         the query.",
    ),
    (
        "prompt.unknown",
        "Use none, login, consent or select_account, several of them with blanks in between; none stands alone.",
    ),
    (
        "max_age.malformed",
        "Send max_age as a whole number of seconds without sign or unit, such as 3600.",
    ),
    (
        "id_token_hint.unusable",
        "Send an ID token of this issuer as it was received, signature and all; it may be expired. If it comes from another realm or from \
         before the keys changed, leave the hint out.",
    ),
    (
        "scope.missing",
        "Send a scope. For OpenID Connect it contains openid; without it there is no ID token.",
    ),
    (
        "scope.malformed",
        "Separate scopes with single blanks, encoded as + or %20: not with commas, and not as a JSON list.",
    ),
    (
        "scope.unknown",
        "Ask only for scopes that discovery lists in scopes_supported. Which ones there are depends on the policy of the realm.",
    ),
    (
        "scope.foreign",
        "Ask for fewer scopes, or add the missing ones to the client's registration (its member scope).",
    ),
    (
        "client.grant_type",
        "Add the grant type to the client's grant_types, or use a client that is registered for it.",
    ),
    // PKCE
    (
        "pkce.challenge_missing",
        "Make a random code_verifier for every request, send code_challenge = base64url(SHA-256(verifier)) without padding and \
         code_challenge_method=S256, and keep the verifier for the token request.",
    ),
    (
        "pkce.method",
        "Send code_challenge_method=S256 together with the hash of the verifier. If the parameter is left out, it means plain.",
    ),
    (
        "pkce.malformed",
        "Use 32 random bytes in base64url without padding: 43 characters. Other alphabets, the padding sign = and line breaks do not fit.",
    ),
    (
        "pkce.unasked",
        "Send code_challenge with the authorization request, too. If it was sent, something on the way to the browser has dropped it.",
    ),
    (
        "pkce.verifier_missing",
        "Send the code_verifier that belongs to this request's code_challenge. If it is gone, look at where it is kept: it must survive the \
         redirect, in the session or the storage of the same tab.",
    ),
    (
        "pkce.mismatch",
        "Compare the two hashes. If the second one changes with every attempt, a new verifier is made instead of the kept one being read; if it \
         belongs to an earlier request, two tabs or a double start share one place. The code is not spent: the right verifier still redeems it.",
    ),
    // Sign-in and consent
    (
        "user.denied",
        "Nothing is broken: the person said no, or went back. Tell them what they miss without it, and let them start again.",
    ),
    (
        "sign_in.missing",
        "With prompt=none nobody may be asked. Send the person here without prompt=none. If they should have been signed in, look whether \
         the browser sent the session cookie: in a frame of another site it does not.",
    ),
    (
        "sign_in.somebody_else",
        "Leave out id_token_hint if anybody may sign in, or send the person here with prompt=login so that the right one can.",
    ),
    (
        "consent.missing",
        "With prompt=none nobody may be asked. Send the person here without prompt=none once; a new scope needs their consent, too.",
    ),
    (
        "user.unavailable",
        "This person behaves so: temporarily_unavailable in /control/api/behaviours. Say that it is not their fault, keep what \
         they entered, and offer to try again later.",
    ),
    (
        "sign_in.locked",
        "This person's account is locked, by their behaviour. Sign in as somebody else, or set `behaviour` to null over \
         /control/api/users.",
    ),
    (
        "sign_in.password_expired",
        "This person's password has expired, by their behaviour. Sign in as somebody else, or set `behaviour` to null over \
         /control/api/users.",
    ),
    (
        "sign_in.wrong",
        "The demo's password is the user name and -password, as in anne-password. The persona picker signs in without one.",
    ),
    (
        "sign_in.persona",
        "Reload the page for the people of this realm. A user is offered when it has a persona.",
    ),
    (
        "sign_in.throttled",
        "Wait as long as Retry-After says. Tests that sign in often use the personas, which are not throttled.",
    ),
    (
        "request.expired",
        "Begin again with a new authorization request; one lives ten minutes by the realm's clock. If the clock was just advanced, \
         that is why.",
    ),
    (
        "request.unknown",
        "Begin at /oauth/authorize: pages of a request cannot be opened without one, and a bookmark of the sign-in page is worth nothing later.",
    ),
    (
        "request.answered",
        "Begin again with a new authorization request. This comes from the browser's back button, or from a page that was sent twice.",
    ),
    (
        "request.foreign",
        "Open the request in the browser that signed in for it. A test needs one cookie jar for the whole journey.",
    ),
    (
        "form.unknown_answer",
        "Send one of the fields the page's form has; the expected side lists them.",
    ),
    (
        "form.forged",
        "Send the form from our own page. A script that posts it sends Origin and Host of this server, or Sec-Fetch-Site: same-origin; \
         other names of this server are allowed with --allowed-host.",
    ),
    // Client authentication
    (
        "client.unnamed",
        "Say who asks: a confidential client with Authorization: Basic, a public one with client_id in the body.",
    ),
    (
        "client.wrong_secret",
        "Check the secret for blanks and line breaks at its ends. With Basic, id and secret are form-encoded before they are joined \
         (RFC 6749 §2.3.1): a + or % in the secret arrives as something else otherwise.",
    ),
    (
        "client.method",
        "Authenticate the way the client is registered (token_endpoint_auth_method), or change its registration. Libraries often have a setting for \
         it, such as client_secret_basic or client_secret_post.",
    ),
    (
        "client.twice",
        "Authenticate in one place: in the Authorization header or in the body. Many libraries do both when they are given the secret twice.",
    ),
    (
        "client.mismatch",
        "Leave client_id out of the body, or send the same one as in the Authorization header.",
    ),
    (
        "client.basic_unreadable",
        "Send Authorization: Basic with base64(form-encoded id : form-encoded secret), standard alphabet with padding, on one line.",
    ),
    (
        "client.assertion",
        "Use one of the methods that discovery lists in token_endpoint_auth_methods_supported.",
    ),
    (
        "client.throttled",
        "Stop trying, mend the secret, and wait as long as the description says: each wrong secret makes the next wait longer.",
    ),
    // The token request
    (
        "body.type",
        "Send the body as application/x-www-form-urlencoded and say so in Content-Type: many clients send JSON by default.",
    ),
    (
        "body.unreadable",
        "Send one flat JSON object whose members are texts, as in {\"grant_type\": \"authorization_code\"}.",
    ),
    ("body.too_large", "Send less: no request to this address needs so much."),
    (
        "grant_type.unsupported",
        "Use one of the grant types that discovery lists in grant_types_supported. The password grant is gone from OAuth (RFC 9700 §2.4).",
    ),
    (
        "code.unknown",
        "Send the code as it came, decoded once from the address, to the realm that issued it. Codes of other realms, of an earlier database \
         and codes that were cut or encoded twice are unknown here.",
    ),
    (
        "code.foreign",
        "Redeem a code with the client that asked for it. If you have several clients, look which configuration the callback uses.",
    ),
    (
        "code.expired",
        "Redeem the code at once when it arrives. If this happened in a debugger or after the clock was advanced, begin again; how long codes live \
         is the policy's lifetimes.authorization_code.",
    ),
    (
        "code.redirect_uri",
        "Send the redirect_uri of the authorization request once more, to the letter; it is compared, not visited. It often differs when one of the two \
         is built from the incoming request, behind a proxy or under another name.",
    ),
    (
        "code.replayed",
        "Redeem a code once. It comes twice when the callback page is reloaded, a request is retried blindly, or two handlers share a callback \
         (React's strict mode runs effects twice). The tokens are revoked, so begin again.",
    ),
    (
        "grant.withdrawn",
        "Send the person through a new authorization request: they have withdrawn their consent, or the grant was revoked. A client should take this as \
         signed out, not as a failure to retry.",
    ),
    (
        "refresh.unknown",
        "Send the refresh token of this realm as it was received. If it was just replaced, the new one was not stored; if not, begin again with \
         an authorization request.",
    ),
    ("refresh.foreign", "Refresh with the client the token was issued to."),
    (
        "refresh.scope",
        "Ask for the scopes that were granted or fewer, or leave scope out. More of them need a new authorization request.",
    ),
    (
        "refresh.revoked",
        "Drop the token and send the person through a new authorization request.",
    ),
    (
        "refresh.expired",
        "Drop the token and send the person through a new authorization request. Each use gives a token with a new lifetime: refresh before this \
         one is over.",
    ),
    (
        "refresh.used",
        "Store the refresh token of every answer in place of the one you sent, before the answer is used.",
    ),
    (
        "refresh.replayed",
        "Store the refresh token of every answer, and let one place in your client refresh, behind a lock: two that refresh with the same token look \
         like a thief and an owner. A repeat within the grace is forgiven; this one came later. Begin again.",
    ),
    (
        "client_credentials.public",
        "Use a confidential client for client_credentials, or the code flow with PKCE for a public one.",
    ),
    (
        "scope.of_users",
        "Leave out the scopes that speak of a user, or get the token with the code flow, where there is one.",
    ),
    // Resources
    (
        "token.missing",
        "Send Authorization: Bearer and the access token. If your client does, look at the recorded headers: redirects to another host and some \
         proxies drop the header.",
    ),
    (
        "token.malformed",
        "Send one header, Authorization: Bearer, one blank, and the token: without quotes, and not the whole JSON of the token response.",
    ),
    ("token.twice", "Send the token in the header only (RFC 6750 §2)."),
    (
        "token.unknown",
        "Send the access token, not the ID token or the refresh token, to the realm that issued it. After the server has begun with a new \
         database, old tokens are unknown.",
    ),
    (
        "token.expired",
        "Refresh and repeat the request once. A client can know when: expires_in counts from the token response.",
    ),
    (
        "token.revoked",
        "Get a new token. This one was given up, replaced by a refresh, or ended with its grant; if nobody meant to, look for a code or refresh \
         token that was used twice.",
    ),
    (
        "token.audience",
        "Send this token to the API it is for. For userinfo and the portals, leave access_token_audience out of the client, or let it begin with \
         the issuer.",
    ),
    ("token.foreign", "Revoke a token with the client it was issued to."),
    (
        "token.without_user",
        "Get the token with the code flow: a token from client_credentials speaks for the client alone.",
    ),
    (
        "scope.not_granted",
        "Ask for the missing scopes in a new authorization request; refreshing cannot add any. Then look into scope of the token response: what was \
         granted may be less than what was asked for.",
    ),
    (
        "introspection.public",
        "Introspect from a server, with a confidential client. A public client learns what it needs from the token response.",
    ),
    // Addresses
    (
        "page.unknown",
        "Check the path, and that it lies below the issuer of its realm: discovery lists the endpoints.",
    ),
    ("method.unknown", "Use a method that the answer's Allow header lists."),
];

/// By code, for what needs no kind, and for portals.
const OF_CODES: &[(&str, &str)] = &[
    (
        "invalid_request",
        "Compare the recorded request with the section the refusal names; its description says which part does not fit.",
    ),
    (
        "invalid_client",
        "Check client_id and secret, and that the request goes to the realm the client is registered in.",
    ),
    (
        "invalid_grant",
        "Begin again with a new authorization request, and redeem its code once and at once.",
    ),
    (
        "unauthorized_client",
        "Look at the client's registration: what it asks for here is not in it.",
    ),
    (
        "invalid_scope",
        "Ask only for scopes that discovery lists and the client is registered for.",
    ),
    (
        "invalid_token",
        "Get a new access token of this realm, and send it as Authorization: Bearer.",
    ),
    (
        "insufficient_scope",
        "Ask for the scopes on the expected side in a new authorization request; refreshing cannot add any.",
    ),
    (
        "not_found",
        "Check the id and whose it is: what belongs to somebody else is not found, either.",
    ),
    (
        "method_not_allowed",
        "Use a method that the answer's Allow header lists.",
    ),
    (
        "missing_field",
        "Send the field with a value; blanks alone do not count.",
    ),
    (
        "malformed_field",
        "Send the field in the form that the API documentation at /api-docs shows.",
    ),
    (
        "unavailable",
        "Fetch the availabilities again and offer the person what is free now: a slot can go between showing and booking it.",
    ),
    (
        "state",
        "Fetch the appointment again: what may be done with it depends on its time, its type, and whether it still stands.",
    ),
    (
        "attendant_blocked",
        "Choose a person whom the practice has not blocked, and tell this one to call the practice. No retry helps.",
    ),
    (
        "account_required",
        "Get a token of a user with the code flow, or offer guests only types that need no account.",
    ),
    (
        "insurance",
        "Offer only types that are open to the person's insurance; the catalogue says which.",
    ),
    (
        "structured_comment_invalid",
        "Ask the person again for the fields that invalid_fields names, with the message beside each.",
    ),
    ("too_large", "Send less: no request to this address needs so much."),
];

#[cfg(test)]
mod tests {
    use std::{
        collections::BTreeSet,
        fs,
        path::{Path, PathBuf},
    };

    use super::*;

    fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                sources(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "rs") && !path.ends_with("advice.rs") {
                found.push(path);
            }
        }
    }

    /// What looks like a kind: two words in small letters with a point between, in quotes.
    fn kinds_in(source: &str) -> impl Iterator<Item = &str> {
        let word = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
        source.split('"').filter(move |text| {
            text.split_once('.')
                .is_some_and(|(noun, rule)| word(noun) && word(rule))
        })
    }

    #[test]
    fn every_kind_of_refusal_has_advice_and_no_advice_is_for_nobody() {
        let mut files = Vec::new();
        sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut files);
        let texts: Vec<String> = files.iter().map(|file| fs::read_to_string(file).unwrap()).collect();
        let used: BTreeSet<&str> = texts.iter().flat_map(|text| kinds_in(text)).collect();

        for text in &texts {
            for call in text.split(".kind(\"").skip(1) {
                let kind = call.split('"').next().unwrap();
                assert!(OF_KINDS.iter().any(|(known, _)| *known == kind), "{kind} has no advice");
            }
        }
        for (kind, _) in OF_KINDS {
            assert!(used.contains(kind), "nothing is refused as {kind}");
        }
    }

    #[test]
    fn advice_stands_once_and_is_a_sentence() {
        for list in [OF_KINDS, OF_CODES] {
            let names: BTreeSet<_> = list.iter().map(|(name, _)| name).collect();
            assert_eq!(names.len(), list.len());
            for (name, advice) in list {
                assert!(
                    advice.ends_with('.') && !advice.contains("  ") && advice.len() < 400,
                    "{name}: {advice}"
                );
            }
        }
    }

    #[test]
    fn the_rule_is_asked_before_the_code() {
        let known = Refusal::new("invalid_grant", "x").kind("pkce.mismatch");
        let of_code = Refusal::new("invalid_grant", "x");
        let of_nobody = Refusal::new("something_else", "x");

        assert!(mend(&known).unwrap().starts_with("Compare the two hashes."));
        assert!(mend(&of_code).unwrap().starts_with("Begin again"));
        assert_eq!(mend(&of_nobody), None);
    }
}
