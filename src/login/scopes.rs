//! The descriptions of scopes on pages.

use crate::{model::Scope, web::page::Layout};

/// What a client may do with this scope, as a line of a list: the realm's own description, else the built-in one.
pub fn description_of(layout: &Layout, own: &[Scope], scope: &str) -> String {
    let set_up = own.iter().find(|own| own.name == scope);
    if let Some(words) = set_up.and_then(|own| own.descriptions.in_language(layout.language)) {
        return words.to_owned();
    }
    let key = match scope {
        "openid" => "scope-openid",
        "profile" => "scope-profile",
        "email" => "scope-email",
        "address" => "scope-address",
        "phone" => "scope-phone",
        "offline_access" => "scope-offline-access",
        "profile_read" | "profile:read" => "scope-profile-read",
        "appointment_read" | "appointments:read" => "scope-appointment-read",
        "appointment_write" | "appointments:book" => "scope-appointment-write",
        "appointment_guest_lookup" => "scope-appointment-guest-lookup",
        "appointment_guest_write" => "scope-appointment-guest-write",
        "basic" => "scope-basic",
        _ => return layout.say_with("scope-unknown", "scope", scope),
    };
    layout.say(key)
}
