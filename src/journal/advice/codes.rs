//! How to fix refusals of portals, and of rules without advice of their own, by error code.

use super::Advice;

pub const ADVICE: &[Advice] = &[
    (
        "invalid_request",
        "Compare the recorded request with the section that the refusal names; the description says which part is \
         wrong.",
    ),
    (
        "invalid_client",
        "Check client_id and secret, and that the request is sent to the realm in which the client is registered.",
    ),
    (
        "invalid_grant",
        "Start again with a new authorization request, and redeem its code once, as soon as it arrives.",
    ),
    (
        "unauthorized_client",
        "Check the registration of the client: it does not include what the request needs.",
    ),
    (
        "invalid_scope",
        "Request only scopes that the discovery document lists and the client is registered for.",
    ),
    (
        "invalid_token",
        "Get a new access token of this realm, and send it as Authorization: Bearer.",
    ),
    (
        "insufficient_scope",
        "Request the expected scopes in a new authorization request; refreshing cannot add any.",
    ),
    (
        "not_found",
        "Check the id and its owner: what belongs to another user is not found, either.",
    ),
    (
        "method_not_allowed",
        "Use a method that the answer's Allow header lists.",
    ),
    (
        "missing_field",
        "Send the field with a value; spaces alone do not count.",
    ),
    (
        "malformed_field",
        "Send the field in the format that the API documentation at /api-docs shows.",
    ),
    (
        "unavailable",
        "Load the availabilities again and offer the user what is free now: a slot can be booked between showing and \
         booking it.",
    ),
    (
        "state",
        "Load the appointment again: what is possible depends on its time, its type, and whether it is cancelled.",
    ),
    (
        "attendant_blocked",
        "Choose a person whom the practice has not blocked, and ask this one to call the practice. Retrying does not \
         help.",
    ),
    (
        "account_required",
        "Get a token of a user with the code flow, or offer guests only types that need no account.",
    ),
    (
        "insurance",
        "Offer only types that are open to the insurance of the user; the catalogue lists them.",
    ),
    (
        "structured_comment_invalid",
        "Ask the user again for the fields in invalid_fields, and show the message of each.",
    ),
    ("too_large", "Send less: no request to this address needs that much."),
];
