//! Letters about to be written.

/// A text message about to be written.
#[derive(Clone, Debug)]
pub struct TextMessage {
    /// A telephone number.
    pub recipient: String,
    pub body: String,
    /// What makes us write, such as `mediquo.activation_code`.
    pub reason: &'static str,
}

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
