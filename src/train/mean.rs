//! A mean over images.

/// A mean in which a smaller last batch counts less.
#[derive(Default)]
pub(super) struct Mean {
    sum: f64,
    count: usize,
}

impl Mean {
    /// Adds the mean of a batch of `count` images.
    pub fn add(&mut self, value: f64, count: usize) {
        self.sum += value * count as f64;
        self.count += count;
    }

    pub fn value(&self) -> f64 {
        self.sum / self.count.max(1) as f64
    }
}
