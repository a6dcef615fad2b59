//! Files that were uploaded for an intake.

use jiff::Timestamp;

/// An uploaded file, without its content.
#[derive(Clone, Debug)]
pub struct Attachment {
    pub id: String,
    /// The user who uploaded it.
    pub creator: i64,
    pub name: String,
    /// The ending of the file name, without the dot.
    pub ext: String,
    pub media_type: String,
    /// Bytes.
    pub size: i64,
    pub remark: Option<String>,
    pub created_at: Timestamp,
}
