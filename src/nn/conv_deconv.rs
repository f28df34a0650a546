//! From image to image through a bottleneck.

use super::{Builder, Conv2d, ConvTranspose2d, Model, Parameters};
use crate::ops::{self, Activation, ConvOptions};
use crate::{Error, Result};
use candle_core::{Device, Tensor};

/// Channels of the levels on the way down; the way up goes through the same.
const CHANNELS: [usize; 3] = [16, 32, 64];

/// Three 3x3 convolutions of stride 2, which halve the image, then three transposed convolutions, which enlarge it again; ReLU
/// between all.
///
/// Images are (N, channels, H, W) with H and W multiples of 8, the result is (N, outputs, H, W): logits of a mask, or an image.
/// There are no skip connections: what the way down loses, the way up must guess (a U-Net need not).
///
/// ```
/// use candle_core::{DType, Device, Tensor};
/// use eosin::nn::{ConvDeconv, Model};
/// let model = ConvDeconv::new(3, 1, 42, &Device::Cpu)?;
/// assert_eq!(model.parameters().count(), 33_937);
/// let images = Tensor::zeros((2, 3, 32, 48), DType::F32, &Device::Cpu)?;
/// assert_eq!(model.forward(&images, false)?.dims(), [2, 1, 32, 48]);
/// # Ok::<(), eosin::Error>(())
/// ```
pub struct ConvDeconv {
    down: Vec<Conv2d>,
    up: Vec<ConvTranspose2d>,
    channels: usize,
    parameters: Parameters,
}

impl ConvDeconv {
    /// From `channels` to `outputs` channels, with values that follow from `seed`.
    ///
    /// # Errors
    /// When the device has no room.
    pub fn new(channels: usize, outputs: usize, seed: u64, device: &Device) -> Result<Self> {
        let mut builder = Builder::new(seed, device);
        let (mut down, mut up) = (Vec::new(), Vec::new());
        let halve = ConvOptions::new().stride(2).padding(1);
        let mut inputs = channels;
        for (level, channels) in CHANNELS.into_iter().enumerate() {
            down.push(builder.layer(&format!("down{level}"), |builder| {
                Conv2d::with(inputs, channels, 3, halve, builder)
            })?);
            inputs = channels;
        }
        for level in (0..CHANNELS.len()).rev() {
            let channels = match level {
                0 => outputs,
                _ => CHANNELS[level - 1],
            };
            up.push(builder.layer(&format!("up{level}"), |builder| {
                ConvTranspose2d::new(inputs, channels, 2, builder)
            })?);
            inputs = channels;
        }
        Ok(ConvDeconv {
            down,
            up,
            channels,
            parameters: builder.finish(),
        })
    }
}

impl Model for ConvDeconv {
    fn forward(&self, input: &Tensor, _train: bool) -> Result<Tensor> {
        const MULTIPLE: usize = 1 << CHANNELS.len();
        match *input.dims() {
            [_, channels, height, width]
                if channels == self.channels
                    && height.is_multiple_of(MULTIPLE)
                    && width.is_multiple_of(MULTIPLE) => {}
            _ => {
                return Err(Error::Invalid(format!(
                    "ConvDeconv: input {:?}: images must be (N, {}, H, W) with H and W multiples of {MULTIPLE} (they are halved \
                     {} times)",
                    input.shape(),
                    self.channels,
                    CHANNELS.len()
                )));
            }
        }
        let mut features = input.clone();
        for layer in &self.down {
            features = layer.forward_with(&features, Activation::Relu, None)?;
        }
        for (index, layer) in self.up.iter().enumerate() {
            if index > 0 {
                features = ops::relu(&features)?;
            }
            features = layer.forward(&features)?;
        }
        Ok(features)
    }

    fn parameters(&self) -> &Parameters {
        &self.parameters
    }
}
