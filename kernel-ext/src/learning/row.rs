//! A line of what a learner exports: an exercise.

use super::records::{Record, Records};
use crate::notebooks::schema::Lesson;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Row {
    pub lesson: String,
    pub exercise: String,
    pub id: String,
    pub state: State,
    /// Up to the first right one.
    pub tries: usize,
    pub hints: usize,
    /// How often the solution was asked for.
    pub solution: usize,
    /// Up to the first right answer, to a tenth.
    pub minutes: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    Open,
    Tried,
    Solved,
}

impl State {
    pub fn word(self) -> &'static str {
        match self {
            State::Open => "open",
            State::Tried => "tried",
            State::Solved => "solved",
        }
    }
}

impl Row {
    /// Whether the learner has worked on it at all.
    pub fn is_begun(&self) -> bool {
        self.state != State::Open || self.hints > 0 || self.solution > 0
    }
}

/// A row for each exercise of the lessons, in their order.
pub fn rows(lessons: &[Lesson], records: &Records) -> Vec<Row> {
    let mut rows = Vec::new();
    for lesson in lessons {
        for exercise in &lesson.exercises {
            let record = records.get(&exercise.id).cloned().unwrap_or_default();
            rows.push(Row {
                lesson: lesson.title.clone(),
                exercise: exercise.title.clone(),
                id: exercise.id.clone(),
                state: state(&record),
                tries: record.attempts,
                // Who asks once more is told that there is none.
                hints: record.hints.min(exercise.hints.len()),
                solution: record.solution,
                minutes: (record.seconds as f64 / 6.0).round() / 10.0,
            });
        }
    }
    rows
}

fn state(record: &Record) -> State {
    match record {
        Record { solved: true, .. } => State::Solved,
        Record { attempts: 0, .. } => State::Open,
        _ => State::Tried,
    }
}
