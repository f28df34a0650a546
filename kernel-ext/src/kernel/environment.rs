//! The environment of the kernel, and the one that it was started in.
//!
//! evcxr, rust-analyzer and cargo take their settings from the environment. What is changed for them must reach neither the
//! learner's code nor the real cargo, so the earlier values are kept in variables of their own.

use super::variables;
use crate::prebuilt::Prebuilt;
use std::env;
use std::path::Path;
use std::process::Command;

/// How many heaps glibc makes for threads: nearly all of the kernel's memory is used by one.
const ARENAS: &str = "MALLOC_ARENA_MAX";
/// Variables that other programs read, too: they are changed for the kernel and restored for the rest.
const CHANGED: [&str; 7] = [
    "CARGO_ENCODED_RUSTFLAGS",
    "CARGO_HOME",
    ARENAS,
    "PATH",
    "RUSTC_WRAPPER",
    "RUST_SRC_PATH",
    variables::WRAPPER,
];
/// Put before a variable's name for the value that it had.
const OUTER: &str = "EOSIN_OUTER_";

/// Gives `kernel` what it needs to run in `scratch`, with the shims in the folder `shims` in place of cargo and rustc.
pub fn prepare(
    kernel: &mut Command,
    program: &Path,
    shims: &Path,
    scratch: &Path,
    prebuilt: &Prebuilt,
) {
    for name in CHANGED {
        match env::var_os(name) {
            Some(value) => kernel.env(format!("{OUTER}{name}"), value),
            None => kernel.env_remove(format!("{OUTER}{name}")),
        };
    }
    let outer_path = env::var_os("PATH").unwrap_or_default();
    let path = std::iter::once(shims.join("bin")).chain(env::split_paths(&outer_path));
    // Where a folder's name holds a colon, cells are compiled in the usual, slower way.
    if let Ok(path) = env::join_paths(path) {
        kernel.env("PATH", path).env("CARGO_HOME", shims);
    }
    kernel
        .env(variables::SCRATCH, scratch)
        // A learner's own settings for stock evcxr must not reach this kernel.
        .env(variables::SETTINGS, scratch)
        .env(ARENAS, "1")
        .env(variables::LIBRARY, prebuilt.library())
        .env(variables::PREBUILT, &prebuilt.folder)
        .env(variables::TOOLCHAIN, &prebuilt.manifest.sysroot)
        .env("RUST_SRC_PATH", prebuilt.standard_library())
        .env("CARGO_ENCODED_RUSTFLAGS", prebuilt.encoded_rustflags())
        .env("RUSTC_WRAPPER", program)
        .env(variables::WRAPPER, "1");
}

/// Gives a process that is not ours the environment that the kernel was started in.
pub fn restore(command: &mut Command) {
    put_back(command, &CHANGED);
}

/// The same for a cargo that compiles cells, which keeps the flags and the wrapper.
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prebuilt::Manifest;

    #[test]
    fn all_that_is_set_for_the_kernel_is_restored_for_others_or_read_by_nobody_else() {
        let prebuilt = Prebuilt {
            folder: "/prebuilt".into(),
            manifest: Manifest {
                key: String::new(),
                sysroot: "/rust".into(),
                rustc: String::new(),
                cpu: String::new(),
                features: Vec::new(),
            },
        };
        let mut kernel = Command::new("eosin");
        let [program, shims, scratch] = ["/eosin", "/shims", "/scratch"].map(Path::new);
        prepare(&mut kernel, program, shims, scratch, &prebuilt);
        for (name, value) in kernel.get_envs() {
            let name = name.to_str().unwrap();
            let is_ours = name.starts_with("EOSIN_") || name.starts_with("EVCXR_");
            assert!(
                value.is_none() || is_ours || CHANGED.contains(&name),
                "{name} is not in CHANGED, so the learner's programs would see it"
            );
        }
    }
}
