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
    /// From `inputs` to `outputs` features. Values are drawn evenly from `-b..b` with `b = 1 / sqrt(inputs)`.
    ///
    /// # Errors
    /// When the device has no room.
    pub fn new(inputs: usize, outputs: usize, builder: &mut Builder) -> Result<Self> {
        let bound = 1.0 / (inputs as f64).sqrt();
        Ok(Linear {
            weight: builder.uniform("weight", (outputs, inputs), bound)?,
            bias: builder.uniform("bias", outputs, bound)?,
        })
    }

    /// (N, inputs) to (N, outputs), then `activation`.
    ///
    /// # Errors
    /// When the input does not fit.
    pub fn forward(&self, input: &Tensor, activation: Activation) -> Result<Tensor> {
        ops::linear(input, &self.weight, &self.bias, activation)
    }
}
