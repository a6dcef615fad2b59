//! Content that may hold secrets, kept where nothing can show it.

use super::redaction::Key;

/// What may still hold secrets. It can be moved and dropped, and [redacted](Self::redact); nothing else leads to its
/// content.
///
/// It cannot be printed:
///
/// ```compile_fail,E0277
/// use anteroom::journal::unredacted::Unredacted;
///
/// fn print(secret: &Unredacted<String>) -> String {
///     format!("{secret:?}")
/// }
/// ```
///
/// It cannot be serialised:
///
/// ```compile_fail,E0277
/// use anteroom::journal::unredacted::Unredacted;
///
/// fn serialise(secret: &Unredacted<String>) -> serde_json::Result<String> {
///     serde_json::to_string(secret)
/// }
/// ```
///
/// Its content cannot be borrowed, and its field is private:
///
/// ```compile_fail,E0308
/// use anteroom::journal::unredacted::Unredacted;
///
/// fn borrow(secret: &Unredacted<String>) -> &str {
///     secret
/// }
/// ```
///
/// ```compile_fail,E0616
/// use anteroom::journal::unredacted::Unredacted;
///
/// fn open(secret: Unredacted<String>) -> String {
///     secret.0
/// }
/// ```
///
/// It can be passed on:
///
/// ```
/// use anteroom::journal::unredacted::Unredacted;
///
/// fn pass_on(secret: Unredacted<String>) -> Unredacted<String> {
///     secret
/// }
/// ```
pub struct Unredacted<T>(T);

/// Content from which the secrets can be taken out.
pub trait Redact {
    /// What is left without the secrets.
    type Redacted;

    /// A copy without secrets. `key` is what equal secrets are recognised by.
    fn redact(&self, key: &Key) -> Self::Redacted;
}

impl<T> Unredacted<T> {
    pub fn new(content: T) -> Self {
        Self(content)
    }
}

impl<T: Redact> Unredacted<T> {
    /// The content without its secrets.
    pub fn redact(&self, key: &Key) -> T::Redacted {
        self.0.redact(key)
    }
}
