//! What the crate `eosin` knows about the exercises of all lessons, and what their tests run.

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
    // A value sorts its keys, so the file does not depend on the order of the fields.
    serde_json::to_value(&described)
        .and_then(|value| serde_json::to_string_pretty(&value))
        .map(|text| text + "\n")
        .map_err(|error| error.to_string())
}
