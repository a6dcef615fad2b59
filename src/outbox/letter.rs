//! Letters about to be written.

/// An e-mail about to be written.
#[derive(Clone, Debug)]
pub struct Email {
    pub recipient: String,
    pub subject: String,
    /// Plain text.
    pub body: String,
    /// The same as a document, for those who read mail that way.
    pub html: Option<String>,
    /// What makes us write, such as `asap_list.earlier_slot`.
    pub reason: &'static str,
}
