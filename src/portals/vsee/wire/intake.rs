//! Intakes and their files. Custom members stand after ours and never have the name of one.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value};

use super::text_numbers::Id;
use crate::portals::vsee::model::{Attachment, Intake};

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Intake")]
pub struct IntakeView {
    id: String,
    /// `1` walk-in, `2` scheduled.
    #[serde(rename = "type")]
    #[schemars(extend("enum" = ["1", "2"]))]
    kind: String,
    room_id: Id,
    member_id: Id,
    provider_id: Option<Id>,
    reason_for_visit: Option<String>,
    location: Option<String>,
    phone: Option<String>,
    /// Unix seconds.
    created: i64,
    /// Unix seconds.
    modified: i64,
    attachments: Vec<AttachmentView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    consultation: Option<Value>,
    /// Members that are not documented, as they came.
    #[serde(flatten)]
    custom: Map<String, Value>,
}

impl IntakeView {
    pub fn new(intake: Intake, attachments: Vec<AttachmentView>) -> Self {
        Self {
            id: intake.id,
            kind: intake.kind,
            room_id: intake.room.into(),
            member_id: intake.member.into(),
            provider_id: intake.provider.map(Id::from),
            reason_for_visit: intake.reason_for_visit,
            location: intake.location,
            phone: intake.phone,
            created: intake.created_at.as_second(),
            modified: intake.modified_at.as_second(),
            attachments,
            consultation: intake.consultation,
            custom: intake.custom,
        }
    }
}

/// The answer to creating and changing an intake.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "IntakeId")]
pub struct IntakeIdView {
    id: String,
    /// Members that are not documented, as they came.
    #[serde(flatten)]
    custom: Map<String, Value>,
}

impl From<Intake> for IntakeIdView {
    fn from(intake: Intake) -> Self {
        Self {
            id: intake.id,
            custom: intake.custom,
        }
    }
}

#[derive(Serialize, JsonSchema)]
struct Moment {
    sec: i64,
    usec: i32,
}

impl From<Timestamp> for Moment {
    fn from(time: Timestamp) -> Self {
        Self {
            sec: time.as_second(),
            usec: time.subsec_microsecond(),
        }
    }
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Attachment")]
pub struct AttachmentView {
    #[serde(rename = "_id")]
    id: String,
    name: String,
    /// Where to download it, below the address of the API.
    path: String,
    size: i64,
    ext: String,
    #[serde(rename = "type")]
    media_type: String,
    creator_id: Id,
    remark: Option<String>,
    /// Whether an intake has it.
    using: bool,
    modified: Moment,
    created: Moment,
}

impl AttachmentView {
    pub fn new(attachment: Attachment, using: bool) -> Self {
        Self {
            path: format!("/attachments/{}", attachment.id),
            id: attachment.id,
            name: attachment.name,
            size: attachment.size,
            ext: attachment.ext,
            media_type: attachment.media_type,
            creator_id: attachment.creator.into(),
            remark: attachment.remark,
            using,
            modified: attachment.created_at.into(),
            created: attachment.created_at.into(),
        }
    }
}

/// The answer to an upload: the file, with its id also under the name that an intake expects.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Upload")]
pub struct UploadView {
    id: String,
    #[serde(flatten)]
    attachment: AttachmentView,
}

impl From<Attachment> for UploadView {
    fn from(attachment: Attachment) -> Self {
        Self {
            id: attachment.id.clone(),
            attachment: AttachmentView::new(attachment, false),
        }
    }
}
