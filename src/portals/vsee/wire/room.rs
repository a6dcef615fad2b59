//! Waiting rooms and their providers.

use schemars::JsonSchema;
use serde::Serialize;

use super::text_numbers::Id;
use crate::portals::vsee::model::{Consultation, Room, Specialty, User, UserType};

/// A provider of a room.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Provider")]
pub struct ProviderView {
    id: Id,
    username: String,
    #[schemars(extend("pattern" = "^[0-9a-f]{32}$"))]
    code: String,
    subtype: String,
    first_name: String,
    last_name: String,
    vseeid: String,
    photo: &'static str,
    title: String,
    suffix: String,
    status: bool,
    short_bio: String,
}

impl From<User> for ProviderView {
    fn from(user: User) -> Self {
        Self {
            id: user.id.into(),
            vseeid: user.vsee_id(),
            username: user.username,
            code: user.code,
            subtype: user.subtype,
            first_name: user.first_name,
            last_name: user.last_name,
            photo: "",
            title: user.title,
            suffix: user.suffix,
            status: user.active,
            short_bio: user.short_bio,
        }
    }
}

/// A room in a list.
#[derive(Serialize, JsonSchema)]
pub struct RoomInList {
    slug: String,
    name: String,
    domain: String,
    code: String,
    /// Unix seconds.
    created: i64,
    /// Unix seconds.
    modified: i64,
}

impl From<Room> for RoomInList {
    fn from(room: Room) -> Self {
        Self {
            slug: room.slug,
            name: room.name,
            domain: room.domain,
            code: room.code,
            created: room.created_at.as_second(),
            modified: room.modified_at.as_second(),
        }
    }
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Room")]
pub struct RoomView {
    id: Id,
    code: String,
    slug: String,
    name: String,
    domain: String,
    active: bool,
    subtitle: String,
    account_code: String,
    /// The same ids as `provider_ids`, separated by commas.
    users: String,
    provider_ids: Vec<Id>,
    public_access_room: bool,
    /// Unix seconds.
    created: i64,
    /// Unix seconds.
    modified: i64,
    visits: VisitTypes,
    auth: Auth,
    payment: PaymentSettings,
    operation_settings: OperationSettings,
    specialties: Vec<Specialty>,
}

#[derive(Serialize, JsonSchema)]
struct Enabled {
    enabled: bool,
}

#[derive(Serialize, JsonSchema)]
struct VisitTypes {
    walkin: Enabled,
    appointment: Enabled,
}

#[derive(Serialize, JsonSchema)]
struct Auth {
    guest: GuestAuth,
}

#[derive(Serialize, JsonSchema)]
struct GuestAuth {
    #[serde(rename = "type")]
    kind: i64,
    log_in: Enabled,
}

#[derive(Serialize, JsonSchema)]
struct PaymentSettings {
    consultations: Vec<Consultation>,
    currency: String,
}

#[derive(Serialize, JsonSchema)]
struct OperationSettings {
    is_closed: bool,
    close_msg: String,
    default_timezone: String,
}

impl From<Room> for RoomView {
    fn from(room: Room) -> Self {
        let settings = room.settings;
        let ids = room.providers.iter().map(i64::to_string);
        Self {
            id: room.id.into(),
            code: room.code,
            slug: room.slug,
            name: room.name,
            domain: room.domain,
            active: settings.active,
            subtitle: settings.subtitle,
            account_code: room.account,
            users: ids.collect::<Vec<_>>().join(","),
            provider_ids: room.providers.iter().copied().map(Id::from).collect(),
            public_access_room: settings.public_access_room,
            created: room.created_at.as_second(),
            modified: room.modified_at.as_second(),
            visits: VisitTypes {
                walkin: Enabled {
                    enabled: settings.walkin_enabled,
                },
                appointment: Enabled {
                    enabled: settings.appointment_enabled,
                },
            },
            auth: Auth {
                guest: GuestAuth {
                    kind: UserType::Guest.number(),
                    log_in: Enabled {
                        enabled: settings.guest_log_in_enabled,
                    },
                },
            },
            payment: PaymentSettings {
                consultations: settings.consultations,
                currency: settings.currency,
            },
            operation_settings: OperationSettings {
                is_closed: settings.is_closed,
                close_msg: settings.close_msg,
                default_timezone: settings.default_timezone,
            },
            specialties: settings.specialties,
        }
    }
}

/// The answer to the assignment of a provider to a room.
#[derive(Serialize, JsonSchema)]
pub struct RoomAssigned {
    pub id: Id,
    pub room_code: String,
}
