use jiff::{SignedDuration, Timestamp, civil::date, tz::TimeZone};
use serde_json::{Map, Value};

use super::*;
use crate::{
    model::{User, UserId},
    schedule::SlotLength,
    text::Language,
};

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
