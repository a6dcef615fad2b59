//! An exchange as a command for `curl`, to be asked again.
//!
//! The secrets are not here any more. Where one stood, the command names a variable of the shell: set it, and the
//! command runs.

use std::fmt::Write as _;

use serde_json::Value;

use super::{exchange::Request, redaction::ELLIPSIS};

/// Fields that curl writes itself, or that belong to the connection.
const LEFT_TO_CURL: &[&str] = &[
    "host",
    "content-length",
    "connection",
    "accept-encoding",
    "transfer-encoding",
    "te",
];

/// The command, for a POSIX shell, with a line for every variable that must be set.
pub fn command(request: &Request, issuer: &str) -> String {
    let mut words = Words::default();
    let mut lines = Vec::new();
    if request.method != "GET" {
        lines.push(format!("--request {}", quoted(&request.method)));
    }
    for (name, value) in &request.headers {
        if !LEFT_TO_CURL.contains(&name.as_str()) {
            lines.push(words.header(name, &unmarked(value)));
        }
    }
    if let Some(body) = &request.body.text {
        let body = &unmarked(body);
        let content_type = request.headers.iter().find(|(name, _)| name == "content-type");
        let content_type = content_type.map_or("", |(_, value)| value.as_str());
        lines.push(format!("--data-raw {}", words.body(content_type, body)));
    }
    let query = request.query.as_deref().map(unmarked);
    let query = query
        .map(|query| format!("?{}", words.form(&query)))
        .unwrap_or_default();
    let path = words.masked("PATH_SECRET", &unmarked(&request.path));
    lines.push(quoted(&format!("{issuer}{path}{query}")));

    let mut text = String::new();
    for variable in &words.variables {
        let _ = writeln!(
            text,
            ": \"${{{variable}:?is a secret that the journal does not keep: set it first}}\""
        );
    }
    if request.body.truncated || request.body.left_out.is_some() {
        text.push_str("# The journal does not keep the whole body of this request.\n");
    }
    let _ = writeln!(
        text,
        "curl --silent --show-error --include \\\n  {}",
        lines.join(" \\\n  ")
    );
    text
}

/// Marks around the name of a variable, until the whole word is quoted.
const BEGIN: char = '\u{1}';
const END: char = '\u{2}';

/// What a request says, without our marks: who put them there could have a command of their own run otherwise. No
/// HTTP holds them as they are, but what was decoded from it may, and so may JSON.
fn unmarked(text: &str) -> String {
    text.replace([BEGIN, END], "?")
        .replace("\\u0001", "?")
        .replace("\\u0002", "?")
}

#[derive(Default)]
struct Words {
    variables: Vec<String>,
}

impl Words {
    fn header(&mut self, name: &str, value: &str) -> String {
        if name == "authorization"
            && let Some((scheme, rest)) = value.split_once(' ')
        {
            if scheme.eq_ignore_ascii_case("Basic") {
                let user = rest.trim_end_matches(ELLIPSIS).trim_end_matches(':');
                let secret = self.variable("CLIENT_SECRET");
                return format!("--user {}", quoted(&format!("{user}:{secret}")));
            }
            let token = self.masked("ACCESS_TOKEN", rest);
            return format!("--header {}", quoted(&format!("authorization: {scheme} {token}")));
        }
        let value = match name {
            "cookie" => {
                let cookies: Vec<String> = value
                    .split("; ")
                    .map(|cookie| match cookie.split_once('=') {
                        Some((name, value)) => format!("{name}={}", self.masked("COOKIE", value)),
                        None => self.masked("COOKIE", cookie),
                    })
                    .collect();
                cookies.join("; ")
            }
            _ => self.masked(name, value),
        };
        format!("--header {}", quoted(&format!("{name}: {value}")))
    }

    fn body(&mut self, content_type: &str, text: &str) -> String {
        if content_type.contains("json")
            && let Ok(mut value) = serde_json::from_str::<Value>(text)
        {
            self.members("BODY_SECRET", &mut value);
            // Serialised, our marks are escapes.
            let text = value
                .to_string()
                .replace("\\u0001", "\u{1}")
                .replace("\\u0002", "\u{2}");
            return quoted(&text);
        }
        quoted(&self.form(text))
    }

    fn members(&mut self, name: &str, value: &mut Value) {
        match value {
            Value::String(text) => *text = self.masked(name, text),
            Value::Array(items) => items.iter_mut().for_each(|item| self.members(name, item)),
            Value::Object(members) => members.iter_mut().for_each(|(name, member)| self.members(name, member)),
            _ => {}
        }
    }

    fn form(&mut self, form: &str) -> String {
        let pairs: Vec<String> = form
            .split('&')
            .map(|pair| match pair.split_once('=') {
                Some((name, value)) => format!("{name}={}", self.masked(name, value)),
                None => self.masked("SECRET", pair),
            })
            .collect();
        pairs.join("&")
    }

    /// The value, or the variable that stands for what is missing.
    fn masked(&mut self, name: &str, value: &str) -> String {
        if value.contains(ELLIPSIS) {
            self.variable(name)
        } else {
            value.to_owned()
        }
    }

    fn variable(&mut self, name: &str) -> String {
        let letters = |c: char| {
            if c.is_ascii_alphanumeric() {
                c.to_ascii_uppercase()
            } else {
                '_'
            }
        };
        let name: String = name.chars().map(letters).collect();
        // Never a variable that means something to the shell or to programs.
        let name = if ["PATH", "HOME", "IFS", "SHELL", "PWD", "USER"].contains(&name.as_str())
            || !name.starts_with(|c: char| c.is_ascii_alphabetic())
        {
            format!("SECRET_{name}")
        } else {
            name
        };
        if !self.variables.contains(&name) {
            self.variables.push(name.clone());
        }
        format!("{BEGIN}{name}{END}")
    }
}

/// One word of the shell: in single quotes, variables in double ones.
fn quoted(text: &str) -> String {
    let text = text.replace('\'', "'\\''");
    format!("'{text}'").replace(BEGIN, "'\"$").replace(END, "\"'")
}

#[cfg(test)]
mod tests {
    use super::super::exchange::Body;
    use super::*;

    fn request(headers: &[(&str, &str)], body: Option<&str>) -> Request {
        Request {
            method: "POST".to_owned(),
            path: "/oauth/token".to_owned(),
            query: None,
            version: "HTTP/1.1",
            headers: headers
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
            body: Body {
                text: body.map(str::to_owned),
                ..Body::default()
            },
        }
    }

    #[test]
    fn secrets_are_variables_that_must_be_set() {
        let request = request(
            &[
                ("host", "localhost"),
                ("authorization", "Basic demo-client:…"),
                ("content-type", "application/x-www-form-urlencoded"),
            ],
            Some("grant_type=authorization_code&code=k2BmZ0…(3f9a1c2b)"),
        );

        let command = command(&request, "http://localhost:8080");

        assert!(command.contains(": \"${CLIENT_SECRET:?"), "{command}");
        assert!(
            command.contains(r#"--user 'demo-client:'"$CLIENT_SECRET"''"#),
            "{command}"
        );
        assert!(
            command.contains(r#"--data-raw 'grant_type=authorization_code&code='"$CODE"''"#),
            "{command}"
        );
        assert!(
            command.trim_end().ends_with("'http://localhost:8080/oauth/token'"),
            "{command}"
        );
        assert!(!command.contains("'host:") && !command.contains('…'), "{command}");
    }

    #[test]
    fn nothing_in_a_request_leaves_its_quotes() {
        let request = request(&[("x-note", "it's; $(rm -rf /) `x` \"")], Some("a='$(id)'"));

        let command = command(&request, "http://localhost:8080");

        assert!(command.contains(r#"'x-note: it'\''s; $(rm -rf /) `x` "'"#), "{command}");
        assert!(command.contains(r"--data-raw 'a='\''$(id)'\'''"), "{command}");
    }

    #[test]
    fn nobody_can_smuggle_a_mark_of_ours_into_the_command() {
        let evil = "\u{1}(id)\u{2}";
        for request in [
            request(&[("authorization", &format!("Basic {evil}:…"))], None),
            request(&[("x-note", evil)], Some(evil)),
            request(
                &[("content-type", "application/json")],
                Some(r#"{"\u0001(id)\u0002":"\u0001(id)\u0002","token":"…"}"#),
            ),
        ] {
            let command = command(&request, "http://localhost:8080");
            assert!(!command.contains("$(id)") && command.contains("(id)"), "{command}");
        }
    }

    #[test]
    fn in_json_a_secret_is_a_variable_too() {
        let request = request(
            &[("content-type", "application/json")],
            Some(r#"{"user":{"password":"…","name":"Anne \"A\""}}"#),
        );

        let command = command(&request, "http://localhost:8080");

        assert!(
            command.contains(r#"--data-raw '{"user":{"password":"'"$PASSWORD"'","name":"Anne \"A\""}}'"#),
            "{command}"
        );
    }

    #[test]
    fn no_variable_is_one_the_shell_lives_by() {
        let mut words = Words::default();

        words.variable("path");
        words.variable("1");

        assert_eq!(words.variables, ["SECRET_PATH", "SECRET_1"]);
    }
}
