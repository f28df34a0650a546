//! SmoothGrad: the gradient, averaged over noisy copies of an image.

use super::input_gradient::{check_images, gradient};
use super::saliency::largest_of_channels;
use super::target::Target;
use crate::nn::Module;
use crate::{Error, Result, Tensor};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};

/// The [`saliency`](super::saliency()) of the mean gradient over `samples` copies of each image with normal noise (Smilkov et al.
/// 2017, section 3.1): for `images` (N, C, H, W) a map (N, 1, H, W) of numbers from 0.
///
/// `noise` is the noise's standard deviation as a share of the image's range, its largest pixel minus its smallest; the paper
/// recommends 0.1 to 0.2, and 50 samples. The noise follows from `seed`.
///
/// ```
/// use eosin::prelude::*;
/// let model = MnistModel::new(42, &Device::Cpu)?;
/// let (digits, classes) = Mnist::synthetic(10, 10, 42).train.first(1)?;
/// let maps = explain::smooth_grad(&model, &digits, 10, 0.15, 1, &classes)?;
/// assert_eq!(maps.dims(), [1, 1, 28, 28]);
/// # Ok::<(), eosin::Error>(())
/// ```
///
/// # Errors
/// As [`input_gradient`](super::input_gradient()); and when there are no samples, or the noise is not a number from 0.
pub fn smooth_grad(
    model: &dyn Module,
    images: &Tensor,
    samples: usize,
    noise: f64,
    seed: u64,
    target: impl Into<Target>,
) -> Result<Tensor> {
    const NAME: &str = "smooth_grad";
    check_images(NAME, images)?;
    if samples == 0 || !(noise >= 0.0 && noise.is_finite()) {
        return Err(Error::Invalid(format!(
            "{NAME}: {samples} samples with noise {noise}: there must be at least 1 sample, and the noise is a share of the image's \
             range, such as 0.15"
        )));
    }
    let target = target.into();
    let deviation = (range(images)? * noise)?;
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut sum = images.zeros_like()?;
    for _ in 0..samples {
        let noise = normal_like(images, &mut random)?.broadcast_mul(&deviation)?;
        sum = (sum + gradient(NAME, model, &(images + noise)?, &target)?)?;
    }
    largest_of_channels(&(sum / samples as f64)?)
}

/// The largest pixel of each image minus its smallest, (N, 1, 1, 1).
fn range(images: &Tensor) -> Result<Tensor> {
    let pixels = images.flatten_from(1)?;
    let range = (pixels.max_keepdim(1)? - pixels.min_keepdim(1)?)?;
    range.unsqueeze(2)?.unsqueeze(3)
}

fn normal_like(images: &Tensor, random: &mut ChaCha8Rng) -> Result<Tensor> {
    let draw = |_| -> f32 { StandardNormal.sample(random) };
    let numbers: Vec<f32> = (0..images.elem_count()).map(draw).collect();
    Tensor::from_vec(numbers, images.shape(), images.device())?.to_dtype(images.dtype())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explain::saliency;
    use crate::nn;
    use candle_core::Device;

    #[test]
    fn noise_is_seeded_and_smooths_the_gradient_of_a_kink() {
        // The logit is relu(x): its gradient is 1 above 0 and 0 below, with noise of deviation s the share of noise above -x.
        let model = nn::sequential![nn::Relu, nn::Flatten];
        let images = Tensor::new(&[[[[0.5f32, -0.5]]]], &Device::Cpu).unwrap();
        let numbers = |maps: Result<Tensor>| -> Vec<f32> {
            maps.unwrap().flatten_all().unwrap().to_vec1().unwrap()
        };
        let smooth =
            |samples, noise, seed| numbers(smooth_grad(&model, &images, samples, noise, seed, 0));
        assert_eq!(smooth(1, 0.0, 1), numbers(saliency(&model, &images, 0)));
        assert_eq!(smooth(3, 0.5, 1), smooth(3, 0.5, 1));
        // The range is 1: with noise 0.5, the pixel 0.5 lies one standard deviation above 0.
        let found = smooth(4000, 0.5, 7);
        assert!(
            (found[0] - 0.8413).abs() < 0.02 && found[1] == 0.0,
            "{found:?}"
        );
        assert_ne!(smooth(30, 0.5, 1), smooth(30, 0.5, 2));
        for (samples, noise) in [(0, 0.1), (5, -0.1), (5, f64::NAN)] {
            let error = smooth_grad(&model, &images, samples, noise, 1, 0).unwrap_err();
            assert!(error.to_string().contains("at least 1 sample"), "{error}");
        }
    }
}
