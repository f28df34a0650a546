//! The Inception block of GoogLeNet (Szegedy et al. 2015, figure 2b): several kernel sizes side by side.

use super::{Builder, Conv2d};
use crate::Result;
use crate::ops::{Activation, PoolOptions, concat_channels, max_pool2d};
use candle_core::Tensor;

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

/// Four branches that see the same image and whose channels are put behind one another: a 1x1 convolution; one before a 3x3; one
/// before a 5x5; one after 3x3 max pooling. Each convolution is followed by ReLU. The 1x1 convolutions reduce the channels, so
/// that the larger ones cost less.
///
/// ```
/// use candle_core::{DType, Device, Tensor};
/// use eosin::nn::{Builder, Inception, InceptionChannels};
/// // The paper's first block, "3a".
/// let channels = InceptionChannels { one: 64, three: (96, 128), five: (16, 32), pooled: 32 };
/// let mut builder = Builder::new(42, &Device::Cpu);
/// let block = Inception::new(192, channels, &mut builder)?;
/// assert_eq!(builder.finish().count(), 163_696);
/// let features = Tensor::zeros((1, 192, 28, 28), DType::F32, &Device::Cpu)?;
/// assert_eq!(block.forward(&features)?.dims(), [1, 256, 28, 28]);
/// # Ok::<(), eosin::Error>(())
/// ```
pub struct Inception {
    one: Conv2d,
    three: [Conv2d; 2],
    five: [Conv2d; 2],
    pooled: Conv2d,
}

impl Inception {
    /// For images of `inputs` channels.
    ///
    /// # Errors
    /// When the device has no room.
    pub fn new(inputs: usize, channels: InceptionChannels, builder: &mut Builder) -> Result<Self> {
        let mut conv = |name: &str, inputs: usize, outputs: usize, kernel: usize| {
            builder.layer(name, |builder| {
                Conv2d::new(inputs, outputs, kernel, kernel / 2, builder)
            })
        };
        let ((reduced3, three), (reduced5, five)) = (channels.three, channels.five);
        Ok(Inception {
            one: conv("one", inputs, channels.one, 1)?,
            three: [
                conv("reduce3", inputs, reduced3, 1)?,
                conv("three", reduced3, three, 3)?,
            ],
            five: [
                conv("reduce5", inputs, reduced5, 1)?,
                conv("five", reduced5, five, 5)?,
            ],
            pooled: conv("pooled", inputs, channels.pooled, 1)?,
        })
    }

    /// (N, inputs, H, W) to (N, one + three + five + pooled, H, W).
    ///
    /// # Errors
    /// When the input does not fit.
    pub fn forward(&self, input: &Tensor) -> Result<Tensor> {
        let along = |layers: &[&Conv2d], input: &Tensor| {
            layers.iter().try_fold(input.clone(), |features, layer| {
                layer.forward_with(&features, Activation::Relu, None)
            })
        };
        let pool = PoolOptions::new(3).stride(1).padding(1);
        let one = along(&[&self.one], input)?;
        let three = along(&self.three.each_ref(), input)?;
        let five = along(&self.five.each_ref(), input)?;
        let pooled = along(&[&self.pooled], &max_pool2d(input, &pool)?)?;
        concat_channels(
            &concat_channels(&one, &three)?,
            &concat_channels(&five, &pooled)?,
        )
    }
}
