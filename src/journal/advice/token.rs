//! How to fix refusals of client authentication and the token request (RFC 6749 §2.3, §3.2), by rule.

use super::Advice;

pub const ADVICE: &[Advice] = &[
    (
        "client.unnamed",
        "Identify the client: a confidential one with Authorization: Basic, a public one with client_id in the body.",
    ),
    (
        "client.wrong_secret",
        "Check the secret for spaces and line breaks at its ends. With Basic, id and secret are form-encoded before \
         they are joined (RFC 6749 §2.3.1): without that, a + or % in the secret is read as something else.",
    ),
    (
        "client.method",
        "Authenticate with the method the client is registered for (token_endpoint_auth_method), or change its \
         registration. Libraries often have a setting for it, such as client_secret_basic or client_secret_post.",
    ),
    (
        "client.twice",
        "Authenticate in one place: in the Authorization header or in the body. Many libraries use both when the \
         secret is configured twice.",
    ),
    (
        "client.mismatch",
        "Leave client_id out of the body, or send the same one as in the Authorization header.",
    ),
    (
        "client.basic_unreadable",
        "Send Authorization: Basic with base64(form-encoded id : form-encoded secret), standard alphabet with \
         padding, on one line.",
    ),
    (
        "client.basic_plain",
        "Form-encode client id and secret before they are joined and put into base64 (RFC 6749 §2.3.1); most OAuth \
         libraries do. A realm that takes them plain, as the emulated portal does, has the policy switch \
         basic_encoding: plain.",
    ),
    (
        "client.basic_encoded",
        "This realm takes client id and secret plain, as the emulated portal does, and the library form-encodes them: \
         send them in the body (client_secret_post), use an id and a secret of letters and digits, or set the policy \
         switch basic_encoding to form_encoded.",
    ),
    (
        "client.stray_bearer",
        "An interceptor adds the user's access token to every request: leave it out of token and revocation requests. \
         The emulated portal ignores it there (policy switch upstream_client_authentication).",
    ),
    (
        "client.assertion",
        "Use one of the methods that the discovery document lists in token_endpoint_auth_methods_supported.",
    ),
    (
        "client.throttled",
        "Stop retrying, correct the secret, and wait as long as the description says: each wrong secret makes the \
         next wait longer.",
    ),
    (
        "body.type",
        "Send the body as application/x-www-form-urlencoded and say so in Content-Type: many HTTP clients send JSON \
         by default.",
    ),
    (
        "body.unreadable",
        "Send one flat JSON object whose members are strings, as in {\"grant_type\": \"authorization_code\"}.",
    ),
    (
        "body.too_large",
        "Send less: no request to this address needs that much.",
    ),
    (
        "grant_type.unsupported",
        "Use one of the grant types that the discovery document lists in grant_types_supported. The password grant \
         must not be used any more (RFC 9700 §2.4).",
    ),
    (
        "code.unknown",
        "Send the code as it was received, decoded once from the address, to the realm that issued it. Codes of other \
         realms and of an earlier database are unknown here, and so are codes that were cut or encoded twice.",
    ),
    (
        "code.foreign",
        "Redeem a code with the client that requested it. If you have several clients, check which configuration the \
         callback uses.",
    ),
    (
        "code.expired",
        "Redeem the code as soon as it arrives. If this happened in a debugger or after the clock was advanced, start \
         again; the lifetime of codes is lifetimes.authorization_code in the policy.",
    ),
    (
        "code.redirect_uri",
        "Send the redirect_uri of the authorization request again, exactly; it is compared, not opened. It often \
         differs when one of the two is built from the incoming request, behind a proxy or under another host name.",
    ),
    (
        "code.replayed",
        "Redeem a code once. It is sent twice when the callback page is reloaded, when a request is retried blindly, \
         or when two handlers share a callback (React's strict mode runs effects twice). The tokens are revoked, so \
         start again.",
    ),
    (
        "grant.withdrawn",
        "Send the user through a new authorization request: they have withdrawn their consent, or the grant was \
         revoked. A client should treat the user as signed out, and not retry.",
    ),
    (
        "refresh.unknown",
        "Send the refresh token of this realm as it was received. If it was just replaced, the new one was not \
         stored; otherwise start again with an authorization request.",
    ),
    ("refresh.foreign", "Refresh with the client the token was issued to."),
    (
        "refresh.scope",
        "Request the scopes that were granted or fewer, or leave scope out. More scopes need a new authorization \
         request.",
    ),
    (
        "refresh.revoked",
        "Delete the token and send the user through a new authorization request.",
    ),
    (
        "refresh.expired",
        "Delete the token and send the user through a new authorization request. Each use returns a token with a new \
         lifetime: refresh before the current one ends.",
    ),
    (
        "refresh.used",
        "Store the refresh token of every answer in place of the one you sent, before you use the answer.",
    ),
    (
        "refresh.replayed",
        "Store the refresh token of every answer, and refresh in one place of your client, behind a lock: two \
         requests with the same token look like a stolen token. A repetition within the grace period is accepted; \
         this one came later. Start again.",
    ),
    (
        "client_credentials.public",
        "Use a confidential client for client_credentials, or the code flow with PKCE for a public one.",
    ),
    (
        "scope.of_users",
        "Leave out the scopes that concern a user, or get the token with the code flow, in which there is a user.",
    ),
];
