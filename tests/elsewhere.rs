//! A lesson that has run, on pages that remove scripts.

mod workshop;

use std::path::Path;
use std::process::Command;
use workshop::{test_python, workshop};

#[test]
fn what_a_lesson_shows_is_still_there_when_a_page_removes_its_scripts() {
    let workshop = workshop();
    let checkout = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = tempfile::tempdir().unwrap();
    let ran = Command::new(&workshop.python)
        .args(["-m", "nbconvert", "--to", "notebook", "--execute"])
        .args(["--output", "lesson.ipynb", "--output-dir"])
        .arg(folder.path())
        .arg(checkout.join("notebooks/solutions/04-convolution.ipynb"))
        .env("EOSIN_PROGRESS", folder.path().join("progress.json"))
        .env("JUPYTER_PATH", workshop.kernelspecs.parent().unwrap())
        .output()
        .unwrap();
    assert!(
        ran.status.success(),
        "{}",
        String::from_utf8_lossy(&ran.stderr)
    );
    let read = Command::new(test_python())
        .arg(checkout.join("tests/elsewhere.py"))
        .arg(folder.path().join("lesson.ipynb"))
        .output()
        .unwrap();
    assert!(
        read.status.success(),
        "{}",
        String::from_utf8_lossy(&read.stderr)
    );
}
