//! What a data set is.

use crate::Result;
use candle_core::Tensor;

/// Samples by index, as PyTorch's map-style `Dataset`.
pub trait Dataset {
    /// How many samples there are.
    fn len(&self) -> usize;

    /// Whether there is no sample at all.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Sample `index` as `(input, target)`, without a batch dimension: for segmentation `(C, H, W)` and `(1, H, W)`.
    fn get(&self, index: usize) -> Result<(Tensor, Tensor)>;
}
