//! What `lessons.json` says about the exercises of all lessons.
//!
//! `eosin notebooks build` writes that file, the crate reads it, and tests run it. The kernel's package and the tests
//! include this source file, so it contains only types.

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value as Json;

/// A lesson's exercises, in order.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
pub struct Lesson {
    /// As `01-tensors`.
    pub name: String,
    pub title: String,
    pub exercises: Vec<Exercise>,
}

/// An exercise, with its code and its texts.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
pub struct Exercise {
    pub id: String,
    pub title: String,
    /// About how long it takes.
    pub minutes: u32,
    pub difficulty: Difficulty,
    pub hints: Vec<String>,
    /// Shown when the answer is right: why it is, and what to notice.
    pub why: String,
    /// Shown when it is wrong: what a right answer must be like. Empty for a question with options.
    pub rule: String,
    /// Names for the elements of an answer that is a list.
    pub parts: Vec<String>,
    /// Names for the inputs of a function that the check compares with a reference; otherwise empty.
    pub inputs: Vec<String>,
    /// The options a, b, c of a question; otherwise empty.
    pub options: Vec<String>,
    /// What is right; `None` if the check holds a reference instead.
    pub answer: Option<Pattern>,
    pub starter: String,
    pub solution: String,
    /// Empty for a question with options: its answer is a cell that gives the verdict itself.
    pub check: String,
    pub wrong: Vec<Wrong>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Difficulty {
    Easy,
    Medium,
    Hard,
}

/// A typical wrong answer.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
pub struct Wrong {
    pub name: String,
    pub code: String,
    pub answer: Pattern,
    /// What the learner is told about it.
    pub message: String,
}

/// Conditions on an answer; those that are given must all hold.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Pattern {
    /// A number, a truth value, a text, or lists of them, as deep as the answer; null stands for NaN.
    #[serde(
        deserialize_with = "null_is_a_value",
        skip_serializing_if = "Option::is_none"
    )]
    pub value: Option<Json>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shape: Option<Vec<usize>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dtype: Option<String>,
    /// Of all elements.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mean: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lowest: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub highest: Option<f64>,
    /// Bounds of every element.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at_least: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at_most: Option<f64>,
    /// A part of the message of an error that came instead of an answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// How far a number may be off: as a fraction of the right one, and in addition, whatever its size.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tolerance: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tolerance_at_zero: Option<f64>,
}

/// Otherwise serde would read null as no value.
fn null_is_a_value<'de, D: Deserializer<'de>>(source: D) -> Result<Option<Json>, D::Error> {
    Json::deserialize(source).map(Some)
}
