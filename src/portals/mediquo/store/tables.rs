//! The tables of this portal, declared (see `store::tables`).

use jiff::civil::Date;

use crate::{
    portals::mediquo::model::{PrescribedTo, Profile},
    store::tables::{Table, boolean, instant, integer, json, text},
};

/// Parents before children.
pub const TABLES: &[Table] = &[
    Table::new(
        "mediquo_organizations",
        &["id"],
        &[
            text("id"),
            integer("sequence"),
            text("name"),
            text("api_key"),
            text("secret_key_digest"),
            text("password_digest").or_null(),
            boolean("sends_activation_codes"),
            integer("changes"),
        ],
    )
    .listed_by(&["sequence"])
    .unique(&[&["api_key"]]),
    Table::new(
        "mediquo_professionals",
        &["hash"],
        &[
            text("hash"),
            text("organization_id"),
            integer("sequence"),
            text("name"),
            text("avatar"),
            text("title"),
            text("description"),
            integer("speciality_id"),
            text("speciality"),
            text("status"),
            text("collegiate_number").or_null(),
        ],
    )
    .listed_by(&["organization_id", "sequence"])
    .refers(&[("organization_id", "mediquo_organizations")]),
    Table::new(
        "mediquo_patients",
        &["organization_id", "code", "version"],
        &[
            text("organization_id"),
            text("code"),
            integer("version"),
            instant("visible_at"),
            json("profile").of::<Profile>(),
            json("history").of::<Profile>(),
            instant("created_at"),
            instant("updated_at"),
            instant("unsubscribed_at").or_null(),
        ],
    )
    .refers(&[("organization_id", "mediquo_organizations")]),
    Table::new(
        "mediquo_appointments",
        &["organization_id", "code"],
        &[
            text("organization_id"),
            text("code"),
            text("id"),
            integer("sequence"),
            text("patient_code"),
            text("professional_hash"),
            instant("starts_at"),
            integer("duration_seconds"),
            integer("link_version"),
            instant("created_at"),
            instant("cancelled_at").or_null(),
        ],
    )
    .listed_by(&["sequence"])
    .unique(&[&["id"]])
    .refers(&[
        ("organization_id", "mediquo_organizations"),
        ("professional_hash", "mediquo_professionals"),
    ]),
    Table::new(
        "mediquo_messages",
        &["id"],
        &[
            text("id"),
            text("organization_id"),
            integer("sequence"),
            text("patient_code"),
            text("professional_hash").or_null(),
            text("body"),
            instant("sent_at"),
        ],
    )
    .listed_by(&["sequence"])
    .refers(&[("organization_id", "mediquo_organizations")]),
    Table::new(
        "mediquo_prescriptions",
        &["code"],
        &[
            text("code"),
            text("organization_id"),
            integer("sequence"),
            text("patient_code").or_null(),
            json("patient").of::<PrescribedTo>(),
            json("active_substances").of::<Vec<String>>(),
            instant("issued_at"),
        ],
    )
    .listed_by(&["sequence"])
    .refers(&[("organization_id", "mediquo_organizations")]),
    Table::new(
        "mediquo_activation_codes",
        &["organization_id", "code"],
        &[
            text("organization_id"),
            text("code"),
            integer("sequence"),
            text("plan_name").or_null(),
            text("tag").or_null(),
            text("duration"),
            integer("duration_in_months").up_to(1200).or_null(),
            integer("duration_in_days").up_to(36_600).or_null(),
            text("expires_on").or_null().naming::<Date>(),
            integer("max_redemptions"),
            integer("redeemed"),
            text("meta").or_null(),
            boolean("active"),
            text("last_phone_number").or_null(),
            text("last_phone_prefix").or_null(),
            text("last_email").or_null(),
            instant("created_at"),
        ],
    )
    .listed_by(&["sequence"])
    .refers(&[("organization_id", "mediquo_organizations")]),
    Table::new(
        "mediquo_redemptions",
        &["organization_id", "code", "number"],
        &[
            text("organization_id"),
            text("code"),
            integer("number"),
            text("first_name"),
            text("last_name").or_null(),
            instant("redeemed_at"),
        ],
    )
    .refers(&[("organization_id", "mediquo_organizations")]),
    Table::new(
        "mediquo_revoked_tokens",
        &["jti"],
        &[text("jti"), instant("expires_at")],
    )
    .expires_by("expires_at"),
    Table::new(
        "mediquo_bearer_tokens",
        &["digest"],
        &[
            text("digest"),
            integer("number"),
            text("organization_id"),
            instant("expires_at"),
        ],
    )
    .refers(&[("organization_id", "mediquo_organizations")])
    .expires_by("expires_at"),
    Table::new(
        WEBHOOK_ENDPOINTS,
        &["id"],
        &[
            text("id"),
            text("organization_id"),
            integer("sequence"),
            text("url"),
            json("events").or_null().of::<Vec<String>>(),
            text("signature"),
            text(SECRET).sealed(),
            integer("version"),
        ],
    )
    .listed_by(&["organization_id", "sequence"])
    .refers(&[("organization_id", "mediquo_organizations")]),
];

pub const WEBHOOK_ENDPOINTS: &str = "mediquo_webhook_endpoints";
/// The sealed column of [`WEBHOOK_ENDPOINTS`].
pub const SECRET: &str = "secret";
