//! The smallest convolutional network worth the name.

use super::images::{Sides, check_images};
use super::{Conv2d, Flatten, Layers, Linear, MaxPool2d, Module, Relu, Sequential};
use crate::{Error, Result, Tensor, sequential};
use candle_core::Device;

/// Twice a 3x3 convolution, ReLU and 2x2 max pooling, then a fully connected layer.
///
/// Images are (N, channels, side, side), the output holds logits (N, classes).
///
/// ```
/// use candle_core::{DType, Device};
/// use eosin::Tensor;
/// use eosin::nn::{Layers, Module, SimpleConv};
/// let model = SimpleConv::new(1, 28, 10, 42, &Device::Cpu)?;
/// assert_eq!(model.parameters().count(), 20_490);
/// let digits = Tensor::zeros((5, 1, 28, 28), DType::F32, &Device::Cpu)?;
/// assert_eq!(model.forward(&digits)?.dims(), [5, 10]);
/// # Ok::<(), eosin::Error>(())
/// ```
#[derive(Layers)]
pub struct SimpleConv {
    channels: usize,
    side: usize,
    layers: Sequential,
}

impl SimpleConv {
    /// For images of `channels` channels and `side` x `side` pixels (at least 4), with values that follow from `seed`.
    ///
    /// # Errors
    /// When the side is too small, or the device is out of memory.
    pub fn new(
        channels: usize,
        side: usize,
        classes: usize,
        seed: u64,
        device: &Device,
    ) -> Result<Self> {
        if side < 4 {
            return Err(Error::Invalid(format!(
                "SimpleConv: a side of {side} pixels is too small: it is halved twice, so use at least 4"
            )));
        }
        // Pooling drops the last row and column of an odd side.
        let features = 32 * (side / 4) * (side / 4);
        let layers = sequential![
            Conv2d::new(channels, 16, 3).padding(1),
            Relu,
            MaxPool2d::new(2),
            Conv2d::new(16, 32, 3).padding(1),
            Relu,
            MaxPool2d::new(2),
            Flatten,
            Linear::new(features, classes),
        ];
        let model = SimpleConv {
            channels,
            side,
            layers,
        };
        model.init(seed, device)
    }
}

impl Module for SimpleConv {
    fn forward(&self, input: &Tensor) -> Result<Tensor> {
        check_images(
            "SimpleConv",
            input,
            self.channels,
            Sides::Exactly(self.side),
        )?;
        self.layers.forward(input)
    }
}
