//! Fully connected layers.

use super::parameters::Builder;
use crate::{Error, Result};
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

    /// (N, inputs) to (N, outputs). The matrix product is candle's.
    ///
    /// # Errors
    /// When the input does not fit.
    pub fn forward(&self, input: &Tensor) -> Result<Tensor> {
        let (outputs, inputs) = self.weight.dims2()?;
        if input.rank() != 2 || input.dim(1)? != inputs {
            return Err(Error::Invalid(format!(
                "Linear: input {:?}: this layer takes (N, {inputs}) to (N, {outputs})",
                input.shape()
            )));
        }
        Ok(input.matmul(&self.weight.t()?)?.broadcast_add(&self.bias)?)
    }
}
