//! A shim for cargo, rustc and rustup, which evcxr and rust-analyzer call many times when a kernel starts.
//!
//! They nearly always ask the same of the cells' package, so answers are cached, and other kernels get them too. The shim
//! answers two questions differently from the real programs: the package that rust-analyzer sees depends on `eosin` (for
//! rustc it is a library that cargo does not know), and one call of rustc compiles a cell, see [`super::cell_call`].
//! Everything else is left to the real programs.

use super::cache::{Answer, Cache};
use super::{cell_call, environment, variables};
use std::ffi::OsString;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs, io};

/// The programs that this one is a shim for.
const NAMES: [&str; 3] = ["cargo", "rustc", "rustup"];
/// A copy of the cells' package that depends on `eosin`, in the scratch folder.
const SHADOW: &str = "shadow";

/// The folder beside the kernel's program whose `bin` holds the shims.
pub fn folder(program: &Path) -> PathBuf {
    program.with_file_name("shims")
}

/// Makes the shims beside the kernel's program.
pub fn install(program: &Path) -> io::Result<()> {
    let bin = folder(program).join("bin");
    fs::create_dir_all(&bin)?;
    for name in NAMES {
        let link = bin.join(name);
        if fs::read_link(&link).is_ok_and(|target| target == program) {
            continue;
        }
        let _ = fs::remove_file(&link);
        std::os::unix::fs::symlink(program, &link)?;
    }
    Ok(())
}

/// The name under which this program was called, when it is to be a shim.
pub fn name() -> Option<&'static str> {
    let called = env::args_os().next()?;
    let called = Path::new(&called).file_name()?.to_owned();
    let name = NAMES.into_iter().find(|name| called == *name)?;
    env::var_os(variables::TOOLCHAIN).is_some().then_some(name)
}

/// Does what `name` would, and exits.
pub fn run(name: &str) -> io::Result<()> {
    let arguments: Vec<OsString> = env::args_os().skip(1).collect();
    let is = |word: &str| arguments.iter().any(|argument| argument == word);
    if name == "rustup" {
        return which(&arguments);
    }
    let scratch = scratch();
    if name == "cargo" && is("build") {
        cell_call::repeat(&scratch)?;
    }
    let is_question = match name {
        "cargo" => [
            "metadata",
            "locate-project",
            "config",
            "--print",
            "--version",
        ]
        .into_iter()
        .any(is),
        _ => is("--print") || is("-vV"),
    };
    if !is_question {
        return Err(real(name, &arguments).exec());
    }
    let cache = Cache::open(&scratch);
    let key = [OsString::from(name)].into_iter().chain(arguments.clone());
    let key: Vec<OsString> = key.collect();
    if let Some(answer) = cache.as_ref().and_then(|cache| cache.find::<Answer>(&key)) {
        return answer.give();
    }
    let answer = if is("metadata") {
        metadata(&arguments, &scratch)?
    } else {
        Answer::of(real(name, &arguments))?
    };
    if let Some(cache) = cache {
        cache.keep(&key, &answer);
    }
    answer.give()
}

/// The folder in which the kernel compiles its cells.
fn scratch() -> PathBuf {
    PathBuf::from(env::var_os(variables::SCRATCH).unwrap_or_default())
}

/// The real program, not rustup's proxy for it.
fn real(name: &str, arguments: &[OsString]) -> Command {
    let bin = PathBuf::from(env::var_os(variables::TOOLCHAIN).unwrap_or_default()).join("bin");
    let mut command = Command::new(bin.join(name));
    command.args(arguments).env("RUSTC", bin.join("rustc"));
    environment::restore_home(&mut command);
    command
}

/// `rustup which cargo` and `rustup which rustc`: evcxr asks nothing else.
fn which(arguments: &[OsString]) -> io::Result<()> {
    match arguments {
        [which, tool] if which == "which" && tool == "cargo" => {
            let shim = folder(&env::current_exe()?).join("bin/cargo");
            println!("{}", shim.display());
        }
        [which, tool] if which == "which" && tool == "rustc" => {
            println!("{}", Path::new(real("rustc", &[]).get_program()).display());
        }
        _ => std::process::exit(1),
    }
    Ok(())
}

/// `cargo metadata`; the cells' package has `eosin` as a dependency.
fn metadata(arguments: &[OsString], scratch: &Path) -> io::Result<Answer> {
    let manifest = scratch.join("Cargo.toml");
    let is_elsewhere = arguments
        .iter()
        .any(|argument| argument == "--manifest-path")
        && !arguments.iter().any(|argument| *argument == manifest);
    if is_elsewhere {
        return Answer::of(real("cargo", arguments));
    }
    let shadow = scratch.join(SHADOW);
    fs::create_dir_all(shadow.join("src"))?;
    fs::write(shadow.join("src/lib.rs"), "")?;
    let api = PathBuf::from(env::var_os(variables::PREBUILT).unwrap_or_default()).join("api/eosin");
    let content = fs::read_to_string(&manifest)?;
    fs::write(
        shadow.join("Cargo.toml"),
        // The dependencies are evcxr's last section.
        format!("{content}\neosin = {{ path = {api:?} }}\n"),
    )?;
    let _ = fs::copy(scratch.join("Cargo.lock"), shadow.join("Cargo.lock"));
    let arguments: Vec<OsString> = arguments
        .iter()
        .map(|argument| match *argument == manifest {
            true => shadow.join("Cargo.toml").into(),
            false => argument.clone(),
        })
        .collect();
    let mut command = real("cargo", &arguments);
    command.current_dir(&shadow);
    let answer = Answer::of(command)?;
    Ok(answer.with(&shadow.to_string_lossy(), &scratch.to_string_lossy()))
}
