//! Calls about visits and the times they can be booked for.

use super::common::{FORBIDDEN, LIMIT, MALFORMED, OFFSET, UNKNOWN, get, handler, optional, post, required};
use crate::portals::vsee::{
    availability, booking,
    call::Handler,
    operation::{Answer, Evidence, Kind, Operation, Parameter},
    visits,
};

const TAG: &str = "Visits";

pub const CALLS: &[Operation<Handler>] = &[
    Operation {
        summary: "Create a walk-in visit, which waits from now on",
        body: &[
            INTAKE,
            ROOM,
            optional("provider_id", Kind::Number, "The provider. Default: the intake's."),
        ],
        refusals: &[NO_VISIT, FORBIDDEN, UNKNOWN],
        ..post(
            TAG,
            "/visits/add_walkin",
            "addWalkIn",
            Answer::Visit,
            handler!(booking::add_walk_in),
        )
    },
    Operation {
        summary: "Create an e-consult, which has no time: the provider of the room who accepts it first answers it",
        body: &[INTAKE, ROOM],
        refusals: &[NO_VISIT, FORBIDDEN, UNKNOWN],
        ..post(
            TAG,
            "/visits/add_econsult",
            "addEConsult",
            Answer::Visit,
            handler!(booking::add_e_consult),
        )
    },
    Operation {
        summary: "Create an e-consult; the same as `POST /visits/add_econsult`",
        body: &[INTAKE, ROOM],
        refusals: &[NO_VISIT, FORBIDDEN, UNKNOWN],
        ..post(
            TAG,
            "/add_econsult",
            "addEConsultAlias",
            Answer::Visit,
            handler!(booking::add_e_consult),
        )
    },
    Operation {
        summary: "Book an appointment; an admin can book any time, for a patient only a free slot can be booked",
        body: &[
            INTAKE,
            ROOM,
            optional(
                "member_id",
                Kind::Text,
                "The patient's id or code. Default: the intake's patient.",
            ),
            optional(
                "provider_id",
                Kind::Number,
                "The provider. Default: any free provider of the room.",
            ),
            required("start", Kind::Seconds, "When the appointment begins."),
            optional(
                "end",
                Kind::Seconds,
                "When it ends. Default: after the duration of the consultation.",
            ),
            optional(
                "consultation_id",
                Kind::Text,
                "The id of one of the room's consultations.",
            ),
        ],
        refusals: &[
            (
                400,
                "A parameter is missing or malformed, the intake was already used, the room does not accept such visits, \
                 or the time slot is not available.",
            ),
            FORBIDDEN,
            UNKNOWN,
        ],
        ..post(TAG, "/visits", "createVisit", Answer::Visit, handler!(booking::create))
    },
    Operation {
        evidence: Evidence::Inferred,
        summary: "List visits: a patient's own, a provider's own and unassigned ones of their rooms, or all for an admin",
        query: &[
            optional("member_id", Kind::Text, "Only visits of this patient."),
            optional("room_code", Kind::Text, "Only visits in this room."),
            optional("status", Kind::Number, "Only visits of this status."),
            optional("from", Kind::Seconds, "Only visits that start at or after this time."),
            optional("to", Kind::Seconds, "Only visits that start before this time."),
            OFFSET,
            LIMIT,
        ],
        refusals: &[MALFORMED, FORBIDDEN],
        ..get(TAG, "/visits", "listVisits", Answer::Visits, handler!(visits::list))
    },
    Operation {
        evidence: Evidence::Inferred,
        summary: "Get a visit",
        refusals: &[FORBIDDEN, UNKNOWN],
        ..get(TAG, "/visits/{id}", "showVisit", Answer::Visit, handler!(visits::show))
    },
    Operation {
        evidence: Evidence::Inferred,
        summary: "End or cancel a visit",
        body: &[required(
            "reason",
            Kind::Text,
            "`patient_cancel_appointment` cancels the visit; `patient_end_call`, `patient_exit_room` and `call_ended` \
             complete it.",
        )],
        refusals: &[
            (400, "The reason is unknown, or the visit is already over."),
            FORBIDDEN,
            UNKNOWN,
        ],
        ..post(
            TAG,
            "/visits/{id}/end",
            "endVisit",
            Answer::Visit,
            handler!(visits::end),
        )
    },
    Operation {
        evidence: Evidence::Inferred,
        summary: "Accept an e-consult; only the first provider succeeds",
        refusals: &[
            (
                400,
                "The visit is not an e-consult, is already over, or was accepted by another provider.",
            ),
            FORBIDDEN,
            UNKNOWN,
        ],
        ..post(
            TAG,
            "/visits/{id}/accept",
            "acceptVisit",
            Answer::Visit,
            handler!(visits::accept),
        )
    },
    Operation {
        summary: "List the free slots of a room's providers",
        query: SEARCH,
        refusals: &[MALFORMED, FORBIDDEN, UNKNOWN],
        ..get(
            TAG,
            "/availability",
            "listAvailability",
            Answer::Slots,
            handler!(availability::list),
        )
    },
    Operation {
        summary: "List the free slots of a room's providers; the documented sample sends a form",
        body: SEARCH,
        refusals: &[MALFORMED, FORBIDDEN, UNKNOWN],
        ..post(
            TAG,
            "/availability",
            "listAvailabilityByPost",
            Answer::Slots,
            handler!(availability::list_by_post),
        )
    },
];

const INTAKE: Parameter = required(
    "intake_id",
    Kind::Text,
    "The intake, from `POST /intakes`. It can be used for one visit only.",
);
const ROOM: Parameter = optional(
    "room_code",
    Kind::Text,
    "The code of the waiting room. Default: the intake's room.",
);
const NO_VISIT: (u16, &str) = (
    400,
    "A parameter is missing or malformed, the intake was already used, or the room does not accept such visits.",
);

/// What free slots are searched for.
const SEARCH: &[Parameter] = &[
    ROOM,
    optional(
        "intake_id",
        Kind::Text,
        "An intake that names room, consultation and provider.",
    ),
    optional(
        "consultation_id",
        Kind::Text,
        "One of the room's consultations; it defines the length of a slot.",
    ),
    optional(
        "duration",
        Kind::Number,
        "The length of a slot in minutes, where no consultation is given.",
    ),
    optional("provider_id", Kind::Number, "Only slots of this provider."),
    optional(
        "member_id",
        Kind::Text,
        "The patient's id or code. Default: the caller.",
    ),
    optional(
        "start",
        Kind::Seconds,
        "Only slots that start at or after this time. Default: now.",
    ),
    optional(
        "end",
        Kind::Seconds,
        "Only slots that end at or before this time. Default: 7 days after `start`. The earliest 5000 are returned.",
    ),
];
