//! Where batches come from.

use super::Reads;
use crate::{Result, Tensor};

/// An iterator over the batches of one epoch.
pub type BatchIterator<'a> = Box<dyn Iterator<Item = Result<(Tensor, Tensor)>> + 'a>;

/// Returns the batches of each epoch as (input, target).
///
/// A training run loads batches in a thread of its own, ahead of the model: that is why this must be `Sync`.
pub trait Batches: Sync {
    /// The batches of an epoch; the order may depend on its number.
    fn batches(&self, epoch: usize) -> BatchIterator<'_>;

    /// The number of batches in an epoch.
    fn len(&self) -> usize;

    /// Whether there are no batches.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// See [`Dataset::visit_reads`](super::Dataset::visit_reads).
    fn visit_reads(&self, _visit: &mut dyn FnMut(&Reads)) {}
}
