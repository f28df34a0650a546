//! Targets made out of others.

use super::{Dataset, Reads};
use crate::{Result, Tensor};

/// A data set whose targets are what a function makes of those of another; inputs stay as they are.
///
/// Put it around an augmented data set, so that the function sees targets as they are after augmentation. Here a network shall tell
/// even digits from odd ones:
///
/// ```
/// use eosin::data::MapTarget;
/// use eosin::prelude::*;
/// let digits = Mnist::synthetic(10, 10, 42).train;
/// let parity = MapTarget::new(digits, |digit| Tensor::new(digit.to_scalar::<u32>()? % 2, &Device::Cpu));
/// assert_eq!(parity.get(7)?.1.to_scalar::<u32>()?, 1);
/// # Ok::<(), eosin::Error>(())
/// ```
#[derive(Clone)]
pub struct MapTarget<D, F> {
    dataset: D,
    function: F,
}

impl<D: Dataset, F: Fn(&Tensor) -> Result<Tensor> + Send + Sync> MapTarget<D, F> {
    /// `function` gets the target of one sample, without a batch dimension.
    pub fn new(dataset: D, function: F) -> Self {
        MapTarget { dataset, function }
    }
}

impl<D: std::fmt::Debug, F> std::fmt::Debug for MapTarget<D, F> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{:?}, with other targets", self.dataset)
    }
}

impl<D: Dataset, F: Fn(&Tensor) -> Result<Tensor> + Send + Sync> Dataset for MapTarget<D, F> {
    fn len(&self) -> usize {
        self.dataset.len()
    }

    fn get(&self, index: usize) -> Result<(Tensor, Tensor)> {
        let (input, target) = self.dataset.get(index)?;
        Ok((input, (self.function)(&target)?))
    }

    fn visit_reads(&self, visit: &mut dyn FnMut(&Reads)) {
        self.dataset.visit_reads(visit);
    }
}
