//! Practices, categories, types, insurances, appointments, and what is true of them.

use std::fmt;

use jiff::{SignedDuration, Timestamp, civil::Date, tz::TimeZone};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{comment_form::CommentForm, dates::read_date};
use crate::{
    model::{ClientId, User, UserId},
    schedule::{Interval, Schedule, SlotLength, cancellation_deadline},
    text::Language,
};

/// An institution of the portal.
#[derive(Clone, Debug)]
pub struct Practice {
    /// 16 characters, lower-case letters and digits.
    pub id: String,
    pub name: String,
    pub zone: TimeZone,
    /// What it writes in: messages, and the messages of its comment forms.
    pub language: Language,
    pub photo_url: Option<String>,
    pub required_patient_fields: Vec<PatientField>,
    /// How long before an appointment it writes a reminder, if it does.
    pub reminder: Option<SignedDuration>,
}

/// Patient data a practice may ask for, in the tokens of `required_patient_fields`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PatientField {
    FirstName,
    LastName,
    Email,
    Mobile,
    BornOn,
    InsuranceCompany,
}

impl PatientField {
    pub fn name(self) -> &'static str {
        match self {
            Self::FirstName => "first_name",
            Self::LastName => "last_name",
            Self::Email => "email",
            Self::Mobile => "mobile",
            Self::BornOn => "born_on",
            Self::InsuranceCompany => "insurance_company",
        }
    }
}

/// What the patient's insurance is to the practice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InsuranceKind {
    Public,
    Private,
    SelfPay,
}

impl InsuranceKind {
    pub const ALL: [Self; 3] = [Self::Public, Self::Private, Self::SelfPay];

    pub fn name(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Private => "private",
            Self::SelfPay => "self_pay",
        }
    }
}

#[derive(Clone, Debug, Serialize)]
pub struct Insurance {
    pub id: i64,
    pub name: String,
    #[serde(rename = "type")]
    pub kind: InsuranceKind,
}

/// A doctor, a room, a machine: what can be busy once at a time. Categories that share one share its time.
#[derive(Clone, Debug)]
pub struct Calendar {
    pub id: String,
    pub schedule: Schedule,
}

/// What a patient chooses first: usually a doctor.
#[derive(Clone, Debug)]
pub struct Category {
    pub id: i64,
    pub practice: String,
    pub name: String,
    /// HTML, as the portal's editor makes it.
    pub description: Option<String>,
    pub subtitle: Option<String>,
    pub photo_url: Option<String>,
}

/// What is done at an appointment, and who may book it how.
#[derive(Clone, Debug)]
pub struct AppointmentType {
    pub id: i64,
    pub category: i64,
    pub name: String,
    pub description: Option<String>,
    pub length: SlotLength,
    /// The insurances it is open to; `None`: all, and patients without any.
    pub insurances: Option<Vec<i64>>,
    pub ages: Ages,
    pub video: bool,
    pub comment_form: Option<CommentForm>,
    pub asap_notifications: bool,
    pub attendant_user_required: bool,
    pub bookable_without_account: bool,
    /// How long before its start it can still be cancelled; `None`: until it starts.
    pub cancellation_notice: Option<SignedDuration>,
}

impl AppointmentType {
    /// Whether a patient of this insurance may book it. Without an insurance only what is open to all is.
    pub fn open_to_insurance(&self, insurance: Option<i64>) -> bool {
        match (&self.insurances, insurance) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(accepted), Some(insurance)) => accepted.contains(&insurance),
        }
    }

    /// Whether it can be booked by somebody who is no user of the portal.
    pub fn open_to_guests(&self) -> bool {
        self.bookable_without_account && !self.attendant_user_required
    }
}

/// Whom a type is for, in completed years on the day of the appointment; both ends included.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ages {
    pub from: Option<i64>,
    pub to: Option<i64>,
}

impl Ages {
    /// Whether somebody born on `born_on` is of the right age on `day`. A patient whose day of birth is not known is.
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

/// The day a user was born on, out of the `birthdate` claim. A year alone, or a day whose year is `0000` because it is
/// kept back (OIDC Core §5.1), is no such day.
pub fn born_on(user: &User) -> Option<Date> {
    user.claim("birthdate")
        .and_then(read_date)
        .filter(|date| date.year() != 0)
}

/// Completed years; negative before birth. Who was born on 29 February comes of age on 1 March.
fn age_on(born_on: Date, day: Date) -> i64 {
    let birthday_to_come = (day.month(), day.day()) < (born_on.month(), born_on.day());
    i64::from(day.year()) - i64::from(born_on.year()) - i64::from(birthday_to_come)
}

/// Who an appointment belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Owner {
    User(UserId),
    /// Nobody's account: the client that booked looks after it.
    Guest(ClientId),
}

/// A booked appointment, with what the catalogue says of it.
#[derive(Clone, Debug)]
pub struct Appointment {
    /// 28 letters and digits.
    pub id: String,
    pub owner: Owner,
    pub calendar: String,
    pub practice: Practice,
    pub appointment_type: AppointmentType,
    pub starts_at: Timestamp,
    pub ends_at: Timestamp,
    pub cancelled_at: Option<Timestamp>,
    pub insurance: Option<i64>,
    /// Where to write when an earlier slot becomes free; `None`: not on the ASAP list.
    pub asap_email: Option<String>,
}

impl Appointment {
    pub fn interval(&self) -> Interval {
        Interval {
            start: self.starts_at,
            end: self.ends_at,
        }
    }

    /// The last instant at which it may be cancelled; `None` without a notice period.
    pub fn cancelable_until(&self) -> Option<Timestamp> {
        let notice = self.appointment_type.cancellation_notice?;
        Some(cancellation_deadline(self.starts_at, notice))
    }

    /// Whether it still stands and lies ahead.
    pub fn upcoming_at(&self, now: Timestamp) -> bool {
        self.cancelled_at.is_none() && now < self.starts_at
    }

    pub fn cancellable_at(&self, now: Timestamp) -> bool {
        self.upcoming_at(now) && self.cancelable_until().is_none_or(|until| now <= until)
    }

    /// Moving is not bound to the notice period: documented is only that cancelled and past ones stay.
    pub fn reschedulable_at(&self, now: Timestamp) -> bool {
        self.upcoming_at(now)
    }

    pub fn on_asap_list(&self) -> bool {
        self.asap_email.is_some() && self.cancelled_at.is_none()
    }
}

/// What a booking writes down.
#[derive(Clone, Debug)]
pub struct Booking {
    pub id: String,
    pub owner: Owner,
    pub calendar: String,
    pub appointment_type: i64,
    pub interval: Interval,
    pub booked_at: Timestamp,
    pub insurance: Option<i64>,
    pub asap_email: Option<String>,
    pub comments: Option<String>,
    pub structured_comment: Map<String, Value>,
    /// Where the booking came from, as the client names it (`ref`).
    pub source: Option<String>,
    /// The guest it is for.
    pub attendant: Option<Map<String, Value>>,
    pub allow_email_notifications: Option<bool>,
    pub allow_sms_notifications: Option<bool>,
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn appointment_type() -> AppointmentType {
        AppointmentType {
            id: 198,
            category: 53,
            name: "Sprechstunde".to_owned(),
            description: None,
            length: SlotLength::from_minutes(20).expect("in range"),
            insurances: None,
            ages: Ages::default(),
            video: false,
            comment_form: None,
            asap_notifications: true,
            attendant_user_required: true,
            bookable_without_account: true,
            cancellation_notice: Some(SignedDuration::from_hours(24)),
        }
    }

    fn appointment() -> Appointment {
        Appointment {
            id: "xbCuVVTNU6rT6E5m8p6Y8h7opzfo".to_owned(),
            owner: Owner::User(UserId::from("anne")),
            calendar: "smith".to_owned(),
            practice: Practice {
                id: "9yrnjbqpcfwgsajr".to_owned(),
                name: "MVZ Berlin".to_owned(),
                zone: TimeZone::UTC,
                language: Language::German,
                photo_url: None,
                required_patient_fields: Vec::new(),
                reminder: None,
            },
            appointment_type: appointment_type(),
            starts_at: instant("2025-06-05T09:00:00Z"),
            ends_at: instant("2025-06-05T09:20:00Z"),
            cancelled_at: None,
            insurance: Some(136),
            asap_email: None,
        }
    }

    fn instant(text: &str) -> Timestamp {
        text.parse().expect("a test's instant")
    }

    #[test]
    fn a_type_open_to_some_insurances_is_closed_to_others_and_to_none() {
        let private_only = AppointmentType {
            insurances: Some(vec![201, 202]),
            ..appointment_type()
        };

        assert!(private_only.open_to_insurance(Some(201)));
        assert!(!private_only.open_to_insurance(Some(136)));
        assert!(!private_only.open_to_insurance(None));
    }

    #[test]
    fn a_type_without_insurance_rule_is_open_to_all() {
        assert!(appointment_type().open_to_insurance(Some(136)));
        assert!(appointment_type().open_to_insurance(None));
    }

    #[test]
    fn guests_need_a_type_that_asks_for_no_account_and_no_user() {
        let with = |bookable_without_account, attendant_user_required| {
            let flags = AppointmentType {
                bookable_without_account,
                attendant_user_required,
                ..appointment_type()
            };
            flags.open_to_guests()
        };

        assert!(with(true, false));
        assert!(!with(true, true));
        assert!(!with(false, false));
        assert!(!with(false, true));
    }

    #[test]
    fn age_is_counted_in_completed_years_on_the_day() {
        let children = Ages {
            from: None,
            to: Some(17),
        };
        let born_on = Some(date(2007, 6, 3));

        assert!(children.admit(born_on, date(2025, 6, 2)));
        assert!(!children.admit(born_on, date(2025, 6, 3)));
    }

    #[test]
    fn who_was_born_on_a_leap_day_comes_of_age_on_the_first_of_march() {
        let adults = Ages {
            from: Some(18),
            to: None,
        };
        let born_on = Some(date(2008, 2, 29));

        assert!(!adults.admit(born_on, date(2026, 2, 28)));
        assert!(adults.admit(born_on, date(2026, 3, 1)));
    }

    #[test]
    fn a_birthdate_without_its_year_is_no_day_of_birth() {
        let user = |birthdate: &str| User {
            id: UserId::from("putri"),
            username: "putri".to_owned(),
            password: None,
            persona: None,
            behaviour: None,
            claims: Map::from_iter([("birthdate".to_owned(), Value::from(birthdate))]),
        };

        assert_eq!(born_on(&user("1984-03-17")), Some(date(1984, 3, 17)));
        assert_eq!(born_on(&user("0000-12-24")), None);
        assert_eq!(born_on(&user("1984")), None);
    }

    #[test]
    fn a_patient_whose_birthday_nobody_knows_is_admitted() {
        assert!(
            Ages {
                from: Some(65),
                to: Some(70)
            }
            .admit(None, date(2025, 6, 2))
        );
    }

    #[test]
    fn an_appointment_is_cancellable_up_to_and_including_its_deadline() {
        let appointment = appointment();

        assert!(appointment.cancellable_at(instant("2025-06-04T09:00:00Z")));
        assert!(!appointment.cancellable_at(instant("2025-06-04T09:00:00.001Z")));
    }

    #[test]
    fn without_a_notice_period_it_is_cancellable_until_it_starts() {
        let mut appointment = appointment();
        appointment.appointment_type.cancellation_notice = None;

        assert_eq!(appointment.cancelable_until(), None);
        assert!(appointment.cancellable_at(instant("2025-06-05T08:59:59.999Z")));
        assert!(!appointment.cancellable_at(instant("2025-06-05T09:00:00Z")));
    }

    #[test]
    fn a_cancelled_appointment_can_neither_be_cancelled_nor_moved_nor_waited_for() {
        let mut appointment = appointment();
        appointment.asap_email = Some("anne@example.com".to_owned());
        appointment.cancelled_at = Some(instant("2025-06-01T00:00:00Z"));
        let now = instant("2025-06-01T00:00:01Z");

        assert!(!appointment.cancellable_at(now));
        assert!(!appointment.reschedulable_at(now));
        assert!(!appointment.on_asap_list());
    }

    #[test]
    fn a_past_appointment_can_neither_be_cancelled_nor_moved() {
        let now = instant("2025-06-05T09:00:00Z");

        assert!(!appointment().cancellable_at(now));
        assert!(!appointment().reschedulable_at(now));
    }
}
