//! How far the learner is with an exercise, and how front ends learn of it.

use super::record::Record;
use serde::Serialize;
use std::collections::BTreeMap;

/// The MIME type of the states of some exercises, as JSON, which come with each verdict and with the map. A front end that
/// shows states uses them; any other shows the rest of the bundle.
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
    /// What is solved stays solved, whatever the learner tries later.
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
