//! The payloads of events, in the formats of both versions.
//!
//! The documentation shows the three events of version 1 in full, and the members that version 2 adds. Dates of version
//! 2 have an offset from UTC, and its history has numbers as ids. Where the documentation only names an object
//! (`PatientConsultation`), it is the consultation with its patient and professional.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::event::{Event, Subject};
use crate::{
    app::Realm,
    portals::mediquo::{
        links,
        model::{Appointment, Patient, Professional, Version},
        wire,
    },
};

/// An event whose payload is written.
pub struct Occurrence<'a> {
    pub realm: &'a Realm,
    pub event: Event,
    pub subject: &'a Subject<'a>,
    /// The id of the appointment, or a new one.
    pub id: &'a str,
    pub now: Timestamp,
}

impl Occurrence<'_> {
    /// `payload` of the envelope. Events that version 1 does not have exist in one format.
    pub fn payload(&self, version: Version) -> Value {
        let subject = self.subject;
        match self.event {
            Event::ConsultationFinished => json!({
                "consultation": self.consultation(version),
                "reports": [{"id": format!("{}-report", self.id), "type": "soap", "content": report()}],
                "patient": patient_with_history(subject, version),
                "professional": professional(subject.professional),
                "prescriptions": prescriptions(subject),
            }),
            Event::ReportSent => json!({"type": "soap", "content": report(), "patient": patient(subject)}),
            Event::Message => json!({"professional": professional(subject.professional), "patient": patient(subject)}),
            Event::ConsultationCreated
            | Event::ConsultationCancelled
            | Event::ConsultationRescheduled
            | Event::ConsultationNoShow => json!({
                "consultation": self.consultation(Version::Two),
                "patient": patient(subject),
                "professional": professional(subject.professional),
            }),
            Event::ImmediateVideoCallAssigned => json!({
                "consultation": {
                    "id": self.id,
                    "speciality": speciality(subject.professional),
                    "url": self.url(),
                },
                "patient": patient(subject),
                "professional": professional(subject.professional),
            }),
            Event::BlockCreated | Event::BlockUpdated | Event::BlockDeleted => self.block(),
        }
    }

    fn consultation(&self, version: Version) -> Value {
        let appointment = self.subject.appointment;
        let kind = if appointment.is_some() { "appointment" } else { "chat" };
        let (start, end) = match appointment {
            Some(appointment) => (appointment.starts_at, appointment.ends_at()),
            None => (self.now, self.now),
        };
        match version {
            Version::One => json!({
                "id": self.id,
                "type": kind,
                "start_date": wire::bare_instant(start),
                "end_date": wire::bare_instant(end),
                "speciality": speciality(self.subject.professional),
            }),
            Version::Two => self.consultation_two(kind, appointment, (start, end)),
        }
    }

    fn consultation_two(&self, kind: &str, appointment: Option<&Appointment>, times: (Timestamp, Timestamp)) -> Value {
        let took_place = self.event == Event::ConsultationFinished;
        let date = |moment: Timestamp| wire::offset_instant(moment);
        let scheduled = |moment: fn(&Appointment) -> Timestamp| appointment.map(|one| date(moment(one)));
        let mut consultation = json!({
            "id": self.id,
            "type": kind,
            "channel": if appointment.is_some() { "video" } else { "chat" },
            "service_type": appointment.map(|_| "scheduled"),
            "consultation_url": self.url(),
            "start_date": took_place.then(|| date(times.0)),
            "end_date": took_place.then(|| date(times.1)),
            "scheduled_start_date": scheduled(|one| one.starts_at),
            "scheduled_end_date": scheduled(Appointment::ends_at),
        });
        if self.event == Event::ConsultationRescheduled {
            let previous = self.subject.previous.or(appointment);
            consultation["previous_scheduled_start_date"] = json!(previous.map(|one| date(one.starts_at)));
            consultation["previous_scheduled_end_date"] = json!(previous.map(|one| date(one.ends_at())));
        }
        consultation["created_at"] = json!(date(appointment.map_or(self.now, |one| one.created_at)));
        consultation["speciality"] = speciality(self.subject.professional);
        consultation["derivation"] = Value::Null;
        consultation
    }

    fn url(&self) -> Option<String> {
        self.subject
            .appointment
            .map(|appointment| links::join(self.realm, appointment))
    }

    /// For an hour from now, or the time of the appointment if there is one.
    fn block(&self) -> Value {
        let (start, end) = match self.subject.appointment {
            Some(appointment) => (appointment.starts_at, appointment.ends_at()),
            None => (self.now, crate::tokens::after(self.now, 3600)),
        };
        let who = self.subject.professional;
        json!({
            "id": self.id,
            "name": "Not available",
            "starts_at": wire::offset_instant(start),
            "finishes_at": wire::offset_instant(end),
            "professional": who.map(|one| json!({
                "hash": one.hash,
                "name": one.name,
                "speciality": speciality(Some(one)),
            })),
        })
    }
}

fn report() -> Value {
    json!({
        "subjective": "Cough for three days.",
        "objective": "No fever.",
        "assessment": "Common cold.",
        "plan": "Rest, and plenty to drink.",
    })
}

fn speciality(professional: Option<&Professional>) -> Value {
    json!(professional.map(|one| json!({"id": one.speciality_id, "name": one.speciality})))
}

fn professional(professional: Option<&Professional>) -> Value {
    json!(professional.map(|one| json!({"id": one.hash, "name": one.name, "avatar": one.avatar})))
}

fn patient(subject: &Subject) -> Value {
    json!({"code": code(subject)})
}

/// The code of the patient; if that was deleted, the code in the appointment.
fn code<'a>(subject: &'a Subject) -> Option<&'a str> {
    let of_appointment = || subject.appointment.map(|appointment| appointment.patient_code.as_str());
    subject
        .patient
        .map(|patient| patient.code.as_str())
        .or_else(of_appointment)
}

fn patient_with_history(subject: &Subject, version: Version) -> Value {
    let mut members = Map::from_iter([("code".to_owned(), json!(code(subject)))]);
    for part in ["allergies", "diseases", "medications"] {
        members.insert(part.to_owned(), Value::Array(history(subject.patient, part, version)));
    }
    Value::Object(members)
}

fn history(patient: Option<&Patient>, part: &str, version: Version) -> Vec<Value> {
    let items = patient
        .and_then(|patient| patient.history.get(part))
        .and_then(Value::as_array);
    let mut items = items.cloned().unwrap_or_default();
    if version == Version::Two {
        for (number, item) in (1..).zip(&mut items) {
            if let Some(members) = item.as_object_mut() {
                members.insert("id".to_owned(), json!(number));
            }
        }
    }
    items
}

fn prescriptions(subject: &Subject) -> Value {
    let listed = subject.prescriptions.iter();
    listed
        .map(|one| json!({"id": one.code, "active_substances": one.active_substances}))
        .collect()
}
