//! This portal's tables, as `store::tables` wants them declared.

use serde_json::{Map, Value};

use crate::{
    portals::vsee::model::{RoomSettings, Status, UserType, VisitType, WebhookVersion},
    schedule::{
        TEN_YEARS,
        hours::{Closed, Hours},
    },
    store::tables::{Table, boolean, instant, integer, json, known, text},
};

/// Parents before children.
pub const TABLES: &[Table] = &[
    Table::new(
        "vsee_accounts",
        &["code"],
        &[
            text("code"),
            integer("id"),
            text("domain"),
            text("name"),
            text("portal_title"),
            json("states").of::<Map<String, Value>>(),
            text("key_digest"),
            text("secret_digest"),
        ],
    ),
    Table::new("vsee_numbers", &["kind"], &[text("kind"), integer("last")]),
    Table::new(
        "vsee_users",
        &["id"],
        &[
            integer("id"),
            text("account_code"),
            integer("type").checked(|text| {
                let kind = text.parse().ok().and_then(UserType::of_number);
                known(kind.is_some(), "type of user")
            }),
            text("code"),
            text("first_name"),
            text("last_name"),
            text("username"),
            text("password").or_null(),
            text("email").or_null(),
            text("email_folded").or_null(),
            text("dob").or_null(),
            text("gender").or_null(),
            text("street_addr").or_null(),
            text("city").or_null(),
            text("state").or_null(),
            text("zip").or_null(),
            text("phone").or_null(),
            text("subtype"),
            text("title"),
            text("suffix"),
            text("short_bio"),
            boolean("disable_emails"),
            boolean("active"),
            json("openings").or_null().of::<Vec<Hours>>(),
            json("closures").or_null().of::<Vec<Closed>>(),
            integer("lead_time_minutes").up_to(TEN_YEARS * 1440),
            integer("horizon_days").up_to(TEN_YEARS),
            integer("changes"),
            instant("created_at"),
            instant("modified_at"),
        ],
    )
    .unique(&[&["account_code", "type", "code"]])
    .refers(&[("account_code", "vsee_accounts")]),
    Table::new(
        "vsee_tokens",
        &["digest"],
        &[
            text("digest"),
            integer("user_id"),
            instant("issued_at"),
            instant("expires_at").or_null(),
            instant("invalidated_at").or_null(),
        ],
    )
    .listed_by(&["issued_at"])
    .refers(&[("user_id", "vsee_users")])
    .expires_by("expires_at"),
    Table::new(
        "vsee_rooms",
        &["id"],
        &[
            integer("id"),
            text("account_code"),
            text("code"),
            text("slug"),
            text("name"),
            text("domain"),
            json("settings").of::<RoomSettings>(),
            instant("created_at"),
            instant("modified_at"),
        ],
    )
    .unique(&[&["account_code", "code"], &["domain", "slug"]])
    .refers(&[("account_code", "vsee_accounts")]),
    Table::new(
        "vsee_room_providers",
        &["room_id", "provider_id"],
        &[integer("room_id"), integer("provider_id"), integer("sequence")],
    )
    .listed_by(&["room_id", "sequence"])
    .refers(&[("room_id", "vsee_rooms"), ("provider_id", "vsee_users")]),
    Table::new(
        "vsee_intakes",
        &["id"],
        &[
            text("id"),
            integer("sequence"),
            integer("room_id"),
            integer("member_id"),
            text("type"),
            text("reason_for_visit").or_null(),
            integer("provider_id").or_null(),
            json("attachments").of::<Vec<String>>(),
            text("location").or_null(),
            text("phone").or_null(),
            json("consultation").or_null(),
            json("custom").of::<Map<String, Value>>(),
            instant("created_at"),
            instant("modified_at"),
        ],
    )
    .listed_by(&["member_id", "sequence"])
    .refers(&[
        ("room_id", "vsee_rooms"),
        ("member_id", "vsee_users"),
        ("provider_id", "vsee_users"),
    ]),
    Table::new(
        "vsee_attachments",
        &["id"],
        &[
            text("id"),
            integer("creator_id"),
            text("name"),
            text("ext"),
            text("media_type"),
            integer("size"),
            text("content"),
            text("remark").or_null(),
            instant("created_at"),
        ],
    )
    .listed_by(&["created_at"])
    .refers(&[("creator_id", "vsee_users")]),
    Table::new(
        "vsee_visits",
        &["id"],
        &[
            integer("id"),
            text("code"),
            integer("room_id"),
            integer("member_id"),
            integer("provider_id").or_null(),
            text("intake_id"),
            text("type").checked(|text| {
                let kind = VisitType::ALL.into_iter().find(|kind| kind.number() == text);
                known(kind.is_some(), "type of visit")
            }),
            text("status").checked(|text| known(Status::of_number(text).is_some(), "status of a visit")),
            instant("start_at"),
            instant("end_at"),
            instant("actual_start").or_null(),
            instant("actual_end").or_null(),
            text("end_reason").or_null(),
            integer("completed_by").or_null(),
            integer("duration_minutes").up_to(TEN_YEARS * 1440),
            text("amount"),
            text("description"),
            boolean("one_time_link"),
            instant("link_used_at").or_null(),
            instant("created_at"),
            instant("modified_at"),
        ],
    )
    .unique(&[&["intake_id"], &["code"]])
    .refers(&[
        ("room_id", "vsee_rooms"),
        ("member_id", "vsee_users"),
        ("provider_id", "vsee_users"),
        ("intake_id", "vsee_intakes"),
    ]),
    Table::new(
        "vsee_sessions",
        &["id"],
        &[
            text("id"),
            integer("user_id"),
            integer("visit_id").or_null(),
            boolean("navigation"),
            instant("created_at"),
            instant("expires_at"),
        ],
    )
    .listed_by(&["created_at"])
    .refers(&[("user_id", "vsee_users"), ("visit_id", "vsee_visits")])
    .expires_by("expires_at"),
    Table::new(
        "vsee_webhook_endpoints",
        &["id"],
        &[
            text("id"),
            integer("sequence"),
            text("account_code"),
            text("url").with_addresses(),
            text("version").checked(|text| known(WebhookVersion::of_name(text).is_some(), "version of a webhook")),
            json("events").or_null().of::<Vec<String>>(),
            instant("created_at"),
        ],
    )
    .listed_by(&["sequence"])
    .refers(&[("account_code", "vsee_accounts")]),
];
