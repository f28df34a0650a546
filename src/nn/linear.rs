//! Fully connected layers.

use super::parameters::Builder;
use crate::Result;
use crate::ops::{self, Activation};
use candle_core::Tensor;

/// `x * weight^T + bias`, with PyTorch's shapes and first values.
pub struct Linear {
    weight: Tensor,
    bias: Tensor,
}

impl Linear {
    /// From `inputs` to `outputs` features. [`Builder::init`] says how values are drawn.
    ///
    /// # Errors
    /// When the device has no room.
    pub fn new(inputs: usize, outputs: usize, builder: &mut Builder) -> Result<Self> {
        let weight = builder.weight((outputs, inputs))?;
        let bias = builder.bias(outputs, &weight)?;
        Ok(Linear { weight, bias })
    }

    /// (N, inputs) to (N, outputs), then `activation`.
    ///
    /// # Errors
    /// When the input does not fit.
    pub fn forward(&self, input: &Tensor, activation: Activation) -> Result<Tensor> {
        ops::linear(input, &self.weight, &self.bias, activation)
    }
}
