//! `eosin`: the notebook kernel, and the commands that set it up and look after it.

mod analysis;
mod class;
mod cpu;
mod disk;
mod doctor;
mod error;
mod home;
mod kernel;
mod kernelspec;
mod lab;
mod labextension;
mod learning;
mod notebooks;
mod plain_path;
mod prebuilt;
mod program;
mod progress;
mod python;
mod signatures;
mod source;
mod toolchain;
mod workshop;

use clap::{Parser, Subcommand};
use std::path::PathBuf;

/// Deep learning on medical images in Rust notebooks.
#[derive(Debug, Parser)]
#[command(name = "eosin", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Lab(lab::Options),
    Doctor(doctor::Options),
    Progress(learning::Options),
    #[command(subcommand)]
    Class(class::Command),
    /// Builds the notebooks from their Markdown sources, checks that they are up to date, or begins a new one
    Notebooks(notebooks::Options),
    /// Serves one notebook (Jupyter calls this)
    Kernel {
        connection_file: PathBuf,
    },
}

fn main() {
    kernel::enter_role();
    let outcome = match Arguments::parse().command {
        Command::Lab(options) => lab::run(&options),
        Command::Doctor(options) => doctor::run(&options),
        Command::Progress(options) => learning::run(&options),
        Command::Class(command) => class::run(&command),
        Command::Notebooks(options) => notebooks::run(&options),
        Command::Kernel { connection_file } => kernel::run(&connection_file).map(|()| 0),
    };
    match outcome {
        Ok(code) => std::process::exit(code),
        Err(error) => {
            eprintln!("eosin: {error}");
            std::process::exit(error.exit_code());
        }
    }
}
