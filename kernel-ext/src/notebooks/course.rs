//! A course for nbgrader: each lesson is an assignment, from whose notebook nbgrader makes the one that learners get, and by which
//! it grades what they hand in.
//!
//! The notebook is the one with the solutions. An exercise has an answer, which belongs to the learner, and a check, which earns
//! points and which nbgrader restores before it runs. In a hidden line the check asks the kernel for points (`:grade`).

use super::lesson::Lesson;
use super::notebook::{Edition, Place, code_cell, document, text};
use super::schema::{Difficulty, Exercise};
use crate::error::{Error, Result};
use nbformat::v4::{Cell, Notebook};
use serde_json::json;
use std::path::{Path, PathBuf};

/// Always ours.
const SETTINGS: (&str, &str) = (
    "eosin_nbgrader.py",
    include_str!("nbgrader/eosin_nbgrader.py"),
);
/// The instructor's as soon as it is there.
const CONFIG: (&str, &str) = (
    "nbgrader_config.py",
    include_str!("nbgrader/nbgrader_config.py"),
);
/// The version of nbgrader's metadata.
const SCHEMA: u32 = 3;
/// The lines of a check that learners do not get.
const HIDDEN: [&str; 3] = [
    "// ### BEGIN HIDDEN TESTS\n",
    ":grade\n",
    "// ### END HIDDEN TESTS\n",
];

/// What is written into the folder of a course, with its text.
pub fn files(folder: &Path, lessons: &[Lesson]) -> Result<Vec<(PathBuf, String)>> {
    let mut files = vec![(folder.join(SETTINGS.0), SETTINGS.1.to_owned())];
    let config = folder.join(CONFIG.0);
    if !config.exists() {
        files.push((config, CONFIG.1.to_owned()));
    }
    for lesson in lessons {
        let name = &lesson.name;
        let path = folder
            .join("source")
            .join(name)
            .join(format!("{name}.ipynb"));
        let text =
            graded(lesson).map_err(|reason| Error::step(path.display().to_string(), reason))?;
        files.push((path, text));
    }
    Ok(files)
}

/// The notebook of a lesson with all that nbgrader must know.
fn graded(lesson: &Lesson) -> Result<String, String> {
    let mut notebook = document(lesson, Edition::Solution)?;
    for exercise in lesson.exercises() {
        let answer = place_of(&notebook, exercise, "answer")?;
        if exercise.check.is_empty() {
            // A question: its answer gives the verdict itself, but that cell is the learner's.
            let place = Place {
                id: &exercise.id,
                role: "check",
            };
            let code = format!("chosen(\"{}\")", exercise.id);
            let check = code_cell(&code, place.id()?, Some(&place), json!({}));
            notebook.cells.insert(answer + 1, check);
        }
        let check = place_of(&notebook, exercise, "check")?;
        mark(&mut notebook.cells[answer], None);
        mark(&mut notebook.cells[check], Some(points(exercise)));
    }
    text(notebook)
}

fn place_of(notebook: &Notebook, exercise: &Exercise, role: &str) -> Result<usize, String> {
    let is_it = |cell: &Cell| {
        let place = cell.metadata().additional.get("eosin");
        place.is_some_and(|place| place["exercise"] == *exercise.id && place["role"] == role)
    };
    let found = notebook.cells.iter().position(is_it);
    found.ok_or_else(|| format!("`{}` has no cell for its {role}", exercise.id))
}

fn points(exercise: &Exercise) -> u32 {
    match exercise.difficulty {
        Difficulty::Easy => 1,
        Difficulty::Medium => 2,
        Difficulty::Hard => 3,
    }
}

/// Marks a cell as a check that earns points or, without points, as an answer.
fn mark(cell: &mut Cell, points: Option<u32>) {
    let Cell::Code {
        id,
        metadata,
        source,
        ..
    } = cell
    else {
        return;
    };
    let is_check = points.is_some();
    let mut known = json!({
        "schema_version": SCHEMA,
        "grade_id": id.as_str(),
        "grade": is_check,
        "locked": is_check,
        "solution": !is_check,
        "task": false,
    });
    if let Some(points) = points {
        known["points"] = json!(points);
        source.splice(0..0, HIDDEN.map(str::to_owned));
    }
    metadata.additional.insert("nbgrader".to_owned(), known);
}

#[cfg(test)]
mod tests {
    use super::super::command::tests::built;
    use super::super::new;
    use super::*;
    use serde_json::Value;
    use std::fs;

    /// The cells of a new lesson's notebook for nbgrader.
    fn cells() -> Vec<Value> {
        let folder = tempfile::tempdir().unwrap();
        new::create(folder.path(), "04-sums").unwrap();
        let (lessons, _) = built(folder.path());
        let notebook: Value = serde_json::from_str(&graded(&lessons[0]).unwrap()).unwrap();
        notebook["cells"].as_array().unwrap().clone()
    }

    #[test]
    fn an_exercise_and_a_question_have_an_answer_to_write_and_a_locked_check_with_points() {
        let cells = cells();
        let known = cells
            .iter()
            .filter(|cell| cell["metadata"]["nbgrader"].is_object());
        let marks: Vec<[Value; 4]> = known
            .map(|cell| {
                let mark = &cell["metadata"]["nbgrader"];
                assert_eq!(mark["grade_id"], cell["id"]);
                ["grade_id", "solution", "locked", "points"].map(|key| mark[key].clone())
            })
            .collect();
        let none = Value::Null;
        assert_eq!(
            marks,
            [
                [
                    json!("sums-first-answer"),
                    json!(true),
                    json!(false),
                    none.clone()
                ],
                [
                    json!("sums-first-check"),
                    json!(false),
                    json!(true),
                    json!(1)
                ],
                [
                    json!("sums-predict-answer"),
                    json!(true),
                    json!(false),
                    none
                ],
                [
                    json!("sums-predict-check"),
                    json!(false),
                    json!(true),
                    json!(1)
                ],
            ]
        );
        let check = cells.iter().find(|cell| cell["id"] == "sums-predict-check");
        assert_eq!(
            check.unwrap()["source"],
            json!([HIDDEN[0], HIDDEN[1], HIDDEN[2], "chosen(\"sums.predict\")"])
        );
    }

    #[test]
    fn the_instructors_settings_are_written_once() {
        let folder = tempfile::tempdir().unwrap();
        let config = folder.path().join(CONFIG.0);
        let written = || {
            files(folder.path(), &[])
                .unwrap()
                .into_iter()
                .map(|(path, _)| path)
        };
        assert!(written().any(|path| path == config));
        fs::write(&config, "mine").unwrap();
        assert!(written().all(|path| path != config));
    }
}
