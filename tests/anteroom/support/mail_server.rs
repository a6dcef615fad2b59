//! A mail server of the tests' own (RFC 5321): it takes messages, keeps them, and refuses as a test wants.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};

use mail_parser::{Message, MessageParser};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::TcpStream,
    sync::{Semaphore, watch},
};

/// One message, as it was handed in.
#[derive(Clone, Debug)]
pub struct HandedIn {
    pub from: String,
    pub to: Vec<String>,
    /// User name and password, where somebody signed in.
    pub credentials: Option<(String, String)>,
    pub mail: Vec<u8>,
}

impl HandedIn {
    pub fn message(&self) -> Message<'_> {
        MessageParser::default().parse(&self.mail).expect("it is a message")
    }
}

/// A server that lives as long as the test's runtime.
#[derive(Clone)]
pub struct MailServer {
    /// `127.0.0.1:1025`
    pub address: String,
    counter: Arc<Counter>,
}

struct Counter {
    /// What is said to the next messages, once they are handed in; then they are taken.
    replies: Mutex<VecDeque<String>>,
    handed_in: watch::Sender<Vec<HandedIn>>,
    gate: Mutex<Option<Arc<Semaphore>>>,
}

impl MailServer {
    pub async fn start() -> Self {
        let counter = Arc::new(Counter {
            replies: Mutex::default(),
            handed_in: watch::Sender::default(),
            gate: Mutex::default(),
        });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("it is bound").to_string();
        let desk = counter.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, desk.clone()));
            }
        });
        Self { address, counter }
    }

    pub fn url(&self) -> String {
        format!("smtp://{}", self.address)
    }

    /// What the next messages are told, such as `451 later` or `550 nobody here`.
    pub fn replies(&self, replies: &[&str]) {
        let mut all = self.counter.replies.lock().expect("nobody panicked");
        all.extend(replies.iter().map(|&reply| reply.to_owned()));
    }

    /// From now on it takes messages and says nothing until [`release`](Self::release).
    pub fn holds_back(&self) {
        *self.counter.gate.lock().expect("nobody panicked") = Some(Arc::new(Semaphore::new(0)));
    }

    pub fn release(&self) {
        if let Some(gate) = self.counter.gate.lock().expect("nobody panicked").take() {
            gate.close();
        }
    }

    /// What was handed in so far, whatever came of it.
    pub fn handed_in(&self) -> Vec<HandedIn> {
        self.counter.handed_in.borrow().clone()
    }

    /// Waits until so many messages were handed in.
    pub async fn has(&self, count: usize) -> Vec<HandedIn> {
        let mut handed_in = self.counter.handed_in.subscribe();
        let enough = handed_in.wait_for(|messages| messages.len() >= count);
        let patience = std::time::Duration::from_secs(60);
        match tokio::time::timeout(patience, enough).await {
            Ok(messages) => messages.expect("the counter stands").clone(),
            Err(_) => panic!("{count} messages were expected, not {}", self.handed_in().len()),
        }
    }
}

async fn serve(stream: TcpStream, counter: Arc<Counter>) {
    let mut stream = BufReader::new(stream);
    // A client may be killed in the middle of it.
    let _ = converse(&mut stream, &counter).await;
}

async fn converse(stream: &mut BufReader<TcpStream>, counter: &Counter) -> std::io::Result<()> {
    let mut message = HandedIn {
        from: String::new(),
        to: Vec::new(),
        credentials: None,
        mail: Vec::new(),
    };
    say(stream, "220 mail.test ready").await?;
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await? == 0 {
            return Ok(());
        }
        let line = line.trim_end();
        let verb = line.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase();
        let reply = match verb.as_str() {
            "EHLO" => "250-mail.test\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250 AUTH PLAIN".to_owned(),
            "AUTH" => {
                message.credentials = credentials(line);
                "235 come in".to_owned()
            }
            "MAIL" => {
                message.from = within_brackets(line);
                "250 sender ok".to_owned()
            }
            "RCPT" => {
                message.to.push(within_brackets(line));
                "250 recipient ok".to_owned()
            }
            "DATA" => {
                say(stream, "354 go on").await?;
                message.mail = mail(stream).await?;
                counter.take(message.clone()).await
            }
            "QUIT" => {
                say(stream, "221 bye").await?;
                return Ok(());
            }
            _ => "250 ok".to_owned(),
        };
        say(stream, &reply).await?;
    }
}

impl Counter {
    async fn take(&self, message: HandedIn) -> String {
        let reply = self.replies.lock().expect("nobody panicked").pop_front();
        self.handed_in.send_modify(|messages| messages.push(message));
        let gate = self.gate.lock().expect("nobody panicked").clone();
        if let Some(gate) = gate {
            let _ = gate.acquire().await; // an error says that it was opened
        }
        reply.unwrap_or_else(|| "250 taken".to_owned())
    }
}

async fn say(stream: &mut BufReader<TcpStream>, reply: &str) -> std::io::Result<()> {
    stream.write_all(format!("{reply}\r\n").as_bytes()).await
}

/// Lines up to a single dot, with the dots that were put before dots taken away (RFC 5321 §4.5.2).
async fn mail(stream: &mut BufReader<TcpStream>) -> std::io::Result<Vec<u8>> {
    let mut mail = Vec::new();
    loop {
        let mut line = Vec::new();
        if stream.read_until(b'\n', &mut line).await? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        if line == b".\r\n" {
            return Ok(mail);
        }
        mail.extend_from_slice(line.strip_prefix(b".").unwrap_or(&line));
    }
}

fn within_brackets(line: &str) -> String {
    let (_, after) = line.split_once('<').unwrap_or_default();
    after.split('>').next().unwrap_or_default().to_owned()
}

/// `AUTH PLAIN` and what follows (RFC 4616).
fn credentials(line: &str) -> Option<(String, String)> {
    use base64::Engine;
    let text = line.split(' ').nth(2)?;
    let bytes = base64::engine::general_purpose::STANDARD.decode(text).ok()?;
    let text = String::from_utf8(bytes).ok()?;
    let mut parts = text.split('\0').skip(1);
    Some((parts.next()?.to_owned(), parts.next()?.to_owned()))
}
