//! The parts of DenseNet (Huang et al. 2017): each layer sees the results of all before it.

use super::{BatchNorm2d, Builder, Conv2d, Fan, Init};
use crate::Result;
use crate::ops::{Activation, ConvOptions, PoolOptions, avg_pool2d, concat_channels};
use candle_core::Tensor;

/// Batch normalisation, ReLU, then a convolution without bias.
struct NormConv {
    norm: BatchNorm2d,
    conv: Conv2d,
}

impl NormConv {
    /// A square kernel of odd size, padded such that the image's size stays.
    fn new(
        [norm, conv]: [&str; 2],
        inputs: usize,
        outputs: usize,
        kernel: usize,
        builder: &mut Builder,
    ) -> Result<Self> {
        let options = ConvOptions::new().padding(kernel / 2);
        Ok(NormConv {
            norm: builder.layer(norm, |builder| BatchNorm2d::new(inputs, builder))?,
            conv: builder.layer(conv, |builder| {
                builder.init(Init::KaimingNormal(Fan::In, Activation::Relu), |builder| {
                    Conv2d::without_bias(inputs, outputs, kernel, options, builder)
                })
            })?,
        })
    }

    fn forward(&self, input: &Tensor, train: bool) -> Result<Tensor> {
        let normal = self.norm.forward_with(input, Activation::Relu, train)?;
        self.conv.forward(&normal)
    }
}

/// Layers that each add `growth` channels to what they see: 1x1 convolution to four times as many, then 3x3 convolution, both after
/// batch normalisation and ReLU. Drawn and named as torchvision's.
///
/// ```
/// use candle_core::{DType, Device, Tensor};
/// use eosin::nn::{Builder, DenseBlock};
/// let mut builder = Builder::new(42, &Device::Cpu);
/// // The first block of DenseNet-121: six layers, 32 channels each.
/// let block = DenseBlock::new(64, 6, 32, &mut builder)?;
/// assert_eq!(builder.finish().count(), 335_040);
/// let features = Tensor::zeros((1, 64, 14, 14), DType::F32, &Device::Cpu)?;
/// assert_eq!(block.forward(&features, false)?.dims(), [1, 256, 14, 14]);
/// # Ok::<(), eosin::Error>(())
/// ```
pub struct DenseBlock {
    layers: Vec<[NormConv; 2]>,
}

impl DenseBlock {
    /// `layers` layers, from `inputs` to `inputs + layers * growth` channels.
    ///
    /// # Errors
    /// When the device has no room.
    pub fn new(inputs: usize, layers: usize, growth: usize, builder: &mut Builder) -> Result<Self> {
        let layer = |index: usize| {
            let (inputs, reduced) = (inputs + index * growth, 4 * growth);
            builder.layer(&format!("denselayer{}", index + 1), |builder| {
                Ok([
                    NormConv::new(["norm1", "conv1"], inputs, reduced, 1, builder)?,
                    NormConv::new(["norm2", "conv2"], reduced, growth, 3, builder)?,
                ])
            })
        };
        Ok(DenseBlock {
            layers: (0..layers).map(layer).collect::<Result<_>>()?,
        })
    }

    /// (N, inputs, H, W) to (N, inputs + layers * growth, H, W): the input's channels come first.
    ///
    /// # Errors
    /// When the input does not fit.
    pub fn forward(&self, input: &Tensor, train: bool) -> Result<Tensor> {
        let mut features = input.clone();
        for [reduce, grow] in &self.layers {
            let new = grow.forward(&reduce.forward(&features, train)?, train)?;
            features = concat_channels(&features, &new)?;
        }
        Ok(features)
    }
}

/// What stands between two [`DenseBlock`]s: batch normalisation, ReLU, a 1x1 convolution to fewer channels, and 2x2 average pooling.
///
/// ```
/// use candle_core::{DType, Device, Tensor};
/// use eosin::nn::{Builder, Transition};
/// let mut builder = Builder::new(42, &Device::Cpu);
/// let transition = Transition::new(256, 128, &mut builder)?;
/// assert_eq!(builder.finish().count(), 33_280);
/// let features = Tensor::zeros((1, 256, 14, 14), DType::F32, &Device::Cpu)?;
/// assert_eq!(transition.forward(&features, false)?.dims(), [1, 128, 7, 7]);
/// # Ok::<(), eosin::Error>(())
/// ```
pub struct Transition(NormConv);

impl Transition {
    /// From `inputs` to `outputs` channels.
    ///
    /// # Errors
    /// When the device has no room.
    pub fn new(inputs: usize, outputs: usize, builder: &mut Builder) -> Result<Self> {
        NormConv::new(["norm", "conv"], inputs, outputs, 1, builder).map(Transition)
    }

    /// (N, inputs, H, W) to (N, outputs, H / 2, W / 2).
    ///
    /// # Errors
    /// When the input does not fit.
    pub fn forward(&self, input: &Tensor, train: bool) -> Result<Tensor> {
        avg_pool2d(&self.0.forward(input, train)?, &PoolOptions::new(2))
    }
}
