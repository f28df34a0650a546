//! The notebook of a lesson: for the learner, or with the solutions.
//!
//! A cell's id comes from its position or from its exercise, so that the same source always gives the same file, and a cell
//! has the same id in both notebooks.

use super::lesson::{Lesson, Part};
use super::schema::{Difficulty, Exercise};
use crate::kernel::language_info;
use crate::kernelspec;
use nbformat::v4::{Cell, CellId, CellMetadata, KernelSpec, Metadata, Notebook};
use serde_json::{Value as Json, json};
use std::collections::HashMap;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edition {
    Student,
    Solution,
}

/// The file (nbformat 4.5, no outputs).
pub fn notebook(lesson: &Lesson, edition: Edition) -> Result<String, String> {
    document(lesson, edition).and_then(text)
}

pub fn text(notebook: Notebook) -> Result<String, String> {
    nbformat::serialize_notebook(&nbformat::Notebook::V4(notebook))
        .map_err(|error| error.to_string())
}

/// What is in the file.
pub fn document(lesson: &Lesson, edition: Edition) -> Result<Notebook, String> {
    let mut cells = Cells(Vec::new());
    for part in &lesson.parts {
        match part {
            Part::Prose {
                text,
                task_of: None,
            } => cells.markdown(text, None)?,
            Part::Prose {
                text,
                task_of: Some(id),
            } => {
                let exercise = lesson.exercises().find(|exercise| exercise.id == *id);
                let text = exercise.map(|exercise| task(text, exercise));
                cells.markdown(&text.unwrap_or_default(), Some(Place { id, role: "task" }))?;
            }
            Part::Code(code) => cells.code(code, None, json!({}))?,
            Part::Exercise { exercise, .. } => cells.exercise(exercise, edition)?,
        }
    }
    // Jupyter writes down the kernel's name and its language. As this is there already, a notebook that somebody only opens
    // does not count as changed.
    let language_info = serde_json::to_value(language_info()).and_then(serde_json::from_value);
    Ok(Notebook {
        metadata: Metadata {
            kernelspec: Some(kernelspec()),
            language_info: language_info.map_err(|error| error.to_string())?,
            ..Metadata::default()
        },
        nbformat: 4,
        nbformat_minor: 5,
        cells: cells.0,
    })
}

/// What a notebook says of its kernel.
pub fn kernelspec() -> KernelSpec {
    KernelSpec {
        display_name: kernelspec::DISPLAY_NAME.to_owned(),
        name: kernelspec::NAME.to_owned(),
        language: Some(kernelspec::LANGUAGE.to_owned()),
        additional: HashMap::new(),
    }
}

/// The task with the options of a question, and with what it takes.
fn task(text: &str, exercise: &Exercise) -> String {
    let options: Vec<String> = (exercise.options.iter().zip('a'..))
        .map(|(option, letter)| format!("- {letter}) {option}\n"))
        .collect();
    let options = match options.is_empty() {
        true => String::new(),
        false => format!("{}\n", options.concat()),
    };
    let minutes = match exercise.minutes {
        1 => "1 minute".to_owned(),
        minutes => format!("{minutes} minutes"),
    };
    let difficulty = match exercise.difficulty {
        Difficulty::Easy => "easy",
        Difficulty::Medium => "medium",
        Difficulty::Hard => "hard",
    };
    format!("{text}\n\n{options}*About {minutes} · {difficulty}*")
}

/// What a cell is in an exercise.
pub struct Place<'a> {
    pub id: &'a str,
    pub role: &'static str,
}

impl Place<'_> {
    /// The id of the cell.
    pub fn id(&self) -> Result<CellId, String> {
        let id = format!("{}-{}", self.id.replace('.', "-"), self.role);
        CellId::try_from(id.as_str()).map_err(|error| format!("{id}: {error}"))
    }
}

/// `known` is what front ends should know beside the place.
pub fn code_cell(text: &str, id: CellId, place: Option<&Place>, known: Json) -> Cell {
    Cell::Code {
        id,
        metadata: metadata(place, known),
        execution_count: None,
        source: lines(text),
        outputs: Vec::new(),
    }
}

struct Cells(Vec<Cell>);

impl Cells {
    fn exercise(&mut self, exercise: &Exercise, edition: Edition) -> Result<(), String> {
        let Exercise {
            id,
            starter,
            solution,
            check,
            ..
        } = exercise;
        let place = |role| Some(Place { id, role });
        let answer = match edition {
            Edition::Student => starter,
            Edition::Solution => solution,
        };
        let mut known = json!({
            "starter": starter,
            "minutes": exercise.minutes,
            "difficulty": exercise.difficulty,
        });
        if !exercise.options.is_empty() {
            known["options"] = json!(exercise.options);
        }
        self.code(answer, place("answer"), known)?;
        if !check.is_empty() {
            self.code(check, place("check"), json!({}))?;
        }
        let help = format!(
            "// Stuck? Delete the slashes before `hint` and run this cell; each run gives one more hint.\n\
             // hint(\"{id}\")\n// solution(\"{id}\")"
        );
        self.code(&help, place("help"), json!({}))
    }

    fn markdown(&mut self, text: &str, place: Option<Place>) -> Result<(), String> {
        let cell = Cell::Markdown {
            id: self.id(place.as_ref())?,
            metadata: metadata(place.as_ref(), json!({})),
            source: lines(text),
            attachments: None,
        };
        self.0.push(cell);
        Ok(())
    }

    fn code(&mut self, text: &str, place: Option<Place>, known: Json) -> Result<(), String> {
        let id = self.id(place.as_ref())?;
        self.0.push(code_cell(text, id, place.as_ref(), known));
        Ok(())
    }

    fn id(&self, place: Option<&Place>) -> Result<CellId, String> {
        if let Some(place) = place {
            return place.id();
        }
        let id = format!("cell-{:03}", self.0.len() + 1);
        CellId::try_from(id.as_str()).map_err(|error| format!("{id}: {error}"))
    }
}

/// With this, front ends show buttons and marks at the cells of an exercise, and restore the starter.
fn metadata(place: Option<&Place>, mut known: Json) -> CellMetadata {
    let mut metadata = CellMetadata::default();
    if let Some(Place { id, role }) = place {
        known["exercise"] = json!(id);
        known["role"] = json!(role);
        metadata.additional.insert("eosin".to_owned(), known);
    }
    metadata
}

fn lines(text: &str) -> Vec<String> {
    text.split_inclusive('\n').map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::super::schema::Pattern;
    use super::*;
    use serde_json::Value;

    fn lesson() -> Lesson {
        let exercise = Exercise {
            id: "sums.one".into(),
            title: "Add one".into(),
            minutes: 3,
            difficulty: Difficulty::Easy,
            hints: vec!["secret hint".into()],
            why: "secret why".into(),
            rule: "secret rule".into(),
            parts: vec![],
            inputs: vec![],
            options: vec![],
            answer: Some(Pattern::default()),
            starter: "let b: i32 = todo!();".into(),
            solution: "let b = secret;".into(),
            check: "check(\"sums.one\", b)".into(),
            wrong: vec![],
        };
        let prose = |text: &str, task_of: Option<&str>| Part::Prose {
            text: text.into(),
            task_of: task_of.map(str::to_owned),
        };
        Lesson {
            name: "sums".into(),
            title: "Sums".into(),
            parts: vec![
                prose("# Sums\n\ntext", None),
                Part::Code("let a = 1;\na".into()),
                prose("### Exercise: Add one", Some("sums.one")),
                Part::Exercise {
                    exercise: Box::new(exercise),
                    line: 1,
                },
                Part::Code("b".into()),
            ],
        }
    }

    fn cells(edition: Edition) -> Vec<Value> {
        cells_of(&lesson(), edition)
    }

    fn cells_of(lesson: &Lesson, edition: Edition) -> Vec<Value> {
        let notebook: Value = serde_json::from_str(&notebook(lesson, edition).unwrap()).unwrap();
        notebook["cells"].as_array().unwrap().clone()
    }

    #[test]
    fn cells_have_an_id_a_place_and_no_outputs() {
        let cells = cells(Edition::Student);
        let ids: Vec<&str> = cells
            .iter()
            .map(|cell| cell["id"].as_str().unwrap())
            .collect();
        assert_eq!(
            ids,
            [
                "cell-001",
                "cell-002",
                "sums-one-task",
                "sums-one-answer",
                "sums-one-check",
                "sums-one-help",
                "cell-007"
            ]
        );
        let answer = &cells[3];
        assert_eq!(
            answer["metadata"]["eosin"],
            json!({
                "exercise": "sums.one", "role": "answer", "starter": "let b: i32 = todo!();",
                "minutes": 3, "difficulty": "easy",
            })
        );
        assert_eq!(
            (&answer["outputs"], &answer["execution_count"]),
            (&json!([]), &Value::Null)
        );
        assert_eq!(
            cells[2]["source"],
            json!(["### Exercise: Add one\n", "\n", "*About 3 minutes · easy*"])
        );
        assert_eq!(cells[1]["source"], json!(["let a = 1;\n", "a"]));
        assert_eq!(cells[1]["metadata"], json!({}));
    }

    #[test]
    fn nothing_of_the_solution_is_in_the_students_file_and_only_answers_differ() {
        let students = notebook(&lesson(), Edition::Student).unwrap();
        assert!(!students.contains("secret"), "{students}");
        let (student, solution) = (cells(Edition::Student), cells(Edition::Solution));
        assert_eq!(solution[3]["source"], json!(["let b = secret;"]));
        for (one, other) in student.iter().zip(&solution) {
            assert!(one == other || one["metadata"]["eosin"]["role"] == "answer");
        }
    }

    #[test]
    fn a_question_lists_its_options_and_hides_which_one_is_right() {
        let mut lesson = lesson();
        if let Part::Exercise { exercise, .. } = &mut lesson.parts[3] {
            exercise.options = vec!["Two".into(), "Three".into()];
            exercise.starter = "choose(\"sums.one\", \"?\")".into();
            exercise.check = String::new();
        }
        let cells = cells_of(&lesson, Edition::Student);
        let task = cells[2]["source"].as_array().unwrap();
        assert_eq!(
            (&task[2], &task[3]),
            (&json!("- a) Two\n"), &json!("- b) Three\n"))
        );
        assert_eq!(
            cells[3]["metadata"]["eosin"]["options"],
            json!(["Two", "Three"])
        );
        assert_eq!(cells[4]["metadata"]["eosin"]["role"], "help");
        assert!(
            !notebook(&lesson, Edition::Student)
                .unwrap()
                .contains("secret")
        );
    }
}
