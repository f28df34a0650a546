//! Runs rustc for a cell, after telling evcxr's generated error type to say where an error left the cell.
//!
//! evcxr turns an error that leaves a cell through `?` into text on stderr, and drops the place. `?` hands its place on
//! to `From::from` by `#[track_caller]`; the generated `From` only has to ask for it. No line is added, so that the
//! lines that rustc reports stay those that evcxr wrote.

use super::control::is_cancelled;
use std::path::Path;
use std::process::Command;
use std::{env, fs, io};

/// Set (by the kernel, for cargo) when this program is to be rustc.
pub const WRAPPER_VARIABLE: &str = "EOSIN_RUSTC_WRAPPER";

const GENERATED_FROM: &str = "fn from(error: T) -> Self {";
const TRACKED_FROM: &str = "#[track_caller] fn from(error: T) -> Self {";

/// Runs the rustc that cargo named as our first argument, and exits as it does.
pub fn run() -> io::Result<()> {
    let mut arguments = env::args_os().skip(1);
    let rustc = arguments
        .next()
        .ok_or_else(|| io::Error::other("cargo named no rustc"))?;
    let arguments: Vec<_> = arguments.collect();
    let is_cell = arguments
        .windows(2)
        .any(|pair| pair[0] == "--crate-name" && pair[1] == "ctx");
    if is_cell {
        // The working folder is the scratch folder; the learner may have interrupted the cell by now.
        if is_cancelled(Path::new(".")) {
            std::process::exit(1);
        }
        track_errors(Path::new("src/lib.rs"))?;
    }
    let status = Command::new(rustc).args(arguments).status()?;
    std::process::exit(status.code().unwrap_or(1))
}

fn track_errors(source: &Path) -> io::Result<()> {
    let code = fs::read_to_string(source)?;
    match with_tracked_errors(&code) {
        Some(code) => fs::write(source, code),
        None => Ok(()),
    }
}

/// The generated code with a `From` that reports to the `eosin` crate, when it has one that runs (evcxr also generates
/// one for analysis, which never runs and prints no marker).
fn with_tracked_errors(code: &str) -> Option<String> {
    let start = code.find(GENERATED_FROM)?;
    let (before, rest) = code.split_at(start);
    let print_start = rest.find("eprintln!(")?;
    let print_end = print_start + rest[print_start..].find(", error);")?;
    if !rest[print_end..]
        .trim_start_matches(", error);")
        .trim_start()
        .starts_with("println!")
    {
        return None;
    }
    let format = &rest[print_start + "eprintln!(".len()..print_end];
    let report = format!(
        "eosin::display::cell_failed(&format!({format}, error), std::panic::Location::caller().line() as usize"
    );
    Some(format!(
        "{before}{TRACKED_FROM}{}{report}{}",
        &rest[GENERATED_FROM.len()..print_start],
        &rest[print_end + ", error".len()..]
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_generated_conversion_reports_the_place_and_keeps_every_line() {
        let generated = "impl<T: std::fmt::Display> From<T> for EvcxrUserCodeError {\n fn from(error: T) -> Self {\n \
                         eprintln!(\"{}\", error);\n println!(\"{}\", evcxr_internal_runtime::USER_ERROR_OCCURRED);\n \
                         EvcxrUserCodeError {}\n }\n}\nlet x = f()?;\n";
        let tracked = with_tracked_errors(generated).unwrap();
        assert_eq!(tracked.lines().count(), generated.lines().count());
        assert!(tracked.contains("#[track_caller] fn from(error: T) -> Self {"));
        assert!(tracked.contains(
            "eosin::display::cell_failed(&format!(\"{}\", error), std::panic::Location::caller().line() as usize);"
        ));
        assert!(tracked.ends_with("let x = f()?;\n"));
    }

    #[test]
    fn code_that_only_rust_analyzer_sees_is_left_alone() {
        let analysed = "fn from(error: T) -> Self {\n eprintln!(\"{}\", error);\n \n EvcxrUserCodeError {}\n }\n";
        assert_eq!(with_tracked_errors(analysed), None);
    }
}
