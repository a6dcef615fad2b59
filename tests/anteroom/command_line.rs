//! The program as it is typed: what it says, what it takes from the environment, how it starts, logs and ends.

use std::{
    fs,
    io::{BufRead, BufReader, Read},
    net::TcpListener,
    path::Path,
    process::{Child, Command, Output, Stdio},
};

use serde_json::{Value, json};

use crate::support::{Answer, http, keeper::signal};

fn anteroom(folder: &Path, words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_anteroom"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("ANTEROOM_") {
            command.env_remove(name);
        }
    }
    command
        .args(words)
        .current_dir(folder)
        .env("TMPDIR", folder)
        .stdin(Stdio::null());
    command
}

/// Runs to its end.
fn run(folder: &Path, words: &[&str]) -> (Option<i32>, String, String) {
    told(anteroom(folder, words).output().expect("the program can be started"))
}

fn told(output: Output) -> (Option<i32>, String, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

/// A server that ends with the test, its standard error in a file of the folder.
struct Server {
    process: Child,
    issuer: String,
    banner: String,
}

impl Server {
    fn start(folder: &Path, words: &[&str]) -> Self {
        let words = [&["--listen", "localhost:0", "--database", "sqlite::memory:"], words].concat();
        let log = fs::File::create(folder.join("log")).expect("a file in our own folder");
        let mut process = anteroom(folder, &words)
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .expect("the program can be started");
        let mut said = BufReader::new(process.stdout.take().expect("it is piped"));
        let mut first = String::new();
        said.read_line(&mut first).expect("it speaks UTF-8");
        let issuer = first.trim_end().strip_prefix("listening on ");
        let issuer = issuer.unwrap_or_else(|| panic!("{first:?}")).to_owned();
        let mut banner = String::new();
        while !banner.contains("get a token") {
            let read = said.read_line(&mut banner).expect("it speaks UTF-8");
            assert!(read > 0, "the banner ends early: {banner}");
        }
        Self {
            process,
            issuer,
            banner,
        }
    }

    async fn get(&self, path: &str) -> Answer {
        Answer::to(http().build().unwrap().get(format!("{}{path}", self.issuer))).await
    }

    fn signal(&self, name: &str) {
        signal(name, &self.process.id().to_string());
    }

    /// Waits for the end; its exit code.
    fn end(&mut self) -> Option<i32> {
        self.process.wait().expect("it is our child").code()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.process.kill().ok();
        self.process.wait().ok();
    }
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a temporary folder can be made")
}

mod settings {
    use super::*;

    #[test]
    fn the_environment_wins_over_the_file_and_flags_over_the_environment() {
        let folder = folder();
        fs::write(
            folder.path().join("a.toml"),
            "[server]\nseed = \"none\"\nallowed_hosts = [\"file.test\"]\n",
        )
        .unwrap();
        let check = |words: &[&str], seed: Option<&str>| {
            let words = [&["config", "check", "--config", "a.toml"], words].concat();
            let mut command = anteroom(folder.path(), &words);
            command.envs(seed.map(|seed| ("ANTEROOM_SEED", seed)));
            told(command.output().unwrap()).1
        };

        assert!(check(&[], None).contains("seed             none\n"));
        assert!(check(&[], Some("walkthrough")).contains("seed             walkthrough\n"));
        assert!(check(&["--seed", "demo"], Some("walkthrough")).contains("seed             demo\n"));
        assert!(check(&[], Some("walkthrough")).contains("allowed hosts    file.test\n"));
    }

    #[test]
    fn a_file_to_check_can_be_named_without_its_flag() {
        let folder = folder();
        fs::write(folder.path().join("a.toml"), "[server]\nseed = \"none\"\n").unwrap();
        fs::write(folder.path().join("b.toml"), "[server]\nsede = \"none\"\n").unwrap();

        let (code, said, _) = run(folder.path(), &["config", "check", "a.toml"]);
        assert_eq!(code, Some(0));
        assert!(said.contains("seed             none\n"), "{said}");
        let (code, _, complaint) = run(folder.path(), &["config", "check", "b.toml"]);
        assert_eq!(code, Some(1));
        assert!(complaint.contains("sede"), "{complaint}");
        let mut over_the_environment = anteroom(folder.path(), &["config", "check", "a.toml"]);
        over_the_environment.env("ANTEROOM_CONFIG", "b.toml");
        assert_eq!(told(over_the_environment.output().unwrap()).0, Some(0));
    }

    #[test]
    fn lists_and_switches_can_come_from_the_environment() {
        let folder = folder();
        let mut command = anteroom(folder.path(), &["config", "check"]);
        command
            .env("ANTEROOM_LISTEN", "127.0.0.1:1,[::1]:2")
            .env("ANTEROOM_ALLOW_PRIVATE_FETCH", "true");

        let (code, out, _) = told(command.output().unwrap());

        assert_eq!(code, Some(0));
        assert!(out.contains("listen           127.0.0.1:1, [::1]:2\n"), "{out}");
        assert!(out.contains("private fetch    allowed\n"), "{out}");
    }

    #[test]
    fn a_variable_that_is_wrong_is_named_and_a_password_in_it_is_not_shown() {
        let folder = folder();
        let mut command = anteroom(folder.path(), &["config", "check"]);
        command.env("ANTEROOM_ISSUER", "http://localhost:8080/");
        let (code, _, err) = told(command.output().unwrap());
        assert_eq!(code, Some(2));
        assert!(
            err.contains("--issuer") && err.contains("write it exactly as http://localhost:8080"),
            "{err}"
        );

        let mut help = anteroom(folder.path(), &["--help"]);
        help.env("ANTEROOM_DATABASE", "postgres://anne:hunter2@db.test/x");
        let (code, out, _) = told(help.output().unwrap());
        assert_eq!(code, Some(0));
        assert!(out.contains("ANTEROOM_DATABASE") && !out.contains("hunter2"), "{out}");
    }

    #[test]
    fn a_mistake_in_the_file_is_shown_with_its_line_and_nothing_starts() {
        let folder = folder();
        fs::write(folder.path().join("a.toml"), "[server]\n\nlisen = []\n").unwrap();

        for words in [&["--config", "a.toml"][..], &["config", "check", "--config", "a.toml"]] {
            let (code, out, err) = run(folder.path(), words);
            assert_eq!(code, Some(1));
            assert_eq!(out, "");
            assert!(
                err.starts_with("anteroom: a.toml: ") && err.contains("line 3") && err.contains("lisen"),
                "{err}"
            );
        }
    }

    #[test]
    fn the_printed_defaults_are_a_file_to_start_with() {
        let folder = folder();
        let (_, defaults, _) = run(folder.path(), &["config", "default"]);
        fs::write(folder.path().join("all.toml"), defaults).unwrap();

        let (code, with_file, err) = run(folder.path(), &["config", "check", "--config", "all.toml"]);

        assert_eq!(code, Some(0), "{err}");
        assert_eq!(with_file, run(folder.path(), &["config", "check"]).1);
    }
}

mod starting {
    use super::*;

    #[tokio::test]
    async fn the_first_line_says_where_and_the_banner_how_to_begin() {
        let folder = folder();
        let server = Server::start(folder.path(), &[]);

        for told in [
            "demo-client / demo-secret",
            "demo-spa",
            "demo-service",
            "anne ",
            "/control",
            "/api-docs",
        ] {
            assert!(server.banner.contains(told), "{told}\n{}", server.banner);
        }
        let line = server
            .banner
            .lines()
            .find(|line| line.trim_start().starts_with("sign in"));
        let address = line.unwrap().split_whitespace().last().unwrap();
        let answer = Answer::to(http().build().unwrap().get(address)).await.has_status(303);
        assert!(
            answer.header("location").unwrap().starts_with("/login?request="),
            "{answer}"
        );
    }

    #[tokio::test]
    async fn the_curl_of_the_banner_gets_a_token() {
        let folder = folder();
        let server = Server::start(folder.path(), &[]);
        let line = server.banner.lines().find(|line| line.contains("curl ")).unwrap();
        let words: Vec<&str> = line.split_whitespace().collect();
        let after = |flag: &str| -> Vec<&str> {
            let pairs = words.iter().zip(&words[1..]);
            pairs
                .filter(|(word, _)| **word == flag)
                .map(|(_, next)| *next)
                .collect()
        };
        let (id, secret) = after("-u")[0].split_once(':').unwrap();
        let form: Vec<_> = after("-d")
            .into_iter()
            .map(|pair| pair.split_once('=').unwrap())
            .collect();

        let request = http()
            .build()
            .unwrap()
            .post(*words.last().unwrap())
            .basic_auth(id, Some(secret))
            .form(&form);
        let answer = Answer::to(request).await.is_ok().json();

        assert_eq!(answer["scope"], "appointment_guest_lookup");
    }

    #[tokio::test]
    async fn localhost_is_answered_in_both_families() {
        let folder = folder();
        let server = Server::start(folder.path(), &[]);
        let port = server.issuer.rsplit_once(':').unwrap().1;

        let mut hosts = vec!["127.0.0.1"];
        if TcpListener::bind("[::1]:0").is_ok() {
            hosts.push("[::1]");
        }
        for host in hosts {
            let address = format!("http://{host}:{port}/.well-known/openid-configuration");
            let answer = Answer::to(http().build().unwrap().get(address)).await.is_ok().json();
            assert_eq!(
                answer["issuer"],
                server.issuer.as_str(),
                "the issuer is configuration, whoever asks"
            );
        }
    }

    #[test]
    fn a_port_that_somebody_has_is_named() {
        let folder = folder();
        let other = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = other.local_addr().unwrap().to_string();

        let (code, out, err) = run(folder.path(), &["--listen", &address]);

        assert_eq!((code, out.as_str()), (Some(1), ""));
        assert!(
            err.contains(&format!("cannot listen on {address}")) && err.contains("--listen 127.0.0.1:0"),
            "{err}"
        );
        assert!(!folder.path().join("anteroom.db").exists(), "nothing was made");
    }

    #[test]
    fn settings_that_the_server_cannot_start_with_are_refused_in_plain_words() {
        let folder = folder();
        let words = ["--listen", "127.0.0.1:0", "--database", "sqlite::memory:"];
        for (more, reason) in [
            (
                &["--issuer", "https://login.example.com"][..],
                "can be reached by others",
            ),
            (&["--tls-cert", "c.pem"], "--tls-key FILE"),
            (&["--tls-cert", "c.pem", "--tls-key", "k.pem"], "c.pem: "),
            (&["--secret-key-file", "gone.key"], "secret key file gone.key: "),
            (
                &["--database", "sqlite:no/such/folder/a.db"],
                "the database sqlite:no/such/folder/a.db cannot be opened",
            ),
        ] {
            let words: Vec<&str> = if more[0] == "--database" {
                words[..2].to_vec()
            } else {
                words.to_vec()
            };
            let (code, out, err) = run(folder.path(), &[&words[..], more].concat());
            assert_eq!((code, out.as_str()), (Some(1), ""), "{more:?}: {err}");
            assert!(err.contains(reason), "{more:?}: {err}");
        }
    }
}

mod seeding {
    use super::*;

    #[test]
    fn a_mistake_in_a_seed_is_shown_with_its_line_and_nothing_is_loaded() {
        let folder = folder();
        fs::write(
            folder.path().join("seed.toml"),
            "[[users]]\nusername = \"zoe\"\npasword = \"x\"\n",
        )
        .unwrap();
        let words = [
            "--listen",
            "127.0.0.1:0",
            "--database",
            "sqlite:a.db",
            "--seed",
            "seed.toml",
        ];

        let (code, out, err) = run(folder.path(), &words);

        assert_eq!((code, out.as_str()), (Some(1), ""));
        assert!(
            err.contains("seed.toml: ") && err.contains("line") && err.contains("pasword"),
            "{err}"
        );
        fs::write(folder.path().join("seed.toml"), "[[users]]\nusername = \"zoe\"\n").unwrap();
        let (code, out, err) = run(folder.path(), &["seed", "seed.toml", "--database", "sqlite:a.db"]);
        assert_eq!(code, Some(0), "{err}");
        assert!(out.contains("was filled from seed.toml"), "{out}");
    }

    #[tokio::test]
    async fn a_seed_of_ones_own_is_served_and_its_password_fits() {
        let folder = folder();
        let seed = "based_on = \"demo\"\n[[clients]]\nclient_id = \"mine\"\nclient_secret = \"my secret\"\n\
                    grant_types = [\"client_credentials\"]\n";
        fs::write(folder.path().join("seed.toml"), seed).unwrap();
        let server = Server::start(folder.path(), &["--seed", "seed.toml"]);

        let token = |secret: &'static str| {
            let form = [
                ("grant_type", "client_credentials"),
                ("scope", "appointment_guest_lookup"),
            ];
            let form = [&form[..], &[("client_id", "mine"), ("client_secret", secret)]].concat();
            Answer::to(
                http()
                    .build()
                    .unwrap()
                    .post(format!("{}/oauth/token", server.issuer))
                    .form(&form),
            )
        };

        token("my secret").await.is_ok();
        token("your secret").await.has_status(401);
    }
}

mod serving {
    use super::*;

    #[tokio::test]
    async fn probes_are_answered_in_a_word() {
        let folder = folder();
        let server = Server::start(folder.path(), &[]);

        assert_eq!(server.get("/healthz").await.is_ok().text(), "ok\n");
        assert_eq!(server.get("/readyz").await.is_ok().text(), "ready\n");
        server.get("/realms/x/healthz").await.has_status(404);
    }

    #[tokio::test]
    async fn what_is_too_large_is_refused_and_the_server_goes_on() {
        let folder = folder();
        let server = Server::start(folder.path(), &[]);
        let client = http().build().unwrap();
        let token = format!("{}/oauth/token", server.issuer);

        let body = "a".repeat(1_048_577);
        let answer = Answer::to(
            client
                .post(&token)
                .body(body)
                .header("content-type", "application/x-www-form-urlencoded"),
        );
        let answer = answer.await.has_status(413);
        assert_eq!(answer.json()["error"], "invalid_request");
        assert_eq!(answer.header("access-control-allow-origin"), Some("*"));

        let answer = client.get(&token).header("x-long", "a".repeat(70_000)).send().await;
        assert!(answer.is_err() || answer.is_ok_and(|answer| answer.status() == 431));

        server.get("/healthz").await.is_ok();
    }

    #[tokio::test]
    async fn every_door_speaks_its_own_form_when_a_method_is_wrong() {
        let folder = folder();
        let server = Server::start(folder.path(), &[]);
        let client = http().build().unwrap();

        for (path, kind) in [
            ("/oauth/token", "application/json"),
            ("/control/api/clock", "application/problem+json"),
            ("/login", "text/html; charset=utf-8"),
        ] {
            let answer = Answer::to(client.put(format!("{}{path}", server.issuer)))
                .await
                .has_status(405);
            assert_eq!(answer.header("content-type"), Some(kind), "{path}");
            assert!(answer.header("allow").is_some(), "{path}");
        }
    }

    #[tokio::test]
    async fn the_log_has_a_line_for_every_request_and_no_secret() {
        let folder = folder();
        let server = Server::start(folder.path(), &["--log-format", "json"]);
        let client = http().build().unwrap();
        let form = [
            ("grant_type", "client_credentials"),
            ("client_secret", "form-secret"),
            ("client_id", "demo-client"),
        ];
        Answer::to(
            client
                .post(format!("{}/oauth/token?code=query-secret", server.issuer))
                .form(&form),
        )
        .await;
        Answer::to(
            client
                .get(format!("{}/oauth/userinfo", server.issuer))
                .bearer_auth("bearer-secret"),
        )
        .await;
        Answer::to(client.get(format!("{}/video/video-secret", server.issuer))).await;

        let log = fs::read_to_string(folder.path().join("log")).unwrap();

        let lines: Vec<Value> = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let answered: Vec<_> = lines.iter().filter(|line| line["message"] == "answered").collect();
        assert_eq!(answered.len(), 3, "{log}");
        assert_eq!(
            answered[0]["span"],
            json!({"method": "POST", "path": "/oauth/token", "name": "request"})
        );
        assert_eq!(answered[0]["status"], 401);
        assert!(!log.contains("-secret"), "{log}");
    }

    #[tokio::test]
    async fn a_forwarded_address_is_believed_from_a_trusted_proxy_only() {
        for (words, client) in [
            (&[][..], "127.0.0.1"),
            (&["--trusted-proxy", "127.0.0.0/8"], "203.0.113.7"),
        ] {
            let folder = folder();
            let server = Server::start(
                folder.path(),
                &[&["--log-format", "json", "--listen", "127.0.0.1:0"], words].concat(),
            );
            let port = server.issuer.rsplit_once(':').unwrap().1;
            let request = http().build().unwrap().get(format!("http://127.0.0.1:{port}/healthz"));
            Answer::to(request.header("x-forwarded-for", "203.0.113.7"))
                .await
                .is_ok();

            let log = fs::read_to_string(folder.path().join("log")).unwrap();

            assert!(log.contains(&format!("\"client\":\"{client}\"")), "{log}");
        }
    }
}

mod realms_for_a_while {
    use super::*;

    #[tokio::test]
    async fn are_gone_when_their_time_is_over_and_their_name_is_free() {
        let folder = folder();
        let server = Server::start(folder.path(), &[]);
        let wishes = json!({"name": "brief", "ttl": "PT0.5S"});
        let make = || {
            let rooms = format!("{}/control/api/realms", server.issuer);
            Answer::to(http().build().unwrap().post(rooms).json(&wishes))
        };
        make().await.has_status(201);
        make().await.has_status(409);

        // By the machine's clock, which no test can turn.
        while server
            .get("/realms/brief/.well-known/openid-configuration")
            .await
            .status
            != 404
        {
            tokio::task::yield_now().await;
        }

        while make().await.status != 201 {
            tokio::task::yield_now().await;
        }
    }
}

mod ending {
    use super::*;

    #[tokio::test]
    async fn a_service_manager_and_a_keyboard_end_it_with_success() {
        for name in ["TERM", "INT"] {
            let folder = folder();
            let mut server = Server::start(folder.path(), &[]);
            server.get("/healthz").await.is_ok();

            server.signal(name);

            assert_eq!(server.end(), Some(0), "SIG{name}");
        }
    }

    #[tokio::test]
    async fn a_long_wait_is_answered_before_the_end() {
        let folder = folder();
        let mut server = Server::start(folder.path(), &["--log", "info,anteroom=debug"]);
        let address = format!("{}/control/api/outbox?wait=30s", server.issuer);
        let waiting = tokio::spawn(Answer::to(http().build().unwrap().get(address)));
        while !fs::read_to_string(folder.path().join("log"))
            .unwrap()
            .contains("waiting for the outbox")
        {
            tokio::task::yield_now().await;
        }

        server.signal("TERM");

        assert_eq!(waiting.await.unwrap().is_ok().json(), json!({"messages": []}));
        assert_eq!(server.end(), Some(0));
    }

    #[test]
    fn an_output_nobody_reads_does_not_end_it() {
        let folder = folder();
        let mut process = anteroom(
            folder.path(),
            &["--listen", "localhost:0", "--database", "sqlite::memory:"],
        )
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
        drop(process.stdout.take());
        let mut said = BufReader::new(process.stderr.take().unwrap());
        let mut line = String::new();
        said.read_line(&mut line).unwrap();
        assert!(line.contains("the banner could not be written"), "{line}");

        signal("TERM", &process.id().to_string());

        let code = process.wait().unwrap().code();
        said.read_to_string(&mut line).unwrap();
        assert_eq!(code, Some(0), "{line}");
    }
}

mod the_shell {
    use super::*;

    #[test]
    fn gets_completions_and_manual_pages() {
        let folder = folder();
        for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
            let (code, out, err) = run(folder.path(), &["completions", shell]);
            assert_eq!(code, Some(0), "{shell}: {err}");
            assert!(out.contains("rotate-secret"), "{shell}");
        }
        let (code, out, err) = run(folder.path(), &["man"]);
        assert_eq!(code, Some(0), "{err}");
        assert!(out.starts_with(".ie") || out.contains(".TH anteroom"), "{out}");
        let (code, _, err) = run(folder.path(), &["man", "--out", "pages"]);
        assert_eq!(code, Some(0), "{err}");
        assert!(folder.path().join("pages/anteroom-exchange-show.1").exists());
    }

    #[test]
    fn finds_commands_in_the_help_and_nothing_that_does_not_exist() {
        let folder = folder();
        let (code, top, _) = run(folder.path(), &["--help"]);
        assert_eq!(code, Some(0));
        for command in ["serve", "exchange", "completions"] {
            assert!(top.contains(command), "{top}");
        }
        assert!(!top.contains("--staging"), "{top}");
        assert!(top.lines().all(|line| line.chars().count() <= 110), "{top}");
        let (code, of_command, _) = run(folder.path(), &["help", "exchange", "show"]);
        assert_eq!(code, Some(0));
        assert!(of_command.contains("sequence number"), "{of_command}");
    }

    #[test]
    fn gets_a_sentence_for_what_is_no_number_or_duration() {
        let folder = folder();
        for (words, sentence) in [
            (&["serve", "--port", "http"][..], "a port is a number from 0 to 65535"),
            (&["exchange", "count", "--expect", "many"], "a whole number is expected"),
            (&["exchange", "wait", "--for", "soon"], "a duration is expected"),
            (&["clock", "rate", "fast"], "a number is expected"),
        ] {
            let (code, _, err) = run(folder.path(), words);
            assert_eq!(code, Some(2), "{words:?}: {err}");
            assert!(err.contains(sentence), "{words:?}: {err}");
        }
    }

    #[test]
    fn may_stop_reading() {
        let folder = folder();
        let mut command = anteroom(folder.path(), &["completions", "bash"]);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());

        let output = child.wait_with_output().unwrap();

        assert_eq!(output.status.code(), Some(0));
        assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    }

    #[test]
    fn reads_which_folder_is_missing() {
        let folder = folder();
        let (code, _, err) = run(folder.path(), &["--port", "0", "--database", "sqlite:no/such/a.db"]);
        assert_eq!(code, Some(1), "{err}");
        assert!(
            err.contains("there is no folder no/such") && err.contains("sqlite::memory:"),
            "{err}"
        );
    }
}

#[cfg(unix)]
mod a_command_beside_a_server {
    use super::*;

    fn run_sh(script: &str) -> (Option<i32>, String, String) {
        run(folder().path(), &["run", "--", "sh", "-c", script])
    }

    #[test]
    fn finds_the_server_in_its_environment() {
        let (code, out, err) = run_sh(
            "curl -sf $OIDC_ISSUER/.well-known/openid-configuration && curl -sf -u $OIDC_CLIENT_ID:$OIDC_CLIENT_SECRET \
             -d grant_type=client_credentials -d scope=appointment_guest_lookup $OIDC_ISSUER/oauth/token && \
             curl -sf $ANTEROOM_SERVER/control/api/clock",
        );

        assert_eq!(code, Some(0), "{err}");
        for words in ["\"issuer\"", "access_token", "frozen"] {
            assert!(out.contains(words), "{out}");
        }
        assert_eq!(err, "", "quiet while all is well");
    }

    #[test]
    fn hands_its_exit_code_on() {
        for expected in [0, 1, 7, 255] {
            assert_eq!(run_sh(&format!("exit {expected}")).0, Some(expected));
        }
        assert_eq!(run_sh("kill -KILL $$").0, Some(137));
    }

    #[test]
    fn leaves_refused_requests_explained_when_it_fails() {
        let script =
            "curl -s -u demo-client:guessed-secret -d grant_type=client_credentials $OIDC_ISSUER/oauth/token; exit 3";

        let (code, _, err) = run_sh(script);

        assert_eq!(code, Some(3), "{err}");
        for words in ["POST /oauth/token -> 401", "invalid_client", "to fix it"] {
            assert!(err.contains(words), "{words}: {err}");
        }
        assert!(!err.contains("guessed-secret"), "{err}");
    }

    #[test]
    fn leaves_nothing_behind() {
        let folder = folder();
        let (code, _, err) = run(folder.path(), &["run", "--", "true"]);

        assert_eq!(code, Some(0), "{err}");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn that_does_not_exist_is_named() {
        let (code, _, err) = run(folder().path(), &["run", "--", "no-such-program-here"]);

        assert_eq!(code, Some(1));
        assert!(err.contains("no-such-program-here"), "{err}");
        let (code, _, err) = run(folder().path(), &["run"]);
        assert_eq!(code, Some(2), "{err}");
    }

    #[test]
    fn is_ended_by_the_signal_that_ends_us() {
        let folder = folder();
        let script = "trap 'echo ended; exit 9' TERM; echo ready; while :; do sleep 0.05; done";
        let mut command = anteroom(folder.path(), &["run", "--", "sh", "-c", script]);
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        assert_eq!(lines.next().unwrap().unwrap(), "ready");

        signal("TERM", &child.id().to_string());

        assert_eq!(lines.next().unwrap().unwrap(), "ended");
        assert_eq!(child.wait().unwrap().code(), Some(9));
    }
}
