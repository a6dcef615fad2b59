//! Messages about to be written: one thing to say, as plain text and as a document.

use askama::Template;

use crate::text::Language;

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

/// The texts of one of the server's own messages, in the recipient's language.
#[derive(Clone, Debug)]
pub struct Message {
    pub language: Language,
    pub subject: String,
    /// Paragraphs with an empty line between them.
    pub text: String,
    /// The one thing to do about it.
    pub link: Option<Link>,
    /// Why the recipient is written to; the small print.
    pub why: String,
}

/// Where a message leads.
#[derive(Clone, Debug)]
pub struct Link {
    pub label: String,
    /// Absolute: a message is read anywhere.
    pub address: String,
}

impl Message {
    /// The e-mail that says it, twice.
    pub fn to(self, recipient: impl Into<String>, reason: &'static str) -> Email {
        let document = Document {
            language: self.language,
            subject: &self.subject,
            paragraphs: self.text.split("\n\n").collect(),
            link: self.link.as_ref(),
            why: &self.why,
        };
        let html = document.render().ok(); // writing into a string does not fail
        let link = self.link.map(|link| format!("\n\n{}: {}", link.label, link.address));
        Email {
            recipient: recipient.into(),
            body: format!("{}{}\n\n{}", self.text, link.unwrap_or_default(), self.why),
            subject: self.subject,
            html,
            reason,
        }
    }
}

#[derive(Template)]
#[template(path = "messages/message.html")]
struct Document<'a> {
    language: Language,
    subject: &'a str,
    paragraphs: Vec<&'a str>,
    link: Option<&'a Link>,
    why: &'a str,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message() -> Message {
        Message {
            language: Language::German,
            subject: "Ein Termin <bald>".to_owned(),
            text: "Guten Tag,\n\nes ist einer frei:\nmorgen & übermorgen.".to_owned(),
            link: None,
            why: "Sie wollten es wissen.".to_owned(),
        }
    }

    #[test]
    fn a_message_says_the_same_as_text_and_as_a_document() {
        let email = message().to("anne@example.com", "test");

        assert_eq!(
            email.body,
            "Guten Tag,\n\nes ist einer frei:\nmorgen & übermorgen.\n\nSie wollten es wissen."
        );
        let html = email.html.unwrap();
        assert!(html.contains("<html lang=\"de\">"), "{html}");
        assert!(html.contains("<p>Guten Tag,</p>"), "{html}");
        assert!(
            html.contains("es ist einer frei:<br>morgen &#38; übermorgen."),
            "{html}"
        );
        assert!(html.contains("<h1>Ein Termin &#60;bald&#62;</h1>"), "{html}");
        assert!(!html.contains("<a "), "{html}");
    }

    #[test]
    fn what_there_is_to_do_stands_in_both_forms() {
        let address = "http://localhost:8080/somewhere?a=1&b=2";
        let link = Link {
            label: "Öffnen".to_owned(),
            address: address.to_owned(),
        };
        let email = Message {
            link: Some(link),
            ..message()
        }
        .to("anne@example.com", "test");

        assert!(
            email.body.contains(&format!("\n\nÖffnen: {address}\n\n")),
            "{}",
            email.body
        );
        let html = email.html.unwrap();
        assert!(
            html.contains("href=\"http://localhost:8080/somewhere?a=1&#38;b=2\""),
            "{html}"
        );
    }
}
