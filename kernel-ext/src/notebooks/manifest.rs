//! What the crate `eosin` knows of the exercises of all lessons, and what their tests run.

use super::exercise::Exercise;
use super::lesson::Lesson;
use serde_json::{Value, json};

/// The file's text.
pub fn manifest(lessons: &[Lesson]) -> Result<String, String> {
    let described = |lesson: &Lesson| {
        let exercises: Vec<Value> = lesson.exercises().map(exercise).collect::<Result<_, _>>()?;
        Ok(json!({ "name": lesson.name, "title": lesson.title, "exercises": exercises }))
    };
    let lessons: Vec<Value> = (lessons.iter())
        .filter(|lesson| lesson.exercises().next().is_some())
        .map(described)
        .collect::<Result<_, serde_json::Error>>()
        .map_err(|error| error.to_string())?;
    serde_json::to_string_pretty(&lessons)
        .map(|text| text + "\n")
        .map_err(|error| error.to_string())
}

fn exercise(exercise: &Exercise) -> Result<Value, serde_json::Error> {
    let wrong: Vec<Value> = (exercise.wrong.iter())
        .map(|wrong| {
            let answer = serde_json::to_value(&wrong.answer)?;
            Ok(json!({ "name": wrong.name, "code": wrong.code, "answer": answer, "message": wrong.message }))
        })
        .collect::<Result<_, serde_json::Error>>()?;
    Ok(json!({
        "id": exercise.id,
        "title": exercise.title,
        "hints": exercise.hints,
        "why": exercise.why,
        "rule": exercise.rule,
        "parts": exercise.parts,
        "answer": serde_json::to_value(&exercise.answer)?,
        "starter": exercise.starter,
        "solution": exercise.solution,
        "check": exercise.check,
        "wrong": wrong,
    }))
}
