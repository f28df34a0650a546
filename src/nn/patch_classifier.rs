//! A classifier of small pieces of microscopy images.

use super::images::{Sides, check_images};
use super::{
    AdaptiveAvgPool2d, BatchNorm2d, Conv2d, Flatten, Layers, Linear, MaxPool2d, Module, Relu,
    Sequential,
};
use crate::{Result, Tensor, sequential};
use candle_core::Device;

/// Three blocks of a 3x3 convolution, batch normalisation, ReLU and 2x2 max pooling, then the mean of each channel and a fully
/// connected layer.
///
/// Patches are (N, channels, H, W) with H and W of at least 8, the output holds logits (N, classes). The mean over the whole patch
/// keeps the model small, whatever the patch's size, and lets a cell lie anywhere in it.
///
/// ```
/// use candle_core::{DType, Device};
/// use eosin::Tensor;
/// use eosin::nn::{Layers, Module, PatchClassifier};
/// let model = PatchClassifier::new(3, 2, 42, &Device::Cpu)?;
/// assert_eq!(model.parameters().count(), 93_730);
/// let patches = Tensor::zeros((4, 3, 32, 32), DType::F32, &Device::Cpu)?;
/// assert_eq!(model.predict(&patches)?.dims(), [4, 2]);
/// # Ok::<(), eosin::Error>(())
/// ```
#[derive(Layers)]
pub struct PatchClassifier {
    channels: usize,
    layers: Sequential,
}

fn block(inputs: usize, outputs: usize) -> Sequential {
    sequential![
        Conv2d::new(inputs, outputs, 3).padding(1).bias(false),
        BatchNorm2d::new(outputs),
        Relu,
        MaxPool2d::new(2),
    ]
}

impl PatchClassifier {
    /// For patches of `channels` channels, with values that follow from `seed`.
    ///
    /// # Errors
    /// When the device is out of memory.
    pub fn new(channels: usize, classes: usize, seed: u64, device: &Device) -> Result<Self> {
        let layers = sequential![
            block(channels, 32),
            block(32, 64),
            block(64, 128),
            AdaptiveAvgPool2d::new(1),
            Flatten,
            Linear::new(128, classes),
        ];
        PatchClassifier { channels, layers }.init(seed, device)
    }
}

impl Module for PatchClassifier {
    fn forward(&self, input: &Tensor) -> Result<Tensor> {
        check_images("PatchClassifier", input, self.channels, Sides::AtLeast(8))?;
        self.layers.forward(input)
    }
}
