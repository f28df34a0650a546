//! The smallest convolutional network worth the name.

use super::{Builder, Conv2d, Linear, Model, Parameters};
use crate::ops::{Activation, PoolOptions, flatten, max_pool2d};
use crate::{Error, Result};
use candle_core::{Device, Tensor};

/// Channels after each of the two convolutions.
const CHANNELS: [usize; 2] = [16, 32];

/// Twice a 3x3 convolution, ReLU and 2x2 max pooling, then a fully connected layer.
///
/// Images are (N, channels, side, side), the result holds logits (N, classes).
///
/// ```
/// use candle_core::{DType, Device, Tensor};
/// use eosin::nn::{Model, SimpleConv};
/// let model = SimpleConv::new(1, 28, 10, 42, &Device::Cpu)?;
/// assert_eq!(model.parameters().count(), 20_490);
/// let digits = Tensor::zeros((5, 1, 28, 28), DType::F32, &Device::Cpu)?;
/// assert_eq!(model.forward(&digits, false)?.dims(), [5, 10]);
/// # Ok::<(), eosin::Error>(())
/// ```
pub struct SimpleConv {
    first: Conv2d,
    second: Conv2d,
    last: Linear,
    channels: usize,
    side: usize,
    parameters: Parameters,
}

impl SimpleConv {
    /// For images of `channels` channels and `side` x `side` pixels (at least 4), with values that follow from `seed`.
    ///
    /// # Errors
    /// When the side is too small, or the device has no room.
    pub fn new(
        channels: usize,
        side: usize,
        classes: usize,
        seed: u64,
        device: &Device,
    ) -> Result<Self> {
        if side < 4 {
            return Err(Error::Invalid(format!(
                "SimpleConv: a side of {side} pixels is too small; it is halved twice, so 4 are needed"
            )));
        }
        let [first, second] = CHANNELS;
        // Halved twice, each time without the half pixel of an odd side.
        let features = second * (side / 4) * (side / 4);
        let mut builder = Builder::new(seed, device);
        Ok(SimpleConv {
            first: builder.layer("first", |builder| {
                Conv2d::new(channels, first, 3, 1, builder)
            })?,
            second: builder.layer("second", |builder| {
                Conv2d::new(first, second, 3, 1, builder)
            })?,
            last: builder.layer("last", |builder| Linear::new(features, classes, builder))?,
            channels,
            side,
            parameters: builder.finish(),
        })
    }
}

impl Model for SimpleConv {
    fn forward(&self, input: &Tensor, _train: bool) -> Result<Tensor> {
        if input.rank() != 4 || input.dims()[1..] != [self.channels, self.side, self.side] {
            return Err(Error::Invalid(format!(
                "SimpleConv: input {:?}: images must be (N, {}, {side}, {side})",
                input.shape(),
                self.channels,
                side = self.side
            )));
        }
        let mut features = input.clone();
        for layer in [&self.first, &self.second] {
            features = layer.forward_with(&features, Activation::Relu, None)?;
            features = max_pool2d(&features, &PoolOptions::new(2))?;
        }
        self.last
            .forward(&flatten(&features)?, Activation::Identity)
    }

    fn parameters(&self) -> &Parameters {
        &self.parameters
    }
}
