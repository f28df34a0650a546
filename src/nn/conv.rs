//! Convolution layers.

use super::dropout::Dropout;
use super::parameters::Builder;
use crate::{Result, ops};
use candle_core::Tensor;

/// A convolution with weight and bias; stride 1.
pub struct Conv2d {
    weight: Tensor,
    bias: Tensor,
    options: ops::ConvOptions,
}

impl Conv2d {
    /// From `inputs` to `outputs` channels with a square kernel. Values are drawn as PyTorch draws them: evenly from
    /// `-b..b` with `b = 1 / sqrt(inputs * kernel * kernel)`.
    ///
    /// # Errors
    /// When the device has no room.
    pub fn new(
        inputs: usize,
        outputs: usize,
        kernel: usize,
        padding: usize,
        builder: &mut Builder,
    ) -> Result<Self> {
        let bound = 1.0 / ((inputs * kernel * kernel) as f64).sqrt();
        let weight = builder.uniform("weight", (outputs, inputs, kernel, kernel), bound)?;
        let bias = builder.uniform("bias", outputs, bound)?;
        Ok(Conv2d {
            weight,
            bias,
            options: ops::ConvOptions::new().padding(padding),
        })
    }

    /// (N, inputs, H, W) to (N, outputs, OH, OW).
    ///
    /// # Errors
    /// When the input does not fit; see [`ops::conv2d`].
    pub fn forward(&self, input: &Tensor) -> Result<Tensor> {
        ops::conv2d(input, &self.weight, Some(&self.bias), &self.options)
    }

    /// The same, then `activation` and (where `dropout` has a layer) dropout, in one operation.
    ///
    /// # Errors
    /// As [`Conv2d::forward`].
    pub fn forward_with(
        &self,
        input: &Tensor,
        activation: ops::Activation,
        dropout: Option<&Dropout>,
    ) -> Result<Tensor> {
        let mut options = self.options.activation(activation);
        if let Some(dropout) = dropout {
            options = options.dropout(dropout.probability(), dropout.draw());
        }
        ops::conv2d(input, &self.weight, Some(&self.bias), &options)
    }
}

/// A transposed convolution whose kernel is as large as its stride: each pixel becomes a patch.
pub struct ConvTranspose2d {
    weight: Tensor,
    bias: Tensor,
    stride: usize,
}

impl ConvTranspose2d {
    /// From `inputs` to `outputs` channels, `stride` times as high and wide. Values as PyTorch draws them: evenly from
    /// `-b..b` with `b = 1 / sqrt(outputs * stride * stride)`.
    ///
    /// # Errors
    /// When the device has no room.
    pub fn new(
        inputs: usize,
        outputs: usize,
        stride: usize,
        builder: &mut Builder,
    ) -> Result<Self> {
        let bound = 1.0 / ((outputs * stride * stride) as f64).sqrt();
        let weight = builder.uniform("weight", (inputs, outputs, stride, stride), bound)?;
        let bias = builder.uniform("bias", outputs, bound)?;
        Ok(ConvTranspose2d {
            weight,
            bias,
            stride,
        })
    }

    /// (N, inputs, H, W) to (N, outputs, H * stride, W * stride).
    ///
    /// # Errors
    /// When the input does not fit; see [`ops::conv_transpose2d`].
    pub fn forward(&self, input: &Tensor) -> Result<Tensor> {
        let options = ops::ConvTransposeOptions::new().stride(self.stride);
        ops::conv_transpose2d(input, &self.weight, Some(&self.bias), &options)
    }
}
