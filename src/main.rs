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
        Ok(code) => code,
        // Whoever read the answer has seen enough of it, such as `head`.
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "anteroom: {error}");
            ExitCode::FAILURE
        }
    }
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    let mut causes = error.chain().filter_map(|cause| cause.downcast_ref::<io::Error>());
    causes.any(|cause| cause.kind() == io::ErrorKind::BrokenPipe)
}

async fn run() -> anyhow::Result<ExitCode> {
    let command_line = CommandLine::parse();
    // The one crypto library; every TLS connection, in and out, takes it from here.
    if rustls::crypto::aws_lc_rs::default_provider().install_default().is_err() {
        anyhow::bail!("another cryptographic provider is installed already");
    }
    command_line.run(&mut io::stdout()).await
}
