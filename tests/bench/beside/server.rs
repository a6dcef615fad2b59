//! A server under measurement: started, read from `/proc`, and ended by the id of its process.

use std::{
    fs,
    net::TcpStream,
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};

/// How long a server may take until it accepts connections.
const START_WITHIN: Duration = Duration::from_secs(20);
/// How long it may take to end before it is killed.
const END_WITHIN: Duration = Duration::from_secs(5);
/// Ticks of `/proc/PID/stat` in a second: 100 on every Linux (`sysconf(_SC_CLK_TCK)`).
const TICKS_PER_SECOND: f64 = 100.0;

/// A process that listens on a loopback port.
pub struct Server {
    child: Child,
}

impl Server {
    /// Starts a program and waits until it accepts connections.
    pub fn start(mut command: Command, port: u16) -> Result<Self> {
        let address = ([127, 0, 0, 1], port).into();
        let taken = TcpStream::connect_timeout(&address, Duration::from_millis(200)).is_ok();
        ensure!(!taken, "something listens on {address} already");
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let child = command
            .spawn()
            .with_context(|| format!("{command:?} cannot be started"))?;
        let mut server = Self { child };
        let end = Instant::now() + START_WITHIN;
        while TcpStream::connect_timeout(&address, Duration::from_millis(200)).is_err() {
            if let Some(status) = server.child.try_wait()? {
                bail!("{command:?} ended at once: {status}");
            }
            ensure!(Instant::now() < end, "{command:?} does not listen on {address}");
            thread::sleep(Duration::from_millis(20));
        }
        Ok(server)
    }

    /// CPU time of the process so far, in milliseconds, of the user and of the system together.
    pub fn cpu_milliseconds(&self) -> Result<f64> {
        let path = format!("/proc/{}/stat", self.child.id());
        let stat = fs::read_to_string(&path).with_context(|| format!("{path} cannot be read"))?;
        // The second field is the program's name in parentheses and may hold anything.
        let (_, fields) = stat.rsplit_once(')').context("a line of /proc/PID/stat has a name")?;
        let mut ticks = fields.split_whitespace().skip(11).map(str::parse::<f64>);
        let (user, system) = (ticks.next().context("utime")??, ticks.next().context("stime")??);
        Ok((user + system) * 1000.0 / TICKS_PER_SECOND)
    }

    /// Resident memory, in MiB.
    pub fn resident_mebibytes(&self) -> Result<f64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kibibytes = line.and_then(|line| line.split_whitespace().next()).context("VmRSS")?;
        Ok(kibibytes.parse::<f64>()? / 1024.0)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // SIGTERM lets Anteroom fold its database log; the standard library only knows how to kill.
        let asked = Command::new("kill").arg(self.child.id().to_string()).status();
        let end = Instant::now() + END_WITHIN;
        while asked.is_ok() && Instant::now() < end {
            if matches!(self.child.try_wait(), Ok(Some(_))) {
                return;
            }
            thread::sleep(Duration::from_millis(10));
        }
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// Anteroom in a folder of its own, with the demo seed and the journal on.
pub fn anteroom(folder: &Path, port: u16) -> Result<Server> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_anteroom"));
    command
        .current_dir(folder)
        .args(["serve", "--seed", "demo", "--log", "warn"]);
    command.args(["--listen", &format!("127.0.0.1:{port}")]);
    command.args(["--issuer", &format!("http://localhost:{port}")]);
    command.args(["--database", "sqlite:anteroom.db"]);
    Server::start(command, port)
}

/// node-oidc-provider; `folder` is where npm has installed it, beside `server.mjs`.
pub fn node(folder: &Path, port: u16) -> Result<Server> {
    let mut command = Command::new("node");
    command.current_dir(folder).arg("server.mjs");
    command.env("PORT", port.to_string()).env("NODE_ENV", "production");
    Server::start(command, port)
}
