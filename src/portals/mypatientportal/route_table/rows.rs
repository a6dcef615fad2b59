//! The rows themselves, in the documented order.

use http::Method;

use super::{Answer, Guests, Kind, Operation, Parameter, Row};

const PROFILE: &str = "profile_read";
const READ: &str = "appointment_read";
const WRITE: &str = "appointment_write";
const GUEST_LOOKUP: &str = "appointment_guest_lookup";
const GUEST_WRITE: &str = "appointment_guest_write";

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

const INSURANCE: Parameter = optional("insurance_id", Kind::Integer, "Only what is open to this insurance.");
const BORN_ON: Parameter = optional("born_on", Kind::Date, "Only what is open to patients of this age.");
const CATEGORY: Parameter = required("appointment_category_id", Kind::Integer, "The category chosen before.");
const FROM: Parameter = optional("from", Kind::Date, "The first day, included. Default: today.");
const TO: Parameter = optional(
    "to",
    Kind::Date,
    "The last day, included. Default: 30 days after `from`. At most 5000 slots are listed, the earliest.",
);
const AVAILABILITY: Parameter = required(
    "availability_id",
    Kind::Text,
    "An id from the lists of availabilities. It contains `+` and `=`: percent-encode it in forms and queries.",
);

const READERS: &[&str] = &[PROFILE, READ];
const WRITERS: &[&str] = &[PROFILE, WRITE];
const CATALOGUE_GUESTS: Guests = Guests::With(&[GUEST_LOOKUP, GUEST_WRITE]);

const NO_APPOINTMENT: (u16, &str) = (404, "There is no such appointment, or it is somebody else's.");
const NO_TYPE: (u16, &str) = (404, "There is no such type or category.");
const BAD_FIELD: (u16, &str) = (400, "A field is missing or malformed.");
const BAD_STATE: (u16, &str) = (
    400,
    "A field is missing or malformed, or the appointment's state does not allow it.",
);

/// The table, in the documented order.
pub static ROWS: &[Row] = &[
    Row {
        number: 1,
        method: Method::GET,
        path: "/user",
        operation: Operation::ShowUser,
        scopes: &[PROFILE],
        guests: Guests::Refused,
        summary: "The patient's profile",
        query: &[],
        body: &[],
        answer: Answer::User,
        refusals: &[],
    },
    Row {
        number: 2,
        method: Method::GET,
        path: "/appointments",
        operation: Operation::ListAppointments,
        scopes: READERS,
        guests: Guests::Refused,
        summary: "All appointments of the patient, the latest first",
        query: &[
            optional("from", Kind::Date, "The first day, included, in each practice's zone."),
            optional("to", Kind::Date, "The last day, included, in each practice's zone."),
            optional("include_cancelled", Kind::Boolean, "Default: true."),
        ],
        body: &[],
        answer: Answer::Appointments,
        refusals: &[BAD_FIELD],
    },
    Row {
        number: 3,
        method: Method::GET,
        path: "/appointments/upcoming",
        operation: Operation::ListUpcomingAppointments,
        scopes: READERS,
        guests: Guests::Refused,
        summary: "The appointments to come, the next first, cancelled ones included",
        query: &[],
        body: &[],
        answer: Answer::Appointments,
        refusals: &[],
    },
    Row {
        number: 4,
        method: Method::GET,
        path: "/appointments/{id}",
        operation: Operation::ShowAppointment,
        scopes: READERS,
        guests: Guests::With(&[GUEST_LOOKUP]),
        summary: "One appointment",
        query: &[],
        body: &[],
        answer: Answer::Appointment,
        refusals: &[NO_APPOINTMENT],
    },
    Row {
        number: 5,
        method: Method::POST,
        path: "/booking",
        operation: Operation::Book,
        scopes: WRITERS,
        guests: Guests::With(&[GUEST_WRITE]),
        summary: "Book an availability",
        query: &[],
        body: &[
            AVAILABILITY,
            optional(
                "asap_list_opt_in",
                Kind::Boolean,
                "Tell me when an earlier slot becomes free. Not for guests. Default: false.",
            ),
            optional(
                "insurance_id",
                Kind::Integer,
                "Default: the one the availability was looked up for.",
            ),
            optional("comments", Kind::Text, "A remark to the practice."),
            optional(
                "structured_comment",
                Kind::Object,
                "Answers to the type's comment form, by field name.",
            ),
            optional(
                "email",
                Kind::Text,
                "Where the ASAP list writes to. Default: the profile's.",
            ),
            optional("ref", Kind::Text, "Where the booking comes from: letters and digits."),
            optional(
                "validate_patient_data",
                Kind::Boolean,
                "Insist on the data the practice requires. Default: false.",
            ),
            optional(
                "allow_email_notifications",
                Kind::Boolean,
                "Default: as the profile says.",
            ),
            optional(
                "allow_sms_notifications",
                Kind::Boolean,
                "Default: as the profile says.",
            ),
            optional("do_notification", Kind::Boolean, "Sets both of the above."),
            optional(
                "attendant",
                Kind::Object,
                "Guest bookings only: `{\"data\": {\"first_name\", \"last_name\", \"email\", …}}`.",
            ),
        ],
        answer: Answer::AppointmentId,
        refusals: &[
            (
                400,
                "The slot is unavailable, a field is missing or malformed, or the practice has blocked the patient.",
            ),
            (422, "The comment form is not answered as it asks."),
        ],
    },
    Row {
        number: 6,
        method: Method::POST,
        path: "/appointments/{id}/reschedule",
        operation: Operation::Reschedule,
        scopes: WRITERS,
        guests: Guests::Refused,
        summary: "Move an appointment to another availability of its type; its id stays",
        query: &[],
        body: &[AVAILABILITY],
        answer: Answer::AppointmentId,
        refusals: &[
            (
                400,
                "The slot is unavailable or of another type, or the appointment is cancelled or past.",
            ),
            NO_APPOINTMENT,
        ],
    },
    Row {
        number: 7,
        method: Method::POST,
        path: "/appointments/{id}/cancel",
        operation: Operation::Cancel,
        scopes: WRITERS,
        guests: Guests::With(&[GUEST_WRITE]),
        summary: "Cancel an appointment",
        query: &[],
        body: &[],
        answer: Answer::AppointmentId,
        refusals: &[
            (400, "It is cancelled already, past, or the notice period has begun."),
            NO_APPOINTMENT,
        ],
    },
    Row {
        number: 8,
        method: Method::GET,
        path: "/insurances",
        operation: Operation::ListInsurances,
        scopes: READERS,
        guests: CATALOGUE_GUESTS,
        summary: "The insurances the portal knows",
        query: &[],
        body: &[],
        answer: Answer::Insurances,
        refusals: &[],
    },
    Row {
        number: 9,
        method: Method::GET,
        path: "/appointment_categories",
        operation: Operation::ListCategories,
        scopes: READERS,
        guests: CATALOGUE_GUESTS,
        summary: "What can be booked, first choice: usually the doctors",
        query: &[
            INSURANCE,
            BORN_ON,
            optional("practice_id", Kind::Text, "Only this practice's categories."),
        ],
        body: &[],
        answer: Answer::Categories,
        refusals: &[BAD_FIELD, (404, "There is no such practice.")],
    },
    Row {
        number: 10,
        method: Method::GET,
        path: "/appointment_types",
        operation: Operation::ListTypes,
        scopes: READERS,
        guests: CATALOGUE_GUESTS,
        summary: "What can be booked, second choice: the types of a category",
        query: &[CATEGORY, INSURANCE, BORN_ON],
        body: &[],
        answer: Answer::Types,
        refusals: &[BAD_FIELD, NO_TYPE],
    },
    Row {
        number: 11,
        method: Method::GET,
        path: "/availabilities",
        operation: Operation::ListAvailabilities,
        scopes: READERS,
        guests: CATALOGUE_GUESTS,
        summary: "The free slots of a type",
        query: &[
            CATEGORY,
            required("appointment_type_id", Kind::Integer, "The type chosen before."),
            optional(
                "insurance_id",
                Kind::Integer,
                "The patient's insurance; bound into the ids.",
            ),
            FROM,
            TO,
            BORN_ON,
        ],
        body: &[],
        answer: Answer::Availabilities,
        refusals: &[BAD_FIELD, NO_TYPE],
    },
    Row {
        number: 12,
        method: Method::GET,
        path: "/appointments/{id}/availabilities",
        operation: Operation::ListAvailabilitiesOfAppointment,
        scopes: READERS,
        guests: Guests::Refused,
        summary: "The free slots an appointment can be moved to",
        query: &[FROM, TO],
        body: &[],
        answer: Answer::Availabilities,
        refusals: &[BAD_STATE, NO_APPOINTMENT],
    },
    Row {
        number: 13,
        method: Method::GET,
        path: "/appointments/{id}/earlier_availability",
        operation: Operation::ShowEarlierAvailability,
        scopes: READERS,
        guests: Guests::Refused,
        summary: "The earliest free slot before an appointment on the ASAP list",
        query: &[],
        body: &[],
        answer: Answer::EarlierAvailability,
        refusals: &[
            (400, "The appointment is not on the ASAP list, cancelled or past."),
            NO_APPOINTMENT,
        ],
    },
    Row {
        number: 14,
        method: Method::PUT,
        path: "/appointments/{id}/asap_list",
        operation: Operation::JoinAsapList,
        scopes: WRITERS,
        guests: Guests::Refused,
        summary: "Be told when an earlier slot becomes free",
        query: &[],
        body: &[required("email", Kind::Text, "Where to write to.")],
        answer: Answer::AppointmentId,
        refusals: &[BAD_STATE, NO_APPOINTMENT],
    },
    Row {
        number: 14,
        method: Method::DELETE,
        path: "/appointments/{id}/asap_list",
        operation: Operation::LeaveAsapList,
        scopes: WRITERS,
        guests: Guests::Refused,
        summary: "No longer be told of earlier slots",
        query: &[],
        body: &[],
        answer: Answer::AppointmentId,
        refusals: &[NO_APPOINTMENT],
    },
    Row {
        number: 15,
        method: Method::GET,
        path: "/practices",
        operation: Operation::ListPractices,
        scopes: &[PROFILE],
        guests: CATALOGUE_GUESTS,
        summary: "The practices of the portal",
        query: &[],
        body: &[],
        answer: Answer::Practices,
        refusals: &[],
    },
    Row {
        number: 16,
        method: Method::GET,
        path: "/practices/{id}",
        operation: Operation::ShowPractice,
        scopes: &[PROFILE],
        guests: CATALOGUE_GUESTS,
        summary: "One practice",
        query: &[],
        body: &[],
        answer: Answer::Practice,
        refusals: &[(404, "There is no such practice.")],
    },
    Row {
        number: 17,
        method: Method::GET,
        path: "/appointment_categories/{id}",
        operation: Operation::ShowCategory,
        scopes: &[PROFILE],
        guests: CATALOGUE_GUESTS,
        summary: "One category",
        query: &[],
        body: &[],
        answer: Answer::Category,
        refusals: &[NO_TYPE],
    },
    Row {
        number: 18,
        method: Method::GET,
        path: "/appointment_types/{id}",
        operation: Operation::ShowType,
        scopes: &[PROFILE],
        guests: CATALOGUE_GUESTS,
        summary: "One type with its comment form",
        query: &[optional(
            "appointment_category_id",
            Kind::Integer,
            "The category it must belong to.",
        )],
        body: &[],
        answer: Answer::Type,
        refusals: &[BAD_FIELD, NO_TYPE],
    },
    Row {
        number: 19,
        method: Method::POST,
        path: "/appointments/{id}/video_consultation",
        operation: Operation::OpenVideoConsultation,
        scopes: READERS,
        guests: Guests::Refused,
        summary: "Get the link to a video consultation",
        query: &[],
        body: &[],
        answer: Answer::VideoConsultation,
        refusals: &[
            (400, "It is no video consultation, or it is cancelled."),
            NO_APPOINTMENT,
        ],
    },
];
