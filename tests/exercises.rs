//! Every exercise of every lesson, through the real kernel, in both ways: the starter is not attempted, the solution is
//! correct, and each typical wrong answer gets its own message.

mod workshop;

use jupyter_protocol::ReplyStatus;
use serde_json::Value;
use std::time::Instant;
use workshop::Kernel;
use workshop::notebook::code_cells;

/// What the crate knows of the exercises, and what it was made from.
fn lessons() -> Vec<Value> {
    serde_json::from_str(include_str!("../src/exercise/lessons.json")).unwrap()
}

/// A kernel of a learner who has done nothing yet, and has no data.
fn kernel(folder: &tempfile::TempDir) -> Kernel {
    Kernel::start_with(|command| {
        command
            .env("EOSIN_PROGRESS", folder.path().join("progress.json"))
            .env("EOSIN_DATA", folder.path());
    })
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name]
        .as_str()
        .unwrap_or_else(|| panic!("no {name} in {value}"))
}

fn list<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    value[name]
        .as_array()
        .unwrap_or_else(|| panic!("no {name} in {value}"))
}

/// An exercise as a learner meets it, up to the solution.
fn try_out(kernel: &mut Kernel, exercise: &Value) {
    let (id, check) = (text(exercise, "id"), text(exercise, "check"));
    let mut verdict = |answer: &str, must_run: bool| {
        let cell = kernel.run(answer);
        if cell.status == ReplyStatus::Error {
            let (name, message, _) = cell.error();
            assert!(
                !must_run && name == "NotWritten",
                "{id}: {answer}\n{name}: {message}"
            );
        }
        kernel.run(check).ok().result()
    };
    let of_starter = verdict(text(exercise, "starter"), false);
    assert!(
        of_starter.starts_with("○ Not attempted"),
        "{id}: {of_starter}"
    );
    for wrong in list(exercise, "wrong") {
        let said = verdict(text(wrong, "code"), true);
        let wanted = text(wrong, "message");
        let name = text(wrong, "name");
        assert!(
            said.starts_with("✗") && said.contains(wanted),
            "{id}, wrong {name}: {said}\nand not: {wanted}"
        );
    }
    let of_solution = verdict(text(exercise, "solution"), true);
    assert!(
        of_solution.starts_with("✓ Correct") && of_solution.contains(text(exercise, "why")),
        "{id}: {of_solution}"
    );
}

/// All that a learner can ask for.
fn ask_for_help(kernel: &mut Kernel, exercise: &Value) {
    let id = text(exercise, "id");
    let hints = list(exercise, "hints");
    for count in 1..=hints.len() + 1 {
        let said = kernel.run(&format!("hint(\"{id}\")")).ok().result();
        for (index, hint) in hints.iter().enumerate() {
            let is_there = said.contains(hint.as_str().unwrap());
            assert_eq!(
                is_there,
                index < count,
                "{id}: hint {index} of {count}: {said}"
            );
        }
        assert_eq!(
            said.contains("These were all"),
            count > hints.len(),
            "{said}"
        );
    }
    let solution = text(exercise, "solution");
    for is_shown in [false, true] {
        let said = kernel.run(&format!("solution(\"{id}\")")).ok().result();
        assert_eq!(said.contains(solution), is_shown, "{id}: {said}");
    }
}

#[test]
fn starters_solutions_and_wrong_answers_are_told_apart() {
    for lesson in lessons() {
        let begun = Instant::now();
        let (name, exercises) = (text(&lesson, "name"), list(&lesson, "exercises"));
        let folder = tempfile::tempdir().unwrap();
        let mut kernel = kernel(&folder);
        let mut tried = 0;
        for cell in code_cells(&format!("{name}.ipynb")) {
            match cell.exercise {
                Some((id, role)) if role == "answer" => {
                    let exercise = exercises
                        .iter()
                        .find(|exercise| text(exercise, "id") == id)
                        .unwrap();
                    try_out(&mut kernel, exercise);
                    ask_for_help(&mut kernel, exercise);
                    tried += 1;
                }
                Some(_) => {}
                None => drop(kernel.run(&cell.code).ok()),
            }
        }
        assert_eq!(tried, exercises.len(), "{name}");
        let map = kernel.run("progress()").ok().result();
        assert!(map.contains(&format!("{tried} of {tried}")), "{map}");
        println!(
            "{name}: {tried} exercises in {:.0} s",
            begun.elapsed().as_secs_f32()
        );
    }
}

#[test]
fn solution_notebooks_run_from_top_to_bottom() {
    for lesson in lessons() {
        let begun = Instant::now();
        let name = text(&lesson, "name");
        let folder = tempfile::tempdir().unwrap();
        let mut kernel = kernel(&folder);
        let cells = code_cells(&format!("solutions/{name}.ipynb"));
        for cell in &cells {
            kernel.run(&cell.code).ok();
        }
        println!(
            "{name}: {} cells in {:.0} s",
            cells.len(),
            begun.elapsed().as_secs_f32()
        );
    }
}

#[test]
fn a_step_that_is_not_written_stops_run_all_kindly_and_help_cells_do_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut kernel = kernel(&folder);
    kernel.run("use eosin::prelude::*;\nlet kept = 1;").ok();
    let (name, message, traceback) = kernel.run("let y: Tensor = todo!();").error();
    assert_eq!(name, "NotWritten");
    assert!(message.contains("not written this step yet"), "{message}");
    assert_eq!(traceback.lines().count(), 1, "{traceback}");
    assert_eq!(kernel.run("kept").ok().result(), "1");
    for cell in code_cells("01-tensors.ipynb") {
        if cell.exercise.is_some_and(|(_, role)| role == "help") {
            assert!(kernel.run(&cell.code).ok().outputs.is_empty());
            // As the learner changes it.
            let asked = kernel
                .run(&cell.code.replace("// hint", "hint"))
                .ok()
                .result();
            assert!(asked.contains("Hint 1"), "{asked}");
            break;
        }
    }
    // Another mistake in a check is a mistake; so is a variable that was given away, and a first cell that was not run.
    let (name, ..) = kernel
        .run("check(\"tensors.new\", &kept + \"text\")")
        .error();
    assert_eq!(name, "CompileError");
    kernel.run("let answer = vec![1];").ok();
    kernel.run("drop(answer);").ok();
    let (_, _, traceback) = kernel.run("check(\"tensors.new\", &answer)").error();
    assert!(
        traceback.contains("given away by an earlier cell"),
        "{traceback}"
    );
    // Who begins anew has written nothing again.
    kernel.run("let answer = vec![1];").ok();
    kernel.run("let answer: Vec<i32> = todo!();").error();
    kernel.run("check(\"tensors.new\", &answer)").ok();
    let (name, ..) = Kernel::start().run("check(\"tensors.new\", &y)").error();
    assert_eq!(name, "CompileError");
}
