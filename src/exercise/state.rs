//! How far the learner is with an exercise, and how front ends hear of it.

use super::record::Record;
use serde::Serialize;
use std::collections::BTreeMap;

/// The type of what front ends are told with a verdict and with the map: the states of some exercises, as JSON. A front
/// end that shows states takes them over; any other shows what else is in the bundle.
pub const STATES: &str = "application/vnd.eosin.exercises+json";

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    Open,
    Tried,
    Solved,
}

/// States by exercise.
pub type States = BTreeMap<String, State>;

impl State {
    /// What is solved stays so, whatever is tried later.
    pub fn of(record: Option<&Record>) -> Self {
        match record {
            Some(record) if record.solved => State::Solved,
            Some(record) if record.attempts > 0 => State::Tried,
            _ => State::Open,
        }
    }

    pub fn mark(self) -> char {
        match self {
            State::Open => '○',
            State::Tried => '◐',
            State::Solved => '✓',
        }
    }
}
