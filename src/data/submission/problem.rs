//! What is wrong with a file.

use std::fmt;

/// Something in a file that the challenge would not accept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The line of the file, counted from 1; none if something is missing.
    pub line: Option<usize>,
    /// What is wrong.
    pub what: String,
}

impl Problem {
    pub(super) fn at(line: usize, what: String) -> Self {
        Problem {
            line: Some(line),
            what,
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(formatter, "line {line}: {}", self.what),
            None => write!(formatter, "{}", self.what),
        }
    }
}
