//! This portal's tables, as `store::tables` wants them declared.

use jiff::tz::TimeZone;
use serde_json::{Map, Value};

use crate::{
    portals::mypatientportal::{
        comment_form::CommentForm,
        model::{InsuranceKind, PatientField},
    },
    schedule::{
        TEN_YEARS,
        hours::{Closed, Hours},
    },
    store::tables::{Table, boolean, instant, integer, json, known, text},
    text::Language,
};

fn zone(name: &str) -> Result<(), String> {
    TimeZone::get(name).map(drop).map_err(|error| error.to_string())
}

/// Parents before children.
pub const TABLES: &[Table] = &[
    Table::new(
        "mypatientportal_practices",
        &["id"],
        &[
            text("id"),
            integer("sequence"),
            text("name"),
            text("zone").checked(zone),
            text("language").naming::<Language>(),
            text("photo_url").or_null(),
            json("required_patient_fields").of::<Vec<PatientField>>(),
            integer("reminder_minutes").up_to(TEN_YEARS * 1440),
        ],
    )
    .listed_by(&["sequence"]),
    Table::new(
        "mypatientportal_blocked_patients",
        &["practice_id", "user_id"],
        &[text("practice_id"), text("user_id")],
    )
    .refers(&[("practice_id", "mypatientportal_practices"), ("user_id", "users")]),
    Table::new(
        "mypatientportal_insurances",
        &["id"],
        &[
            integer("id"),
            integer("sequence"),
            text("name"),
            text("kind").checked(|text| {
                let kind = InsuranceKind::ALL.into_iter().find(|one| one.name() == text);
                known(kind.is_some(), "kind of insurance")
            }),
        ],
    )
    .listed_by(&["sequence"]),
    Table::new(
        "mypatientportal_calendars",
        &["id"],
        &[
            text("id"),
            text("practice_id"),
            json("openings").of::<Vec<Hours>>(),
            json("closures").of::<Vec<Closed>>(),
            integer("lead_time_minutes").up_to(TEN_YEARS * 1440),
            integer("horizon_days").up_to(TEN_YEARS),
            integer("changes"),
        ],
    )
    .refers(&[("practice_id", "mypatientportal_practices")]),
    Table::new(
        "mypatientportal_categories",
        &["id"],
        &[
            integer("id"),
            integer("sequence"),
            text("practice_id"),
            text("calendar_id"),
            text("name"),
            text("description").or_null(),
            text("subtitle").or_null(),
            text("photo_url").or_null(),
        ],
    )
    .listed_by(&["sequence"])
    .refers(&[
        ("practice_id", "mypatientportal_practices"),
        ("calendar_id", "mypatientportal_calendars"),
    ]),
    Table::new(
        "mypatientportal_types",
        &["id"],
        &[
            integer("id"),
            integer("sequence"),
            integer("category_id"),
            text("name"),
            text("description").or_null(),
            integer("length_minutes").up_to(1440),
            json("insurances").or_null().of::<Vec<i64>>(),
            integer("age_from").or_null(),
            integer("age_to").or_null(),
            boolean("video"),
            json("comment_form").or_null().of::<CommentForm>(),
            boolean("asap_notifications"),
            boolean("attendant_user_required"),
            boolean("bookable_without_account"),
            integer("cancellation_notice_minutes").up_to(TEN_YEARS * 1440).or_null(),
        ],
    )
    .listed_by(&["sequence"])
    .refers(&[("category_id", "mypatientportal_categories")]),
    Table::new(
        "mypatientportal_appointments",
        &["id"],
        &[
            text("id"),
            integer("sequence"),
            text("calendar_id"),
            integer("type_id"),
            text("user_id").or_null(),
            text("client_id"),
            instant("starts_at"),
            instant("ends_at"),
            instant("booked_at"),
            instant("cancelled_at").or_null(),
            integer("insurance_id").or_null(),
            text("asap_email").or_null(),
            text("comments").or_null(),
            json("structured_comment").of::<Map<String, Value>>(),
            text("source").or_null(),
            json("attendant").or_null().of::<Map<String, Value>>(),
            boolean("allow_email_notifications").or_null(),
            boolean("allow_sms_notifications").or_null(),
        ],
    )
    .listed_by(&["calendar_id", "sequence"])
    .refers(&[
        ("calendar_id", "mypatientportal_calendars"),
        ("type_id", "mypatientportal_types"),
        ("user_id", "users"),
        ("insurance_id", "mypatientportal_insurances"),
    ]),
    Table::new(
        "mypatientportal_next_appointment_ids",
        &["sequence"],
        &[integer("sequence"), text("id")],
    ),
];
