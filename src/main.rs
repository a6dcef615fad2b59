//! Runs the command line and prints errors: nothing else.

use std::{
    io::{self, Write as _},
    process::ExitCode,
};

use anteroom::cli::CommandLine;
use clap::Parser as _;
use mimalloc::MiMalloc;

/// Requests allocate many small values on one thread and free them on another, which the system's allocator is slow at.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "anteroom: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> anyhow::Result<()> {
    let command_line = CommandLine::parse();
    // The one crypto library; every TLS connection, in and out, takes it from here.
    if rustls::crypto::aws_lc_rs::default_provider().install_default().is_err() {
        anyhow::bail!("another cryptographic provider is installed already");
    }
    command_line.run(&mut io::stdout()).await
}
