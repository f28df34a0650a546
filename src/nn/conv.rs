//! Convolution layers.

use super::dropout::Dropout;
use super::parameters::Builder;
use crate::{Error, Result, ops};
use candle_core::Tensor;

/// A convolution: see [`ops::conv2d`].
///
/// ```
/// use candle_core::{DType, Device, Tensor};
/// use eosin::nn::{Builder, Conv2d};
/// use eosin::ops::ConvOptions;
/// let mut builder = Builder::new(42, &Device::Cpu);
/// let halve = builder.layer("halve", |builder| {
///     Conv2d::with(3, 16, 3, ConvOptions::new().stride(2).padding(1), builder)
/// })?;
/// let image = Tensor::zeros((1, 3, 32, 32), DType::F32, &Device::Cpu)?;
/// assert_eq!(halve.forward(&image)?.dims(), [1, 16, 16, 16]);
/// assert_eq!(builder.finish().count(), 16 * 3 * 3 * 3 + 16);
/// # Ok::<(), eosin::Error>(())
/// ```
pub struct Conv2d {
    weight: Tensor,
    bias: Option<Tensor>,
    options: ops::ConvOptions,
}

impl Conv2d {
    /// From `inputs` to `outputs` channels with a square kernel, stride 1 and a bias. [`Builder::init`] says how values are drawn.
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
        let options = ops::ConvOptions::new().padding(padding);
        Self::with(inputs, outputs, kernel, options, builder)
    }

    /// The same with any stride, padding, dilation and groups.
    ///
    /// # Errors
    /// As [`Conv2d::new`], and when the groups do not divide the channels.
    pub fn with(
        inputs: usize,
        outputs: usize,
        kernel: usize,
        options: ops::ConvOptions,
        builder: &mut Builder,
    ) -> Result<Self> {
        let layer = Self::without_bias(inputs, outputs, kernel, options, builder)?;
        Ok(Conv2d {
            bias: Some(builder.bias(outputs, &layer.weight)?),
            ..layer
        })
    }

    /// The same without a bias: before a normalisation, which has one of its own.
    ///
    /// # Errors
    /// As [`Conv2d::with`].
    pub fn without_bias(
        inputs: usize,
        outputs: usize,
        kernel: usize,
        options: ops::ConvOptions,
        builder: &mut Builder,
    ) -> Result<Self> {
        let shape = weight_shape(inputs, outputs, kernel, &options)?;
        Ok(Conv2d {
            weight: builder.weight(shape)?,
            bias: None,
            options,
        })
    }

    /// (N, inputs, H, W) to (N, outputs, OH, OW).
    ///
    /// # Errors
    /// When the input does not fit; see [`ops::conv2d`].
    pub fn forward(&self, input: &Tensor) -> Result<Tensor> {
        ops::conv2d(input, &self.weight, self.bias.as_ref(), &self.options)
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
        ops::conv2d(input, &self.weight, self.bias.as_ref(), &options)
    }
}

fn weight_shape(
    inputs: usize,
    outputs: usize,
    kernel: usize,
    options: &ops::ConvOptions,
) -> Result<(usize, usize, usize, usize)> {
    let groups = options.groups;
    if groups == 0 || !inputs.is_multiple_of(groups) || !outputs.is_multiple_of(groups) {
        return Err(Error::Invalid(format!(
            "Conv2d: {groups} groups do not divide {inputs} input and {outputs} output channels"
        )));
    }
    Ok((outputs, inputs / groups, kernel, kernel))
}

/// A transposed convolution whose kernel is as large as its stride: each pixel becomes a patch.
pub struct ConvTranspose2d {
    weight: Tensor,
    bias: Tensor,
    stride: usize,
}

impl ConvTranspose2d {
    /// From `inputs` to `outputs` channels, `stride` times as high and wide. [`Builder::init`] says how values are drawn.
    ///
    /// # Errors
    /// When the device has no room.
    pub fn new(
        inputs: usize,
        outputs: usize,
        stride: usize,
        builder: &mut Builder,
    ) -> Result<Self> {
        let weight = builder.weight((inputs, outputs, stride, stride))?;
        let bias = builder.bias(outputs, &weight)?;
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
