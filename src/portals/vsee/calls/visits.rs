//! Calls about visits and the times they can be booked for.

use http::Method;
use serde_json::Value;

use super::common::{FORBIDDEN, LIMIT, MALFORMED, OFFSET, UNKNOWN, body};
use crate::{
    api::{
        operation::{Answer, Body, Operation, Parameter},
        schema::text,
    },
    portals::vsee::{
        access::Access,
        availability, booking,
        call::Row,
        schemas::{array, data, lenient_text, list, number, number_in_query, seconds, seconds_in_query},
        visits,
        wire::{SlotView, VisitView},
    },
};

const TAG: &str = "Visits";

pub static CALLS: &[Row] = &[
    Operation {
        method: Method::POST,
        path: "/visits/add_walkin",
        id: "addWalkIn",
        tag: TAG,
        summary: "Create a walk-in visit, which waits from now on",
        access: Access::Token,
        query: &[],
        body: body(&[
            INTAKE,
            ROOM,
            Parameter::optional("provider_id", number, "The provider. Default: the intake's."),
        ]),
        answer: Answer::json(data::<VisitView>),
        refusals: &[NO_VISIT, FORBIDDEN, UNKNOWN],
        handler: |call| Box::pin(booking::add_walk_in(call)),
    },
    Operation {
        method: Method::POST,
        path: "/visits/add_econsult",
        id: "addEConsult",
        tag: TAG,
        summary: "Create an e-consult, which has no time: the provider of the room who accepts it first answers it",
        access: Access::Token,
        query: &[],
        body: body(&[INTAKE, ROOM]),
        answer: Answer::json(data::<VisitView>),
        refusals: &[NO_VISIT, FORBIDDEN, UNKNOWN],
        handler: |call| Box::pin(booking::add_e_consult(call)),
    },
    Operation {
        method: Method::POST,
        path: "/add_econsult",
        id: "addEConsultAlias",
        tag: TAG,
        summary: "Create an e-consult; the same as `POST /visits/add_econsult`",
        access: Access::Token,
        query: &[],
        body: body(&[INTAKE, ROOM]),
        answer: Answer::json(data::<VisitView>),
        refusals: &[NO_VISIT, FORBIDDEN, UNKNOWN],
        handler: |call| Box::pin(booking::add_e_consult(call)),
    },
    Operation {
        method: Method::POST,
        path: "/visits",
        id: "createVisit",
        tag: TAG,
        summary: "Book an appointment; an admin can book any time, for a patient only a free slot can be booked",
        access: Access::Token,
        query: &[],
        body: body(&[
            INTAKE,
            ROOM,
            Parameter::optional(
                "member_id",
                lenient_text,
                "The patient's id or code. Default: the intake's patient.",
            ),
            Parameter::optional(
                "provider_id",
                number,
                "The provider. Default: any free provider of the room.",
            ),
            Parameter::required("start", seconds, "When the appointment begins."),
            Parameter::optional(
                "end",
                seconds,
                "When it ends. Default: after the duration of the consultation.",
            ),
            Parameter::optional(
                "consultation_id",
                lenient_text,
                "The id of one of the room's consultations.",
            ),
        ]),
        answer: Answer::json(data::<VisitView>),
        refusals: &[
            (
                400,
                "A parameter is missing or malformed, the intake was already used, the room does not accept such visits, \
                 or the time slot is not available.",
            ),
            FORBIDDEN,
            UNKNOWN,
        ],
        handler: |call| Box::pin(booking::create(call)),
    },
    Operation {
        method: Method::GET,
        path: "/visits",
        id: "listVisits",
        tag: TAG,
        summary: "List visits: a patient's own, a provider's own and unassigned ones of their rooms, or all for an admin (inferred)",
        access: Access::Token,
        query: &[
            Parameter::optional("member_id", text, "Only visits of this patient."),
            Parameter::optional("room_code", text, "Only visits in this room."),
            Parameter::optional("status", number_in_query, "Only visits of this status."),
            Parameter::optional(
                "from",
                seconds_in_query,
                "Only visits that start at or after this time.",
            ),
            Parameter::optional("to", seconds_in_query, "Only visits that start before this time."),
            OFFSET,
            LIMIT,
        ],
        body: Body::Nothing,
        answer: Answer::json(list::<VisitView>),
        refusals: &[MALFORMED, FORBIDDEN],
        handler: |call| Box::pin(visits::list(call)),
    },
    Operation {
        method: Method::GET,
        path: "/visits/{id}",
        id: "showVisit",
        tag: TAG,
        summary: "Get a visit (inferred)",
        access: Access::Token,
        query: &[],
        body: Body::Nothing,
        answer: Answer::json(data::<VisitView>),
        refusals: &[FORBIDDEN, UNKNOWN],
        handler: |call| Box::pin(visits::show(call)),
    },
    Operation {
        method: Method::POST,
        path: "/visits/{id}/end",
        id: "endVisit",
        tag: TAG,
        summary: "End or cancel a visit (inferred)",
        access: Access::Token,
        query: &[],
        body: body(&[Parameter::required(
            "reason",
            lenient_text,
            "`patient_cancel_appointment` cancels the visit; `patient_end_call`, `patient_exit_room` and `call_ended` \
             complete it.",
        )]),
        answer: Answer::json(data::<VisitView>),
        refusals: &[
            (400, "The reason is unknown, or the visit is already over."),
            FORBIDDEN,
            UNKNOWN,
        ],
        handler: |call| Box::pin(visits::end(call)),
    },
    Operation {
        method: Method::POST,
        path: "/visits/{id}/accept",
        id: "acceptVisit",
        tag: TAG,
        summary: "Accept an e-consult; only the first provider succeeds (inferred)",
        access: Access::Token,
        query: &[],
        body: Body::Nothing,
        answer: Answer::json(data::<VisitView>),
        refusals: &[
            (
                400,
                "The visit is not an e-consult, is already over, or was accepted by another provider.",
            ),
            FORBIDDEN,
            UNKNOWN,
        ],
        handler: |call| Box::pin(visits::accept(call)),
    },
    Operation {
        method: Method::GET,
        path: "/availability",
        id: "listAvailability",
        tag: TAG,
        summary: "List the free slots of a room's providers",
        access: Access::Token,
        query: &SEARCH_IN_QUERY,
        body: Body::Nothing,
        answer: Answer::json(array::<SlotView>),
        refusals: &[MALFORMED, FORBIDDEN, UNKNOWN],
        handler: |call| Box::pin(availability::list(call)),
    },
    Operation {
        method: Method::POST,
        path: "/availability",
        id: "listAvailabilityByPost",
        tag: TAG,
        summary: "List the free slots of a room's providers; the documented sample sends a form",
        access: Access::Token,
        query: &[],
        body: body(&SEARCH_IN_BODY),
        answer: Answer::json(array::<SlotView>),
        refusals: &[MALFORMED, FORBIDDEN, UNKNOWN],
        handler: |call| Box::pin(availability::list_by_post(call)),
    },
];

const INTAKE: Parameter = Parameter::required(
    "intake_id",
    lenient_text,
    "The intake, from `POST /intakes`. It can be used for one visit only.",
);
const ROOM: Parameter = Parameter::optional(
    "room_code",
    lenient_text,
    "The code of the waiting room. Default: the intake's room.",
);
const NO_VISIT: (u16, &str) = (
    400,
    "A parameter is missing or malformed, the intake was already used, or the room does not accept such visits.",
);

static SEARCH_IN_QUERY: [Parameter; 8] = search(text, number_in_query, seconds_in_query);
static SEARCH_IN_BODY: [Parameter; 8] = search(lenient_text, number, seconds);

/// What free slots are searched for.
const fn search(text: fn() -> Value, number: fn() -> Value, seconds: fn() -> Value) -> [Parameter; 8] {
    [
        Parameter { schema: text, ..ROOM },
        Parameter::optional(
            "intake_id",
            text,
            "An intake that names room, consultation and provider.",
        ),
        Parameter::optional(
            "consultation_id",
            text,
            "One of the room's consultations; it defines the length of a slot.",
        ),
        Parameter::optional(
            "duration",
            number,
            "The length of a slot in minutes, where no consultation is given.",
        ),
        Parameter::optional("provider_id", number, "Only slots of this provider."),
        Parameter::optional("member_id", text, "The patient's id or code. Default: the caller."),
        Parameter::optional(
            "start",
            seconds,
            "Only slots that start at or after this time. Default: now.",
        ),
        Parameter::optional(
            "end",
            seconds,
            "Only slots that end at or before this time. Default: 7 days after `start`. The earliest 5000 are returned.",
        ),
    ]
}
