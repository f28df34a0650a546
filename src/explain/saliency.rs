//! Saliency: the pixels whose change changes the logit most.

use super::input_gradient::gradient;
use super::target::Target;
use crate::nn::Module;
use crate::{Result, Tensor};

/// The size of the logit's gradient by each pixel, the largest of an image's channels (Simonyan et al. 2013, section 3.1): for
/// `images` (N, C, H, W) a map (N, 1, H, W) of numbers from 0.
///
/// It says where a small change would matter, not which pixels made the logit large.
///
/// ```
/// use eosin::prelude::*;
/// let model = MnistModel::new(42, &Device::Cpu)?;
/// let (digits, classes) = Mnist::synthetic(10, 10, 42).train.first(4)?;
/// let maps = explain::saliency(&model, &digits, &classes)?;
/// assert_eq!(maps.dims(), [4, 1, 28, 28]);
/// # Ok::<(), eosin::Error>(())
/// ```
///
/// # Errors
/// As [`input_gradient`](super::input_gradient()).
pub fn saliency(model: &dyn Module, images: &Tensor, target: impl Into<Target>) -> Result<Tensor> {
    largest_of_channels(&gradient("saliency", model, images, &target.into())?)
}

/// From gradients (N, C, H, W) to (N, 1, H, W).
pub(super) fn largest_of_channels(gradient: &Tensor) -> Result<Tensor> {
    gradient.abs()?.max_keepdim(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nn::{self, Layers};
    use candle_core::Device;

    #[test]
    fn it_is_the_largest_weight_of_a_linear_model_without_its_sign() {
        // Two channels of two pixels.
        let model = nn::sequential![nn::Flatten, nn::Linear::new(4, 1)];
        let model = model.init(1, &Device::Cpu).unwrap();
        let weight = Tensor::new(&[[2f32, -3., 0., 1.]], &Device::Cpu).unwrap();
        model
            .parameters()
            .get("1.weight")
            .unwrap()
            .set(&weight)
            .unwrap();
        let maps = |shape: [usize; 4]| -> Vec<f32> {
            let image = Tensor::new(&[0.3f32, 0.1, 0.9, 0.7], &Device::Cpu).unwrap();
            let maps = saliency(&model, &image.reshape(&shape[..]).unwrap(), 0).unwrap();
            assert_eq!(maps.dims(), [1, 1, shape[2], shape[3]]);
            maps.flatten_all().unwrap().to_vec1().unwrap()
        };
        assert_eq!(maps([1, 1, 2, 2]), [2.0, 3.0, 0.0, 1.0]);
        assert_eq!(maps([1, 2, 1, 2]), [2.0, 3.0]);
    }
}
