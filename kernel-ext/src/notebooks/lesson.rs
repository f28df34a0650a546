//! A lesson as its source says it.

use super::schema::Exercise;

/// What stands in a lesson, in order.
#[derive(Debug, PartialEq)]
pub struct Lesson {
    /// As `01-tensors`.
    pub name: String,
    pub title: String,
    pub parts: Vec<Part>,
}

#[derive(Debug, PartialEq)]
pub enum Part {
    /// Markdown; with the exercise whose task it is.
    Prose {
        text: String,
        task_of: Option<String>,
    },
    Code(String),
    Exercise {
        exercise: Box<Exercise>,
        /// Where its id stands.
        line: usize,
    },
}

impl Lesson {
    pub fn exercises(&self) -> impl Iterator<Item = &Exercise> {
        self.parts.iter().filter_map(|part| match part {
            Part::Exercise { exercise, .. } => Some(&**exercise),
            _ => None,
        })
    }
}
