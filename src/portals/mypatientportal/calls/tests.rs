use super::*;
use crate::{api::checks::flaws, model::Scopes};

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
        .map(|call| (call.access.row, call.method.as_str(), call.access.scopes.join(" ")))
        .collect();

    assert_eq!(
        rows,
        documented.map(|(number, method, scopes)| (number, method, scopes.to_owned()))
    );
}

#[test]
fn the_table_is_sound() {
    assert_eq!(flaws(CALLS), [""; 0]);
}

#[test]
fn guest_scopes_in_the_token_of_a_user_open_nothing() {
    let guest = scopes("appointment_guest_lookup appointment_guest_write");

    assert!(CALLS.iter().all(|call| call.access.check(&guest, true).is_err()));
}

#[test]
fn a_client_on_its_own_opens_only_what_its_guest_scope_says() {
    let open = |held: &str| -> Vec<u8> {
        let held = scopes(held);
        CALLS
            .iter()
            .filter(|call| call.access.check(&held, false).is_ok())
            .map(|call| call.access.row)
            .collect()
    };

    assert_eq!(open("appointment_guest_lookup"), [4, 8, 9, 10, 11, 15, 16, 17, 18]);
    assert_eq!(open("appointment_guest_write"), [5, 7, 8, 9, 10, 11, 15, 16, 17, 18]);
    assert!(open("profile_read appointment_read appointment_write").is_empty());
}
