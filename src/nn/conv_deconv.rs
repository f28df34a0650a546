//! From image to image through a bottleneck.

use super::images::{Sides, check_images};
use super::{Conv2d, ConvTranspose2d, Layers, Module, Relu, Sequential};
use crate::{Result, Tensor, sequential};
use candle_core::Device;

/// Three 3x3 convolutions of stride 2, which halve the image, then three transposed convolutions, which enlarge it again; ReLU
/// between all.
///
/// Images are (N, channels, H, W) with H and W multiples of 8, the output is (N, outputs, H, W): logits of a mask, or an image.
/// There are no skip connections: what the way down loses, the way up must guess (a U-Net need not).
///
/// ```
/// use candle_core::{DType, Device};
/// use eosin::Tensor;
/// use eosin::nn::{ConvDeconv, Layers, Module};
/// let model = ConvDeconv::new(3, 1, 42, &Device::Cpu)?;
/// assert_eq!(model.parameters().count(), 33_937);
/// let images = Tensor::zeros((2, 3, 32, 48), DType::F32, &Device::Cpu)?;
/// assert_eq!(model.forward(&images)?.dims(), [2, 1, 32, 48]);
/// # Ok::<(), eosin::Error>(())
/// ```
#[derive(Layers)]
pub struct ConvDeconv {
    channels: usize,
    layers: Sequential,
}

impl ConvDeconv {
    /// From `channels` to `outputs` channels, with values that follow from `seed`.
    ///
    /// # Errors
    /// When the device is out of memory.
    pub fn new(channels: usize, outputs: usize, seed: u64, device: &Device) -> Result<Self> {
        let halve = |inputs, outputs| Conv2d::new(inputs, outputs, 3).stride(2).padding(1);
        let double = |inputs, outputs| ConvTranspose2d::new(inputs, outputs, 2).stride(2);
        let layers = sequential![
            halve(channels, 16),
            Relu,
            halve(16, 32),
            Relu,
            halve(32, 64),
            Relu,
            double(64, 32),
            Relu,
            double(32, 16),
            Relu,
            double(16, outputs),
        ];
        ConvDeconv { channels, layers }.init(seed, device)
    }
}

impl Module for ConvDeconv {
    fn forward(&self, input: &Tensor) -> Result<Tensor> {
        check_images("ConvDeconv", input, self.channels, Sides::Halved(3))?;
        self.layers.forward(input)
    }
}
