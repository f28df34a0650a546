//! The Inception block of GoogLeNet (Szegedy et al. 2015, figure 2b): several kernel sizes side by side.

use super::{Conv2d, Layers, MaxPool2d, Module, Relu};
use crate::ops::concat_channels;
use crate::{Result, Tensor};

/// Channels of the four branches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InceptionChannels {
    /// Of the 1x1 convolution.
    pub one: usize,
    /// Of the 1x1 convolution before the 3x3 one, and of that.
    pub three: (usize, usize),
    /// Of the 1x1 convolution before the 5x5 one, and of that.
    pub five: (usize, usize),
    /// Of the 1x1 convolution after the pooling.
    pub pooled: usize,
}

/// Four branches that see the same image and whose channels are concatenated: a 1x1 convolution; one before a 3x3; one before a
/// 5x5; one after 3x3 max pooling. ReLU follows each convolution. The 1x1 convolutions reduce the channels, so that the larger ones
/// cost less.
///
/// ```
/// use candle_core::{DType, Device};
/// use eosin::Tensor;
/// use eosin::nn::{Inception, InceptionChannels, Layers, Module};
/// // The paper's first block, "3a".
/// let channels = InceptionChannels { one: 64, three: (96, 128), five: (16, 32), pooled: 32 };
/// let block = Inception::new(192, channels).init(42, &Device::Cpu)?;
/// assert_eq!(block.parameters().count(), 163_696);
/// let features = Tensor::zeros((1, 192, 28, 28), DType::F32, &Device::Cpu)?;
/// assert_eq!(block.forward(&features)?.dims(), [1, 256, 28, 28]);
/// # Ok::<(), eosin::Error>(())
/// ```
#[derive(Layers)]
pub struct Inception {
    one: Conv2d,
    reduce3: Conv2d,
    three: Conv2d,
    reduce5: Conv2d,
    five: Conv2d,
    pool: MaxPool2d,
    pooled: Conv2d,
}

impl Inception {
    /// From (N, inputs, H, W) to (N, one + three + five + pooled, H, W).
    pub fn new(inputs: usize, channels: InceptionChannels) -> Self {
        let conv = |inputs: usize, outputs: usize, kernel: usize| {
            Conv2d::new(inputs, outputs, kernel)
                .padding(kernel / 2)
                .activation(Relu)
        };
        let ((reduced3, three), (reduced5, five)) = (channels.three, channels.five);
        Inception {
            one: conv(inputs, channels.one, 1),
            reduce3: conv(inputs, reduced3, 1),
            three: conv(reduced3, three, 3),
            reduce5: conv(inputs, reduced5, 1),
            five: conv(reduced5, five, 5),
            pool: MaxPool2d::new(3).stride(1).padding(1),
            pooled: conv(inputs, channels.pooled, 1),
        }
    }
}

impl Module for Inception {
    fn forward(&self, input: &Tensor) -> Result<Tensor> {
        let one = self.one.forward(input)?;
        let three = self.three.forward(&self.reduce3.forward(input)?)?;
        let five = self.five.forward(&self.reduce5.forward(input)?)?;
        let pooled = self.pooled.forward(&self.pool.forward(input)?)?;
        concat_channels(
            &concat_channels(&one, &three)?,
            &concat_channels(&five, &pooled)?,
        )
    }
}
