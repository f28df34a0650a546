//! From image to image through a bottleneck.

use super::conv_block::{conv_block, last_block, up_block};
use super::images::{Sides, check_images};
use super::{Layers, MaxPool2d, Module, Sequential};
use crate::{Result, Tensor, sequential};
use candle_core::Device;

/// Convolutions with 2x2 max pooling, down to a quarter of the size, then transposed convolutions, up to the full size again.
///
/// Images are (N, channels, H, W) with H and W multiples of 4, the output holds logits (N, classes, H, W). Every convolution has
/// batch normalisation and ReLU after it, but the last has no ReLU: see [`SimpleConv`](super::SimpleConv). There are no skip
/// connections, so what the way down loses, the way up must guess; [`SmallUNet`](super::SmallUNet) is the same network with one.
///
/// ```
/// use candle_core::{DType, Device};
/// use eosin::Tensor;
/// use eosin::nn::{ConvDeconv, Layers, Module};
/// let model = ConvDeconv::new(1, 2, 42, &Device::Cpu)?;
/// assert_eq!(model.parameters().count(), 389_670);
/// let slices = Tensor::zeros((1, 1, 16, 24), DType::F32, &Device::Cpu)?;
/// assert_eq!(model.forward(&slices)?.dims(), [1, 2, 16, 24]);
/// # Ok::<(), eosin::Error>(())
/// ```
#[derive(Layers)]
pub struct ConvDeconv {
    channels: usize,
    layers: Sequential,
}

impl ConvDeconv {
    /// From `channels` channels to a logit for each of `classes`, with values that follow from `seed`.
    ///
    /// # Errors
    /// When the device is out of memory.
    pub fn new(channels: usize, classes: usize, seed: u64, device: &Device) -> Result<Self> {
        let layers = sequential![
            conv_block(channels, 32, 1),
            conv_block(32, 64, 1),
            MaxPool2d::new(2),
            conv_block(64, 128, 1),
            conv_block(128, 128, 1),
            MaxPool2d::new(2),
            up_block(128, 128),
            conv_block(128, 64, 1),
            up_block(64, 32),
            last_block(32, classes, 1),
        ];
        ConvDeconv { channels, layers }.init(seed, device)
    }
}

impl Module for ConvDeconv {
    fn forward(&self, input: &Tensor) -> Result<Tensor> {
        check_images("ConvDeconv", input, self.channels, Sides::Halved(2))?;
        self.layers.forward(input)
    }
}
