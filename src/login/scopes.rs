//! What scopes mean, in plain words.

use crate::web::page::Layout;

/// What a client may do with this scope, as a line of a list.
pub fn in_plain_words(layout: &Layout, scope: &str) -> String {
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
