//! The workshop's notebook from top to bottom, as Run All does it.

mod workshop;

use std::path::Path;
use workshop::Kernel;
use workshop::lesson::{Run, code_cells, run_all, shortened};

/// Real images, where they are beside the checkout or named by the user.
fn real_data() -> Option<std::path::PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data");
    let named = std::env::var_os("EOSIN_DATA").map(Into::into);
    named
        .into_iter()
        .chain([beside])
        .find(|folder| folder.join("stage1_train.zip").is_file())
}

/// Runs the lesson with data from `data`; `change` may shorten a cell.
fn run(data: &Path, change: impl Fn(&str) -> String) -> Run {
    let mut kernel = Kernel::start_with(|command| {
        command.env("EOSIN_DATA", data);
    });
    let cells: Vec<String> = code_cells().iter().map(|code| change(code)).collect();
    let run = run_all(&mut kernel, &cells);
    println!("{run:?}");
    assert!(run.pictures >= 4 && run.live_updates >= 5, "{run:?}");
    run
}

#[test]
fn it_runs_on_synthetic_images() {
    let nothing = tempfile::tempdir().unwrap();
    let run = run(nothing.path(), shortened);
    assert!(run.test_dice > 0.4, "{run:?}");
}

#[test]
fn it_learns_to_find_real_nuclei() {
    // Where there are no real images, the other test is all that can be done.
    let Some(data) = real_data() else {
        println!("no real images here");
        return;
    };
    let run = run(&data, str::to_owned);
    assert!(run.best_validation_dice >= 0.75, "{run:?}");
    assert!(run.test_dice >= 0.75, "{run:?}");
}

#[test]
fn the_notebook_is_what_its_source_says() {
    let check = std::process::Command::new(&workshop::workshop().kernel)
        .args(["notebooks", "check"])
        .env("EOSIN_SOURCE", env!("CARGO_MANIFEST_DIR"))
        .status()
        .unwrap();
    assert!(check.success());
}
