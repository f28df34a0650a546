//! What a data set is.

use super::Reads;
use crate::{Error, Result, Tensor};

/// Samples by index, like PyTorch's map-style `Dataset`.
///
/// A training run reads samples in a thread of its own, ahead of the model: that is why this must be `Send` and `Sync`.
pub trait Dataset: Send + Sync {
    /// The number of samples.
    fn len(&self) -> usize;

    /// Whether there are no samples.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Sample `index` as `(input, target)`, without a batch dimension: for segmentation (C, H, W) and (1, H, W).
    ///
    /// # Errors
    /// When there is no such sample, or it cannot be read.
    fn get(&self, index: usize) -> Result<(Tensor, Tensor)>;

    /// The first `count` samples (or all, if there are fewer) as one batch.
    ///
    /// # Errors
    /// When there are none, or they differ in shape.
    fn first(&self, count: usize) -> Result<(Tensor, Tensor)> {
        stack(self, 0..count.min(self.len()))
    }

    /// Shows `visit` the counts of reads that decide what samples look like, as in [`Augment`](super::Augment), so that a training
    /// run can be resumed. By default there are none; a data set that reads from another passes the call on to it.
    fn visit_reads(&self, _visit: &mut dyn FnMut(&Reads)) {}
}

impl<D: Dataset + ?Sized> Dataset for &D {
    fn len(&self) -> usize {
        (**self).len()
    }

    fn get(&self, index: usize) -> Result<(Tensor, Tensor)> {
        (**self).get(index)
    }

    fn visit_reads(&self, visit: &mut dyn FnMut(&Reads)) {
        (**self).visit_reads(visit);
    }
}

/// The samples at `indices` as one batch.
pub(super) fn stack<D: Dataset + ?Sized>(
    dataset: &D,
    indices: impl Iterator<Item = usize>,
) -> Result<(Tensor, Tensor)> {
    let (inputs, targets): (Vec<Tensor>, Vec<Tensor>) = indices
        .map(|index| dataset.get(index))
        .collect::<Result<Vec<_>>>()?
        .into_iter()
        .unzip();
    if inputs.is_empty() {
        return Err(Error::Data(
            "a batch needs at least one sample, but the data set is empty".to_owned(),
        ));
    }
    Ok((Tensor::stack(&inputs, 0)?, Tensor::stack(&targets, 0)?))
}
