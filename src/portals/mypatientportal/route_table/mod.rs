//! The 19 documented rows: what is served where, and for whom.
//!
//! Routing, scope checks, the OpenAPI document and the tests all read this table, so they cannot disagree.
//! Methods and scopes are documented; paths and the meaning of some rows are a reconstruction, and if the
//! true ones surface, only this table changes. A row lists two methods at one place: row 14.
//!
//! All scopes of a row are required. (The documentation lists two on most rows without saying whether one
//! would do.) What a client may do without a user, with the guest scopes, is a reconstruction throughout.

mod rows;

use http::Method;

pub use rows::ROWS;

use crate::model::Scopes;

/// What a row does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Operation {
    ShowUser,
    ListAppointments,
    ListUpcomingAppointments,
    ShowAppointment,
    Book,
    Reschedule,
    Cancel,
    ListInsurances,
    ListCategories,
    ListTypes,
    ListAvailabilities,
    ListAvailabilitiesOfAppointment,
    ShowEarlierAvailability,
    JoinAsapList,
    LeaveAsapList,
    ListPractices,
    ShowPractice,
    ShowCategory,
    ShowType,
    OpenVideoConsultation,
}

/// What a client without a user needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Guests {
    /// The row is about a user: a client on its own is refused.
    Refused,
    /// Any of these scopes will do.
    With(&'static [&'static str]),
}

/// One method at one path.
#[derive(Debug)]
pub struct Row {
    /// As the documentation counts.
    pub number: u8,
    pub method: Method,
    /// Below `web::paths::PORTAL`.
    pub path: &'static str,
    pub operation: Operation,
    /// What the token of a user needs, all of it.
    pub scopes: &'static [&'static str],
    pub guests: Guests,
    pub summary: &'static str,
    pub query: &'static [Parameter],
    pub body: &'static [Parameter],
    pub answer: Answer,
    /// The row's own refusals; 401, 403 and 405 can happen on all of them.
    pub refusals: &'static [(u16, &'static str)],
}

/// A query parameter, or a member of the body.
#[derive(Debug)]
pub struct Parameter {
    pub name: &'static str,
    pub kind: Kind,
    pub required: bool,
    pub description: &'static str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Integer,
    Text,
    /// `YYYY-MM-DD`.
    Date,
    Boolean,
    /// In a form: `name[member]=value`.
    Object,
}

/// What a row answers with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Answer {
    User,
    Appointment,
    Appointments,
    AppointmentId,
    Insurances,
    Category,
    Categories,
    Type,
    Types,
    Availabilities,
    EarlierAvailability,
    Practice,
    Practices,
    VideoConsultation,
}

/// Why a token does not open a row: the scopes that would, as the documentation lists them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScopesMissing {
    pub required: String,
    /// The row is about a user and the token speaks for none: no scope would help.
    pub user_missing: bool,
}

impl Row {
    /// Whether a token of these scopes opens this row. `has_user` is false for a client's own token.
    ///
    /// # Errors
    /// The scopes the documentation lists for the row. A client on its own is refused where a user is
    /// needed, whatever its scopes.
    pub fn check_scopes(&self, scopes: &Scopes, has_user: bool) -> Result<(), ScopesMissing> {
        let documented = self.scopes.iter().all(|scope| scopes.contains(scope));
        let open = match (has_user, self.guests) {
            (true, _) => documented,
            (false, Guests::Refused) => false,
            (false, Guests::With(any)) => any.iter().any(|scope| scopes.contains(scope)),
        };
        if open {
            return Ok(());
        }
        let required = match (has_user, self.guests) {
            (false, Guests::With(any)) => any.join(" or "),
            _ => self.scopes.join(" "),
        };
        let user_missing = !has_user && self.guests == Guests::Refused;
        Err(ScopesMissing { required, user_missing })
    }

    /// Whether the table knows an input of this name: what a handler reads is documented.
    pub fn documents(&self, name: &str) -> bool {
        self.query
            .iter()
            .chain(self.body)
            .any(|parameter| parameter.name == name)
    }

    pub fn writes(&self) -> bool {
        self.method != Method::GET
    }
}

impl Operation {
    /// The row of the table that serves it.
    pub fn row(self) -> &'static Row {
        ROWS.iter()
            .find(|row| row.operation == self)
            .expect("every operation has a row, which a test checks")
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

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
        let rows: Vec<_> = ROWS
            .iter()
            .map(|row| (row.number, row.method.as_str(), row.scopes.join(" ")))
            .collect();

        assert_eq!(
            rows,
            documented.map(|(number, method, scopes)| (number, method, scopes.to_owned()))
        );
    }

    #[test]
    fn every_operation_and_every_method_at_a_path_stands_once() {
        let operations: HashSet<_> = ROWS.iter().map(|row| row.operation).collect();
        let places: HashSet<_> = ROWS.iter().map(|row| (&row.method, row.path)).collect();

        assert_eq!(operations.len(), 20);
        assert_eq!((operations.len(), places.len()), (ROWS.len(), ROWS.len()));
    }

    #[test]
    fn a_user_needs_all_scopes_of_a_row() {
        let row = Operation::ShowAppointment.row();

        assert_eq!(
            row.check_scopes(&scopes("openid appointment_read profile_read"), true),
            Ok(())
        );
        for too_little in ["", "profile_read", "appointment_read", "profile_read appointment_write"] {
            let refused = row.check_scopes(&scopes(too_little), true);
            assert_eq!(
                refused,
                Err(ScopesMissing {
                    required: "profile_read appointment_read".to_owned(),
                    user_missing: false,
                })
            );
        }
    }

    #[test]
    fn guest_scopes_in_the_token_of_a_user_open_nothing() {
        let guest = scopes("appointment_guest_lookup appointment_guest_write");

        assert!(ROWS.iter().all(|row| row.check_scopes(&guest, true).is_err()));
    }

    #[test]
    fn a_client_on_its_own_opens_only_what_its_guest_scope_says() {
        let open = |held: &str| -> Vec<u8> {
            let held = scopes(held);
            ROWS.iter()
                .filter(|row| row.check_scopes(&held, false).is_ok())
                .map(|row| row.number)
                .collect()
        };

        assert_eq!(open("appointment_guest_lookup"), [4, 8, 9, 10, 11, 15, 16, 17, 18]);
        assert_eq!(open("appointment_guest_write"), [5, 7, 8, 9, 10, 11, 15, 16, 17, 18]);
        assert!(open("profile_read appointment_read appointment_write").is_empty());
    }

    #[test]
    fn nothing_is_documented_twice_and_every_refusal_is_one() {
        for row in ROWS {
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
