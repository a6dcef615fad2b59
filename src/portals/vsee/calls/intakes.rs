//! Calls about intakes and their files.

use super::common::{FORBIDDEN, MALFORMED, UNKNOWN, get, handler, optional, post, required};
use crate::portals::vsee::{
    attachments,
    call::Handler,
    intakes,
    operation::{Answer, Evidence, Kind, Operation, Parameter},
};

const TAG: &str = "Intakes";

pub const CALLS: &[Operation<Handler>] = &[
    Operation {
        summary: "Create an intake, the form before a visit",
        body: &NEW_INTAKE,
        open: true,
        files: true,
        refusals: &[MALFORMED, FORBIDDEN, UNKNOWN],
        ..post(
            TAG,
            "/intakes",
            "createIntake",
            Answer::IntakeId,
            handler!(intakes::create),
        )
    },
    Operation {
        summary: "Change an intake; members that are left out stay as they are",
        body: &CHANGED_INTAKE,
        open: true,
        files: true,
        refusals: &[MALFORMED, FORBIDDEN, UNKNOWN],
        ..post(
            TAG,
            "/intakes/{id}",
            "updateIntake",
            Answer::IntakeId,
            handler!(intakes::update),
        )
    },
    Operation {
        summary: "Get an intake with its attachments",
        refusals: &[FORBIDDEN, UNKNOWN],
        ..get(
            TAG,
            "/intakes/{id}",
            "showIntake",
            Answer::Intake,
            handler!(intakes::show),
        )
    },
    Operation {
        evidence: Evidence::Inferred,
        summary: "Upload a file for an intake",
        body: &[optional("remark", Kind::Text, "A remark about the file.")],
        files: true,
        refusals: &[(
            400,
            "The file is missing, too large, or of a type that is not accepted.",
        )],
        ..post(
            TAG,
            "/attachments",
            "uploadAttachment",
            Answer::Attachment,
            handler!(attachments::upload),
        )
    },
    Operation {
        evidence: Evidence::Inferred,
        summary: "Download a file",
        refusals: &[FORBIDDEN, UNKNOWN],
        ..get(
            TAG,
            "/attachments/{id}",
            "downloadAttachment",
            Answer::File,
            handler!(attachments::download),
        )
    },
];

static NEW_INTAKE: [Parameter; 12] = intake_members(required("room_code", Kind::Text, "The code of the waiting room."));
static CHANGED_INTAKE: [Parameter; 12] = intake_members(optional(
    "room_code",
    Kind::Text,
    "The code of the waiting room. Default: it stays.",
));

/// The documented members of an intake; any other member is kept as it came.
const fn intake_members(room: Parameter) -> [Parameter; 12] {
    [
        room,
        optional(
            "type",
            Kind::Number,
            "1 walk-in, 2 scheduled. It does not restrict the visit. Default: 1.",
        ),
        optional("reason_for_visit", Kind::Text, "Why the patient comes."),
        optional("reasonforvisit", Kind::Text, "Another spelling of `reason_for_visit`."),
        optional(
            "provider_id",
            Kind::Number,
            "The provider whom the patient wants to see.",
        ),
        optional("provider", Kind::Number, "Another spelling of `provider_id`."),
        optional(
            "member_id",
            Kind::Text,
            "The patient's id or code. Required for admins, who act for a patient.",
        ),
        optional("attachments", Kind::Ids, "Ids of uploaded files."),
        optional("location", Kind::Text, "The state the patient is in, two letters."),
        optional("phone", Kind::Text, "Telephone number, digits."),
        optional(
            "consultation",
            Kind::Any,
            "The id of one of the room's consultations, or an object with that `id`.",
        ),
        optional("remark", Kind::Text, "A remark about the files of this request."),
    ]
}
