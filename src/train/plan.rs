//! What a run is going to do.

/// Known before the first batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Plan {
    pub epochs: usize,
    /// Batches of one training epoch.
    pub batches: usize,
    /// Whether every epoch ends with a validation pass.
    pub validates: bool,
}
