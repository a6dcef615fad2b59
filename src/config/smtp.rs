//! The SMTP server that messages are sent to, if they are sent at all.

use std::{fmt, path::PathBuf, str::FromStr};

use serde::Deserialize;
use url::Url;

use super::{ConfigError, SmtpSettings, present};

/// The mail server, and in whose name we write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Smtp {
    pub url: SmtpUrl,
    pub from: Sender,
    /// Holds the password, where it does not stand in the address.
    pub password_file: Option<PathBuf>,
}

impl Smtp {
    /// `None` while no server is named.
    pub(super) fn resolve(settings: SmtpSettings) -> Result<Option<Self>, ConfigError> {
        let from = present(settings.from, "smtp.from")?;
        let Some(url) = settings.url else {
            return Ok(None);
        };
        let wrong = |rule: &str| ConfigError::OutOfRange {
            setting: "smtp.password_file",
            rule: rule.to_owned(),
        };
        if settings.password_file.is_some() {
            if url.0.username().is_empty() {
                return Err(wrong("needs a user name in `smtp.url`: smtp://anne@mail.example.com"));
            }
            if url.0.password().is_some() {
                return Err(wrong("and `smtp.url` both contain a password"));
            }
        }
        Ok(Some(Self {
            url,
            from,
            password_file: settings.password_file,
        }))
    }
}

/// `smtp://[user[:password]@]host[:port][?tls=required|opportunistic]`, or `smtps://…`.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct SmtpUrl(Url);

impl SmtpUrl {
    /// The address with whatever secrets stand in it: not for showing.
    pub fn to_url(&self) -> Url {
        self.0.clone()
    }
}

impl FromStr for SmtpUrl {
    type Err = NotAnSmtpUrl;

    fn from_str(text: &str) -> Result<Self, NotAnSmtpUrl> {
        let url: Url = text.parse().map_err(|_| NotAnSmtpUrl)?;
        let known = matches!(url.scheme(), "smtp" | "smtps") && url.host_str().is_some_and(|host| !host.is_empty());
        let tls = url
            .query_pairs()
            .all(|(name, value)| name == "tls" && matches!(&*value, "required" | "opportunistic"));
        if known && tls { Ok(Self(url)) } else { Err(NotAnSmtpUrl) }
    }
}

impl TryFrom<String> for SmtpUrl {
    type Error = NotAnSmtpUrl;

    fn try_from(text: String) -> Result<Self, NotAnSmtpUrl> {
        text.parse()
    }
}

/// Without the password.
impl fmt::Display for SmtpUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut url = self.0.clone();
        if url.password().is_some() && url.set_password(Some("…")).is_err() {
            return formatter.write_str("smtp://…");
        }
        let text = url.to_string();
        formatter.write_str(&text.replace("%E2%80%A6", "…"))
    }
}

impl fmt::Debug for SmtpUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

/// The text is no address of a mail server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an address of a mail server: smtp://localhost:1025, smtp://user@host?tls=required or smtps://user@host")]
pub struct NotAnSmtpUrl;

/// In whose name messages are sent: `anteroom@example.com` or `Anteroom <anteroom@example.com>`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Sender(String);

impl Sender {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Sender {
    type Err = NotASender;

    fn from_str(text: &str) -> Result<Self, NotASender> {
        let mailbox: Result<lettre::message::Mailbox, _> = text.parse();
        mailbox.map(|_| Self(text.to_owned())).map_err(|_| NotASender)
    }
}

impl TryFrom<String> for Sender {
    type Error = NotASender;

    fn try_from(text: String) -> Result<Self, NotASender> {
        text.parse()
    }
}

/// The text names no sender.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a sender: anteroom@example.com or Anteroom <anteroom@example.com>")]
pub struct NotASender;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mail_server_is_shown_without_its_password() {
        let url: SmtpUrl = "smtp://anne:s3cret@mail.example.com:587?tls=required".parse().unwrap();

        assert_eq!(url.to_string(), "smtp://anne:…@mail.example.com:587?tls=required");
        assert_eq!(format!("{url:?}"), url.to_string());
        assert_eq!(url.to_url().password(), Some("s3cret"));
    }

    #[test]
    fn what_is_no_mail_server_is_refused() {
        for text in [
            "",
            "localhost:1025",
            "http://localhost:1025",
            "smtp://",
            "smtp:///x",
            "smtp://localhost?tls=maybe",
            "smtp://localhost?verify=no",
        ] {
            assert!(text.parse::<SmtpUrl>().is_err(), "{text}");
        }
        for text in ["smtp://localhost:1025", "smtps://anne@mail.example.com"] {
            assert!(text.parse::<SmtpUrl>().is_ok(), "{text}");
        }
    }

    #[test]
    fn a_sender_is_an_address_with_or_without_a_name() {
        for text in [
            "anteroom@example.com",
            "Anteroom <anteroom@example.com>",
            "Übung <a@b.example>",
        ] {
            assert_eq!(text.parse::<Sender>().unwrap().as_str(), text);
        }
        for text in ["", "anteroom", "Anteroom <>", "a@b@c"] {
            assert!(text.parse::<Sender>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_password_file_needs_somebody_whose_password_it_is() {
        let settings = |url: &str| SmtpSettings {
            url: Some(url.parse().unwrap()),
            from: Some("a@b.example".parse().unwrap()),
            password_file: Some("password".into()),
        };

        assert!(Smtp::resolve(settings("smtp://localhost")).is_err());
        assert!(Smtp::resolve(settings("smtp://anne:one@localhost")).is_err());
        assert!(Smtp::resolve(settings("smtp://anne@localhost")).is_ok());
    }
}
