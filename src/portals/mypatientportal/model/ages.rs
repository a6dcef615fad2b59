//! The ages for which an appointment type can be booked.

use std::fmt;

use jiff::civil::Date;

use crate::{api::dates::read_date, model::User};

/// The ages of patients, in completed years on the day of the appointment; both ends included.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ages {
    pub from: Option<i64>,
    pub to: Option<i64>,
}

impl Ages {
    /// Whether a patient born on `born_on` has the right age on `day`. Patients with an unknown date of birth are
    /// admitted.
    pub fn admit(self, born_on: Option<Date>, day: Date) -> bool {
        let Some(born_on) = born_on else { return true };
        let age = age_on(born_on, day);
        self.from.is_none_or(|from| age >= from) && self.to.is_none_or(|to| age <= to)
    }
}

impl fmt::Display for Ages {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.from, self.to) {
            (None, None) => formatter.write_str("of any age"),
            (Some(from), None) => write!(formatter, "{from} or older"),
            (None, Some(to)) => write!(formatter, "{to} or younger"),
            (Some(from), Some(to)) => write!(formatter, "from {from} to {to} years old"),
        }
    }
}

/// The date of birth of a user, from the `birthdate` claim; `None` if that is only a year, or has the year `0000`
/// because the year is not disclosed (OIDC Core §5.1).
pub fn born_on(user: &User) -> Option<Date> {
    user.claim("birthdate")
        .and_then(read_date)
        .filter(|date| date.year() != 0)
}

/// Completed years; negative before birth. For a birth on 29 February, a year is completed on 1 March.
fn age_on(born_on: Date, day: Date) -> i64 {
    let birthday_to_come = (day.month(), day.day()) < (born_on.month(), born_on.day());
    i64::from(day.year()) - i64::from(born_on.year()) - i64::from(birthday_to_come)
}
