//! `anteroom completions`, `anteroom man`: what a shell and `man` want to know of the command line.

use std::{
    fs,
    io::{self, Write},
    path::PathBuf,
};

use clap::{Args, CommandFactory as _};
use clap_complete::Shell;

use super::CommandLine;

pub const COMPLETION_EXAMPLES: &str = "\
Examples:
  anteroom completions bash > ~/.local/share/bash-completion/completions/anteroom
  anteroom completions zsh > ~/.zfunc/_anteroom
  anteroom completions fish > ~/.config/fish/completions/anteroom.fish";

pub const MAN_EXAMPLES: &str = "\
Examples:
  anteroom man > anteroom.1
  anteroom man --out ~/.local/share/man/man1";

/// The flags of `anteroom completions`.
#[derive(Args, Debug)]
pub struct CompletionFlags {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

/// The flags of `anteroom man`.
#[derive(Args, Debug)]
pub struct ManFlags {
    /// Write a page for each command into this folder, instead of the page of anteroom to standard output
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,
}

/// Writes the script that completes commands and flags.
pub fn complete(flags: &CompletionFlags, out: &mut impl Write) -> io::Result<()> {
    let mut script = Vec::new();
    clap_complete::generate(flags.shell, &mut CommandLine::command(), "anteroom", &mut script);
    out.write_all(&script)
}

/// Writes the manual: one page, or a page for each command.
pub fn manual(flags: ManFlags, out: &mut impl Write) -> io::Result<()> {
    match flags.out {
        None => clap_mangen::Man::new(CommandLine::command()).render(out),
        Some(folder) => {
            fs::create_dir_all(&folder)?;
            clap_mangen::generate_to(CommandLine::command(), folder)
        }
    }
}
