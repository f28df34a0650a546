//! A classifier of small patches, from which a segmentation of a whole image can be put together.

use super::conv_block::conv_block;
use super::images::{Sides, check_images};
use super::{
    BatchNorm1d, Dropout, Flatten, FullyConvolutional, Layers, Linear, MaxPool2d, Module, Relu,
    Sequential,
};
use crate::{Result, Tensor, sequential};
use candle_core::Device;

/// Four 3x3 convolutions without padding and two 2x2 max poolings, then two fully connected layers, all with batch normalisation,
/// and dropout of one half.
///
/// Patches are (N, channels, 32, 32), the output holds logits (N, classes): those of the pixel in the middle, say. Without padding,
/// no layer can tell where a patch ends. So the same weights, the fully connected layers' rearranged as convolutions, give the same
/// logits for all patches of an image at once: see [`PatchClassifier::fully_convolutional`].
///
/// There is no ReLU after the last layer: see [`SimpleConv`](super::SimpleConv).
///
/// ```
/// use candle_core::{DType, Device};
/// use eosin::Tensor;
/// use eosin::nn::{Layers, Module, PatchClassifier};
/// let model = PatchClassifier::new(1, 2, 42, &Device::Cpu)?;
/// assert_eq!(model.parameters().count(), 1_843_466);
/// let patches = Tensor::zeros((4, 1, 32, 32), DType::F32, &Device::Cpu)?;
/// assert_eq!(model.features.predict(&patches)?.dims(), [4, 128, 5, 5]);
/// assert_eq!(model.predict(&patches)?.dims(), [4, 2]);
/// # Ok::<(), eosin::Error>(())
/// ```
#[derive(Layers)]
pub struct PatchClassifier {
    channels: usize,
    classes: usize,
    /// From patches to feature maps, (N, channels, 32, 32) to (N, 128, 5, 5).
    pub features: Sequential,
    /// From feature maps to logits, (N, 128, 5, 5) to (N, classes).
    pub classifier: Sequential,
}

impl PatchClassifier {
    /// From `channels` channels to a logit for each of `classes`, with values, and masks of dropout, that follow from `seed`.
    ///
    /// # Errors
    /// When the device is out of memory.
    pub fn new(channels: usize, classes: usize, seed: u64, device: &Device) -> Result<Self> {
        let model = PatchClassifier {
            channels,
            classes,
            features: sequential![
                conv_block(channels, 32, 0),
                conv_block(32, 64, 0),
                MaxPool2d::new(2),
                conv_block(64, 128, 0),
                conv_block(128, 128, 0),
                MaxPool2d::new(2),
            ],
            classifier: sequential![
                Flatten,
                Linear::new(128 * 5 * 5, 500),
                BatchNorm1d::new(500),
                Relu,
                Dropout::new(0.5),
                Linear::new(500, classes),
                BatchNorm1d::new(classes),
            ],
        };
        model.init(seed, device)
    }

    /// The same network for whole images (Long et al. 2015, section 3.1), with a copy of its values: each weight of a fully connected
    /// layer becomes that of a convolution, (500, 3200) to (500, 128, 5, 5) and (classes, 500) to (classes, 500, 1, 1), by
    /// [`ops::linear_as_convolution`](crate::ops::linear_as_convolution()).
    ///
    /// # Errors
    /// When the device is out of memory.
    pub fn fully_convolutional(&self) -> Result<FullyConvolutional> {
        FullyConvolutional::of(self, self.channels, self.classes)
    }
}

impl Module for PatchClassifier {
    fn forward(&self, input: &Tensor) -> Result<Tensor> {
        let sides = Sides::Exactly(32);
        check_images("PatchClassifier", input, self.channels, sides)?;
        self.classifier.forward(&self.features.forward(input)?)
    }
}
