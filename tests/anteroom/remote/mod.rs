//! `anteroom realm|clock|…`: a running server's levers, as somebody types them.
//!
//! | file | looks at |
//! | --- | --- |
//! | `asking.rs` | which server is asked and how: addresses, tokens, authorities; and how each kind of failure ends |
//! | the rest | one file per noun, as in `src/cli/remote` |

mod asking;
mod client;
mod clock;
mod exchange;
mod fault;
mod key;
mod outbox;
mod policy;
mod realm;
mod token;
mod user;

use std::process::{Command, Stdio};

use serde_json::Value;

use crate::support::Realm;

/// What the program said, and how it ended.
#[derive(Debug)]
pub struct Typed {
    words: Vec<String>,
    code: Option<i32>,
    out: String,
    err: String,
}

/// The program with these words, talking to this realm unless they say otherwise.
pub async fn typed(realm: &Realm, words: &[&str]) -> Typed {
    typed_with(&[("ANTEROOM_SERVER", &realm.issuer)], words).await
}

/// The program with these words in this environment, run to its end.
pub async fn typed_with(environment: &[(&str, &str)], words: &[&str]) -> Typed {
    let mut command = Command::new(env!("CARGO_BIN_EXE_anteroom"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("ANTEROOM_") {
            command.env_remove(name);
        }
    }
    command
        .args(words)
        .envs(environment.iter().copied())
        .stdin(Stdio::null());
    let ran = tokio::task::spawn_blocking(move || command.output()).await;
    let output = ran.expect("no panic").expect("the program can be started");
    Typed {
        words: words.iter().map(|&word| word.to_owned()).collect(),
        code: output.status.code(),
        out: String::from_utf8(output.stdout).expect("it speaks UTF-8"),
        err: String::from_utf8(output.stderr).expect("it speaks UTF-8"),
    }
}

impl Typed {
    /// It did what it was told; what it said.
    #[track_caller]
    pub fn does(self) -> String {
        assert!(self.code == Some(0) && self.err.is_empty(), "{self:?}");
        self.out
    }

    /// The same with `--json` among the words.
    #[track_caller]
    pub fn json(self) -> Value {
        assert!(self.words.iter().any(|word| word == "--json"), "{self:?}");
        let said = self.does();
        serde_json::from_str(&said).unwrap_or_else(|error| panic!("no JSON ({error}): {said}"))
    }

    /// It came to nothing: status 1, one line on standard error, nothing on standard output. The line.
    #[track_caller]
    pub fn comes_to_nothing(self) -> String {
        assert!(self.code == Some(1) && self.out.is_empty(), "{self:?}");
        let line = self
            .err
            .strip_prefix("anteroom: ")
            .and_then(|said| said.strip_suffix('\n'));
        let line = line.unwrap_or_else(|| panic!("{self:?}"));
        assert!(!line.contains('\n'), "{self:?}");
        line.to_owned()
    }

    /// The same, where the reason takes more than a line: it shows a place in a file.
    #[track_caller]
    pub fn fails(self) -> String {
        assert!(self.code == Some(1) && self.out.is_empty(), "{self:?}");
        self.err
    }

    /// It could not be understood: status 2, and nobody was asked. What was said.
    #[expect(
        clippy::wrong_self_convention,
        reason = "it reads like the sentence it is, and hands the answer on"
    )]
    #[track_caller]
    pub fn is_misunderstood(self) -> String {
        assert!(self.code == Some(2) && self.out.is_empty(), "{self:?}");
        self.err
    }
}

/// The lines of a table: its head, and a row for each thing.
#[track_caller]
pub fn rows(table: &str) -> Vec<Vec<&str>> {
    table
        .lines()
        .map(|line| {
            line.split("  ")
                .map(str::trim)
                .filter(|cell| !cell.is_empty())
                .collect()
        })
        .collect()
}
