//! Calls that sign users in, and calls about the users of a clinic.

use http::Method;

use super::common::{FORBIDDEN, LIMIT, MALFORMED, OFFSET, UNKNOWN, body};
use crate::{
    api::{
        operation::{Answer, Body, Operation, Parameter},
        schema::text,
    },
    portals::vsee::{
        access::Access,
        call::Row,
        login,
        schemas::{boolean, data, date, lenient_text, list, number, number_in_query},
        sso, users,
        wire::{Profile, RoomAssigned, SignedOn, UserInList},
    },
};

const TAG: &str = "Users";

pub static CALLS: &[Row] = &[
    Operation {
        method: Method::POST,
        path: "/users/sso",
        id: "signOn",
        tag: TAG,
        summary: "Sign a user in by single sign-on",
        access: Access::Key,
        query: &[Parameter::optional(
            "fields",
            text,
            "`vsee` adds the member `vsee`: the user's VSee id and a token.",
        )],
        body: body(PERSON),
        answer: Answer::json(data::<SignedOn>),
        refusals: &[MALFORMED, (403, "Single sign-on is not enabled for the clinic.")],
        handler: |call| Box::pin(sso::sign_on(call)),
    },
    Operation {
        method: Method::POST,
        path: "/users/login",
        id: "logIn",
        tag: TAG,
        summary: "Sign a user in with a password",
        access: Access::Public,
        query: &[],
        body: body(&[
            Parameter::required("username", lenient_text, "The user name."),
            Parameter::required("password", lenient_text, "The password."),
            Parameter::optional("user_type", lenient_text, "`member` or `provider`. Default: any type."),
        ]),
        answer: Answer::json(data::<SignedOn>),
        refusals: &[MALFORMED, (429, "Too many sign-in attempts.")],
        handler: |call| Box::pin(login::log_in(call)),
    },
    Operation {
        method: Method::GET,
        path: "/users",
        id: "listUsers",
        tag: TAG,
        summary: "List the users of the clinic",
        access: Access::Admin,
        query: &[
            Parameter::optional(
                "q",
                text,
                "Part of the name, user name or e-mail address, at least 3 characters.",
            ),
            Parameter::optional("type", number_in_query, "Only users of this type."),
            Parameter::optional("status", number_in_query, "Only users of this status. 20 is active."),
            Parameter::optional(
                "fields",
                text,
                "More members of the profile to return, separated by commas.",
            ),
            OFFSET,
            LIMIT,
        ],
        body: Body::Nothing,
        answer: Answer::json(list::<UserInList>),
        refusals: &[MALFORMED],
        handler: |call| Box::pin(users::list(call)),
    },
    Operation {
        method: Method::GET,
        path: "/users/{id}",
        id: "showUser",
        tag: TAG,
        summary: "Get the profile of a user; `-` is the caller",
        access: Access::Token,
        query: &[],
        body: Body::Nothing,
        answer: Answer::json(data::<Profile>),
        refusals: &[FORBIDDEN, UNKNOWN],
        handler: |call| Box::pin(users::show(call)),
    },
    Operation {
        method: Method::POST,
        path: "/users/{id}/rooms",
        id: "assignRoom",
        tag: TAG,
        summary: "Assign a provider to a room",
        access: Access::Admin,
        query: &[],
        body: body(&[Parameter::required(
            "room_code",
            lenient_text,
            "The code of the waiting room.",
        )]),
        answer: Answer::json(data::<RoomAssigned>),
        refusals: &[(400, "A parameter is missing, or the user is not a provider."), UNKNOWN],
        handler: |call| Box::pin(users::assign_room(call)),
    },
];

/// The user whom a clinic's system signs in.
const PERSON: &[Parameter] = &[
    Parameter::required("first_name", lenient_text, "Up to 255 characters."),
    Parameter::required("last_name", lenient_text, "Up to 255 characters."),
    Parameter::optional("type", number, "200 member, 400 provider, 600 guest. Default: 200."),
    Parameter::optional(
        "code",
        lenient_text,
        "Your own id of the user, up to 128 characters. Required for members and providers.",
    ),
    Parameter::optional("dob", date, "Date of birth."),
    Parameter::optional("email", lenient_text, "E-mail address."),
    Parameter::optional("username", lenient_text, "User name. Default: a random one."),
    Parameter::optional("disable_emails", boolean, "Whether the user gets no e-mail."),
    Parameter::optional("gender", lenient_text, "`male` or `female`."),
    Parameter::optional("street_addr", lenient_text, "Street address, for e-prescribing."),
    Parameter::optional("city", lenient_text, "City, for e-prescribing."),
    Parameter::optional("state", lenient_text, "State, two letters, for e-prescribing."),
    Parameter::optional("zip", lenient_text, "ZIP code, for e-prescribing."),
    Parameter::optional("phone", lenient_text, "Telephone number, digits, for e-prescribing."),
];
