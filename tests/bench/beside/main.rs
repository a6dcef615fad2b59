//! Measures Anteroom beside node-oidc-provider: CPU time of the server per iteration, and the ratio of the two.
//!
//! The servers take turns inside every round, so that a machine that becomes slower becomes so for both; the median of
//! the rounds is printed. Figures of two runs are not to be compared, ratios are. `tests/bench/beside-node` installs
//! the peer and starts this; without `--peer` Anteroom is measured alone.
//!
//! Every run is bounded in time and goes to loopback addresses only.

#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a benchmark measures real time, waits for processes and prints its result"
)]

mod server;
mod site;
mod workload;

use std::{
    path::PathBuf,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use clap::Parser;
use server::Server;
use site::Site;
use workload::{User, Workload};

/// Measures Anteroom beside node-oidc-provider.
#[derive(Debug, Parser)]
struct Options {
    /// The folder of tests/bench/peer after `npm install`
    #[arg(long)]
    peer: Option<PathBuf>,
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Connections at the same time
    #[arg(long, default_value_t = 16)]
    connections: usize,
    /// How long one workload of one server is measured in one round
    #[arg(long, default_value_t = 3.0)]
    seconds: f64,
    /// Only workloads whose name contains this
    #[arg(long)]
    only: Option<String>,
    /// Cargo passes this to every benchmark
    #[arg(long, hide = true)]
    bench: bool,
}

/// What one workload of one server gave in one round.
#[derive(Clone, Copy, Debug)]
struct Figures {
    cpu_milliseconds: f64,
    per_second: f64,
}

#[tokio::main]
async fn main() -> Result<()> {
    let options = Options::parse();
    rustls::crypto::aws_lc_rs::default_provider().install_default().ok();
    let folder = tempfile::tempdir()?;
    let mut servers = vec![(Site::anteroom(9311), server::anteroom(folder.path(), 9311)?)];
    if let Some(peer) = &options.peer {
        servers.push((Site::node(9312), server::node(peer, 9312)?));
    }
    println!(
        "CPU milliseconds of the server per iteration, median of {} rounds",
        options.rounds
    );
    for workload in Workload::ALL {
        if options
            .only
            .as_ref()
            .is_none_or(|only| workload.name().contains(only.as_str()))
        {
            compare(&servers, workload, &options).await?;
        }
    }
    for (site, server) in &servers {
        println!("{:<20} resident {:.1} MiB", site.name, server.resident_mebibytes()?);
    }
    Ok(())
}

/// One line: each server's median, and the ratio to the last one.
async fn compare(servers: &[(Site, Server)], workload: Workload, options: &Options) -> Result<()> {
    let mut figures = vec![Vec::new(); servers.len()];
    for _ in 0..options.rounds {
        for ((site, server), figures) in servers.iter().zip(&mut figures) {
            figures.push(measure(site, server, workload, options).await?);
        }
    }
    print!("{:<20}", workload.name());
    let mut medians = Vec::new();
    for ((site, _), figures) in servers.iter().zip(&figures) {
        let cpu = median(figures.iter().map(|figures| figures.cpu_milliseconds));
        let rate = median(figures.iter().map(|figures| figures.per_second));
        print!("  {} {cpu:.4} ({rate:.0}/s)", site.name);
        medians.push(cpu);
    }
    if let [ours, theirs] = medians[..] {
        print!("  ratio {:.2}", ours / theirs);
    }
    println!();
    Ok(())
}

/// A closed loop: every user sends its next request when the answer to the one before is in.
async fn measure(site: &Site, server: &Server, workload: Workload, options: &Options) -> Result<Figures> {
    let mut users = Vec::new();
    for _ in 0..options.connections {
        users.push(User::prepare(site, workload).await?);
    }
    let time = Duration::from_secs_f64(options.seconds);
    run(&mut users, time / 4)
        .await
        .with_context(|| format!("{}: {}", site.name, workload.name()))?;
    let (cpu, begin) = (server.cpu_milliseconds()?, Instant::now());
    let iterations = run(&mut users, time).await?;
    let (cpu, seconds) = (server.cpu_milliseconds()? - cpu, begin.elapsed().as_secs_f64());
    ensure!(iterations > 0, "{}: nothing was answered in {seconds} s", site.name);
    #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
    let iterations = iterations as f64;
    Ok(Figures {
        cpu_milliseconds: cpu / iterations,
        per_second: iterations / seconds,
    })
}

/// Lets all users iterate for a while; how many iterations there were.
async fn run(users: &mut Vec<User>, time: Duration) -> Result<u64> {
    let end = Instant::now() + time;
    let running = users.drain(..).map(|mut user| {
        tokio::spawn(async move {
            let mut iterations = 0_u64;
            while Instant::now() < end {
                user.iterate().await?;
                iterations += 1;
            }
            anyhow::Ok((user, iterations))
        })
    });
    let running: Vec<_> = running.collect();
    let mut all = 0;
    for user in running {
        let (user, iterations) = user.await??;
        users.push(user);
        all += iterations;
    }
    Ok(all)
}

fn median(figures: impl Iterator<Item = f64>) -> f64 {
    let mut figures: Vec<f64> = figures.collect();
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied().unwrap_or(f64::NAN)
}
