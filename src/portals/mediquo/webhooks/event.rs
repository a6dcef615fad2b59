//! The events of the webhooks, and what they are about.

use crate::{
    model::{MediquoPolicy, MessageEvent},
    portals::mediquo::model::{Appointment, Patient, Prescription, Professional},
};

/// The events.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Event {
    ConsultationFinished,
    ReportSent,
    Message,
    ConsultationCreated,
    ConsultationCancelled,
    ConsultationRescheduled,
    ConsultationNoShow,
    ImmediateVideoCallAssigned,
    BlockCreated,
    BlockUpdated,
    BlockDeleted,
}

impl Event {
    pub const ALL: [Event; 11] = [
        Event::ConsultationFinished,
        Event::ReportSent,
        Event::Message,
        Event::ConsultationCreated,
        Event::ConsultationCancelled,
        Event::ConsultationRescheduled,
        Event::ConsultationNoShow,
        Event::ImmediateVideoCallAssigned,
        Event::BlockCreated,
        Event::BlockUpdated,
        Event::BlockDeleted,
    ];

    /// `type` of the envelope. The documentation has two names for one event.
    pub fn name(self, policy: &MediquoPolicy) -> &'static str {
        match self {
            Self::ConsultationFinished => "patient_consultation_finished",
            Self::ReportSent => "patient_report_sent",
            Self::Message => match policy.message_event {
                MessageEvent::PatientMessageReceived => "patient_message_received",
                MessageEvent::PatientMessageSent => "patient_message_sent",
            },
            Self::ConsultationCreated => "patient_consultation_created",
            Self::ConsultationCancelled => "patient_consultation_cancelled",
            Self::ConsultationRescheduled => "patient_consultation_rescheduled",
            Self::ConsultationNoShow => "patient_consultation_no_show",
            Self::ImmediateVideoCallAssigned => "patient_immediate_video_call_assigned",
            Self::BlockCreated => "professional_block_created",
            Self::BlockUpdated => "professional_block_updated",
            Self::BlockDeleted => "professional_block_deleted",
        }
    }

    /// The event with that name.
    pub fn named(name: &str) -> Option<Self> {
        if ["patient_message_received", "patient_message_sent"].contains(&name) {
            return Some(Self::Message);
        }
        let policy = MediquoPolicy::default();
        Self::ALL.into_iter().find(|event| event.name(&policy) == name)
    }
}

/// What an event is about.
#[derive(Clone, Copy, Debug, Default)]
pub struct Subject<'a> {
    pub patient: Option<&'a Patient>,
    pub professional: Option<&'a Professional>,
    pub appointment: Option<&'a Appointment>,
    /// The appointment before it was moved.
    pub previous: Option<&'a Appointment>,
    pub prescriptions: &'a [Prescription],
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_event_is_found_by_its_name() {
        let policy = MediquoPolicy::default();
        for event in Event::ALL {
            assert_eq!(Event::named(event.name(&policy)), Some(event));
        }
        assert_eq!(Event::named("patient_message_sent"), Some(Event::Message));
        assert_eq!(Event::named("patient_was_born"), None);
    }
}
