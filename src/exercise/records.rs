//! What a learner's progress file holds.
//!
//! The crate writes that file. The kernel's package reads it and includes this source file, so it contains only types. Earlier
//! versions of the file lack some of the fields.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Names another file than the usual one (for tests and trials).
pub const FILE_VARIABLE: &str = "EOSIN_PROGRESS";

/// What was done in one exercise.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Record {
    /// How often an answer other than `todo!()` was checked, up to the first right one.
    pub attempts: usize,
    /// Whether one of them was right.
    pub solved: bool,
    /// How many hints were given.
    pub hints: usize,
    /// How often the solution was asked for.
    pub solution: usize,
    /// How long the learner was busy with it, up to the first right answer.
    pub seconds: u64,
    /// When something was last done, in seconds since 1970.
    pub touched: u64,
}

/// All records, by exercise.
pub type Records = BTreeMap<String, Record>;
