//! A classifier that can be looked into between its features and its decision.

use super::module::Module;
use crate::{Result, Tensor};

/// A model in two parts: `forward` is `classify` of `features`. [`grad_cam`](crate::explain::grad_cam) needs the maps between them.
///
/// Implement it for a model of your own:
///
/// ```
/// use candle_core::{DType, Device};
/// use eosin::nn::{self, Layers, Module, TwoParts};
/// use eosin::{Result, Tensor, explain, ops};
///
/// #[derive(Layers)]
/// struct Small { conv: nn::Conv2d, linear: nn::Linear }
///
/// impl TwoParts for Small {
///     fn features(&self, images: &Tensor) -> Result<Tensor> {
///         ops::relu(&self.conv.forward(images)?)
///     }
///     fn classify(&self, features: &Tensor) -> Result<Tensor> {
///         self.linear.forward(&features.mean((2, 3))?)
///     }
/// }
///
/// impl Module for Small {
///     fn forward(&self, images: &Tensor) -> Result<Tensor> {
///         self.classify(&self.features(images)?)
///     }
/// }
///
/// let model = Small { conv: nn::Conv2d::new(1, 4, 3), linear: nn::Linear::new(4, 2) };
/// let model = model.init(42, &Device::Cpu)?;
/// let images = Tensor::ones((3, 1, 8, 8), DType::F32, &Device::Cpu)?;
/// assert_eq!(explain::grad_cam(&model, &images, 1)?.dims(), [3, 1, 8, 8]);
/// # Ok::<(), eosin::Error>(())
/// ```
pub trait TwoParts: Module {
    /// From images (N, C, H, W) to maps (N, channels, height, width), usually those of the last convolution.
    ///
    /// # Errors
    /// As [`Module::forward`].
    fn features(&self, images: &Tensor) -> Result<Tensor>;

    /// From what [`features`](Self::features) gives to logits (N, classes).
    ///
    /// # Errors
    /// As [`Module::forward`].
    fn classify(&self, features: &Tensor) -> Result<Tensor>;
}
