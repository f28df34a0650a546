//! How often samples have been read.

use crate::{Error, Result};
use std::sync::atomic::{AtomicU32, Ordering};

/// How often each sample of a data set has been read so far. A data set whose samples change each time, such as
/// [`Augment`](super::Augment), draws a sample from its seed, its index and this count, so the counts are all that a
/// resumed training run needs.
///
/// ```
/// use eosin::data::Reads;
/// let reads = Reads::of(2);
/// assert_eq!((reads.count(1), reads.count(1), reads.count(2)), (Some(0), Some(1), None));
/// assert_eq!(reads.counts(), [0, 2]);
/// ```
#[derive(Debug)]
pub struct Reads(Vec<AtomicU32>);

impl Reads {
    /// No sample of so many has been read yet.
    pub fn of(samples: usize) -> Self {
        Reads((0..samples).map(|_| AtomicU32::new(0)).collect())
    }

    /// Counts a read of this sample, and says how many there were before; nothing if there is no such sample.
    pub fn count(&self, index: usize) -> Option<u32> {
        let reads = self.0.get(index)?;
        Some(reads.fetch_add(1, Ordering::Relaxed))
    }

    /// The count of each sample.
    pub fn counts(&self) -> Vec<u32> {
        let reads = self.0.iter();
        reads.map(|count| count.load(Ordering::Relaxed)).collect()
    }

    /// Goes on from what [`counts`](Reads::counts) gave.
    ///
    /// # Errors
    /// When it was that of another number of samples; then nothing changes.
    pub fn set(&self, counts: &[u32]) -> Result<()> {
        if counts.len() != self.0.len() {
            return Err(Error::Data(format!(
                "there are {} counts of reads for a data set of {} samples",
                counts.len(),
                self.0.len()
            )));
        }
        for (reads, &count) in self.0.iter().zip(counts) {
            reads.store(count, Ordering::Relaxed);
        }
        Ok(())
    }
}
