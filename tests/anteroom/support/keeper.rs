//! The keeper: a second process of this test binary that owns what the tests start.
//!
//! The test harness ends by `process::exit`, so no destructor of a shared server ever runs, and a test run that
//! is killed runs none at all. The keeper holds folder, database and processes instead and listens to its standard
//! input. When that ends, because the tests are over or because they were killed, the keeper ends the
//! processes, drops the database, removes the folder, and goes.

use std::{
    fs::File,
    io::{BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    time::Duration,
};

use serde::{Deserialize, Serialize};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, postgres::PgConnectOptions};

/// Set in the keeper's own process.
const ON_DUTY: &str = "ANTEROOM_TESTS_KEEPER";
/// What marks the keeper's answers among whatever the harness prints.
const MARK: &str = "keeper: ";

/// A program to start, and the beginning of the line that says it is ready.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Program {
    pub program: PathBuf,
    pub args: Vec<String>,
    /// Where it works; in the keeper's folder if nowhere else.
    pub folder: Option<PathBuf>,
    pub ready: String,
    /// Standard error, and standard output from the ready line on.
    pub log: PathBuf,
}

#[derive(Debug, Serialize, Deserialize)]
enum Order {
    /// A database nobody else has; answers its URL.
    Database(Option<String>),
    /// Start the program; answers the line that says it is ready.
    Start(Program),
    /// SIGTERM, then wait; answers the exit code.
    Stop,
    /// SIGKILL, then wait.
    Kill,
}

/// The test's end of a keeper. Dropping it is what ends everything the keeper holds.
#[derive(Debug)]
pub struct Keeper {
    wishes: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
    process: Child,
    pub folder: PathBuf,
}

impl Keeper {
    pub fn hire() -> Self {
        let mut command = Command::new(std::env::current_exe().expect("a running program has a path"));
        command
            .args([
                "--exact",
                "support::keeper::what_tests_start_ends_with_them",
                "--nocapture",
                "-q",
            ])
            .env(ON_DUTY, "1")
            .env_remove("RUST_TEST_THREADS")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped());
        own_process_group(&mut command); // Ctrl-C ends the tests; the keeper notices and tidies up.
        let mut process = command.spawn().expect("this program can be started again");
        let wishes = process.stdin.take();
        let answers = BufReader::new(process.stdout.take().expect("it is piped"));
        let mut keeper = Self {
            wishes,
            answers,
            process,
            folder: PathBuf::new(),
        };
        keeper.folder = keeper.answer().expect("a temporary folder can be made").into();
        keeper
    }

    /// A new database in PostgreSQL where `TEST_DATABASE_URL` names one, else a file in the keeper's folder.
    pub fn database(&mut self) -> String {
        let server = std::env::var("TEST_DATABASE_URL").ok().filter(|url| !url.is_empty());
        self.ask(&Order::Database(server))
            .expect("a database for the tests can be made")
    }

    /// Starts the program and returns the rest of the line that says it is ready.
    pub fn start(&mut self, program: Program) -> Result<String, String> {
        self.ask(&Order::Start(program))
    }

    /// The control API's token, from the banner of a server that logs into the keeper's folder.
    pub fn control_token(&self) -> String {
        loop {
            let log = std::fs::read_to_string(self.folder.join("log")).unwrap_or_default();
            if let Some((_, rest)) = log.split_once("/control?token=")
                && let Some((token, _)) = rest.split_once('\n')
            {
                return token.to_owned();
            }
            std::thread::yield_now();
        }
    }

    /// Asks the program to end, as a service manager does; returns its exit code.
    pub fn stop(&mut self) -> Option<i32> {
        let code = self.ask(&Order::Stop).expect("a process that runs can be stopped");
        code.parse().ok()
    }

    /// Ends the program with no chance to say goodbye.
    pub fn kill(&mut self) {
        self.ask(&Order::Kill).expect("a process that runs can be killed");
    }

    fn ask(&mut self, wish: &Order) -> Result<String, String> {
        let wishes = self.wishes.as_mut().expect("open until dropped");
        let line = serde_json::to_string(wish).expect("a wish is plain data");
        writeln!(wishes, "{line}").map_err(|error| format!("the keeper has gone: {error}"))?;
        self.answer()
    }

    fn answer(&mut self) -> Result<String, String> {
        let mut line = String::new();
        loop {
            line.clear();
            match self.answers.read_line(&mut line) {
                Ok(0) | Err(_) => return Err("the keeper has gone".to_owned()),
                // The harness may have begun the line ("test … ") before the keeper speaks.
                Ok(_) => {
                    if let Some((_, answer)) = line.split_once(MARK) {
                        return serde_json::from_str(answer).expect("the keeper answers in JSON");
                    }
                }
            }
        }
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        drop(self.wishes.take());
        // Waiting keeps the order of things simple: when a test is over, so is its server.
        self.process.wait().ok();
    }
}

/// Sends a signal by name (`TERM`, `KILL`) to a process, or with a leading `-` to a process group.
pub fn signal(name: &str, process: &str) {
    Command::new("kill")
        .args([&format!("-{name}"), "--", process])
        .stderr(Stdio::null())
        .status()
        .ok();
}

fn own_process_group(command: &mut Command) {
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(command, 0);
    #[cfg(not(unix))]
    let _ = command;
}

/// What the keeper holds.
struct Started {
    folder: tempfile::TempDir,
    database: Option<(PgConnectOptions, String)>,
    child: Option<Child>,
    runtime: tokio::runtime::Runtime,
}

fn clean_up() -> ! {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let folder = tempfile::Builder::new()
        .prefix("anteroom-test-")
        .tempdir()
        .expect("a temporary folder");
    let mut started = Started {
        folder,
        database: None,
        child: None,
        runtime,
    };
    say(&Ok(started.folder.path().display().to_string()));

    for line in std::io::stdin().lock().lines() {
        let Ok(line) = line else { break };
        let answer = match serde_json::from_str(&line).expect("tests ask in JSON") {
            Order::Database(server) => started.make_database(server),
            Order::Start(program) => started.start(&program),
            Order::Stop => started.stop(),
            Order::Kill => started.kill(),
        };
        say(&answer);
    }
    started.clear();
    #[expect(
        clippy::exit,
        reason = "the tests have gone, and with them whoever reads what the harness would print"
    )]
    std::process::exit(0);
}

/// The harness is told not to capture, so this reaches the tests.
fn say(answer: &Result<String, String>) {
    let mut out = std::io::stdout();
    let line = serde_json::to_string(answer).expect("text is JSON");
    writeln!(out, "{MARK}{line}").ok();
    out.flush().ok();
}

impl Started {
    fn make_database(&mut self, server: Option<String>) -> Result<String, String> {
        let Some(server) = server else {
            return Ok(format!("sqlite:{}", self.folder.path().join("anteroom.db").display()));
        };
        let name = database_name(self.folder.path());
        let options: PgConnectOptions = server.parse().map_err(|error| format!("TEST_DATABASE_URL: {error}"))?;
        self.runtime
            .block_on(run(&options, format!("create database {name}")))?;
        let mut url = url::Url::parse(&server).map_err(|error| format!("TEST_DATABASE_URL: {error}"))?;
        url.set_path(&name);
        self.database = Some((options, name));
        Ok(url.to_string())
    }

    fn start(&mut self, program: &Program) -> Result<String, String> {
        let log = File::options()
            .create(true)
            .append(true)
            .open(&program.log)
            .map_err(|error| error.to_string())?;
        let mut command = Command::new(&program.program);
        command
            .args(&program.args)
            .current_dir(program.folder.as_deref().unwrap_or(self.folder.path()))
            .env("TMPDIR", self.folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(log.try_clone().map_err(|error| error.to_string())?);
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("ANTEROOM_") {
                command.env_remove(name);
            }
        }
        own_process_group(&mut command); // a browser driver starts browsers: they go together
        let mut child = command
            .spawn()
            .map_err(|error| format!("{}: {error}", program.program.display()))?;
        let out = child.stdout.take().expect("it is piped");
        self.child = Some(child);
        wait_until_ready(out, log, &program.ready).ok_or_else(|| {
            format!(
                "{} ended before it was ready, see {}",
                program.program.display(),
                program.log.display()
            )
        })
    }

    fn stop(&mut self) -> Result<String, String> {
        let mut child = self.child.take().ok_or("nothing runs")?;
        signal("TERM", &child.id().to_string());
        let status = child.wait().map_err(|error| error.to_string())?;
        Ok(status.code().map_or_else(|| "none".to_owned(), |code| code.to_string()))
    }

    fn kill(&mut self) -> Result<String, String> {
        let mut child = self.child.take().ok_or("nothing runs")?;
        child
            .kill()
            .and_then(|()| child.wait())
            .map_err(|error| error.to_string())?;
        Ok(String::new())
    }

    fn clear(mut self) {
        if let Some(mut child) = self.child.take() {
            let group = format!("-{}", child.id());
            signal("TERM", &group);
            for _ in 0..100 {
                if !matches!(child.try_wait(), Ok(None)) {
                    break;
                }
                #[expect(
                    clippy::disallowed_methods,
                    reason = "the keeper has nothing else to do but to give it time"
                )]
                std::thread::sleep(Duration::from_millis(20));
            }
            signal("KILL", &group);
            child.kill().ok();
            child.wait().ok();
        }
        if let Some((options, name)) = self.database.take() {
            self.runtime
                .block_on(run(&options, format!("drop database if exists {name} with (force)")))
                .ok();
        }
        self.folder.close().ok();
    }
}

/// A name for a database, taken from the folder's: unique on this machine, and good in SQL.
fn database_name(folder: &Path) -> String {
    let random = folder
        .file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default();
    let random: String = random.chars().filter(char::is_ascii_alphanumeric).collect();
    format!("anteroom_test_{}_{}", std::process::id(), random.to_lowercase())
}

async fn run(options: &PgConnectOptions, statement: String) -> Result<(), String> {
    let mut connection = options.connect().await.map_err(|error| error.to_string())?;
    sqlx::raw_sql(AssertSqlSafe(statement))
        .execute(&mut connection)
        .await
        .map_err(|error| error.to_string())?;
    connection.close().await.map_err(|error| error.to_string())
}

/// Reads to the line that begins with `ready` and returns its rest; what follows goes to the log.
fn wait_until_ready(out: ChildStdout, mut log: File, ready: &str) -> Option<String> {
    let mut lines = BufReader::new(out).lines();
    let rest = loop {
        let line = lines.next()?.ok()?;
        writeln!(log, "{line}").ok();
        if let Some(rest) = line.strip_prefix(ready) {
            break rest.to_owned();
        }
    };
    std::thread::spawn(move || {
        for line in lines.map_while(Result::ok) {
            writeln!(log, "{line}").ok();
        }
    });
    Some(rest)
}

/// In the keeper's process this is where it works; in the tests' process it is the test of the keeper.
#[test]
fn what_tests_start_ends_with_them() {
    if std::env::var_os(ON_DUTY).is_some() {
        clean_up();
    }
    let mut keeper = Keeper::hire();
    let folder = keeper.folder.clone();
    let script = "echo ready $$; exec sleep 600".to_owned();
    let program = Program {
        program: "sh".into(),
        args: vec!["-c".to_owned(), script],
        folder: None,
        ready: "ready ".to_owned(),
        log: folder.join("log"),
    };
    let process = keeper.start(program).expect("a shell can be started");
    assert!(runs(&process) && folder.is_dir());

    drop(keeper);

    assert!(!runs(&process), "process {process} outlives its test");
    assert!(!folder.exists(), "{} outlives its test", folder.display());
}

fn runs(process: &str) -> bool {
    Command::new("kill")
        .args(["-0", process])
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}
