//! Where batches come from.

use crate::Result;
use candle_core::Tensor;

/// An iterator over the batches of one epoch.
pub type BatchIterator<'a> = Box<dyn Iterator<Item = Result<(Tensor, Tensor)>> + 'a>;

/// Gives the batches of each epoch as (input, target).
pub trait Batches {
    /// The batches of an epoch; the order may depend on its number.
    fn batches(&self, epoch: usize) -> BatchIterator<'_>;

    /// How many batches an epoch has.
    fn len(&self) -> usize;

    /// Whether there is no batch at all.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
