//! A lesson as a page of the web site: the learner's notebook, with what its cells printed and with folded help.

use super::lesson::Lesson;
use super::notebook::{Edition, notebook};
use super::schema::Exercise;
use serde_json::{Value as Json, json};
use std::collections::HashMap;

/// The page as a notebook file. `outputs` are those of each cell, by its id; cells without any show their code alone.
pub fn page(lesson: &Lesson, outputs: &HashMap<String, Json>) -> Result<String, String> {
    let text = notebook(lesson, Edition::Student)?;
    let mut notebook: Json = serde_json::from_str(&text).map_err(|error| error.to_string())?;
    let cells = notebook["cells"].take();
    let cells = cells.as_array().into_iter().flatten();
    notebook["cells"] = cells
        .filter_map(|cell| of_page(cell.clone(), lesson, outputs))
        .collect();
    Ok(notebook.to_string())
}

/// A cell as a reader needs it: nobody checks an answer here, so help takes the place of the cells that do.
fn of_page(mut cell: Json, lesson: &Lesson, outputs: &HashMap<String, Json>) -> Option<Json> {
    let place = cell["metadata"]["eosin"].clone();
    let id = place["exercise"].as_str().unwrap_or_default();
    let exercise = lesson.exercises().find(|exercise| exercise.id == id);
    match (place["role"].as_str(), exercise) {
        (Some("check"), _) => None,
        (Some("answer"), Some(exercise)) if !exercise.options.is_empty() => None,
        (Some("help"), Some(exercise)) => Some(json!({
            "cell_type": "markdown",
            "id": cell["id"],
            "metadata": {},
            "source": help(exercise),
        })),
        (None, _) => {
            if let Some(outputs) = cell["id"].as_str().and_then(|id| outputs.get(id)) {
                cell["outputs"] = outputs.clone();
            }
            Some(cell)
        }
        _ => Some(cell),
    }
}

/// Hints and the solution, each to be unfolded.
fn help(exercise: &Exercise) -> String {
    let hints = exercise.hints.iter().enumerate().map(|(index, hint)| {
        let title = match exercise.hints.len() {
            1 => "Hint".to_owned(),
            _ => format!("Hint {}", index + 1),
        };
        folded(&title, &plain(hint))
    });
    let right = (exercise.options.iter().zip('a'..))
        .find(|(_, letter)| exercise.solution.contains(&format!("\"{letter}\"")));
    let answer = match right {
        Some((option, letter)) => format!("{letter}) {option}"),
        None => format!("```rust\n{}\n```", exercise.solution),
    };
    let solution = folded("Solution", &format!("{answer}\n\n{}", plain(&exercise.why)));
    hints.chain([solution]).collect()
}

fn folded(title: &str, text: &str) -> String {
    format!("::::{{dropdown}} {title}\n{text}\n::::\n\n")
}

/// Texts have code between backticks, and nothing else: a dollar is no formula, a star no emphasis.
fn plain(text: &str) -> String {
    let parts = text.split('`').enumerate();
    let parts = parts.map(|(index, part)| match index % 2 {
        0 => part
            .chars()
            .flat_map(|letter| {
                let is_mark = "$*_[]<>\\#".contains(letter);
                is_mark.then_some('\\').into_iter().chain([letter])
            })
            .collect(),
        _ => part.to_owned(),
    });
    parts.collect::<Vec<String>>().join("`")
}
