//! Handing in and grading with the real nbgrader.

mod workshop;

use std::path::Path;
use std::process::Command;
use workshop::{eosin, python_with, workshop};

#[test]
fn points_are_given_for_right_answers_and_for_nothing_else() {
    let checkout = Path::new(env!("CARGO_MANIFEST_DIR"));
    let kernelspecs = workshop().kernelspecs.parent().unwrap();
    let course = tempfile::tempdir().unwrap();
    let build = ["notebooks", "build", "--nbgrader"];
    let built = eosin(&build).arg(course.path()).status().unwrap();
    assert!(built.success());
    let output = Command::new(python_with("nbgrader-requirements.txt"))
        .arg(checkout.join("tests/nbgrader_course.py"))
        .arg(course.path())
        .arg("01-tensors")
        .arg(checkout.join("src/exercise/lessons.json"))
        .env("JUPYTER_PATH", kernelspecs)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    println!("{said}");
    assert!(
        output.status.success() && said.contains("graded:"),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}
