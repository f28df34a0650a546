//! `eosin class`: one set-up for all who learn on this machine.
//!
//! The folder of a class holds what a learner only reads: the kernel's program, the prebuilt crate, a Rust toolchain,
//! JupyterLab, notebooks and data sets. What a learner writes is in their own home: their copy of the notebooks, their
//! progress, and the folders in which their kernels compile cells.

mod access;
mod folder;
mod seat;
mod setup;
mod shared_toolchain;

use crate::error::Result;

/// Sets up what a class shares on one machine, and opens its seats
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    Setup(setup::Options),
    Seat(seat::Options),
}

pub fn run(command: &Command) -> Result<i32> {
    match command {
        Command::Setup(options) => setup::run(options),
        Command::Seat(options) => seat::run(options),
    }
}
