//! What the crate `eosin` knows of the exercises of all lessons, and what their tests run.

use super::{lesson, schema};

/// The file's text.
pub fn manifest(lessons: &[lesson::Lesson]) -> Result<String, String> {
    let described: Vec<schema::Lesson> = (lessons.iter())
        .map(|lesson| schema::Lesson {
            name: lesson.name.clone(),
            title: lesson.title.clone(),
            exercises: lesson.exercises().cloned().collect(),
        })
        .filter(|lesson| !lesson.exercises.is_empty())
        .collect();
    // By way of a value, which sorts the keys: the order of the fields is none of the file's business.
    serde_json::to_value(&described)
        .and_then(|value| serde_json::to_string_pretty(&value))
        .map(|text| text + "\n")
        .map_err(|error| error.to_string())
}
