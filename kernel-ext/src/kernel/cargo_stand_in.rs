//! Stands in for cargo, and for rustup, when evcxr calls them.
//!
//! Before each cell cargo finds out anew how rustc is to be called, in a third of the time that a cell takes; between two
//! cells of a session nothing of that changes. So the first call of rustc for a cell is written down, and made again for
//! the next cells, until the cells' `Cargo.toml` changes. Everything else is left to the real cargo.

use super::control::is_cancelled;
use super::generated_code;
use crate::home::write_atomically;
use serde::{Deserialize, Serialize};
use std::ffi::OsString;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs, io};

/// The real cargo and rustc, set for the stand-in.
pub const CARGO_VARIABLE: &str = "EOSIN_CARGO";
pub const RUSTC_VARIABLE: &str = "EOSIN_RUSTC";
/// Where evcxr wants to be told the path of the library that was made.
const RESULT_VARIABLE: &str = "EVCXR_EXECUTION_SO_PATH";
/// The call that was written down, in the scratch folder.
const CALL: &str = "cell-call.json";
/// The names under which this program stands in.
pub const NAMES: [&str; 2] = ["cargo", "rustup"];

/// A call of rustc, and what it depends on.
#[derive(Debug, Serialize, Deserialize)]
struct Call {
    manifest: String,
    program: PathBuf,
    arguments: Vec<String>,
    /// What cargo tells the code through `env!`.
    variables: Vec<(String, String)>,
}

/// Plays the part of `name`; returns only when the real program cannot be run.
pub fn run(name: &str) -> io::Result<()> {
    let arguments: Vec<OsString> = env::args_os().skip(1).collect();
    if name == "rustup" {
        return answer_which(&arguments);
    }
    if arguments.iter().any(|argument| argument == "build")
        && let Some(call) = noted_call(Path::new("."))
    {
        return make(&call);
    }
    Err(Command::new(real(CARGO_VARIABLE)?).args(arguments).exec())
}

fn real(variable: &str) -> io::Result<OsString> {
    env::var_os(variable).ok_or_else(|| io::Error::other(format!("{variable} is not set")))
}

/// `rustup which cargo` and `rustup which rustc`, evcxr's only questions.
fn answer_which(arguments: &[OsString]) -> io::Result<()> {
    match arguments {
        [which, tool] if which == "which" && tool == "cargo" => {
            println!("{}", env::current_exe()?.display());
        }
        [which, tool] if which == "which" && tool == "rustc" => {
            println!("{}", real(RUSTC_VARIABLE)?.to_string_lossy());
        }
        _ => std::process::exit(1),
    }
    Ok(())
}
