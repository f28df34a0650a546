//! Handing in and grading with the real nbgrader.

mod workshop;

use std::path::Path;
use std::process::Command;
use workshop::notebook::code_cells;
use workshop::{Kernel, environment, eosin, workshop};

#[test]
fn points_are_given_for_right_answers_and_for_nothing_else() {
    let checkout = Path::new(env!("CARGO_MANIFEST_DIR"));
    let kernelspecs = workshop().kernelspecs.parent().unwrap();
    let course = tempfile::tempdir().unwrap();
    let build = ["notebooks", "build", "--nbgrader"];
    let built = eosin(&build).arg(course.path()).status().unwrap();
    assert!(built.success());
    let output = Command::new(environment(
        "python-nbgrader",
        "tests/nbgrader-requirements.txt",
    ))
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

#[test]
fn a_graded_check_compares_with_the_crates_function_and_not_with_a_learners_of_that_name() {
    let folder = tempfile::tempdir().unwrap();
    let mut kernel = Kernel::start_with(|command| {
        command.env("EOSIN_PROGRESS", folder.path().join("progress.json"));
    });
    let is_check = |place: &(String, String)| place.0 == "autograd.leaky" && place.1 == "check";
    let cells = code_cells("02-autograd-and-modules.ipynb").into_iter();
    let mut checks = cells.filter(|cell| cell.exercise.as_ref().is_some_and(is_check));
    let check = checks.next().unwrap().code;
    kernel.run("use eosin::prelude::*;").ok();
    let wrong = "fn my_leaky_relu(z: &Tensor, _: f64) -> Result<Tensor> {\n    Ok(z.clone())\n}";
    kernel.run(wrong).ok();
    kernel
        .run("mod ops {\n    use super::*;\n    pub fn leaky_relu(z: &Tensor, _: f64) -> Result<Tensor> { Ok(z.clone()) }\n}")
        .ok();
    let said = kernel.run(&check).ok().result();
    assert!(said.starts_with("✓ Correct"), "{said}");
    let graded = format!(":grade\n{check}");
    let (name, message, _) = kernel.run(&graded).error();
    assert_eq!(name, "NoPoints", "{message}");
    let right = "fn my_leaky_relu(z: &Tensor, slope: f64) -> Result<Tensor> {\n    ::eosin::ops::leaky_relu(z, slope)\n}";
    kernel.run(right).ok();
    // nbgrader would take a result for the points.
    assert_eq!(kernel.run(&graded).ok().result(), "");
}
