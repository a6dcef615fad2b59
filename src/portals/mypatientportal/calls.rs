//! The table of calls, in the order of the documentation, which counts 19 rows.
//!
//! Routing, scope checks, the OpenAPI document and the tests all read it, so they cannot disagree. Methods and scopes are
//! documented; paths and the meaning of some rows are a reconstruction, and if the real ones become known, only this table
//! changes. Row 14 of the documentation has two methods.
//!
//! All scopes of a row are required. (The documentation lists two scopes for most rows and does not say whether one is
//! enough.) What a client may do without a user, with the guest scopes, is a reconstruction throughout.

use http::Method;

use super::{
    access::{Access, Guests},
    appointments, asap_list, availabilities, booking,
    call::Row,
    cancellation, catalogue,
    parameters::{Kind, Parameter, optional, required},
    profile, rescheduling, video_consultation,
};

const PROFILE: &str = "profile_read";
const READ: &str = "appointment_read";
const WRITE: &str = "appointment_write";
const GUEST_LOOKUP: &str = "appointment_guest_lookup";
const GUEST_WRITE: &str = "appointment_guest_write";

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

pub static CALLS: &[Row] = &[
    Row {
        number: 1,
        method: Method::GET,
        path: "/user",
        operation_id: "showUser",
        tag: "Profile",
        access: Access {
            scopes: &[PROFILE],
            guests: Guests::Refused,
        },
        summary: "The patient's profile",
        query: &[],
        body: &[],
        answer: "UserAnswer",
        refusals: &[],
        handler: |call| Box::pin(profile::show(call)),
    },
    Row {
        number: 2,
        method: Method::GET,
        path: "/appointments",
        operation_id: "listAppointments",
        tag: "Appointments",
        access: Access {
            scopes: READERS,
            guests: Guests::Refused,
        },
        summary: "All appointments of the patient, the latest first",
        query: &[
            optional("from", Kind::Date, "The first day, included, in each practice's zone."),
            optional("to", Kind::Date, "The last day, included, in each practice's zone."),
            optional("include_cancelled", Kind::Boolean, "Default: true."),
        ],
        body: &[],
        answer: "AppointmentsAnswer",
        refusals: &[BAD_FIELD],
        handler: |call| Box::pin(appointments::list(call)),
    },
    Row {
        number: 3,
        method: Method::GET,
        path: "/appointments/upcoming",
        operation_id: "listUpcomingAppointments",
        tag: "Appointments",
        access: Access {
            scopes: READERS,
            guests: Guests::Refused,
        },
        summary: "The appointments to come, the next first, cancelled ones included",
        query: &[],
        body: &[],
        answer: "AppointmentsAnswer",
        refusals: &[],
        handler: |call| Box::pin(appointments::list_upcoming(call)),
    },
    Row {
        number: 4,
        method: Method::GET,
        path: "/appointments/{id}",
        operation_id: "showAppointment",
        tag: "Appointments",
        access: Access {
            scopes: READERS,
            guests: Guests::With(&[GUEST_LOOKUP]),
        },
        summary: "One appointment",
        query: &[],
        body: &[],
        answer: "AppointmentAnswer",
        refusals: &[NO_APPOINTMENT],
        handler: |call| Box::pin(appointments::show(call)),
    },
    Row {
        number: 5,
        method: Method::POST,
        path: "/booking",
        operation_id: "book",
        tag: "Appointments",
        access: Access {
            scopes: WRITERS,
            guests: Guests::With(&[GUEST_WRITE]),
        },
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
        answer: "AppointmentIdAnswer",
        refusals: &[
            (
                400,
                "The slot is unavailable, a field is missing or malformed, or the practice has blocked the patient.",
            ),
            (422, "The comment form is not answered as it asks."),
        ],
        handler: |call| Box::pin(booking::book(call)),
    },
    Row {
        number: 6,
        method: Method::POST,
        path: "/appointments/{id}/reschedule",
        operation_id: "reschedule",
        tag: "Appointments",
        access: Access {
            scopes: WRITERS,
            guests: Guests::Refused,
        },
        summary: "Move an appointment to another availability of its type; its id stays",
        query: &[],
        body: &[AVAILABILITY],
        answer: "AppointmentIdAnswer",
        refusals: &[
            (
                400,
                "The slot is unavailable or of another type, or the appointment is cancelled or past.",
            ),
            NO_APPOINTMENT,
        ],
        handler: |call| Box::pin(rescheduling::reschedule(call)),
    },
    Row {
        number: 7,
        method: Method::POST,
        path: "/appointments/{id}/cancel",
        operation_id: "cancel",
        tag: "Appointments",
        access: Access {
            scopes: WRITERS,
            guests: Guests::With(&[GUEST_WRITE]),
        },
        summary: "Cancel an appointment",
        query: &[],
        body: &[],
        answer: "AppointmentIdAnswer",
        refusals: &[
            (400, "It is cancelled already, past, or the notice period has begun."),
            NO_APPOINTMENT,
        ],
        handler: |call| Box::pin(cancellation::cancel(call)),
    },
    Row {
        number: 8,
        method: Method::GET,
        path: "/insurances",
        operation_id: "listInsurances",
        tag: "Catalogue",
        access: Access {
            scopes: READERS,
            guests: CATALOGUE_GUESTS,
        },
        summary: "The insurances the portal knows",
        query: &[],
        body: &[],
        answer: "InsurancesAnswer",
        refusals: &[],
        handler: |call| Box::pin(catalogue::list_insurances(call)),
    },
    Row {
        number: 9,
        method: Method::GET,
        path: "/appointment_categories",
        operation_id: "listCategories",
        tag: "Catalogue",
        access: Access {
            scopes: READERS,
            guests: CATALOGUE_GUESTS,
        },
        summary: "What can be booked, first choice: usually the doctors",
        query: &[
            INSURANCE,
            BORN_ON,
            optional("practice_id", Kind::Text, "Only this practice's categories."),
        ],
        body: &[],
        answer: "CategoriesAnswer",
        refusals: &[BAD_FIELD, (404, "There is no such practice.")],
        handler: |call| Box::pin(catalogue::list_categories(call)),
    },
    Row {
        number: 10,
        method: Method::GET,
        path: "/appointment_types",
        operation_id: "listTypes",
        tag: "Catalogue",
        access: Access {
            scopes: READERS,
            guests: CATALOGUE_GUESTS,
        },
        summary: "What can be booked, second choice: the types of a category",
        query: &[CATEGORY, INSURANCE, BORN_ON],
        body: &[],
        answer: "TypesAnswer",
        refusals: &[BAD_FIELD, NO_TYPE],
        handler: |call| Box::pin(catalogue::list_types(call)),
    },
    Row {
        number: 11,
        method: Method::GET,
        path: "/availabilities",
        operation_id: "listAvailabilities",
        tag: "Catalogue",
        access: Access {
            scopes: READERS,
            guests: CATALOGUE_GUESTS,
        },
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
        answer: "AvailabilitiesAnswer",
        refusals: &[BAD_FIELD, NO_TYPE],
        handler: |call| Box::pin(availabilities::list(call)),
    },
    Row {
        number: 12,
        method: Method::GET,
        path: "/appointments/{id}/availabilities",
        operation_id: "listAvailabilitiesOfAppointment",
        tag: "Catalogue",
        access: Access {
            scopes: READERS,
            guests: Guests::Refused,
        },
        summary: "The free slots an appointment can be moved to",
        query: &[FROM, TO],
        body: &[],
        answer: "AvailabilitiesAnswer",
        refusals: &[BAD_STATE, NO_APPOINTMENT],
        handler: |call| Box::pin(availabilities::list_of_appointment(call)),
    },
    Row {
        number: 13,
        method: Method::GET,
        path: "/appointments/{id}/earlier_availability",
        operation_id: "showEarlierAvailability",
        tag: "ASAP list",
        access: Access {
            scopes: READERS,
            guests: Guests::Refused,
        },
        summary: "The earliest free slot before an appointment on the ASAP list",
        query: &[],
        body: &[],
        answer: "EarlierAvailabilityAnswer",
        refusals: &[
            (400, "The appointment is not on the ASAP list, cancelled or past."),
            NO_APPOINTMENT,
        ],
        handler: |call| Box::pin(availabilities::show_earlier(call)),
    },
    Row {
        number: 14,
        method: Method::PUT,
        path: "/appointments/{id}/asap_list",
        operation_id: "joinAsapList",
        tag: "ASAP list",
        access: Access {
            scopes: WRITERS,
            guests: Guests::Refused,
        },
        summary: "Be told when an earlier slot becomes free",
        query: &[],
        body: &[required("email", Kind::Text, "Where to write to.")],
        answer: "AppointmentIdAnswer",
        refusals: &[BAD_STATE, NO_APPOINTMENT],
        handler: |call| Box::pin(asap_list::join(call)),
    },
    Row {
        number: 14,
        method: Method::DELETE,
        path: "/appointments/{id}/asap_list",
        operation_id: "leaveAsapList",
        tag: "ASAP list",
        access: Access {
            scopes: WRITERS,
            guests: Guests::Refused,
        },
        summary: "No longer be told of earlier slots",
        query: &[],
        body: &[],
        answer: "AppointmentIdAnswer",
        refusals: &[NO_APPOINTMENT],
        handler: |call| Box::pin(asap_list::leave(call)),
    },
    Row {
        number: 15,
        method: Method::GET,
        path: "/practices",
        operation_id: "listPractices",
        tag: "Catalogue",
        access: Access {
            scopes: &[PROFILE],
            guests: CATALOGUE_GUESTS,
        },
        summary: "The practices of the portal",
        query: &[],
        body: &[],
        answer: "PracticesAnswer",
        refusals: &[],
        handler: |call| Box::pin(catalogue::list_practices(call)),
    },
    Row {
        number: 16,
        method: Method::GET,
        path: "/practices/{id}",
        operation_id: "showPractice",
        tag: "Catalogue",
        access: Access {
            scopes: &[PROFILE],
            guests: CATALOGUE_GUESTS,
        },
        summary: "One practice",
        query: &[],
        body: &[],
        answer: "PracticeAnswer",
        refusals: &[(404, "There is no such practice.")],
        handler: |call| Box::pin(catalogue::show_practice(call)),
    },
    Row {
        number: 17,
        method: Method::GET,
        path: "/appointment_categories/{id}",
        operation_id: "showCategory",
        tag: "Catalogue",
        access: Access {
            scopes: &[PROFILE],
            guests: CATALOGUE_GUESTS,
        },
        summary: "One category",
        query: &[],
        body: &[],
        answer: "CategoryAnswer",
        refusals: &[NO_TYPE],
        handler: |call| Box::pin(catalogue::show_category(call)),
    },
    Row {
        number: 18,
        method: Method::GET,
        path: "/appointment_types/{id}",
        operation_id: "showType",
        tag: "Catalogue",
        access: Access {
            scopes: &[PROFILE],
            guests: CATALOGUE_GUESTS,
        },
        summary: "One type with its comment form",
        query: &[optional(
            "appointment_category_id",
            Kind::Integer,
            "The category it must belong to.",
        )],
        body: &[],
        answer: "TypeAnswer",
        refusals: &[BAD_FIELD, NO_TYPE],
        handler: |call| Box::pin(catalogue::show_type(call)),
    },
    Row {
        number: 19,
        method: Method::POST,
        path: "/appointments/{id}/video_consultation",
        operation_id: "openVideoConsultation",
        tag: "Appointments",
        access: Access {
            scopes: READERS,
            guests: Guests::Refused,
        },
        summary: "Get the link to a video consultation",
        query: &[],
        body: &[],
        answer: "VideoConsultationAnswer",
        refusals: &[
            (400, "It is no video consultation, or it is cancelled."),
            NO_APPOINTMENT,
        ],
        handler: |call| Box::pin(video_consultation::open(call)),
    },
];

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::model::Scopes;

    fn scopes(text: &str) -> Scopes {
        text.parse().expect("a test's scopes")
    }

    #[test]
    fn the_table_has_the_nineteen_documented_rows_in_their_order() {
        let documented = [
            (1, "GET", "profile_read"),
            (2, "GET", "profile_read appointment_read"),
            (3, "GET", "profile_read appointment_read"),
            (4, "GET", "profile_read appointment_read"),
            (5, "POST", "profile_read appointment_write"),
            (6, "POST", "profile_read appointment_write"),
            (7, "POST", "profile_read appointment_write"),
            (8, "GET", "profile_read appointment_read"),
            (9, "GET", "profile_read appointment_read"),
            (10, "GET", "profile_read appointment_read"),
            (11, "GET", "profile_read appointment_read"),
            (12, "GET", "profile_read appointment_read"),
            (13, "GET", "profile_read appointment_read"),
            (14, "PUT", "profile_read appointment_write"),
            (14, "DELETE", "profile_read appointment_write"),
            (15, "GET", "profile_read"),
            (16, "GET", "profile_read"),
            (17, "GET", "profile_read"),
            (18, "GET", "profile_read"),
            (19, "POST", "profile_read appointment_read"),
        ];
        let rows: Vec<_> = CALLS
            .iter()
            .map(|row| (row.number, row.method.as_str(), row.access.scopes.join(" ")))
            .collect();

        assert_eq!(
            rows,
            documented.map(|(number, method, scopes)| (number, method, scopes.to_owned()))
        );
    }

    #[test]
    fn every_operation_id_and_every_method_at_a_path_stands_once() {
        let ids: HashSet<_> = CALLS.iter().map(|row| row.operation_id).collect();
        let places: HashSet<_> = CALLS.iter().map(|row| (&row.method, row.path)).collect();

        assert_eq!(ids.len(), 20);
        assert_eq!((ids.len(), places.len()), (CALLS.len(), CALLS.len()));
    }

    #[test]
    fn guest_scopes_in_the_token_of_a_user_open_nothing() {
        let guest = scopes("appointment_guest_lookup appointment_guest_write");

        assert!(CALLS.iter().all(|row| row.access.check(&guest, true).is_err()));
    }

    #[test]
    fn a_client_on_its_own_opens_only_what_its_guest_scope_says() {
        let open = |held: &str| -> Vec<u8> {
            let held = scopes(held);
            CALLS
                .iter()
                .filter(|row| row.access.check(&held, false).is_ok())
                .map(|row| row.number)
                .collect()
        };

        assert_eq!(open("appointment_guest_lookup"), [4, 8, 9, 10, 11, 15, 16, 17, 18]);
        assert_eq!(open("appointment_guest_write"), [5, 7, 8, 9, 10, 11, 15, 16, 17, 18]);
        assert!(open("profile_read appointment_read appointment_write").is_empty());
    }

    #[test]
    fn nothing_is_documented_twice_and_every_refusal_is_one() {
        for row in CALLS {
            let names: HashSet<_> = row
                .query
                .iter()
                .chain(row.body)
                .map(|parameter| parameter.name)
                .collect();
            assert_eq!(names.len(), row.query.len() + row.body.len(), "{row:?}");
            let statuses: HashSet<_> = row.refusals.iter().map(|(status, _)| status).collect();
            assert_eq!(statuses.len(), row.refusals.len(), "{row:?}");
            assert!(
                row.refusals.iter().all(|(status, _)| [400, 404, 422].contains(status)),
                "{row:?}"
            );
        }
    }
}
