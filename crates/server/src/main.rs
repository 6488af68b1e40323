//! The `stead` binary: see `stead help`.

use std::process::ExitCode;

use clap::Parser;
use stead_server::commands::CommandLine;

fn main() -> ExitCode {
    match CommandLine::parse().run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            use std::io::Write;
            // Nobody is left to tell where even stderr is gone.
            drop(writeln!(std::io::stderr(), "stead: {error:#}"));
            ExitCode::FAILURE
        }
    }
}
