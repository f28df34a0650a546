//! What is wrong in a lesson's source.

/// A mistake, and where it is.
#[derive(Debug, Clone, PartialEq)]
pub struct Mistake {
    /// From 1.
    pub line: usize,
    pub message: String,
}

impl Mistake {
    pub fn new(line: usize, message: impl Into<String>) -> Self {
        Mistake {
            line,
            message: message.into(),
        }
    }
}
