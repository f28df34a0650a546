//! The exercises of all lessons, as `eosin notebooks build` wrote them.

use super::schema::{Exercise, Lesson};
use std::sync::LazyLock;

/// Names another file to read, so that authors need not compile the crate for every word that they change.
pub const FILE_VARIABLE: &str = "EOSIN_EXERCISES";

/// What was read from the file of that name, if any.
static AUTHORS: LazyLock<Option<String>> =
    LazyLock::new(|| std::fs::read_to_string(std::env::var_os(FILE_VARIABLE)?).ok());

/// The lessons that have exercises.
pub fn lessons() -> &'static [Lesson] {
    static LESSONS: LazyLock<Vec<Lesson>> = LazyLock::new(|| {
        let text = AUTHORS.as_deref().unwrap_or(include_str!("lessons.json"));
        // A test reads the built-in file; an author's may be out of date.
        serde_json::from_str(text).unwrap_or_default()
    });
    &LESSONS
}

/// Whether the exercises are those that were compiled in.
pub fn are_built_in() -> bool {
    AUTHORS.is_none()
}

/// The exercise with this id, or which one you may have meant.
pub fn find(id: &str) -> Result<&'static Exercise, String> {
    let mut all = lessons().iter().flat_map(|lesson| &lesson.exercises);
    if let Some(exercise) = all.clone().find(|exercise| exercise.id == id) {
        return Ok(exercise);
    }
    let shared = |exercise: &&Exercise| {
        let pairs = exercise.id.chars().zip(id.chars());
        pairs.take_while(|(one, other)| one == other).count()
    };
    let nearest = all.clone().max_by_key(shared).or_else(|| all.next());
    Err(match nearest {
        Some(nearest) => format!(
            "There is no exercise `{id}`. Did you mean `{}`?",
            nearest.id
        ),
        None => format!("There is no exercise `{id}`."),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_compiled_in_can_be_read_and_a_wrong_name_leads_to_the_right_one() {
        let lessons: Vec<Lesson> = serde_json::from_str(include_str!("lessons.json")).unwrap();
        assert!(!lessons.is_empty());
        let first = &super::lessons()[0].exercises[0].id;
        assert_eq!(find(first).unwrap().id, *first);
        let message = find(&format!("{first}x")).unwrap_err();
        assert!(
            message.contains(&format!("Did you mean `{first}`")),
            "{message}"
        );
    }
}
