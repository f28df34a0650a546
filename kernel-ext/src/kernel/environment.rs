//! The environment of the kernel, and the one that it was started in.
//!
//! evcxr, rust-analyzer and cargo take their settings from the environment. What is changed for them must reach neither the
//! learner's code nor the real cargo: so the values that were there before are kept beside.

use super::{rustc_wrapper, stand_in, supervisor};
use crate::prebuilt::Prebuilt;
use std::env;
use std::path::Path;
use std::process::Command;

/// evcxr's name for the folder of its settings; a learner's own settings for stock evcxr must not reach this kernel.
const SETTINGS_VARIABLE: &str = "EVCXR_CONFIG_DIR";
/// How many heaps glibc makes for threads: nearly all of the kernel's memory is used by one.
const ARENAS_VARIABLE: &str = "MALLOC_ARENA_MAX";
/// Variables that are changed, and restored for others.
const CHANGED: [&str; 7] = [
    "CARGO_ENCODED_RUSTFLAGS",
    "CARGO_HOME",
    ARENAS_VARIABLE,
    "PATH",
    "RUSTC_WRAPPER",
    "RUST_SRC_PATH",
    rustc_wrapper::WRAPPER_VARIABLE,
];
/// Put before a variable's name for the value that it had.
const OUTER: &str = "EOSIN_OUTER_";

/// Gives `kernel` what it needs to run in `scratch`.
pub fn prepare(kernel: &mut Command, program: &Path, scratch: &Path, prebuilt: &Prebuilt) {
    for name in CHANGED {
        match env::var_os(name) {
            Some(value) => kernel.env(format!("{OUTER}{name}"), value),
            None => kernel.env_remove(format!("{OUTER}{name}")),
        };
    }
    let stand_ins = stand_in::folder(program);
    let bin = stand_ins.join("bin");
    let outer_path = env::var_os("PATH").unwrap_or_default();
    let path = std::iter::once(bin).chain(env::split_paths(&outer_path));
    // Where a folder's name holds a colon, cells are compiled in the usual, slower way.
    if let Ok(path) = env::join_paths(path) {
        kernel.env("PATH", path).env("CARGO_HOME", stand_ins);
    }
    kernel
        .env(supervisor::SCRATCH_VARIABLE, scratch)
        .env(SETTINGS_VARIABLE, scratch)
        .env(ARENAS_VARIABLE, "1")
        .env(supervisor::LIBRARY_VARIABLE, prebuilt.library())
        .env(stand_in::PREBUILT_VARIABLE, &prebuilt.folder)
        .env(stand_in::TOOLCHAIN_VARIABLE, &prebuilt.manifest.sysroot)
        .env("RUST_SRC_PATH", prebuilt.standard_library())
        .env("CARGO_ENCODED_RUSTFLAGS", prebuilt.encoded_rustflags())
        .env("RUSTC_WRAPPER", program)
        .env(rustc_wrapper::WRAPPER_VARIABLE, "1");
}

/// Gives a process that is not ours the environment that the kernel was started in.
pub fn restore(command: &mut Command) {
    put_back(command, &CHANGED);
}

/// The same, for a cargo that compiles cells: it keeps the flags and the wrapper.
pub fn restore_home(command: &mut Command) {
    put_back(command, &["CARGO_HOME", "PATH"]);
}

fn put_back(command: &mut Command, names: &[&str]) {
    for name in names {
        let outer = format!("{OUTER}{name}");
        match env::var_os(&outer) {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
        command.env_remove(outer);
    }
}
