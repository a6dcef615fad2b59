//! Booked appointments, and what may be done with them at a given time.

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::catalogue::{AppointmentType, Practice};
use crate::{
    model::{ClientId, UserId},
    schedule::{Interval, cancellation_deadline},
};

/// Who an appointment belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Owner {
    User(UserId),
    /// A booking without an account, which belongs to the client that made it.
    Guest(ClientId),
}

/// A booked appointment with its type and practice.
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
    /// The address for messages about earlier slots; `None`: not on the ASAP list.
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

    /// Whether it is neither cancelled nor past.
    pub fn upcoming_at(&self, now: Timestamp) -> bool {
        self.cancelled_at.is_none() && now < self.starts_at
    }

    pub fn cancellable_at(&self, now: Timestamp) -> bool {
        self.upcoming_at(now) && self.cancelable_until().is_none_or(|until| now <= until)
    }

    /// The notice period does not matter: it is only documented that cancelled and past appointments cannot be moved.
    pub fn reschedulable_at(&self, now: Timestamp) -> bool {
        self.upcoming_at(now)
    }

    pub fn on_asap_list(&self) -> bool {
        self.asap_email.is_some() && self.cancelled_at.is_none()
    }
}

/// The data of a new booking.
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
