//! The workshop's notebook in stock evcxr_jupyter, from which only its first cell differs.

mod workshop;

use std::path::{Path, PathBuf};
use std::process::Command;
use workshop::Kernel;
use workshop::lesson::{code_cells, run_all, shortened};

const VERSION: &str = "0.22.0";

fn evcxr_jupyter() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("stock");
    let installed = Command::new(env!("CARGO"))
        .args(["install", "--locked", "--quiet", "evcxr_jupyter"])
        .args(["--version", &format!("={VERSION}")])
        // Here, compiling it takes longer than all that it does.
        .args(["--config", "profile.release.opt-level=1"])
        .arg("--root")
        .arg(&folder)
        .arg("--target-dir")
        .arg(folder.join("target"))
        .status()
        .unwrap();
    assert!(installed.success(), "cargo install evcxr_jupyter failed");
    folder.join("bin/evcxr_jupyter")
}

/// The first cell for stock evcxr, as the README gives it, with this checkout's path.
fn first_cell() -> String {
    let readme = include_str!("../README.md");
    let lines = readme
        .lines()
        .skip_while(|line| !line.starts_with("    :build_env"))
        .take_while(|line| line.starts_with("    "))
        .map(str::trim_start);
    let cell = lines.collect::<Vec<_>>().join("\n");
    assert!(cell.contains("use eosin::prelude::*;"), "{cell}");
    cell.replace("/path/to/this/checkout", env!("CARGO_MANIFEST_DIR"))
}

#[test]
#[ignore = "compiles evcxr_jupyter and, in a cell, candle: ten minutes"]
fn the_notebook_runs_in_stock_evcxr_jupyter() {
    let program = evcxr_jupyter();
    let nothing = tempfile::tempdir().unwrap();
    let mut kernel = Kernel::start_program(|connection| {
        let mut command = Command::new(program);
        command
            .arg("--control_file")
            .arg(connection)
            // cargo's own, where another library of eosin's name lies.
            .env_remove("LD_LIBRARY_PATH")
            .env("EOSIN_DATA", nothing.path())
            .env("EOSIN_HOME", nothing.path());
        command
    });
    let mut cells: Vec<String> = code_cells().iter().map(|code| shortened(code)).collect();
    cells[0] = first_cell();
    let run = run_all(&mut kernel, &cells);
    println!("{run:?}");
    // In Eosin's kernel there are six: the images, the masks, the architecture, the curve's last state, the predictions, and Dice over
    // the threshold. Stock evcxr leaves one of them out.
    assert!((5..=6).contains(&run.pictures), "{run:?}");
    assert_eq!(run.live_updates, 0);
    assert!(run.test_dice > 0.4, "{run:?}");
}
