//! Calls about intakes and their files.

use http::Method;

use super::common::{FILES, FORBIDDEN, MALFORMED, UNKNOWN, body_with_files};
use crate::{
    api::operation::{Answer, Body, Operation, Parameter},
    portals::vsee::{
        access::Access,
        attachments,
        call::Row,
        intakes,
        schemas::{anything, data, ids, lenient_text, number},
        wire::{IntakeIdView, IntakeView, UploadView},
    },
    web::media_type::MULTIPART,
};

const TAG: &str = "Intakes";

pub static CALLS: &[Row] = &[
    Operation {
        method: Method::POST,
        path: "/intakes",
        id: "createIntake",
        tag: TAG,
        summary: "Create an intake, the form before a visit",
        access: Access::Token,
        query: &[],
        body: body_with_files(&NEW_INTAKE),
        answer: Answer::json(data::<IntakeIdView>),
        refusals: &[MALFORMED, FORBIDDEN, UNKNOWN],
        handler: |call| Box::pin(intakes::create(call)),
    },
    Operation {
        method: Method::POST,
        path: "/intakes/{id}",
        id: "updateIntake",
        tag: TAG,
        summary: "Change an intake; members that are left out stay as they are",
        access: Access::Token,
        query: &[],
        body: body_with_files(&CHANGED_INTAKE),
        answer: Answer::json(data::<IntakeIdView>),
        refusals: &[MALFORMED, FORBIDDEN, UNKNOWN],
        handler: |call| Box::pin(intakes::update(call)),
    },
    Operation {
        method: Method::GET,
        path: "/intakes/{id}",
        id: "showIntake",
        tag: TAG,
        summary: "Get an intake with its attachments",
        access: Access::Token,
        query: &[],
        body: Body::Nothing,
        answer: Answer::json(data::<IntakeView>),
        refusals: &[FORBIDDEN, UNKNOWN],
        handler: |call| Box::pin(intakes::show(call)),
    },
    Operation {
        method: Method::POST,
        path: "/attachments",
        id: "uploadAttachment",
        tag: TAG,
        summary: "Upload a file for an intake (inferred)",
        access: Access::Token,
        query: &[],
        body: Body::Members {
            members: &[Parameter::optional("remark", lenient_text, "A remark about the file.")],
            open: true,
            media_types: &[MULTIPART],
            files: Some(FILES),
        },
        answer: Answer::json(data::<UploadView>),
        refusals: &[(
            400,
            "The file is missing, too large, or of a type that is not accepted.",
        )],
        handler: |call| Box::pin(attachments::upload(call)),
    },
    Operation {
        method: Method::GET,
        path: "/attachments/{id}",
        id: "downloadAttachment",
        tag: TAG,
        summary: "Download a file (inferred)",
        access: Access::Token,
        query: &[],
        body: Body::Nothing,
        answer: Answer::bytes("*/*"),
        refusals: &[FORBIDDEN, UNKNOWN],
        handler: |call| Box::pin(attachments::download(call)),
    },
];

static NEW_INTAKE: [Parameter; 12] = intake_members(Parameter::required(
    "room_code",
    lenient_text,
    "The code of the waiting room.",
));
static CHANGED_INTAKE: [Parameter; 12] = intake_members(Parameter::optional(
    "room_code",
    lenient_text,
    "The code of the waiting room. Default: it stays.",
));

/// The documented members of an intake; any other member is kept as it came.
const fn intake_members(room: Parameter) -> [Parameter; 12] {
    [
        room,
        Parameter::optional(
            "type",
            number,
            "1 walk-in, 2 scheduled. It does not restrict the visit. Default: 1.",
        ),
        Parameter::optional("reason_for_visit", lenient_text, "Why the patient comes."),
        Parameter::optional(
            "reasonforvisit",
            lenient_text,
            "Another spelling of `reason_for_visit`.",
        ),
        Parameter::optional("provider_id", number, "The provider whom the patient wants to see."),
        Parameter::optional("provider", number, "Another spelling of `provider_id`."),
        Parameter::optional(
            "member_id",
            lenient_text,
            "The patient's id or code. Required for admins, who act for a patient.",
        ),
        Parameter::optional("attachments", ids, "Ids of uploaded files."),
        Parameter::optional("location", lenient_text, "The state the patient is in, two letters."),
        Parameter::optional("phone", lenient_text, "Telephone number, digits."),
        Parameter::optional(
            "consultation",
            anything,
            "The id of one of the room's consultations, or an object with that `id`.",
        ),
        Parameter::optional("remark", lenient_text, "A remark about the files of this request."),
    ]
}
