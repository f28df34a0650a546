//! A U-Net with a single skip connection.

use super::conv_block::{conv_block, last_block, up_block};
use super::images::{Sides, check_images};
use super::{Layers, MaxPool2d, Module, Sequential};
use crate::{Result, Tensor, ops, sequential};
use candle_core::Device;

/// [`ConvDeconv`](super::ConvDeconv) with one skip connection: what the first pooling gave returns on the way up, at half of the
/// full size. That is the whole idea of a [`UNet`](super::UNet).
///
/// Images are (N, channels, H, W) with H and W multiples of 4, the output holds logits (N, classes, H, W). The last block has no
/// ReLU: see [`SimpleConv`](super::SimpleConv).
///
/// ```
/// use candle_core::{DType, Device};
/// use eosin::Tensor;
/// use eosin::nn::{Layers, Module, SmallUNet};
/// let model = SmallUNet::new(1, 2, 42, &Device::Cpu)?;
/// assert_eq!(model.parameters().count(), 397_862);
/// let slices = Tensor::zeros((1, 1, 16, 24), DType::F32, &Device::Cpu)?;
/// assert_eq!(model.forward(&slices)?.dims(), [1, 2, 16, 24]);
/// # Ok::<(), eosin::Error>(())
/// ```
#[derive(Layers)]
pub struct SmallUNet {
    channels: usize,
    /// To half of the full size, where the skip connection begins.
    down: Sequential,
    /// To a quarter of it, and back to half.
    bottom: Sequential,
    /// To the full size again.
    up: Sequential,
}

impl SmallUNet {
    /// From `channels` channels to a logit for each of `classes`, with values that follow from `seed`.
    ///
    /// # Errors
    /// When the device is out of memory.
    pub fn new(channels: usize, classes: usize, seed: u64, device: &Device) -> Result<Self> {
        let model = SmallUNet {
            channels,
            down: sequential![
                conv_block(channels, 32, 1),
                conv_block(32, 64, 1),
                MaxPool2d::new(2),
            ],
            bottom: sequential![
                conv_block(64, 128, 1),
                conv_block(128, 128, 1),
                MaxPool2d::new(2),
                up_block(128, 128),
                conv_block(128, 64, 1),
            ],
            up: sequential![up_block(64 + 64, 32), last_block(32, classes, 1)],
        };
        model.init(seed, device)
    }
}

impl Module for SmallUNet {
    fn forward(&self, input: &Tensor) -> Result<Tensor> {
        check_images("SmallUNet", input, self.channels, Sides::Halved(2))?;
        let skip = self.down.forward(input)?;
        let features = self.bottom.forward(&skip)?;
        self.up.forward(&ops::concat_channels(&skip, &features)?)
    }
}
