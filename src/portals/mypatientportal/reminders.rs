//! Reminders: a message before an appointment, by the clock of the realm.
//!
//! The documentation of the portal does not mention reminders, only that patients may decline e-mails
//! (`allow_email_notifications`). `reminder_minutes` in the seed of a practice says when one is sent. An appointment
//! booked later than that gets none, a moved one gets it before its new time, a cancelled one gets none.

use jiff::Timestamp;

use super::{
    input::text_of,
    model::{Appointment, Owner, Practice},
    store::{self, Contact},
};
use crate::{
    app::{
        Realm,
        agenda::{Firing, FiringError, Handler, Occasion},
    },
    model::User,
    outbox::{Email, Message},
    store::{Tx, agenda, users},
    text,
};

const KIND: &str = "mypatientportal.reminder";

/// The handlers of the events that this portal schedules.
pub const HANDLERS: &[Handler] = &[Handler { kind: KIND, fire }];

/// Schedules the reminder of an appointment, in place of an earlier one, in the transaction that books or moves it.
pub async fn plan(
    tx: &mut Tx,
    realm: &Realm,
    practice: &Practice,
    appointment: &str,
    starts_at: Timestamp,
    now: Timestamp,
) -> crate::store::Result<()> {
    agenda::cancel(tx, realm.id, KIND, appointment).await?;
    let due_at = practice.reminder.and_then(|before| starts_at.checked_sub(before).ok());
    match due_at.filter(|due_at| *due_at > now) {
        Some(due_at) => agenda::insert(tx, realm.id, &realm.random.id(now), due_at, KIND, appointment).await,
        None => Ok(()),
    }
}

/// Removes the reminder, in the transaction that cancels the appointment.
pub async fn forget(tx: &mut Tx, realm: &Realm, appointment: &str) -> crate::store::Result<()> {
    agenda::cancel(tx, realm.id, KIND, appointment).await.map(drop)
}

fn fire<'a>(tx: &'a mut Tx, occasion: Occasion<'a>) -> Firing<'a> {
    Box::pin(async move {
        if remind(tx, occasion).await? {
            let app = occasion.app.clone();
            return Ok(Some(Box::pin(async move { app.outbox.notify() }) as _));
        }
        Ok(None)
    })
}

/// Writes the message. Returns whether there was a recipient.
async fn remind(tx: &mut Tx, occasion: Occasion<'_>) -> Result<bool, FiringError> {
    let realm = occasion.realm;
    let Some(appointment) = store::find_appointment(tx, realm.id, occasion.subject).await? else {
        return Ok(false);
    };
    if appointment.cancelled_at.is_some() || !appointment.upcoming_at(occasion.now) {
        return Ok(false);
    }
    let Some(contact) = store::find_contact(tx, realm.id, occasion.subject).await? else {
        return Ok(false);
    };
    let user = match &appointment.owner {
        Owner::User(user) => users::find(tx, realm.id, user).await?,
        Owner::Guest(_) => None,
    };
    let Some(email) = address(&contact, user.as_ref()) else {
        return Ok(false);
    };
    let message = message(&appointment, email);
    let outbox = &occasion.app.outbox;
    outbox.write(tx, realm.id, &realm.random, message, occasion.now).await?;
    Ok(true)
}

fn address(contact: &Contact, user: Option<&User>) -> Option<String> {
    let known = match (&contact.attendant, user) {
        (Some(guest), _) => text_of(guest, "email").ok().flatten(),
        (None, Some(user)) => user.claim("email"),
        (None, None) => None,
    };
    known.filter(|_| contact.wants_email).map(str::to_owned)
}

fn message(appointment: &Appointment, recipient: String) -> Email {
    let (practice, language) = (&appointment.practice, appointment.practice.language);
    let starts_at = appointment.starts_at.to_zoned_datetime(practice.zone.clone());
    let name = appointment.appointment_type.name.as_str();
    let words = [
        ("appointment", name),
        ("practice", practice.name.as_str()),
        ("booked", &text::say_moment(language, &starts_at)),
    ];
    let message = Message {
        language,
        subject: text::say_with(language, "reminder-message-subject", &words),
        text: text::say_with(language, "reminder-message-body", &words),
        link: None, // the portal is an API: there is no page to cancel an appointment on
        why: text::say(language, "reminder-message-why"),
    };
    message.to(recipient, "appointment.reminder")
}
