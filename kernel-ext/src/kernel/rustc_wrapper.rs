//! Runs rustc for cargo; when it is for a cell, writes the call down.

use super::{cell_call, variables};
use std::path::PathBuf;
use std::process::Command;
use std::{env, io};

/// Runs the rustc that cargo named as our first argument, and exits as it does.
pub fn run() -> io::Result<()> {
    let mut arguments = env::args_os().skip(1);
    let rustc = arguments
        .next()
        .ok_or_else(|| io::Error::other("cargo named no rustc"))?;
    let arguments: Vec<_> = arguments.collect();
    let is_for_cell = cell_call::is_for_cell(&arguments);
    if is_for_cell {
        cell_call::prepare()?;
    }
    let status = Command::new(&rustc).args(&arguments).status()?;
    if is_for_cell
        && status.success()
        && let Some(scratch) = env::var_os(variables::SCRATCH)
    {
        cell_call::write_down(&PathBuf::from(scratch), &rustc, &arguments);
    }
    std::process::exit(status.code().unwrap_or(1))
}
