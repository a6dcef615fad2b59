//! How to fix refusals of resources, introspection and addresses (RFC 6750 §3.1, RFC 7662), by rule.

use super::Advice;

pub const ADVICE: &[Advice] = &[
    (
        "token.missing",
        "Send Authorization: Bearer and the access token. If your client does, look at the recorded headers: \
         redirects to another host and some proxies remove this header.",
    ),
    (
        "token.malformed",
        "Send one header, Authorization: Bearer, one space, and the token: without quotes, and not the whole JSON of \
         the token response.",
    ),
    ("token.twice", "Send the token in the header only (RFC 6750 §2)."),
    (
        "token.unknown",
        "Send the access token, not the ID token or the refresh token, to the realm that issued it. With a new \
         database, older tokens are unknown.",
    ),
    (
        "token.expired",
        "Refresh and repeat the request once. A client knows when a token expires: expires_in counts from the token \
         response.",
    ),
    (
        "token.revoked",
        "Get a new token. This one was revoked, replaced by a refresh, or ended with its grant; if this is \
         unexpected, look for a code or refresh token that was used twice.",
    ),
    (
        "token.audience",
        "Send this token to the API it is for. For userinfo and the portals, leave access_token_audience out of the \
         client, or let it begin with the issuer.",
    ),
    ("token.foreign", "Revoke a token with the client it was issued to."),
    (
        "token.without_user",
        "Get the token with the code flow: a token from client_credentials belongs to the client alone.",
    ),
    (
        "scope.not_granted",
        "Request the missing scopes in a new authorization request; refreshing cannot add any. Then read scope in the \
         token response: fewer scopes may be granted than were requested.",
    ),
    (
        "introspection.public",
        "Introspect from a server, with a confidential client. The token response tells a public client what it \
         needs.",
    ),
    (
        "realm.unknown",
        "Check the issuer of your client: `anteroom realm list` or GET /control/api/realms names the realms there are. A \
         realm with a time to live may have ended.",
    ),
    (
        "page.unknown",
        "Check the path, and that it is below the issuer of its realm: the discovery document lists the endpoints.",
    ),
    ("method.unknown", "Use a method that the answer's Allow header lists."),
];
