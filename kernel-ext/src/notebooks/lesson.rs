//! A lesson as its source describes it.

use super::schema::Exercise;

/// A lesson's parts, in order.
#[derive(Debug, PartialEq)]
pub struct Lesson {
    /// As `01-tensors`.
    pub name: String,
    pub title: String,
    pub parts: Vec<Part>,
}

#[derive(Debug, PartialEq)]
pub enum Part {
    /// Markdown, and the exercise whose task it describes, if any.
    Prose {
        text: String,
        task_of: Option<String>,
    },
    Code(String),
    Exercise {
        exercise: Box<Exercise>,
        /// The line of its id.
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
