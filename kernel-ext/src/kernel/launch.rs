//! How the kernel's processes begin.
//!
//! One program plays many roles: the kernel that Jupyter starts, the supervisor and the runtime that evcxr starts, the
//! shims for Rust's tools, and the rustc that cargo starts. Its name and the environment tell which.

use super::engine::Engine;
use super::scratch::Scratch;
use super::{environment, runtime, rustc_wrapper, server, shim, supervisor, variables};
use crate::error::{Error, Result};
use crate::home::Home;
use crate::prebuilt::Prebuilt;
use jupyter_protocol::ConnectionInfo;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

/// Plays the role that the environment asks for, and then does not return; does nothing when there is none.
pub fn enter_role() {
    let outcome = if let Some(name) = shim::name() {
        shim::run(name)
    } else if env::var_os(variables::WRAPPER).is_some()
        && env::args_os().len() > 2
        && is_compiler_call()
    {
        rustc_wrapper::run()
    } else if env::var_os(variables::RUNTIME).is_some() {
        runtime::run()
    } else if env::var_os(variables::EVCXR_RUNTIME).is_some() {
        supervisor::run()
    } else {
        return;
    };
    if let Err(error) = outcome {
        eprintln!("eosin: {error}");
        std::process::exit(1);
    }
    std::process::exit(0);
}

/// cargo calls its wrapper with the path of rustc first.
fn is_compiler_call() -> bool {
    env::args_os().nth(1).is_some_and(|first| {
        Path::new(&first)
            .file_stem()
            .is_some_and(|name| name == "rustc")
    })
}

/// Serves the connection that `connection_file` describes, until told to stop.
pub fn run(connection_file: &Path) -> Result<()> {
    let home = Home::from_environment()?;
    let Some(prebuilt) = Prebuilt::locate(&home)? else {
        return Err(Error::NotSetUp);
    };
    match env::var_os(variables::SCRATCH).map(PathBuf::from) {
        Some(folder) if folder.starts_with(home.scratch()) => {
            serve(connection_file, &folder, prebuilt)
        }
        _ => begin_again_in_scratch(&home, &prebuilt),
    }
}

/// evcxr and cargo take their settings from the environment, which a running program cannot safely change. So the kernel
/// starts itself anew in another environment, under the same process id.
fn begin_again_in_scratch(home: &Home, prebuilt: &Prebuilt) -> Result<()> {
    let scratch = Scratch::create(home)?;
    let running = env::current_exe().map_err(|source| Error::io(Path::new("eosin"), source))?;
    // By the name that the home gives it, which has no characters that cargo or evcxr stumble over.
    let installed = home.kernel();
    let is_installed = fs::canonicalize(&installed).is_ok_and(|path| path == running);
    let program = if is_installed { installed } else { running };
    let mut command = Command::new(&program);
    command.args(env::args_os().skip(1));
    let shims = shim::folder(&program);
    environment::prepare(&mut command, &program, &shims, &scratch, prebuilt);
    let error = command.exec();
    Err(Error::io(&program, error))
}

fn serve(connection_file: &Path, scratch: &Path, prebuilt: Prebuilt) -> Result<()> {
    // A process group of our own: an interrupt of what we started (cargo, rustc) must reach only that. This fails when we
    // lead a session already, which is just as good.
    let _ = nix::unistd::setpgid(nix::unistd::Pid::from_raw(0), nix::unistd::Pid::from_raw(0));
    supervisor::ignore_interrupts().map_err(|source| Error::io(Path::new("eosin"), source))?;
    let text = std::fs::read_to_string(connection_file)
        .map_err(|source| Error::io(connection_file, source))?;
    let connection: ConnectionInfo =
        serde_json::from_str(&text).map_err(|error| Error::Connection {
            path: connection_file.to_owned(),
            reason: error.to_string(),
        })?;
    let scratch = Scratch::adopt(scratch)?;
    let _held = prebuilt.hold();
    let engine = Engine::start(scratch.path(), prebuilt);
    let control = engine.control.clone();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|source| Error::io(connection_file, source))?;
    let outcome = runtime.block_on(server::serve(&connection, engine));
    control.kill();
    runtime.shutdown_background();
    drop(scratch);
    outcome
}
