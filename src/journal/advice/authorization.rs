//! How to fix refusals of the authorization request, sign-in and consent (RFC 6749 §4.1.1, RFC 7636, OIDC Core
//! §3.1.2), by rule.

use super::Advice;

pub const ADVICE: &[Advice] = &[
    (
        "client.unknown",
        "Check the client_id for typing errors, and that the request is sent to the realm in which the client is \
         registered: realms share no clients. If the client is new, register it in a seed or with \
         /control/api/clients.",
    ),
    (
        "client.deleted",
        "Start again with a client that is registered now. If a test deletes clients, let it wait until their flows \
         have ended.",
    ),
    (
        "redirect_uri.unregistered",
        "Send the redirect_uri exactly as it is registered, or register the one you send. Every character counts: \
         http or https, host, port, path, and a slash at the end. Only the port of a registered loopback address may \
         differ.",
    ),
    (
        "redirect_uri.unfit",
        "Register and send an absolute URI without fragment, user name and password, such as \
         https://client.example.com/callback.",
    ),
    (
        "parameter.missing",
        "Add the parameter. If your client does set it, look at the recorded request: an empty value counts as \
         missing, and so does a parameter in the query where the body is read, or the other way round.",
    ),
    (
        "parameter.repeated",
        "Send the parameter once. It is often sent twice when an address that already has a query is extended, or \
         when a library adds what the caller has already set.",
    ),
    (
        "parameter.unreadable",
        "Encode names and values as UTF-8 and percent-encode them once, with a URL library. A single % or a byte that \
         is not UTF-8 usually means that a value was put into the address by hand.",
    ),
    (
        "parameter.too_long",
        "Send less: keep long values on your side, under a short random name that is sent instead.",
    ),
    (
        "parameter.unsupported",
        "Send the parameters of the request as ordinary parameters. The discovery document says what this server \
         supports (request_parameter_supported, request_uri_parameter_supported).",
    ),
    (
        "response_type.unsupported",
        "Use response_type=code with PKCE instead of the implicit flow: RFC 9700 §2.1.2 advises against tokens in the \
         address.",
    ),
    (
        "response_mode.unsupported",
        "Use one of the response modes in the discovery document, or leave the parameter out: then the answer to a \
         code request is in the query.",
    ),
    (
        "prompt.unknown",
        "Use none, login, consent or select_account. Several values are separated by spaces; none must be the only \
         one.",
    ),
    (
        "max_age.malformed",
        "Send max_age as a whole number of seconds without sign or unit, such as 3600.",
    ),
    (
        "id_token_hint.unusable",
        "Send an ID token of this issuer exactly as it was received, with its signature; it may be expired. If it is \
         from another realm or older than the current keys, leave the hint out.",
    ),
    (
        "scope.missing",
        "Send a scope, or give the client a default_scope (PATCH /control/api/clients/CLIENT_ID). For OpenID Connect it \
         must contain openid; without it there is no ID token.",
    ),
    (
        "scope.malformed",
        "Separate scopes with single spaces, encoded as + or %20: not with commas, and not as a JSON list.",
    ),
    (
        "scope.unknown",
        "Request only scopes that the discovery document lists in scopes_supported. They depend on the policy of the \
         realm (switch scopes_supported); a scope of your own is added with POST /control/api/scopes or in a seed.",
    ),
    (
        "scope.foreign",
        "Request fewer scopes, or add the missing ones to the client's registration: its member scope, with PATCH \
         /control/api/clients/CLIENT_ID.",
    ),
    (
        "resource.malformed",
        "Name each resource by an absolute URI without fragment, in a parameter resource of its own (RFC 8707 §2).",
    ),
    (
        "resource.unlisted",
        "List the resource for the client, for example with `anteroom client change CLIENT_ID` and its member resources, or \
         PATCH /control/api/clients/CLIENT_ID {\"resources\": [...]}. The policy switch resource_indicators: ignored \
         ignores the parameter, as the emulated portal does.",
    ),
    (
        "resource.not_granted",
        "Name in the token request only resources of the authorization request, or send the user through a new one.",
    ),
    (
        "client.grant_type",
        "Add the grant type to the client's grant_types, or use a client that is registered for it.",
    ),
    (
        "pkce.challenge_missing",
        "Create a random code_verifier for every request, send code_challenge = base64url(SHA-256(verifier)) without \
         padding and code_challenge_method=S256, and keep the verifier for the token request.",
    ),
    (
        "pkce.method",
        "Send code_challenge_method=S256 together with the hash of the verifier. Without the parameter, the method is \
         plain.",
    ),
    (
        "pkce.malformed",
        "Use 32 random bytes in base64url without padding: 43 characters. Other alphabets, the padding sign = and \
         line breaks are not allowed.",
    ),
    (
        "pkce.unasked",
        "Send code_challenge in the authorization request as well. If it was sent, it was lost between your client \
         and the browser.",
    ),
    (
        "pkce.verifier_missing",
        "Send the code_verifier that belongs to the code_challenge of this request. If it is lost, check where it is \
         stored: it must survive the redirect, in the session or in the storage of the same tab.",
    ),
    (
        "pkce.mismatch",
        "Compare the two hashes. If the second one differs in every attempt, your client creates a new verifier \
         instead of reading the stored one; if it belongs to an earlier request, two tabs share one storage. The code \
         is still valid: the right verifier redeems it.",
    ),
    (
        "user.denied",
        "Nothing is wrong: the user refused or went back. Tell them what does not work without it, and let them start \
         again.",
    ),
    (
        "sign_in.missing",
        "With prompt=none no page may be shown. Send the user here without prompt=none. If they should have been \
         signed in, check whether the browser sent the session cookie: it does not inside a frame of another site.",
    ),
    (
        "sign_in.somebody_else",
        "Leave out id_token_hint if any user may sign in, or send the user here with prompt=login, so that the right \
         one can sign in.",
    ),
    (
        "consent.missing",
        "With prompt=none no page may be shown. Send the user here without prompt=none once; a new scope needs \
         consent, too.",
    ),
    (
        "user.unavailable",
        "This is the scripted behaviour of this user: temporarily_unavailable in /control/api/behaviours. Tell the \
         user that it is not their fault, keep what they entered, and offer to try again later.",
    ),
    (
        "sign_in.locked",
        "The account of this user is locked by its scripted behaviour. Sign in as another user, or set `behaviour` to \
         null with /control/api/users.",
    ),
    (
        "sign_in.password_expired",
        "The password of this user has expired by its scripted behaviour. Sign in as another user, or set `behaviour` \
         to null with /control/api/users.",
    ),
    (
        "sign_in.wrong",
        "In the demo the password is the user name followed by -password, such as anne-password. The persona picker \
         signs in without a password.",
    ),
    (
        "sign_in.persona",
        "Reload the page to see the users of this realm. A user is offered when it has a persona.",
    ),
    (
        "sign_in.throttled",
        "Wait as long as Retry-After says. Tests that sign in often should use personas, which are not throttled.",
    ),
    (
        "request.expired",
        "Start again with a new authorization request; a request is valid for ten minutes by the realm's clock. If \
         the clock was just advanced, that is the cause.",
    ),
    (
        "request.unknown",
        "Start at /oauth/authorize: the pages of a request cannot be opened without it, so a bookmark of the sign-in \
         page does not work.",
    ),
    (
        "request.answered",
        "Start again with a new authorization request. The usual causes are the back button of the browser and a page \
         that was sent twice.",
    ),
    (
        "request.foreign",
        "Open the request in the browser that signed in for it. A test needs one cookie jar for the whole flow.",
    ),
    (
        "form.unknown_form",
        "Send one of the fields that the form of the page has; `expected` lists them.",
    ),
    (
        "form.forged",
        "Send the form from the page of this server. A script that posts it sends Origin and Host of this server, or \
         Sec-Fetch-Site: same-origin; further names of this server are allowed with --allowed-host.",
    ),
];
