//! What a cell shows, independent of the wire.

use serde_json::{Map, Value};

/// A MIME bundle with its metadata.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Bundle {
    pub data: Map<String, Value>,
    pub metadata: Map<String, Value>,
}

/// One output of a cell, in the order in which it came.
#[derive(Debug, Clone, PartialEq)]
pub enum Output {
    Stdout(String),
    Stderr(String),
    Display { bundle: Bundle, id: Option<String> },
    Update { bundle: Bundle, id: String },
    Clear { wait: bool },
    Result(Bundle),
}

/// Why a cell did not reach its end.
#[derive(Debug, Clone, PartialEq)]
pub struct Failure {
    /// The kind, as Python's exception class.
    pub name: String,
    /// One sentence.
    pub message: String,
    /// What the learner reads, line by line, with ANSI colours.
    pub traceback: Vec<String>,
}

/// A question of a running cell to the learner.
#[derive(Debug, Clone, PartialEq)]
pub struct Question {
    pub prompt: String,
    pub password: bool,
}

/// Where a running cell's outputs and questions go.
pub trait Front: Send + Sync {
    fn show(&self, output: Output);
    /// The learner's answer; `None` if there cannot be one.
    fn ask(&self, question: Question) -> Option<String>;
}
