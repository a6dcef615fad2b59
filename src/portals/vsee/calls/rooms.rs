//! Calls about waiting rooms and clinic accounts.

use http::Method;

use super::common::{MALFORMED, UNKNOWN, body};
use crate::{
    api::operation::{Answer, Body, Operation, Parameter},
    portals::vsee::{
        access::Access,
        accounts,
        call::Row,
        rooms,
        schemas::{array, data, lenient_text, list, number_in_query},
        wire::{AccountView, ProviderView, RoomInList, RoomView},
    },
};

const TAG: &str = "Rooms";
const ACCOUNTS_TAG: &str = "Accounts";

pub static CALLS: &[Row] = &[
    Operation {
        method: Method::GET,
        path: "/rooms",
        id: "listRooms",
        tag: TAG,
        summary: "List the waiting rooms of the clinic",
        access: Access::Public,
        query: &[
            Parameter::optional("page", number_in_query, "The page, from 1. Default: 1."),
            Parameter::optional("limit", number_in_query, "Rooms per page, 1 to 500. Default: 100."),
        ],
        body: Body::Nothing,
        answer: Answer::json(list::<RoomInList>),
        refusals: &[MALFORMED],
        handler: |call| Box::pin(rooms::list(call)),
    },
    Operation {
        method: Method::POST,
        path: "/rooms",
        id: "createRoom",
        tag: TAG,
        summary: "Create a waiting room",
        access: Access::Admin,
        query: &[],
        body: body(&[
            Parameter::required("domain", lenient_text, "The domain, such as vclinic.vsee.me."),
            Parameter::required("name", lenient_text, "The name of the room."),
            Parameter::optional("code", lenient_text, "A unique code. Default: a random one."),
            Parameter::optional(
                "slug",
                lenient_text,
                "The name of the room in addresses. Default: the code.",
            ),
        ]),
        answer: Answer::json(data::<RoomView>),
        refusals: &[(
            400,
            "A parameter is missing or malformed, or the slug or code already exists.",
        )],
        handler: |call| Box::pin(rooms::create(call)),
    },
    Operation {
        method: Method::GET,
        path: "/rooms/{code}",
        id: "showRoom",
        tag: TAG,
        summary: "Get a waiting room with its consultations",
        access: Access::Public,
        query: &[],
        body: Body::Nothing,
        answer: Answer::json(data::<RoomView>),
        refusals: &[UNKNOWN],
        handler: |call| Box::pin(rooms::show(call)),
    },
    Operation {
        method: Method::GET,
        path: "/rooms/{code}/providers",
        id: "listProvidersOfRoom",
        tag: TAG,
        summary: "List the providers of a room",
        access: Access::Public,
        query: &[],
        body: Body::Nothing,
        answer: Answer::json(array::<ProviderView>),
        refusals: &[UNKNOWN],
        handler: |call| Box::pin(rooms::list_providers(call)),
    },
    Operation {
        method: Method::GET,
        path: "/rooms/{code}/providers/{id}",
        id: "showProviderOfRoom",
        tag: TAG,
        summary: "Get a provider of a room",
        access: Access::Public,
        query: &[],
        body: Body::Nothing,
        answer: Answer::json(data::<ProviderView>),
        refusals: &[UNKNOWN],
        handler: |call| Box::pin(rooms::show_provider(call)),
    },
    Operation {
        method: Method::GET,
        path: "/accounts",
        id: "listAccounts",
        tag: ACCOUNTS_TAG,
        summary: "List the clinic accounts",
        access: Access::Public,
        query: &[],
        body: Body::Nothing,
        answer: Answer::json(array::<AccountView>),
        refusals: &[],
        handler: |call| Box::pin(accounts::list(call)),
    },
    Operation {
        method: Method::GET,
        path: "/accounts/{code}",
        id: "showAccount",
        tag: ACCOUNTS_TAG,
        summary: "Get a clinic account; `-` is the one the request is for",
        access: Access::Public,
        query: &[],
        body: Body::Nothing,
        answer: Answer::json(data::<AccountView>),
        refusals: &[UNKNOWN],
        handler: |call| Box::pin(accounts::show(call)),
    },
];
