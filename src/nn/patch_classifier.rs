//! A classifier of small pieces of microscopy images.

use super::{BatchNorm2d, Builder, Conv2d, Linear, Model, Parameters};
use crate::ops::{self, Activation, ConvOptions, PoolOptions};
use crate::{Error, Result};
use candle_core::{Device, Tensor};

/// Channels of the blocks, each of which halves height and width.
const CHANNELS: [usize; 3] = [32, 64, 128];

/// Three blocks of a 3x3 convolution, batch normalisation, ReLU and 2x2 max pooling, then the mean of each channel and a fully
/// connected layer.
///
/// Patches are (N, channels, H, W) with H and W of at least 8, the result holds logits (N, classes). The mean over all places
/// makes the model small, whatever the patch's size, and lets a cell lie anywhere in it.
///
/// ```
/// use candle_core::{DType, Device, Tensor};
/// use eosin::nn::{Model, PatchClassifier};
/// let model = PatchClassifier::new(3, 2, 42, &Device::Cpu)?;
/// assert_eq!(model.parameters().count(), 93_730);
/// let patches = Tensor::zeros((4, 3, 32, 32), DType::F32, &Device::Cpu)?;
/// assert_eq!(model.forward(&patches, false)?.dims(), [4, 2]);
/// # Ok::<(), eosin::Error>(())
/// ```
pub struct PatchClassifier {
    blocks: Vec<(Conv2d, BatchNorm2d)>,
    last: Linear,
    channels: usize,
    parameters: Parameters,
}

impl PatchClassifier {
    /// For patches of `channels` channels, with values that follow from `seed`.
    ///
    /// # Errors
    /// When the device has no room.
    pub fn new(channels: usize, classes: usize, seed: u64, device: &Device) -> Result<Self> {
        let mut builder = Builder::new(seed, device);
        let mut inputs = channels;
        let mut blocks = Vec::new();
        for (index, outputs) in CHANNELS.into_iter().enumerate() {
            blocks.push(builder.layer(&format!("block{index}"), |builder| {
                let padded = ConvOptions::new().padding(1);
                let conv = builder.layer("conv", |builder| {
                    Conv2d::without_bias(inputs, outputs, 3, padded, builder)
                })?;
                let norm = builder.layer("norm", |builder| BatchNorm2d::new(outputs, builder))?;
                Ok((conv, norm))
            })?);
            inputs = outputs;
        }
        Ok(PatchClassifier {
            blocks,
            last: builder.layer("last", |builder| Linear::new(inputs, classes, builder))?,
            channels,
            parameters: builder.finish(),
        })
    }
}

impl Model for PatchClassifier {
    fn forward(&self, input: &Tensor, train: bool) -> Result<Tensor> {
        match *input.dims() {
            [_, channels, height, width]
                if channels == self.channels && height.min(width) >= 1 << CHANNELS.len() => {}
            _ => {
                return Err(Error::Invalid(format!(
                    "PatchClassifier: input {:?}: patches must be (N, {}, H, W) with H and W of at least {} (they are halved \
                     {} times)",
                    input.shape(),
                    self.channels,
                    1 << CHANNELS.len(),
                    CHANNELS.len()
                )));
            }
        }
        let mut features = input.clone();
        for (conv, norm) in &self.blocks {
            features = norm.forward_with(&conv.forward(&features)?, Activation::Relu, train)?;
            features = ops::max_pool2d(&features, &PoolOptions::new(2))?;
        }
        let means = ops::flatten(&ops::adaptive_avg_pool2d(&features, 1)?)?;
        self.last.forward(&means, Activation::Identity)
    }

    fn parameters(&self) -> &Parameters {
        &self.parameters
    }
}
