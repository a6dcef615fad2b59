//! Visits. The members that are always null are so in the documented sample.

use schemars::JsonSchema;
use serde::Serialize;

use super::text_numbers::{Id, Seconds};
use crate::portals::vsee::model::{Gender, Participant, Visit};

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Visit")]
pub struct VisitView {
    id: Id,
    member_id: Id,
    provider_id: Option<Id>,
    account_code: (),
    #[schemars(extend("pattern" = "^[0-9a-f]{32}$"))]
    code: String,
    start: Seconds,
    end: Seconds,
    actual_start: Option<Seconds>,
    actual_end: Option<Seconds>,
    specialty_id: (),
    state: (),
    /// `1` walk-in, `2` scheduled, `3` e-consult.
    #[serde(rename = "type")]
    #[schemars(extend("enum" = ["1", "2", "3"]))]
    kind: &'static str,
    /// `10` waiting, `20` in progress, `30` completed, `40` cancelled.
    #[schemars(extend("enum" = ["10", "20", "30", "40"]))]
    status: &'static str,
    completed_by: Option<Id>,
    /// Unix seconds.
    created: i64,
    /// Unix seconds.
    modified: i64,
    room_id: (),
    #[serde(rename = "_id")]
    same_id: Id,
    payment: PaymentView,
    intake: IntakeOfVisit,
    provider: Option<ProviderOfVisit>,
    member: MemberOfVisit,
    /// Only of appointments, where the clinic uses one-time links.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("pattern" = "^[a-z0-9]{10}$"))]
    one_time_link_token: Option<String>,
}

#[derive(Serialize, JsonSchema)]
struct PaymentView {
    /// Minutes.
    duration: i64,
    amount: String,
    description: String,
}

#[derive(Serialize, JsonSchema)]
struct IntakeOfVisit {
    id: String,
    provider: Option<Id>,
    reason_for_visit: Option<String>,
    #[serde(rename = "type")]
    kind: String,
    /// Unix seconds.
    modified: i64,
    /// Unix seconds.
    created: i64,
    visit_id: Id,
}

#[derive(Serialize, JsonSchema)]
struct ProviderOfVisit {
    id: Id,
    first_name: String,
    last_name: String,
    vseeid: String,
    title: String,
}

/// Unknown members are left out, as for users.
#[derive(Serialize, JsonSchema)]
struct MemberOfVisit {
    id: Id,
    first_name: String,
    last_name: String,
    vseeid: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    dob: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    gender: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    phone: Option<String>,
}

impl VisitView {
    /// `token` is that of its one-time link, where it has one.
    pub fn new(visit: Visit, token: Option<String>) -> Self {
        let id = Id::from(visit.id);
        let phone = visit.member.phone.clone().or(visit.intake.phone);
        Self {
            member_id: visit.member.id.into(),
            provider_id: visit.provider.as_ref().map(|provider| provider.id.into()),
            account_code: (),
            code: visit.code,
            start: visit.start.into(),
            end: visit.end.into(),
            actual_start: visit.actual_start.map(Seconds::from),
            actual_end: visit.actual_end.map(Seconds::from),
            specialty_id: (),
            state: (),
            kind: visit.kind.number(),
            status: visit.status.number(),
            completed_by: visit.completed_by.map(Id::from),
            created: visit.created_at.as_second(),
            modified: visit.modified_at.as_second(),
            room_id: (),
            same_id: id.clone(),
            payment: PaymentView {
                duration: visit.payment.minutes,
                amount: visit.payment.amount,
                description: visit.payment.description,
            },
            intake: IntakeOfVisit {
                id: visit.intake.id,
                provider: visit.intake.provider.map(Id::from),
                reason_for_visit: visit.intake.reason_for_visit,
                kind: visit.intake.kind,
                modified: visit.intake.modified_at.as_second(),
                created: visit.intake.created_at.as_second(),
                visit_id: id.clone(),
            },
            provider: visit.provider.map(ProviderOfVisit::from),
            member: MemberOfVisit::new(visit.member, phone),
            one_time_link_token: token,
            id,
        }
    }
}

impl From<Participant> for ProviderOfVisit {
    fn from(provider: Participant) -> Self {
        Self {
            id: provider.id.into(),
            first_name: provider.first_name,
            last_name: provider.last_name,
            vseeid: provider.vsee_id,
            title: provider.title,
        }
    }
}

impl MemberOfVisit {
    fn new(member: Participant, phone: Option<String>) -> Self {
        Self {
            id: member.id.into(),
            first_name: member.first_name,
            last_name: member.last_name,
            vseeid: member.vsee_id,
            dob: member.dob,
            gender: member.gender.map(Gender::number),
            phone,
        }
    }
}
