//! Grad-CAM: where the last maps of a network hold what speaks for a class.

use super::input_gradient::check_images;
use super::target::Target;
use crate::nn::{TwoParts, evaluating};
use crate::ops::{relu, upsample_bilinear2d};
use crate::{Error, Result, Tensor, Var};

/// Where a convolutional network saw what speaks for the target class (Selvaraju et al. 2017, eq. 1 and 2): for `images`
/// (N, C, H, W) a map (N, 1, H, W) of numbers from 0.
///
/// The weight of each map of [`TwoParts::features`] is the mean over its places of the logit's gradient. The sum of the maps, each
/// times its weight, goes through ReLU, which leaves only what speaks for the class, and is enlarged to the images' size by bilinear
/// interpolation. It is not scaled to a largest number of 1: if nothing speaks for the class, it is 0 everywhere, and never NaN.
///
/// The maps are as coarse as the layer that you choose. The usual choice is the last layer before pooling or flattening throws the
/// places away: layers further up see more of the image, but know less of where.
///
/// ```
/// use eosin::prelude::*;
/// let model = nn::sequential![
///     nn::Conv2d::new(1, 8, 3).padding(1),
///     nn::Relu,
///     nn::MaxPool2d::new(2),
///     nn::Flatten,
///     nn::Linear::new(8 * 14 * 14, 10),
/// ]
/// .init(42, &Device::Cpu)?;
/// let (digits, classes) = Mnist::synthetic(10, 10, 42).train.first(4)?;
/// // The maps are what layer 1, the ReLU, gives.
/// let maps = explain::grad_cam(&model.split_after("1")?, &digits, &classes)?;
/// assert_eq!(maps.dims(), [4, 1, 28, 28]);
/// # Ok::<(), eosin::Error>(())
/// ```
///
/// # Errors
/// When the images do not fit the model, the maps are not (N, channels, H, W), the output is not (N, classes), the class does not
/// exist, its logit is NaN, or no gradient reaches the maps.
pub fn grad_cam(
    model: &dyn TwoParts,
    images: &Tensor,
    target: impl Into<Target>,
) -> Result<Tensor> {
    const NAME: &str = "grad_cam";
    check_images(NAME, images)?;
    let (_, _, height, width) = images.dims4()?;
    // `backward` keeps the gradients of variables only, so the maps become one.
    let (maps, logits) = evaluating(model, || -> Result<_> {
        let maps = model.features(&images.detach())?;
        if maps.rank() != 4 {
            return Err(Error::Invalid(format!(
                "{NAME}: the features are {:?}, but they must be maps (N, channels, H, W): choose a layer before the images are \
                 flattened or pooled to single numbers, usually the last convolution or its activation",
                maps.shape()
            )));
        }
        let maps = Var::from_tensor(&maps)?;
        let logits = model.classify(&maps)?;
        Ok((maps, logits))
    })?;
    let logit = target.into().logits_of(NAME, &logits)?.sum_all()?;
    let gradient = logit.backward()?.remove(&maps).ok_or_else(|| {
        Error::Invalid(format!(
            "{NAME}: no gradient reaches the maps: `classify` must compute the logits from them, without `detach`"
        ))
    })?;
    let weights = gradient.mean_keepdim((2, 3))?;
    let sum = maps.broadcast_mul(&weights)?.sum_keepdim(1)?;
    Ok(upsample_bilinear2d(&relu(&sum)?, (height, width), false)?.detach())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nn::{self, Layers, MnistModel, Module, ResNet18};
    use candle_core::{DType, Device};

    /// The features are the image itself, two maps of 2 x 2; the one logit is a weighted sum of all numbers.
    fn by_hand(weight: [f32; 8]) -> nn::Sequential {
        let model = nn::sequential![nn::Identity, nn::Flatten, nn::Linear::new(8, 1)];
        let model = model.init(1, &Device::Cpu).unwrap();
        let weight = Tensor::new(&[weight], &Device::Cpu).unwrap();
        model
            .parameters()
            .get("2.weight")
            .unwrap()
            .set(&weight)
            .unwrap();
        model
    }

    fn numbers(tensor: &Tensor) -> Vec<f32> {
        tensor.flatten_all().unwrap().to_vec1().unwrap()
    }

    #[test]
    fn maps_count_by_their_mean_gradient_and_only_what_speaks_for_the_class_stays() {
        // Map 1 is 1 at the top left, map 2 is 2 at the bottom right.
        let image = Tensor::new(
            &[[[[1f32, 0.], [0., 0.]], [[0., 0.], [0., 2.]]]],
            &Device::Cpu,
        );
        let image = image.unwrap();
        // The mean gradients are 0.5 and -1.
        let model = by_hand([2.0, 0.0, 0.0, 0.0, -1.0, -1.0, -1.0, -1.0]);
        let map = grad_cam(&model.split_after("0").unwrap(), &image, 0).unwrap();
        assert_eq!(map.dims(), [1, 1, 2, 2]);
        assert_eq!(numbers(&map), [0.5, 0.0, 0.0, 0.0]);
        // Nothing speaks for the class.
        let model = by_hand([-1.0; 8]);
        let map = grad_cam(&model.split_after("0").unwrap(), &image, 0).unwrap();
        assert_eq!(numbers(&map), [0.0; 4]);
    }

    #[test]
    fn the_map_has_the_size_of_the_images_for_every_split_and_flat_features_are_refused() {
        let model = nn::sequential![
            nn::Conv2d::new(1, 3, 3).padding(1),
            nn::Relu,
            nn::MaxPool2d::new(2),
            nn::Dropout::new(0.5),
            nn::Flatten,
            nn::Linear::new(3 * 16, 2),
        ];
        let model = model.init(3, &Device::Cpu).unwrap();
        let images = Tensor::ones((2, 1, 8, 8), DType::F32, &Device::Cpu).unwrap();
        let map = |layer| grad_cam(&model.split_after(layer).unwrap(), &images, 1);
        for layer in ["0", "1", "2", "3"] {
            assert_eq!(map(layer).unwrap().dims(), [2, 1, 8, 8], "{layer}");
        }
        assert_eq!(
            numbers(&map("2").unwrap()),
            numbers(&map("3").unwrap()),
            "dropout does nothing"
        );
        for layer in ["4", "5"] {
            let message = map(layer).unwrap_err().to_string();
            assert!(
                message.contains("before the images are flattened"),
                "{message}"
            );
        }
    }

    #[test]
    fn ready_made_networks_know_their_own_parts() {
        let scan = Tensor::ones((1, 1, 28, 28), DType::F32, &Device::Cpu).unwrap();
        let resnet = ResNet18::small(1, 2, 1, &Device::Cpu).unwrap();
        resnet.eval();
        assert_eq!(resnet.features(&scan).unwrap().dims(), [1, 512, 4, 4]);
        assert_eq!(grad_cam(&resnet, &scan, 1).unwrap().dims(), [1, 1, 28, 28]);
        let message = grad_cam(&resnet, &scan, 2).unwrap_err().to_string();
        assert!(
            message.contains("grad_cam: there is no class 2"),
            "{message}"
        );

        let mnist = MnistModel::new(1, &Device::Cpu).unwrap();
        mnist.eval();
        let features = mnist.features(&scan).unwrap();
        assert_eq!(features.dims(), [1, 64, 14, 14]);
        let logits = mnist.classify(&features).unwrap();
        assert_eq!(numbers(&logits), numbers(&mnist.forward(&scan).unwrap()));
    }
}
