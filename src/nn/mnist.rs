//! The convolutional network of the workshop for handwritten digits.

use super::images::{Sides, check_images};
use super::{
    Conv2d, Dropout, Flatten, Layers, Linear, MaxPool2d, Module, Relu, Sequential, TwoParts,
};
use crate::{Result, Tensor, sequential};
use candle_core::Device;

/// Two 5x5 convolutions, each with ReLU and 2x2 max pooling, then two fully connected layers with dropout between them.
///
/// Images are (N, 1, 28, 28), the output holds ten logits (N, 10). The model has 3,274,634 parameters.
///
/// ```
/// use candle_core::{DType, Device};
/// use eosin::Tensor;
/// use eosin::nn::{Layers, MnistModel, Module};
/// let model = MnistModel::new(42, &Device::Cpu)?;
/// assert_eq!(model.parameters().count(), 3_274_634);
/// let digits = Tensor::zeros((5, 1, 28, 28), DType::F32, &Device::Cpu)?;
/// assert_eq!(model.forward(&digits)?.dims(), [5, 10]);
/// # Ok::<(), eosin::Error>(())
/// ```
#[derive(Layers)]
pub struct MnistModel {
    layers: Sequential,
}

impl MnistModel {
    /// A model whose values, and masks of dropout, follow from `seed`.
    ///
    /// # Errors
    /// When the device is out of memory.
    pub fn new(seed: u64, device: &Device) -> Result<Self> {
        let layers = sequential![
            Conv2d::new(1, 32, 5).padding(2),
            Relu,
            MaxPool2d::new(2),
            Conv2d::new(32, 64, 5).padding(2),
            Relu,
            MaxPool2d::new(2),
            Flatten,
            Linear::new(64 * 7 * 7, 1024),
            Relu,
            Dropout::new(0.4),
            Linear::new(1024, 10),
        ];
        MnistModel { layers }.init(seed, device)
    }
}

impl Module for MnistModel {
    fn forward(&self, input: &Tensor) -> Result<Tensor> {
        check_images("MnistModel", input, 1, Sides::Exactly(28))?;
        self.layers.forward(input)
    }
}

/// The features are the 64 maps of the second convolution after its ReLU, of 14 x 14 pixels.
impl TwoParts for MnistModel {
    fn features(&self, images: &Tensor) -> Result<Tensor> {
        check_images("MnistModel", images, 1, Sides::Exactly(28))?;
        self.layers.split_after("4")?.features(images)
    }

    fn classify(&self, features: &Tensor) -> Result<Tensor> {
        self.layers.split_after("4")?.classify(features)
    }
}
