//! Calls that sign users in, and calls about the users of a clinic.

use super::common::{FORBIDDEN, LIMIT, MALFORMED, OFFSET, UNKNOWN, get, handler, optional, post, required};
use crate::portals::vsee::{
    access::Access,
    call::Handler,
    login,
    operation::{Answer, Kind, Operation, Parameter},
    sso, users,
};

const TAG: &str = "Users";

pub const CALLS: &[Operation<Handler>] = &[
    Operation {
        access: Access::Key,
        summary: "Sign a user in by single sign-on",
        query: &[optional(
            "fields",
            Kind::Text,
            "`vsee` adds the member `vsee`: the user's VSee id and a token.",
        )],
        body: PERSON,
        refusals: &[MALFORMED, (403, "Single sign-on is not enabled for the clinic.")],
        ..post(TAG, "/users/sso", "signOn", Answer::SignedOn, handler!(sso::sign_on))
    },
    Operation {
        access: Access::Public,
        summary: "Sign a user in with a password",
        body: &[
            required("username", Kind::Text, "The user name."),
            required("password", Kind::Text, "The password."),
            optional("user_type", Kind::Text, "`member` or `provider`. Default: any type."),
        ],
        refusals: &[MALFORMED],
        ..post(TAG, "/users/login", "logIn", Answer::SignedOn, handler!(login::log_in))
    },
    Operation {
        access: Access::Admin,
        summary: "List the users of the clinic",
        query: &[
            optional(
                "q",
                Kind::Text,
                "Part of the name, user name or e-mail address, at least 3 characters.",
            ),
            optional("type", Kind::Number, "Only users of this type."),
            optional("status", Kind::Number, "Only users of this status. 20 is active."),
            optional(
                "fields",
                Kind::Text,
                "More members of the profile to return, separated by commas.",
            ),
            OFFSET,
            LIMIT,
        ],
        refusals: &[MALFORMED],
        ..get(TAG, "/users", "listUsers", Answer::Users, handler!(users::list))
    },
    Operation {
        summary: "Get the profile of a user; `-` is the caller",
        refusals: &[FORBIDDEN, UNKNOWN],
        ..get(TAG, "/users/{id}", "showUser", Answer::User, handler!(users::show))
    },
    Operation {
        access: Access::Admin,
        summary: "Assign a provider to a room",
        body: &[required("room_code", Kind::Text, "The code of the waiting room.")],
        refusals: &[(400, "A parameter is missing, or the user is not a provider."), UNKNOWN],
        ..post(
            TAG,
            "/users/{id}/rooms",
            "assignRoom",
            Answer::RoomAssigned,
            handler!(users::assign_room),
        )
    },
];

/// The user whom a clinic's system signs in.
const PERSON: &[Parameter] = &[
    required("first_name", Kind::Text, "Up to 255 characters."),
    required("last_name", Kind::Text, "Up to 255 characters."),
    optional(
        "type",
        Kind::Number,
        "200 member, 400 provider, 600 guest. Default: 200.",
    ),
    optional(
        "code",
        Kind::Text,
        "Your own id of the user, up to 128 characters. Required for members and providers.",
    ),
    optional("dob", Kind::Date, "Date of birth."),
    optional("email", Kind::Text, "E-mail address."),
    optional("username", Kind::Text, "User name. Default: a random one."),
    optional("disable_emails", Kind::Boolean, "Whether the user gets no e-mail."),
    optional("gender", Kind::Text, "`male` or `female`."),
    optional("street_addr", Kind::Text, "Street address, for e-prescribing."),
    optional("city", Kind::Text, "City, for e-prescribing."),
    optional("state", Kind::Text, "State, two letters, for e-prescribing."),
    optional("zip", Kind::Text, "ZIP code, for e-prescribing."),
    optional("phone", Kind::Text, "Telephone number, digits, for e-prescribing."),
];
