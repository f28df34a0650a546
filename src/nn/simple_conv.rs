//! The simplest network that segments: convolutions alone.

use super::conv_block::{conv_block, last_block};
use super::images::{Sides, check_images};
use super::{Layers, Module, Sequential};
use crate::{Result, Tensor, sequential};
use candle_core::Device;

/// Four 3x3 convolutions at full resolution (32, 64, 128 channels, then one for each class), each with batch normalisation and ReLU.
///
/// Images are (N, channels, H, W), the output holds logits (N, classes, H, W). A logit depends on 9 x 9 pixels of the image, its
/// receptive field, so the network knows textures but not shapes.
///
/// The last block has no ReLU. The network of this name in the workshop at PyCon India 2018 had one before its log-softmax, which
/// was a mistake: logits below zero, "certainly not this class", all became 0, and no gradient passed there.
///
/// ```
/// use candle_core::{DType, Device};
/// use eosin::Tensor;
/// use eosin::nn::{Layers, Module, SimpleConv};
/// let model = SimpleConv::new(1, 2, 42, &Device::Cpu)?;
/// assert_eq!(model.parameters().count(), 95_430);
/// let slices = Tensor::zeros((1, 1, 20, 30), DType::F32, &Device::Cpu)?;
/// assert_eq!(model.forward(&slices)?.dims(), [1, 2, 20, 30]);
/// # Ok::<(), eosin::Error>(())
/// ```
#[derive(Layers)]
pub struct SimpleConv {
    channels: usize,
    layers: Sequential,
}

impl SimpleConv {
    /// From `channels` channels to a logit for each of `classes`, with values that follow from `seed`.
    ///
    /// # Errors
    /// When the device is out of memory.
    pub fn new(channels: usize, classes: usize, seed: u64, device: &Device) -> Result<Self> {
        let layers = sequential![
            conv_block(channels, 32, 1),
            conv_block(32, 64, 1),
            conv_block(64, 128, 1),
            last_block(128, classes, 1),
        ];
        SimpleConv { channels, layers }.init(seed, device)
    }
}

impl Module for SimpleConv {
    fn forward(&self, input: &Tensor) -> Result<Tensor> {
        check_images("SimpleConv", input, self.channels, Sides::Any)?;
        self.layers.forward(input)
    }
}
