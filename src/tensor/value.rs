//! The tensor of lessons.

use crate::{Error, Result};
use candle_core::WithDType;
use std::fmt;

/// Numbers of one type in a shape, with the operations that made them.
///
/// It is [candle's tensor](candle_core::Tensor), and does what candle does, with the same names. Where candle's own gradient is
/// wrong or missing, the method here computes the right one, as PyTorch does, or says what to use instead. `docs/candle.md` lists
/// every operation. Use `Tensor::from` and [`as_candle`](Tensor::as_candle) to go from one to the other; with candle's own methods
/// candle's own gradients come back.
#[derive(Clone)]
pub struct Tensor(pub(super) candle_core::Tensor);

impl Tensor {
    /// candle's tensor.
    pub fn as_candle(&self) -> &candle_core::Tensor {
        &self.0
    }
}

impl AsRef<Tensor> for Tensor {
    fn as_ref(&self) -> &Tensor {
        self
    }
}

impl From<candle_core::Tensor> for Tensor {
    fn from(tensor: candle_core::Tensor) -> Self {
        Self(tensor)
    }
}

impl From<Tensor> for candle_core::Tensor {
    fn from(tensor: Tensor) -> Self {
        tensor.0
    }
}

impl fmt::Debug for Tensor {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

impl fmt::Display for Tensor {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

impl<N: WithDType> TryFrom<&Tensor> for Vec<N> {
    type Error = Error;

    fn try_from(tensor: &Tensor) -> Result<Self> {
        tensor.to_vec1()
    }
}
