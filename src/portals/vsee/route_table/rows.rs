//! The rows themselves.

use super::{Access, Answer, Evidence, Kind, Operation, Parameter, Row, Verb};

const fn required(name: &'static str, kind: Kind, description: &'static str) -> Parameter {
    Parameter {
        name,
        kind,
        required: true,
        description,
    }
}

const fn optional(name: &'static str, kind: Kind, description: &'static str) -> Parameter {
    Parameter {
        name,
        kind,
        required: false,
        description,
    }
}

const LIMIT: Parameter = optional("limit", Kind::Number, "At most this many, 1 to 500. Default: 100.");
const OFFSET: Parameter = optional("offset", Kind::Number, "Leave out this many. Default: 0.");
const ROOM: Parameter = optional("room_code", Kind::Text, "Default: the intake's.");
const ROOM_OF_INTAKE: Parameter = required("room_code", Kind::Text, "The waiting room.");
const INTAKE: Parameter = required("intake_id", Kind::Text, "Of `POST /intakes`; each becomes one visit.");

const BAD_FIELD: (u16, &str) = (400, "A parameter is missing or malformed.");
const NOT_YOURS: (u16, &str) = (403, "It is somebody else's, or not for callers of this kind.");
const UNKNOWN: (u16, &str) = (404, "There is no such object.");
const NO_VISIT_YET: (u16, &str) = (
    400,
    "A parameter is missing or malformed, the intake is used already, or the room takes no such visits.",
);

/// What an intake says; anything else is kept as it came.
const INTAKE_FIELDS: [Parameter; 11] = [
    optional(
        "type",
        Kind::Number,
        "1 walk-in, 2 scheduled; does not restrict the visit.",
    ),
    optional("reason_for_visit", Kind::Text, "Why the patient comes."),
    optional("reasonforvisit", Kind::Text, "The same, as one revision spells it."),
    optional("provider_id", Kind::Number, "The provider wished for."),
    optional("provider", Kind::Number, "The same, as one sample spells it."),
    optional(
        "member_id",
        Kind::Text,
        "The patient's id or code; needed when acting for one.",
    ),
    optional("attachments", Kind::Ids, "Ids of files that were uploaded."),
    optional("location", Kind::Text, "The state the patient is in, two letters."),
    optional("phone", Kind::Text, "Digits."),
    optional(
        "consultation",
        Kind::Any,
        "One of the room's consultations, for payment.",
    ),
    optional("remark", Kind::Text, "What the files of this request are."),
];

const fn intake_fields(room_required: bool) -> [Parameter; 12] {
    let room = if room_required {
        ROOM_OF_INTAKE
    } else {
        optional("room_code", Kind::Text, "The waiting room, if it changes.")
    };
    let [a, b, c, d, e, f, g, h, i, j, k] = INTAKE_FIELDS;
    [room, a, b, c, d, e, f, g, h, i, j, k]
}

static NEW_INTAKE: [Parameter; 12] = intake_fields(true);
static CHANGED_INTAKE: [Parameter; 12] = intake_fields(false);

const AVAILABILITY: &[Parameter] = &[
    ROOM,
    optional("intake_id", Kind::Text, "Names the room and the consultation."),
    optional(
        "consultation_id",
        Kind::Text,
        "One of the room's; it says how long a slot is.",
    ),
    optional(
        "duration",
        Kind::Number,
        "Minutes of a slot, where no consultation says.",
    ),
    optional("provider_id", Kind::Number, "Only slots of this provider."),
    optional("member_id", Kind::Text, "The patient; the caller by default."),
    optional(
        "start",
        Kind::Seconds,
        "Slots that start at or after this. Default: now.",
    ),
    optional(
        "end",
        Kind::Seconds,
        "Slots that end by this. Default: 7 days after `start`. At most 5000 are listed, the earliest.",
    ),
];

const E_CONSULT: &[Parameter] = &[INTAKE, ROOM];

const BASE: Row = Row {
    verb: Verb::Get,
    path: "",
    operation: Operation::SignOn,
    access: Access::Token,
    evidence: Evidence::Documented,
    summary: "",
    query: &[],
    body: &[],
    open: false,
    files: false,
    answer: Answer::Visit,
    refusals: &[],
};

/// The table.
pub static ROWS: &[Row] = &[
    Row {
        verb: Verb::Post,
        path: "/users/sso",
        operation: Operation::SignOn,
        access: Access::Key,
        summary: "Sign a person in from outside: the user, and a token",
        query: &[optional("fields", Kind::Text, "`vsee` adds the VSee id and its token.")],
        body: &[
            required("first_name", Kind::Text, "Up to 255 characters."),
            required("last_name", Kind::Text, "Up to 255 characters."),
            optional("type", Kind::Number, "200 member (default), 400 provider, 600 guest."),
            optional(
                "code",
                Kind::Text,
                "Your own id of the user, up to 128 characters; required unless it is a guest.",
            ),
            optional("dob", Kind::Date, "Date of birth."),
            optional("email", Kind::Text, "E-mail address."),
            optional("username", Kind::Text, "Drawn when absent."),
            optional("disable_emails", Kind::Boolean, "Stops all mail to that user."),
            optional("gender", Kind::Text, "male or female."),
            optional("street_addr", Kind::Text, "For e-prescribing."),
            optional("city", Kind::Text, "For e-prescribing."),
            optional("state", Kind::Text, "Two letters."),
            optional("zip", Kind::Text, "For e-prescribing."),
            optional("phone", Kind::Text, "Digits."),
        ],
        answer: Answer::SignedOn,
        refusals: &[BAD_FIELD, (403, "Single sign-on is switched off for the clinic.")],
        ..BASE
    },
    Row {
        verb: Verb::Post,
        path: "/users/login",
        operation: Operation::LogIn,
        access: Access::Public,
        summary: "Sign in with a password: the user, and a token",
        body: &[
            required("username", Kind::Text, "The user's own."),
            required("password", Kind::Text, "The user's own."),
            optional("user_type", Kind::Text, "member or provider; any by default."),
        ],
        answer: Answer::SignedOn,
        refusals: &[BAD_FIELD],
        ..BASE
    },
    Row {
        path: "/users",
        operation: Operation::ListUsers,
        access: Access::Admin,
        summary: "The users of the clinic",
        query: &[
            optional("q", Kind::Text, "Part of the name or address, at least 3 characters."),
            optional("type", Kind::Number, "Only users of this type."),
            optional("status", Kind::Number, "Only users of this status; 20 is active."),
            optional(
                "fields",
                Kind::Text,
                "Further members of the profile, joined by commas.",
            ),
            OFFSET,
            LIMIT,
        ],
        answer: Answer::Users,
        refusals: &[BAD_FIELD],
        ..BASE
    },
    Row {
        path: "/users/{id}",
        operation: Operation::ShowUser,
        summary: "A user's profile; `-` is the caller's own",
        answer: Answer::User,
        refusals: &[NOT_YOURS, UNKNOWN],
        ..BASE
    },
    Row {
        verb: Verb::Post,
        path: "/users/{id}/rooms",
        operation: Operation::AssignRoom,
        access: Access::Admin,
        summary: "Assign a provider to a room",
        body: &[required("room_code", Kind::Text, "The waiting room.")],
        answer: Answer::RoomAssigned,
        refusals: &[(400, "A parameter is missing, or the user is no provider."), UNKNOWN],
        ..BASE
    },
    Row {
        verb: Verb::Post,
        path: "/intakes",
        operation: Operation::CreateIntake,
        summary: "Fill in the form before a visit",
        body: &NEW_INTAKE,
        open: true,
        files: true,
        answer: Answer::IntakeId,
        refusals: &[BAD_FIELD, NOT_YOURS, UNKNOWN],
        ..BASE
    },
    Row {
        verb: Verb::Post,
        path: "/intakes/{id}",
        operation: Operation::UpdateIntake,
        summary: "Change the form",
        body: &CHANGED_INTAKE,
        open: true,
        files: true,
        answer: Answer::IntakeId,
        refusals: &[BAD_FIELD, NOT_YOURS, UNKNOWN],
        ..BASE
    },
    Row {
        path: "/intakes/{id}",
        operation: Operation::ShowIntake,
        summary: "The form, with its attachments",
        answer: Answer::Intake,
        refusals: &[NOT_YOURS, UNKNOWN],
        ..BASE
    },
    Row {
        verb: Verb::Post,
        path: "/attachments",
        operation: Operation::UploadAttachment,
        evidence: Evidence::Inferred,
        summary: "Upload a file for an intake",
        body: &[optional("remark", Kind::Text, "What it is.")],
        files: true,
        answer: Answer::Attachment,
        refusals: &[(
            400,
            "There is no file, or it is too large or of a kind that is not taken.",
        )],
        ..BASE
    },
    Row {
        path: "/attachments/{id}",
        operation: Operation::DownloadAttachment,
        evidence: Evidence::Inferred,
        summary: "A file, as it was uploaded",
        answer: Answer::File,
        refusals: &[NOT_YOURS, UNKNOWN],
        ..BASE
    },
    Row {
        verb: Verb::Post,
        path: "/visits/add_walkin",
        operation: Operation::AddWalkIn,
        summary: "Enter the waiting room now",
        body: &[
            INTAKE,
            ROOM,
            optional("provider_id", Kind::Number, "Default: the one the intake wishes for."),
        ],
        answer: Answer::Visit,
        refusals: &[NO_VISIT_YET, NOT_YOURS, UNKNOWN],
        ..BASE
    },
    Row {
        verb: Verb::Post,
        path: "/visits/add_econsult",
        operation: Operation::AddEConsult,
        summary: "Ask without a time: the first provider of the room who accepts answers",
        body: E_CONSULT,
        answer: Answer::Visit,
        refusals: &[NO_VISIT_YET, NOT_YOURS, UNKNOWN],
        ..BASE
    },
    Row {
        verb: Verb::Post,
        path: "/add_econsult",
        operation: Operation::AddEConsultAlias,
        summary: "The same as /visits/add_econsult",
        body: E_CONSULT,
        answer: Answer::Visit,
        refusals: &[NO_VISIT_YET, NOT_YOURS, UNKNOWN],
        ..BASE
    },
    Row {
        verb: Verb::Post,
        path: "/visits",
        operation: Operation::CreateVisit,
        summary: "Book an appointment; an admin may book any time",
        body: &[
            INTAKE,
            ROOM,
            optional("member_id", Kind::Text, "The patient; the intake's by default."),
            optional("provider_id", Kind::Number, "Default: whoever of the room is free."),
            required("start", Kind::Seconds, "When it begins."),
            optional("end", Kind::Seconds, "Default: the consultation's length later."),
            optional("consultation_id", Kind::Text, "One of the room's."),
        ],
        answer: Answer::Visit,
        refusals: &[
            (400, "As for walk-ins; or the time slot is not available."),
            NOT_YOURS,
            UNKNOWN,
        ],
        ..BASE
    },
    Row {
        path: "/visits",
        operation: Operation::ListVisits,
        evidence: Evidence::Inferred,
        summary: "The caller's visits; an admin's are all",
        query: &[
            optional("member_id", Kind::Text, "Only those of this patient."),
            optional("room_code", Kind::Text, "Only those of this room."),
            optional("status", Kind::Number, "Only those of this status."),
            optional("from", Kind::Seconds, "Only those that start at or after this."),
            optional("to", Kind::Seconds, "Only those that start before this."),
            OFFSET,
            LIMIT,
        ],
        answer: Answer::Visits,
        refusals: &[BAD_FIELD, NOT_YOURS],
        ..BASE
    },
    Row {
        path: "/visits/{id}",
        operation: Operation::ShowVisit,
        evidence: Evidence::Inferred,
        summary: "One visit",
        answer: Answer::Visit,
        refusals: &[NOT_YOURS, UNKNOWN],
        ..BASE
    },
    Row {
        verb: Verb::Post,
        path: "/visits/{id}/end",
        operation: Operation::EndVisit,
        evidence: Evidence::Inferred,
        summary: "End or cancel a visit",
        body: &[required(
            "reason",
            Kind::Text,
            "patient_end_call, patient_exit_room, call_ended or patient_cancel_appointment.",
        )],
        answer: Answer::Visit,
        refusals: &[
            (400, "The reason is not known, or the visit is over."),
            NOT_YOURS,
            UNKNOWN,
        ],
        ..BASE
    },
    Row {
        verb: Verb::Post,
        path: "/visits/{id}/accept",
        operation: Operation::AcceptVisit,
        evidence: Evidence::Inferred,
        summary: "Accept an e-consult: the first provider wins",
        answer: Answer::Visit,
        refusals: &[
            (400, "It is no e-consult, is over, or another provider has accepted it."),
            NOT_YOURS,
            UNKNOWN,
        ],
        ..BASE
    },
    Row {
        path: "/availability",
        operation: Operation::ListAvailability,
        summary: "The free slots of a room's providers",
        query: AVAILABILITY,
        answer: Answer::Slots,
        refusals: &[BAD_FIELD, NOT_YOURS, UNKNOWN],
        ..BASE
    },
    Row {
        verb: Verb::Post,
        path: "/availability",
        operation: Operation::ListAvailabilityByPost,
        summary: "The same, as the documented sample sends it",
        body: AVAILABILITY,
        answer: Answer::Slots,
        refusals: &[BAD_FIELD, NOT_YOURS, UNKNOWN],
        ..BASE
    },
    Row {
        path: "/rooms",
        operation: Operation::ListRooms,
        access: Access::Public,
        summary: "The waiting rooms of the clinic",
        query: &[
            optional("page", Kind::Number, "From 1."),
            optional("limit", Kind::Number, "Rooms of a page, 1 to 500. Default: 100."),
        ],
        answer: Answer::Rooms,
        refusals: &[BAD_FIELD],
        ..BASE
    },
    Row {
        verb: Verb::Post,
        path: "/rooms",
        operation: Operation::CreateRoom,
        access: Access::Admin,
        summary: "Open a waiting room",
        body: &[
            required("domain", Kind::Text, "Such as vclinic.vsee.me."),
            required("name", Kind::Text, "What it is called."),
            optional("code", Kind::Text, "Unique; drawn when absent."),
            optional("slug", Kind::Text, "Its name in addresses; the code when absent."),
        ],
        answer: Answer::Room,
        refusals: &[(400, "A parameter is missing or malformed, or the slug or code exists.")],
        ..BASE
    },
    Row {
        path: "/rooms/{code}",
        operation: Operation::ShowRoom,
        access: Access::Public,
        summary: "One waiting room, with its consultations",
        answer: Answer::Room,
        refusals: &[UNKNOWN],
        ..BASE
    },
    Row {
        path: "/rooms/{code}/providers",
        operation: Operation::ListProvidersOfRoom,
        access: Access::Public,
        summary: "Who works in a room",
        answer: Answer::Providers,
        refusals: &[UNKNOWN],
        ..BASE
    },
    Row {
        path: "/rooms/{code}/providers/{id}",
        operation: Operation::ShowProviderOfRoom,
        access: Access::Public,
        summary: "One who works in a room",
        answer: Answer::Provider,
        refusals: &[UNKNOWN],
        ..BASE
    },
    Row {
        path: "/accounts",
        operation: Operation::ListAccounts,
        access: Access::Public,
        summary: "The clinics",
        answer: Answer::Accounts,
        ..BASE
    },
    Row {
        path: "/accounts/{code}",
        operation: Operation::ShowAccount,
        access: Access::Public,
        summary: "One clinic; `-` is the one the request is for",
        answer: Answer::Account,
        refusals: &[UNKNOWN],
        ..BASE
    },
];
