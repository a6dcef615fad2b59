//! Calls about waiting rooms and clinic accounts.

use super::common::{MALFORMED, UNKNOWN, get, handler, optional, post, required};
use crate::portals::vsee::{
    access::Access,
    accounts,
    call::Handler,
    operation::{Answer, Kind, Operation},
    rooms,
};

const TAG: &str = "Rooms";
const ACCOUNTS_TAG: &str = "Accounts";

pub const CALLS: &[Operation<Handler>] = &[
    Operation {
        access: Access::Public,
        summary: "List the waiting rooms of the clinic",
        query: &[
            optional("page", Kind::Number, "The page, from 1. Default: 1."),
            optional("limit", Kind::Number, "Rooms per page, 1 to 500. Default: 100."),
        ],
        refusals: &[MALFORMED],
        ..get(TAG, "/rooms", "listRooms", Answer::Rooms, handler!(rooms::list))
    },
    Operation {
        access: Access::Admin,
        summary: "Create a waiting room",
        body: &[
            required("domain", Kind::Text, "The domain, such as vclinic.vsee.me."),
            required("name", Kind::Text, "The name of the room."),
            optional("code", Kind::Text, "A unique code. Default: a random one."),
            optional(
                "slug",
                Kind::Text,
                "The name of the room in addresses. Default: the code.",
            ),
        ],
        refusals: &[(
            400,
            "A parameter is missing or malformed, or the slug or code already exists.",
        )],
        ..post(TAG, "/rooms", "createRoom", Answer::Room, handler!(rooms::create))
    },
    Operation {
        access: Access::Public,
        summary: "Get a waiting room with its consultations",
        refusals: &[UNKNOWN],
        ..get(TAG, "/rooms/{code}", "showRoom", Answer::Room, handler!(rooms::show))
    },
    Operation {
        access: Access::Public,
        summary: "List the providers of a room",
        refusals: &[UNKNOWN],
        ..get(
            TAG,
            "/rooms/{code}/providers",
            "listProvidersOfRoom",
            Answer::Providers,
            handler!(rooms::list_providers),
        )
    },
    Operation {
        access: Access::Public,
        summary: "Get a provider of a room",
        refusals: &[UNKNOWN],
        ..get(
            TAG,
            "/rooms/{code}/providers/{id}",
            "showProviderOfRoom",
            Answer::Provider,
            handler!(rooms::show_provider),
        )
    },
    Operation {
        access: Access::Public,
        summary: "List the clinic accounts",
        ..get(
            ACCOUNTS_TAG,
            "/accounts",
            "listAccounts",
            Answer::Accounts,
            handler!(accounts::list),
        )
    },
    Operation {
        access: Access::Public,
        summary: "Get a clinic account; `-` is the one the request is for",
        refusals: &[UNKNOWN],
        ..get(
            ACCOUNTS_TAG,
            "/accounts/{code}",
            "showAccount",
            Answer::Account,
            handler!(accounts::show),
        )
    },
];
