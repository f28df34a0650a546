//! The call of rustc for a cell, written down once and repeated for other cells.
//!
//! For each cell cargo works out anew how to call rustc, which takes a third of the time of a cell. As long as the cells'
//! `Cargo.toml` stays the same, only the code changes from one cell to the next.

use super::cache::{Answer, Cache};
use super::control::is_cancelled;
use super::{generated_code, variables};
use serde::{Deserialize, Serialize};
use std::ffi::OsString;
use std::path::Path;
use std::process::Command;
use std::{env, fs, io};

/// evcxr's name for the package of a cell.
const CRATE: &str = "ctx";

/// How evcxr catches a cell's panics.
const CATCH: &str = "std::panic::catch_unwind(";

#[derive(Debug, Serialize, Deserialize)]
struct Call {
    program: String,
    arguments: Vec<String>,
    /// What cargo tells the code, for `env!`.
    variables: Vec<(String, String)>,
}

/// What the call depends on, beside the cells' `Cargo.toml`.
fn question() -> [OsString; 3] {
    let flags = |name| env::var_os(name).unwrap_or_default();
    [
        "the call of rustc for a cell".into(),
        flags("CARGO_ENCODED_RUSTFLAGS"),
        flags("RUSTFLAGS"),
    ]
}

/// Whether cargo calls rustc with these arguments for a cell.
pub fn is_for_cell(arguments: &[OsString]) -> bool {
    let links = |argument: &OsString| {
        let text = argument.to_string_lossy();
        text.starts_with("--emit=") && text.contains("link")
    };
    after(arguments, "--crate-name").is_some_and(|name| name == CRATE)
        && arguments.iter().any(links)
}

fn after<'a, T: PartialEq<str>>(arguments: &'a [T], name: &str) -> Option<&'a T> {
    let at = arguments.iter().position(|argument| *argument == *name)?;
    arguments.get(at + 1)
}

/// What is to be done before rustc runs, in the scratch folder. Gives the code that is compiled.
pub fn prepare() -> io::Result<String> {
    // The learner may have interrupted the cell by now.
    if is_cancelled(Path::new(".")) {
        std::process::exit(1);
    }
    let source = Path::new("src/lib.rs");
    let code = generated_code::adapt(&fs::read_to_string(source)?);
    fs::write(source, &code)?;
    Ok(code)
}

/// Writes down how cargo called rustc for a cell.
pub fn write_down(scratch: &Path, program: &OsString, arguments: &[OsString]) {
    let Some(cache) = Cache::open(scratch) else {
        return;
    };
    let text = |word: &OsString| word.to_string_lossy().into_owned();
    let is_for_code =
        |name: &String| name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_");
    let call = Call {
        program: text(program),
        arguments: arguments.iter().map(text).collect(),
        variables: env::vars().filter(|(name, _)| is_for_code(name)).collect(),
    };
    cache.keep(&question(), &call);
}

/// Compiles a cell by the call that was written down; returns if there is none.
pub fn repeat(scratch: &Path) -> io::Result<()> {
    let Some(cache) = Cache::open(scratch) else {
        return Ok(());
    };
    let (Some(call), Some(result)) = (
        cache.find::<Call>(&question()),
        env::var_os(variables::RESULT),
    ) else {
        return Ok(());
    };
    let Some(folder) = after(&call.arguments, "--out-dir") else {
        return Ok(());
    };
    fs::create_dir_all(folder)?;
    let library = format!(
        "{folder}/{}{CRATE}{}",
        env::consts::DLL_PREFIX,
        env::consts::DLL_SUFFIX
    );
    fs::write(result, &library)?;
    let code = prepare()?;
    if was_refused(scratch, &code) {
        // evcxr reports what the first compilation found, whatever the second finds, unless the second fails too.
        fs::write(&library, "")?;
        std::process::exit(0);
    }
    let arguments = in_a_hurry(&call.arguments, generated_code::may_run_often(&code));
    let mut command = Command::new(&call.program);
    command.args(arguments).envs(call.variables);
    match is_starting(scratch) {
        true => compile_once(command, &cache, code, Path::new(&library)),
        false => compile(command, scratch, code),
    }
}

/// The code of a cell that rustc refused.
const REFUSED: &str = "refused.rs";

fn compile(command: Command, scratch: &Path, code: String) -> io::Result<()> {
    let answer = Answer::of(command)?;
    // Errors that speak of closures may speak of the one that evcxr put around the cell.
    if answer.failed() && !answer.mentions("closure") {
        fs::write(scratch.join(REFUSED), code)?;
    }
    answer.give()
}

/// evcxr compiles a cell with errors once more, without the closure that catches panics, because that makes some errors
/// plainer. The others need not be found twice.
fn was_refused(scratch: &Path, code: &str) -> bool {
    let Ok(refused) = fs::read_to_string(scratch.join(REFUSED)) else {
        return false;
    };
    let mut refused_lines = refused.lines();
    !code.contains(CATCH)
        && refused.contains(CATCH)
        && code
            .lines()
            .all(|line| refused_lines.any(|refused| refused == line))
}

/// A new cell begins: the code of an earlier one is forgotten.
pub fn begin(scratch: &Path) {
    let _ = fs::remove_file(scratch.join(REFUSED));
}

/// While it starts, a kernel runs the same cells as every other kernel, so their libraries are cached.
fn compile_once(command: Command, cache: &Cache, code: String, library: &Path) -> io::Result<()> {
    let question = ["the library of a cell".into(), code.into()];
    let cached = cache.file(&question).with_extension("library");
    if let Some(answer) = cache.find::<Answer>(&question)
        && (answer.failed() || fs::copy(&cached, library).is_ok())
    {
        return answer.give();
    }
    let answer = Answer::of(command)?;
    let partial = cached.with_extension(std::process::id().to_string());
    if answer.failed()
        || (fs::copy(library, &partial).is_ok() && fs::rename(&partial, &cached).is_ok())
    {
        cache.keep(&question, &answer);
    }
    answer.give()
}

/// This file is in the scratch folder of a kernel that is still starting.
const STARTING: &str = "starting";

fn is_starting(scratch: &Path) -> bool {
    scratch.join(STARTING).exists()
}

/// While `start` runs, cells are the same in every kernel; after it they are the learner's.
pub fn while_starting<T>(scratch: &Path, start: impl FnOnce() -> T) -> io::Result<T> {
    let mark = scratch.join(STARTING);
    fs::write(&mark, "")?;
    let started = start();
    fs::remove_file(mark).map(|()| started)
}

/// Each cell is new and small: what rustc does to reuse work or to share it among threads costs more than it saves. Code
/// that runs once is not worth optimising; the crates' code is optimised already.
fn in_a_hurry(arguments: &[String], optimise: bool) -> Vec<String> {
    let mut hurried = Vec::new();
    let mut arguments = arguments.iter().peekable();
    while let Some(argument) = arguments.next() {
        let option = arguments.peek().filter(|_| argument == "-C");
        if option.is_some_and(|option| option.starts_with("incremental=")) {
            arguments.next();
        } else if argument.starts_with("--emit=") {
            hurried.push("--emit=link".to_owned());
        } else if argument.starts_with("opt-level=") && !optimise {
            hurried.push("opt-level=0".to_owned());
        } else if argument.starts_with("codegen-units=") {
            hurried.push("codegen-units=1".to_owned());
        } else {
            hurried.push(argument.clone());
        }
    }
    hurried
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_optimisation_that_is_wanted_is_paid_for() {
        let cargos =
            "--emit=dep-info,link -C opt-level=2 -C codegen-units=16 -C incremental=/x -C rpath";
        let words: Vec<String> = cargos.split(' ').map(str::to_owned).collect();
        assert_eq!(
            in_a_hurry(&words, false).join(" "),
            "--emit=link -C opt-level=0 -C codegen-units=1 -C rpath"
        );
        assert!(in_a_hurry(&words, true).contains(&"opt-level=2".to_owned()));
    }
}
