//! The table of calls, in the order of the documentation, which counts 19 rows.
//!
//! Routing, scope checks, the OpenAPI document and the tests all read it, so they cannot disagree. Methods and scopes
//! are documented; paths and the meaning of some rows are a reconstruction, and if the real ones become known, only
//! this table changes. Row 14 of the documentation has two methods.
//!
//! All scopes of a row are required. (The documentation lists two scopes for most rows and does not say whether one is
//! enough.) What a client may do without a user, with the guest scopes, is a reconstruction throughout.

use http::Method;

use super::{
    access::Access, appointments, asap_list, availabilities, booking, call::Operation, cancellation, catalogue,
    profile, rescheduling, schemas, video_consultation,
};
use crate::{
    api::{
        operation::{Answer, Body, Parameter},
        schema::{self, schema as named},
    },
    web::media_type::{FORM, JSON},
};

const PROFILE: &str = "profile_read";
const READ: &str = "appointment_read";
const WRITE: &str = "appointment_write";
const GUEST_LOOKUP: &str = "appointment_guest_lookup";
const GUEST_WRITE: &str = "appointment_guest_write";

const INSURANCE: Parameter = Parameter::optional(
    "insurance_id",
    schemas::id,
    "Only what patients with this insurance can book.",
);
const BORN_ON: Parameter = Parameter::optional(
    "born_on",
    schemas::date,
    "Only what patients born on this day can book.",
);
const CATEGORY: Parameter = Parameter::required("appointment_category_id", schemas::id, "The id of the category.");
const FROM: Parameter = Parameter::optional("from", schemas::date, "The first day. Default: today.");
const TO: Parameter = Parameter::optional(
    "to",
    schemas::date,
    "The last day, included. Default: 30 days after `from`. Only the first 5000 slots are listed.",
);

/// A body of JSON or a form, with these members.
const fn members(members: &'static [Parameter]) -> Body {
    Body::Members {
        members,
        open: false,
        media_types: &[JSON, FORM],
        files: None,
    }
}

const READERS: &[&str] = &[PROFILE, READ];
const WRITERS: &[&str] = &[PROFILE, WRITE];
const CATALOGUE_GUESTS: &[&str] = &[GUEST_LOOKUP, GUEST_WRITE];

const NO_APPOINTMENT: (u16, &str) = (404, "There is no such appointment, or it belongs to another patient.");
const NO_TYPE: (u16, &str) = (404, "There is no such type or category.");
const BAD_FIELD: (u16, &str) = (400, "A field is missing or malformed.");
const BAD_STATE: (u16, &str) = (
    400,
    "A field is missing or malformed, or the appointment is cancelled or past.",
);

pub static CALLS: &[Operation] = &[
    Operation {
        method: Method::GET,
        path: "/user",
        id: "showUser",
        tag: "Profile",
        access: Access::users(1, &[PROFILE]),
        summary: "The profile of the patient",
        query: &[],
        body: Body::Nothing,
        answer: Answer::json(|| named("UserAnswer")),
        refusals: &[],
        handler: |call| Box::pin(profile::show(call)),
    },
    Operation {
        method: Method::GET,
        path: "/appointments",
        id: "listAppointments",
        tag: "Appointments",
        access: Access::users(2, READERS),
        summary: "All appointments of the patient, the latest first",
        query: &[
            Parameter::optional(
                "from",
                schemas::date,
                "The first day, in the time zone of each practice.",
            ),
            Parameter::optional(
                "to",
                schemas::date,
                "The last day, included, in the time zone of each practice.",
            ),
            Parameter::optional("include_cancelled", schema::boolean, "Default: true."),
        ],
        body: Body::Nothing,
        answer: Answer::json(|| named("AppointmentsAnswer")),
        refusals: &[BAD_FIELD],
        handler: |call| Box::pin(appointments::list(call)),
    },
    Operation {
        method: Method::GET,
        path: "/appointments/upcoming",
        id: "listUpcomingAppointments",
        tag: "Appointments",
        access: Access::users(3, READERS),
        summary: "Future appointments of the patient, the next first; cancelled ones too",
        query: &[],
        body: Body::Nothing,
        answer: Answer::json(|| named("AppointmentsAnswer")),
        refusals: &[],
        handler: |call| Box::pin(appointments::list_upcoming(call)),
    },
    Operation {
        method: Method::GET,
        path: "/appointments/{id}",
        id: "showAppointment",
        tag: "Appointments",
        access: Access::users(4, READERS).or_guests(&[GUEST_LOOKUP]),
        summary: "One appointment",
        query: &[],
        body: Body::Nothing,
        answer: Answer::json(|| named("AppointmentAnswer")),
        refusals: &[NO_APPOINTMENT],
        handler: |call| Box::pin(appointments::show(call)),
    },
    Operation {
        method: Method::POST,
        path: "/booking",
        id: "book",
        tag: "Appointments",
        access: Access::users(5, WRITERS).or_guests(&[GUEST_WRITE]),
        summary: "Book a slot",
        query: &[],
        body: members(booking::MEMBERS),
        answer: Answer::json(|| named("AppointmentIdAnswer")),
        refusals: &[
            (
                400,
                "The slot is unavailable, a field is missing or malformed, or the practice has blocked the patient.",
            ),
            (422, "The answers to the comment form are incomplete or invalid."),
        ],
        handler: |call| Box::pin(booking::book(call)),
    },
    Operation {
        method: Method::POST,
        path: "/appointments/{id}/reschedule",
        id: "reschedule",
        tag: "Appointments",
        access: Access::users(6, WRITERS),
        summary: "Move an appointment to another slot of its type; its id stays the same",
        query: &[],
        body: members(&[booking::AVAILABILITY]),
        answer: Answer::json(|| named("AppointmentIdAnswer")),
        refusals: &[
            (
                400,
                "The slot is unavailable or belongs to another type, or the appointment is cancelled or past.",
            ),
            NO_APPOINTMENT,
        ],
        handler: |call| Box::pin(rescheduling::reschedule(call)),
    },
    Operation {
        method: Method::POST,
        path: "/appointments/{id}/cancel",
        id: "cancel",
        tag: "Appointments",
        access: Access::users(7, WRITERS).or_guests(&[GUEST_WRITE]),
        summary: "Cancel an appointment",
        query: &[],
        body: Body::Nothing,
        answer: Answer::json(|| named("AppointmentIdAnswer")),
        refusals: &[
            (
                400,
                "The appointment is cancelled or past, or it is too late to cancel it.",
            ),
            NO_APPOINTMENT,
        ],
        handler: |call| Box::pin(cancellation::cancel(call)),
    },
    Operation {
        method: Method::GET,
        path: "/insurances",
        id: "listInsurances",
        tag: "Catalogue",
        access: Access::users(8, READERS).or_guests(CATALOGUE_GUESTS),
        summary: "All insurances",
        query: &[],
        body: Body::Nothing,
        answer: Answer::json(|| named("InsurancesAnswer")),
        refusals: &[],
        handler: |call| Box::pin(catalogue::list_insurances(call)),
    },
    Operation {
        method: Method::GET,
        path: "/appointment_categories",
        id: "listCategories",
        tag: "Catalogue",
        access: Access::users(9, READERS).or_guests(CATALOGUE_GUESTS),
        summary: "The categories of appointments, usually one for each doctor",
        query: &[
            INSURANCE,
            BORN_ON,
            Parameter::optional("practice_id", schema::text, "Only the categories of this practice."),
        ],
        body: Body::Nothing,
        answer: Answer::json(|| named("CategoriesAnswer")),
        refusals: &[BAD_FIELD, (404, "There is no such practice.")],
        handler: |call| Box::pin(catalogue::list_categories(call)),
    },
    Operation {
        method: Method::GET,
        path: "/appointment_types",
        id: "listTypes",
        tag: "Catalogue",
        access: Access::users(10, READERS).or_guests(CATALOGUE_GUESTS),
        summary: "The appointment types of a category",
        query: &[CATEGORY, INSURANCE, BORN_ON],
        body: Body::Nothing,
        answer: Answer::json(|| named("TypesAnswer")),
        refusals: &[BAD_FIELD, NO_TYPE],
        handler: |call| Box::pin(catalogue::list_types(call)),
    },
    Operation {
        method: Method::GET,
        path: "/availabilities",
        id: "listAvailabilities",
        tag: "Catalogue",
        access: Access::users(11, READERS).or_guests(CATALOGUE_GUESTS),
        summary: "The free slots of a type",
        query: &[
            CATEGORY,
            Parameter::required("appointment_type_id", schemas::id, "The id of the type."),
            Parameter::optional(
                "insurance_id",
                schemas::id,
                "The insurance of the patient. It is part of the ids and used when booking.",
            ),
            FROM,
            TO,
            BORN_ON,
        ],
        body: Body::Nothing,
        answer: Answer::json(|| named("AvailabilitiesAnswer")),
        refusals: &[BAD_FIELD, NO_TYPE],
        handler: |call| Box::pin(availabilities::list(call)),
    },
    Operation {
        method: Method::GET,
        path: "/appointments/{id}/availabilities",
        id: "listAvailabilitiesOfAppointment",
        tag: "Catalogue",
        access: Access::users(12, READERS),
        summary: "The free slots to which an appointment can be moved",
        query: &[FROM, TO],
        body: Body::Nothing,
        answer: Answer::json(|| named("AvailabilitiesAnswer")),
        refusals: &[BAD_STATE, NO_APPOINTMENT],
        handler: |call| Box::pin(availabilities::list_of_appointment(call)),
    },
    Operation {
        method: Method::GET,
        path: "/appointments/{id}/earlier_availability",
        id: "showEarlierAvailability",
        tag: "ASAP list",
        access: Access::users(13, READERS),
        summary: "The earliest free slot before an appointment that is on the ASAP list",
        query: &[],
        body: Body::Nothing,
        answer: Answer::json(|| named("EarlierAvailabilityAnswer")),
        refusals: &[
            (
                400,
                "The appointment is not on the ASAP list, or it is cancelled or past.",
            ),
            NO_APPOINTMENT,
        ],
        handler: |call| Box::pin(availabilities::show_earlier(call)),
    },
    Operation {
        method: Method::PUT,
        path: "/appointments/{id}/asap_list",
        id: "joinAsapList",
        tag: "ASAP list",
        access: Access::users(14, WRITERS),
        summary: "Put an appointment on the ASAP list: a message is sent when an earlier slot becomes free",
        query: &[],
        body: members(&[asap_list::EMAIL]),
        answer: Answer::json(|| named("AppointmentIdAnswer")),
        refusals: &[BAD_STATE, NO_APPOINTMENT],
        handler: |call| Box::pin(asap_list::join(call)),
    },
    Operation {
        method: Method::DELETE,
        path: "/appointments/{id}/asap_list",
        id: "leaveAsapList",
        tag: "ASAP list",
        access: Access::users(14, WRITERS),
        summary: "Remove an appointment from the ASAP list",
        query: &[],
        body: Body::Nothing,
        answer: Answer::json(|| named("AppointmentIdAnswer")),
        refusals: &[NO_APPOINTMENT],
        handler: |call| Box::pin(asap_list::leave(call)),
    },
    Operation {
        method: Method::GET,
        path: "/practices",
        id: "listPractices",
        tag: "Catalogue",
        access: Access::users(15, &[PROFILE]).or_guests(CATALOGUE_GUESTS),
        summary: "All practices",
        query: &[],
        body: Body::Nothing,
        answer: Answer::json(|| named("PracticesAnswer")),
        refusals: &[],
        handler: |call| Box::pin(catalogue::list_practices(call)),
    },
    Operation {
        method: Method::GET,
        path: "/practices/{id}",
        id: "showPractice",
        tag: "Catalogue",
        access: Access::users(16, &[PROFILE]).or_guests(CATALOGUE_GUESTS),
        summary: "One practice",
        query: &[],
        body: Body::Nothing,
        answer: Answer::json(|| named("PracticeAnswer")),
        refusals: &[(404, "There is no such practice.")],
        handler: |call| Box::pin(catalogue::show_practice(call)),
    },
    Operation {
        method: Method::GET,
        path: "/appointment_categories/{id}",
        id: "showCategory",
        tag: "Catalogue",
        access: Access::users(17, &[PROFILE]).or_guests(CATALOGUE_GUESTS),
        summary: "One category",
        query: &[],
        body: Body::Nothing,
        answer: Answer::json(|| named("CategoryAnswer")),
        refusals: &[NO_TYPE],
        handler: |call| Box::pin(catalogue::show_category(call)),
    },
    Operation {
        method: Method::GET,
        path: "/appointment_types/{id}",
        id: "showType",
        tag: "Catalogue",
        access: Access::users(18, &[PROFILE]).or_guests(CATALOGUE_GUESTS),
        summary: "One appointment type with its comment form",
        query: &[Parameter::optional(
            "appointment_category_id",
            schemas::id,
            "The category to which the type has to belong.",
        )],
        body: Body::Nothing,
        answer: Answer::json(|| named("TypeAnswer")),
        refusals: &[BAD_FIELD, NO_TYPE],
        handler: |call| Box::pin(catalogue::show_type(call)),
    },
    Operation {
        method: Method::POST,
        path: "/appointments/{id}/video_consultation",
        id: "openVideoConsultation",
        tag: "Appointments",
        access: Access::users(19, READERS),
        summary: "The link to a video consultation",
        query: &[],
        body: Body::Nothing,
        answer: Answer::json(|| named("VideoConsultationAnswer")),
        refusals: &[
            (400, "The appointment is not a video consultation, or it is cancelled."),
            NO_APPOINTMENT,
        ],
        handler: |call| Box::pin(video_consultation::open(call)),
    },
];

#[cfg(test)]
mod tests;
