//! Every lesson from top to bottom through the real kernel, as its solution notebook has it, and every exercise in both ways: the
//! starter is not attempted, the solution is correct, and each typical wrong answer gets its own message.

#[path = "../src/exercise/schema.rs"]
mod schema;
mod workshop;

use jupyter_protocol::ReplyStatus;
use schema::{Exercise, Lesson};
use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::Mutex;
use std::thread;
use std::time::Instant;
use workshop::notebook::{NotebookCell, code_cells, code_cells_of};
use workshop::{Kernel, eosin};

/// What the crate knows of the exercises, and what it was made from.
fn lessons() -> Vec<Lesson> {
    serde_json::from_str(include_str!("../src/exercise/lessons.json")).unwrap()
}

/// A kernel of a learner who has done nothing yet, and has no data.
fn kernel(folder: &Path) -> Kernel {
    kernel_with(folder, |_| {})
}

fn kernel_with(folder: &Path, change: impl FnOnce(&mut Command)) -> Kernel {
    Kernel::start_with(|command| {
        command
            .env("EOSIN_PROGRESS", folder.join("progress.json"))
            .env("EOSIN_DATA", folder);
        change(command);
    })
}

/// An exercise as a learner meets it, up to the solution in this notebook cell.
fn try_out(kernel: &mut Kernel, exercise: &Exercise, solution: &str) {
    let id = &exercise.id;
    let mut verdict = |answer: &str, must_run: bool| {
        let cell = kernel.run(answer);
        if cell.status == ReplyStatus::Error {
            let (name, message, _) = cell.error();
            assert!(
                !must_run && name == "NotWritten",
                "{id}: {answer}\n{name}: {message}"
            );
        }
        match exercise.check.as_str() {
            // A question: its answer gives the verdict itself.
            "" => cell.ok().result(),
            check => kernel.run(check).ok().result(),
        }
    };
    let of_starter = verdict(&exercise.starter, false);
    assert!(
        of_starter.starts_with("○ Not attempted"),
        "{id}: {of_starter}"
    );
    for wrong in &exercise.wrong {
        let said = verdict(&wrong.code, true);
        assert!(
            said.starts_with("✗") && said.contains(&wrong.message),
            "{id}, wrong {}: {said}\nand not: {}",
            wrong.name,
            wrong.message
        );
    }
    let of_solution = verdict(solution, true);
    assert!(
        of_solution.starts_with("✓ Correct") && of_solution.contains(&exercise.why),
        "{id}: {of_solution}"
    );
}

/// All that a learner can ask for.
fn ask_for_help(kernel: &mut Kernel, exercise: &Exercise) {
    let Exercise {
        id,
        hints,
        solution,
        ..
    } = exercise;
    for count in 1..=hints.len() + 1 {
        let said = kernel.run(&format!("hint(\"{id}\")")).ok().result();
        for (index, hint) in hints.iter().enumerate() {
            assert_eq!(
                said.contains(hint),
                index < count,
                "{id}: hint {index} of {count}: {said}"
            );
        }
        assert_eq!(
            said.contains("That was the last hint"),
            count > hints.len(),
            "{said}"
        );
    }
    for is_shown in [false, true] {
        let said = kernel.run(&format!("solution(\"{id}\")")).ok().result();
        assert_eq!(said.contains(solution), is_shown, "{id}: {said}");
    }
}

/// A lesson from top to bottom, with the notebooks in `folder`.
fn work_through(lesson: &Lesson, notebooks: &Path, kernel: &mut Kernel) {
    let begun = Instant::now();
    let Lesson {
        name, exercises, ..
    } = lesson;
    let exercise = |id: &str| exercises.iter().find(|exercise| exercise.id == id).unwrap();
    let cells = |name: String| code_cells_of(&notebooks.join(name));
    let learners = cells(format!("{name}.ipynb"));
    let solutions = cells(format!("solutions/{name}.ipynb"));
    assert_eq!(learners.len(), solutions.len(), "{name}");
    let mut tried = 0;
    for (
        NotebookCell {
            code,
            exercise: place,
        },
        solution,
    ) in learners.iter().zip(&solutions)
    {
        assert_eq!(place, &solution.exercise, "{name}");
        match place {
            Some((id, role)) if role == "answer" => {
                let exercise = exercise(id);
                assert_eq!(code, &exercise.starter, "{name}");
                try_out(kernel, exercise, &solution.code);
                // Hints are told in the same way everywhere.
                if tried == 0 {
                    ask_for_help(kernel, exercise);
                }
                tried += 1;
            }
            _ => {
                assert_eq!(code, &solution.code, "{name}");
                if place.is_none() {
                    kernel.run(code).ok();
                }
            }
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

#[test]
fn starters_solutions_and_wrong_answers_are_told_apart() {
    let notebooks = Path::new(env!("CARGO_MANIFEST_DIR")).join("notebooks");
    let mut lessons = lessons();
    // The last ones take longest, and are taken first.
    let left = Mutex::new(lessons.drain(..));
    let next = || left.lock().unwrap().next_back();
    let work = || {
        while let Some(lesson) = next() {
            let folder = tempfile::tempdir().unwrap();
            work_through(&lesson, &notebooks, &mut kernel(folder.path()));
        }
    };
    // Cells are compiled by one processor each.
    thread::scope(|scope| {
        [0; 2]
            .map(|_| scope.spawn(work))
            .map(|worker| worker.join().unwrap())
    });
}

#[test]
fn a_new_lesson_works_as_it_is() {
    let checkout = tempfile::tempdir().unwrap();
    fs::create_dir(checkout.path().join("src")).unwrap();
    for file in ["Cargo.toml", "src/lib.rs"] {
        fs::write(checkout.path().join(file), "").unwrap();
    }
    for arguments in [&["new", "04-trial"][..], &["build"]] {
        let status = eosin(&[&["notebooks"], arguments].concat())
            .env("EOSIN_SOURCE", checkout.path())
            .status();
        assert!(status.unwrap().success(), "{arguments:?}");
    }
    let file = checkout.path().join("src/exercise/lessons.json");
    let lessons: Vec<Lesson> = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
    let mut kernel = kernel_with(checkout.path(), |command| {
        command.env("EOSIN_EXERCISES", &file);
    });
    work_through(&lessons[0], &checkout.path().join("notebooks"), &mut kernel);
}

#[test]
fn a_function_that_is_right_only_for_the_example_is_shown_where_it_fails() {
    let folder = tempfile::tempdir().unwrap();
    let mut kernel = kernel(folder.path());
    let cells = code_cells("02-autograd-and-modules.ipynb");
    let is_check = |place: &(String, String)| place.0 == "autograd.leaky" && place.1 == "check";
    let mut checks = cells
        .iter()
        .filter(|cell| cell.exercise.as_ref().is_some_and(is_check));
    let check = &checks.next().unwrap().code;
    kernel.run("use eosin::prelude::*;").ok();
    // No answer has been run yet.
    let said = kernel.run(check).ok().result();
    assert!(said.starts_with("○ Not attempted"), "{said}");
    let code = "fn my_leaky_relu(z: &Tensor, _slope: f64) -> Result<Tensor> {\n    ops::leaky_relu(z, 0.1)\n}";
    kernel.run(code).ok();
    let said = kernel.run(check).ok().result();
    assert!(
        said.starts_with("✗") && said.contains("For `z = [-"),
        "{said}"
    );
    assert!(
        said.contains("expected `[-") && said.contains("yours is `[-"),
        "{said}"
    );
    assert!(
        said.contains("negative ones are multiplied by the slope"),
        "{said}"
    );
}

#[test]
fn a_question_tells_what_is_no_option() {
    let folder = tempfile::tempdir().unwrap();
    let mut kernel = kernel(folder.path());
    kernel.run("use eosin::prelude::*;").ok();
    let said = kernel
        .run("choose(\"tensors.predict_shape\", 'z')")
        .ok()
        .result();
    assert!(
        said.starts_with("○ Not attempted") && said.contains("`a`, `b`, `c`, `d`"),
        "{said}"
    );
    let said = kernel.run("choose(\"tensors.new\", \"a\")").ok().result();
    assert!(said.contains("no options"), "{said}");
}

#[test]
fn a_step_that_is_not_written_stops_run_all_kindly_and_help_cells_do_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut kernel = kernel(folder.path());
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
    // Another mistake in a check is a mistake; so are a moved variable and a first cell that was not run.
    let (name, ..) = kernel
        .run("check(\"tensors.new\", &kept + \"text\")")
        .error();
    assert_eq!(name, "CompileError");
    kernel.run("let answer = vec![1];").ok();
    kernel.run("drop(answer);").ok();
    let (_, _, traceback) = kernel.run("check(\"tensors.new\", &answer)").error();
    assert!(
        traceback.contains("An earlier cell moved `answer`"),
        "{traceback}"
    );
    // A new starter means that nothing is written any more.
    kernel.run("let answer = vec![1];").ok();
    kernel.run("let answer: Vec<i32> = todo!();").error();
    kernel.run("check(\"tensors.new\", &answer)").ok();
    let (name, ..) = Kernel::start().run("check(\"tensors.new\", &y)").error();
    assert_eq!(name, "CompileError");
}
