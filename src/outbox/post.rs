//! Hands messages to a mail server (RFC 5321).

use std::{
    fs,
    path::PathBuf,
    time::{Duration, SystemTime},
};

use lettre::{
    AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor,
    message::{Mailbox, MultiPart},
    transport::smtp::authentication::Credentials,
};

use super::outcome::Outcome;
use crate::{config::Smtp, model::OutboxMessage};

/// How long handing in one message may take.
const TIMEOUT: Duration = Duration::from_secs(20);

/// A mail server, and in whose name we write.
pub struct Post {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

/// Why messages cannot be sent.
#[derive(Debug, thiserror::Error)]
pub enum PostError {
    #[error("the mail server's password cannot be read from {}: {reason}", path.display())]
    Password { path: PathBuf, reason: std::io::Error },
    #[error("the mail server {server} cannot be used: {reason}")]
    Server { server: String, reason: String },
}

impl Post {
    /// Reads the password, if there is a file of it; the server is first called when there is a message.
    pub fn new(smtp: &Smtp) -> Result<Self, PostError> {
        let unusable = |reason: String| PostError::Server {
            server: smtp.url.to_string(),
            reason,
        };
        let url = smtp.url.to_url();
        let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(url.as_str());
        let mut transport = transport.map_err(|error| unusable(error.to_string()))?;
        if let Some(path) = &smtp.password_file {
            let password = fs::read_to_string(path).map_err(|reason| PostError::Password {
                path: path.clone(),
                reason,
            })?;
            let user = percent_encoding::percent_decode_str(url.username()).decode_utf8_lossy();
            let password = password.trim_end_matches(['\r', '\n']).to_owned();
            transport = transport.credentials(Credentials::new(user.into_owned(), password));
        }
        let from = smtp.from.as_str().parse();
        Ok(Self {
            transport: transport.timeout(Some(TIMEOUT)).build(),
            from: from.map_err(|error: lettre::address::AddressError| unusable(error.to_string()))?,
        })
    }

    /// Hands a message in. A refusal of the 5xx kind is final (RFC 5321 §4.2.1).
    pub async fn send(&self, message: &OutboxMessage) -> Outcome {
        let message = match self.message(message) {
            Ok(message) => message,
            Err(reason) => return Outcome::permanent_failure(reason),
        };
        match tokio::time::timeout(TIMEOUT, self.transport.send(message)).await {
            Ok(Ok(response)) => Outcome::success(u16::from(response.code())),
            Ok(Err(error)) => Outcome {
                status: error.status().map(u16::from),
                permanent: error.is_permanent(),
                error: Some(error.to_string()),
            },
            Err(_) => Outcome::failure(format!("no answer within {} seconds", TIMEOUT.as_secs())),
        }
    }

    /// The message as mail. Its id stays the same however often it is sent, so that a second copy can be known for one.
    fn message(&self, message: &OutboxMessage) -> Result<Message, String> {
        let recipient = message.recipient.parse();
        let recipient =
            recipient.map_err(|error| format!("{:?} is not an e-mail address: {error}", message.recipient))?;
        let date = SystemTime::try_from(message.written_at).map_err(|error| error.to_string())?;
        let builder = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, recipient))
            .subject(message.subject.clone())
            .date(date)
            .message_id(Some(format!("<{}@{}>", message.id, self.from.email.domain())));
        let built = match &message.html {
            Some(html) => {
                let parts = MultiPart::alternative_plain_html(message.body.clone(), html.clone());
                builder.multipart(parts)
            }
            None => builder.singlepart(lettre::message::SinglePart::plain(message.body.clone())),
        };
        built.map_err(|error| error.to_string())
    }
}
