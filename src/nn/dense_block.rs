//! The parts of DenseNet (Huang et al. 2017): each layer sees the outputs of all before it.

use super::layers::{Layers, Visitor};
use super::{AvgPool2d, BatchNorm2d, Conv2d, Fan, Init, Module, Relu};
use crate::ops::concat_channels;
use crate::{Result, Tensor};

/// A convolution without bias; an odd kernel is padded so that the image keeps its size.
fn conv(inputs: usize, outputs: usize, kernel: usize) -> Conv2d {
    Conv2d::new(inputs, outputs, kernel)
        .padding(kernel / 2)
        .bias(false)
        .drawn_by(Init::KaimingNormal(Fan::In, Relu))
}

fn norm(channels: usize) -> BatchNorm2d {
    BatchNorm2d::new(channels).activation(Relu)
}

/// A 1x1 convolution, then a 3x3 one, each after batch normalisation and ReLU.
#[derive(Layers)]
struct DenseLayer {
    norm1: BatchNorm2d,
    conv1: Conv2d,
    norm2: BatchNorm2d,
    conv2: Conv2d,
}

impl Module for DenseLayer {
    fn forward(&self, input: &Tensor) -> Result<Tensor> {
        let reduced = self.conv1.forward(&self.norm1.forward(input)?)?;
        self.conv2.forward(&self.norm2.forward(&reduced)?)
    }
}

/// Layers that each add `growth` channels to what they see: a 1x1 convolution to four times as many, then a 3x3 convolution, both
/// after batch normalisation and ReLU. Drawn and named as torchvision's.
///
/// ```
/// use candle_core::{DType, Device};
/// use eosin::Tensor;
/// use eosin::nn::{DenseBlock, Layers, Module};
/// // The first block of DenseNet-121: six layers, 32 channels each.
/// let block = DenseBlock::new(64, 6, 32).init(42, &Device::Cpu)?;
/// assert_eq!(block.parameters().count(), 335_040);
/// let features = Tensor::zeros((1, 64, 14, 14), DType::F32, &Device::Cpu)?;
/// assert_eq!(block.predict(&features)?.dims(), [1, 256, 14, 14]);
/// # Ok::<(), eosin::Error>(())
/// ```
pub struct DenseBlock {
    layers: Vec<DenseLayer>,
}

impl DenseBlock {
    /// `layers` layers, from (N, inputs, H, W) to (N, inputs + layers * growth, H, W): the input's channels come first.
    pub fn new(inputs: usize, layers: usize, growth: usize) -> Self {
        let reduced = 4 * growth;
        let layer = |number: usize| {
            let inputs = inputs + number * growth;
            DenseLayer {
                norm1: norm(inputs),
                conv1: conv(inputs, reduced, 1),
                norm2: norm(reduced),
                conv2: conv(reduced, growth, 3),
            }
        };
        DenseBlock {
            layers: (0..layers).map(layer).collect(),
        }
    }
}

impl Layers for DenseBlock {
    fn visit(&self, visitor: &mut Visitor<'_>) {
        for (number, layer) in self.layers.iter().enumerate() {
            visitor.field(&format!("denselayer{}", number + 1), layer);
        }
    }
}

impl Module for DenseBlock {
    fn forward(&self, input: &Tensor) -> Result<Tensor> {
        let mut features = input.clone();
        for layer in &self.layers {
            features = concat_channels(&features, &layer.forward(&features)?)?;
        }
        Ok(features)
    }
}

/// What stands between two [`DenseBlock`]s: batch normalisation, ReLU, a 1x1 convolution to fewer channels, and 2x2 average pooling.
///
/// ```
/// use candle_core::{DType, Device};
/// use eosin::Tensor;
/// use eosin::nn::{Layers, Module, Transition};
/// let transition = Transition::new(256, 128).init(42, &Device::Cpu)?;
/// assert_eq!(transition.parameters().count(), 33_280);
/// let features = Tensor::zeros((1, 256, 14, 14), DType::F32, &Device::Cpu)?;
/// assert_eq!(transition.predict(&features)?.dims(), [1, 128, 7, 7]);
/// # Ok::<(), eosin::Error>(())
/// ```
#[derive(Layers)]
pub struct Transition {
    norm: BatchNorm2d,
    conv: Conv2d,
    pool: AvgPool2d,
}

impl Transition {
    /// From (N, inputs, H, W) to (N, outputs, H / 2, W / 2).
    pub fn new(inputs: usize, outputs: usize) -> Self {
        Transition {
            norm: norm(inputs),
            conv: conv(inputs, outputs, 1),
            pool: AvgPool2d::new(2),
        }
    }
}

impl Module for Transition {
    fn forward(&self, input: &Tensor) -> Result<Tensor> {
        let reduced = self.conv.forward(&self.norm.forward(input)?)?;
        self.pool.forward(&reduced)
    }
}
