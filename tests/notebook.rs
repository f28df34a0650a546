//! The workshop's notebook from top to bottom, as Run All does it.

mod workshop;

use serde_json::Value;
use std::path::Path;
use std::time::{Duration, Instant};
use workshop::{Kernel, Output, has_png};

/// Real images, where they are beside the checkout or named by the user.
fn real_data() -> Option<std::path::PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data");
    let named = std::env::var_os("EOSIN_DATA").map(Into::into);
    named
        .into_iter()
        .chain([beside])
        .find(|folder| folder.join("stage1_train.zip").is_file())
}

fn code_cells() -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("notebooks/09-unet-nuclei.ipynb");
    let notebook: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let cells = notebook["cells"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|cell| cell["cell_type"] == "code");
    cells
        .map(|cell| {
            cell["source"]
                .as_array()
                .unwrap()
                .iter()
                .map(|line| line.as_str().unwrap())
                .collect()
        })
        .collect()
}

/// Runs all cells with data from `data`; `change` may shorten one. The test Dice.
fn run_all(data: &Path, change: impl Fn(String) -> String) -> f64 {
    let mut kernel = Kernel::start_with(|command| {
        command.env("EOSIN_DATA", data);
    });
    let begun = Instant::now();
    let (mut pictures, mut live_updates, mut dice) = (0, 0, None);
    for code in code_cells() {
        let sent = kernel.send(&change(code.clone()));
        let cell = kernel.finish(&sent, Duration::from_secs(1800)).ok();
        for (_, output) in &cell.outputs {
            match output {
                Output::Result(data) | Output::Display { data, .. } if has_png(data) => {
                    pictures += 1
                }
                Output::Update { .. } => live_updates += 1,
                _ => {}
            }
        }
        if let Some(rest) = cell.stdout().split("(\"dice\", ").nth(1) {
            dice = rest
                .split(')')
                .next()
                .and_then(|number| number.parse().ok());
        }
    }
    let dice = dice.expect("the notebook prints the test Dice");
    println!(
        "{:.0} s, {pictures} pictures, {live_updates} live updates, test Dice {dice}",
        begun.elapsed().as_secs_f64()
    );
    assert!(
        pictures >= 4 && live_updates >= 5,
        "{pictures} {live_updates}"
    );
    dice
}

#[test]
fn it_runs_on_synthetic_images() {
    let nothing = tempfile::tempdir().unwrap();
    let dice = run_all(nothing.path(), |code| {
        code.replace("size: 128", "size: 64")
            .replace("epochs = 8", "epochs = 3")
    });
    assert!(dice > 0.4, "{dice}");
}

#[test]
fn it_learns_to_find_real_nuclei() {
    // Where there are no real images, the other test is all that can be done.
    let Some(data) = real_data() else {
        println!("no real images here");
        return;
    };
    let dice = run_all(&data, |code| code);
    assert!(dice >= 0.75, "{dice}");
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
