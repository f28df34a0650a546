//! Integrated gradients: the logit's rise from a baseline, shared out among the pixels.

use super::input_gradient::{check_images, gradient};
use super::target::Target;
use crate::nn::Module;
use crate::{Error, Result, Tensor};

/// How much each pixel contributes to the logit's rise from `baseline` to the image (Sundararajan et al. 2017, eq. 1), summed over
/// channels: for `images` (N, C, H, W) a map (N, 1, H, W) of numbers with a sign.
///
/// It is `(image - baseline)` times the mean gradient at `steps` points on the line from the baseline to the image, the middles of
/// equal parts. The map adds up to the logit of the image minus that of the baseline ("completeness"), the more exactly the more
/// steps there are; 50 are common.
///
/// `baseline` stands for an image without content: one for all, (1, C, H, W), or one for each image. `images.zeros_like()?` is
/// black, unless you normalised the images: then black is another number.
///
/// ```
/// use eosin::prelude::*;
/// let model = MnistModel::new(42, &Device::Cpu)?;
/// let (digits, _) = Mnist::synthetic(10, 10, 42).train.first(1)?;
/// let black = digits.zeros_like()?;
/// let map = explain::integrated_gradients(&model, &digits, &black, 50, 3)?;
/// let rise = (model.predict(&digits)? - model.predict(&black)?)?.i((0, 3))?.to_scalar::<f32>()?;
/// assert!((map.sum_all()?.to_scalar::<f32>()? - rise).abs() < 0.01);
/// # Ok::<(), eosin::Error>(())
/// ```
///
/// # Errors
/// As [`input_gradient`](super::input_gradient()); and when there are no steps, or the baseline has another shape.
pub fn integrated_gradients(
    model: &dyn Module,
    images: &Tensor,
    baseline: &Tensor,
    steps: usize,
    target: impl Into<Target>,
) -> Result<Tensor> {
    const NAME: &str = "integrated_gradients";
    check_images(NAME, images)?;
    let for_all = [&[1], &images.dims()[1..]].concat();
    if baseline.dims() != images.dims() && baseline.dims() != for_all {
        return Err(Error::Invalid(format!(
            "{NAME}: the baseline {:?} must be {for_all:?}, one for all images, or {:?}, one for each",
            baseline.shape(),
            images.shape()
        )));
    }
    if steps == 0 {
        return Err(Error::Invalid(format!(
            "{NAME}: there must be at least 1 step; 50 are common"
        )));
    }
    let target = target.into();
    let way = images.broadcast_sub(baseline)?;
    let mut sum = images.zeros_like()?;
    for step in 0..steps {
        let share = (step as f64 + 0.5) / steps as f64;
        let between = (&way * share)?.broadcast_add(baseline)?;
        sum = (sum + gradient(NAME, model, &between, &target)?)?;
    }
    (way * (sum / steps as f64)?)?.sum_keepdim(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nn::{self, Layers};
    use candle_core::{DType, Device};

    #[test]
    fn the_map_adds_up_to_the_rise_of_the_logit() {
        let model = nn::sequential![
            nn::Conv2d::new(2, 4, 3).padding(1),
            nn::Tanh,
            nn::Flatten,
            nn::Linear::new(4 * 36, 3),
        ];
        let model = model.init(7, &Device::Cpu).unwrap();
        let pixels: Vec<f32> = (0..144u8).map(|at| f32::from(at % 13)).collect();
        let images = Tensor::from_vec(pixels, (2, 2, 6, 6), &Device::Cpu).unwrap();
        let grey = Tensor::full(0.5f32, (1, 2, 6, 6), &Device::Cpu).unwrap();
        let map = integrated_gradients(&model, &images, &grey, 200, 2).unwrap();
        assert_eq!(map.dims(), [2, 1, 6, 6]);
        let logits = |images: &Tensor| model.predict(images).unwrap();
        let rises = logits(&images).broadcast_sub(&logits(&grey)).unwrap();
        for image in 0..2 {
            let sum = map
                .get(image)
                .unwrap()
                .sum_all()
                .unwrap()
                .to_scalar::<f32>()
                .unwrap();
            let rise = rises.to_vec2::<f32>().unwrap()[image][2];
            assert!(
                (sum - rise).abs() < 1e-3 * rise.abs().max(1.0),
                "{sum} is not {rise}"
            );
        }
    }

    #[test]
    fn a_baseline_of_another_size_and_no_steps_are_refused() {
        let model = nn::sequential![nn::Flatten];
        let image = Tensor::zeros((1, 1, 2, 2), DType::F32, &Device::Cpu).unwrap();
        let small = Tensor::zeros((1, 1, 1, 1), DType::F32, &Device::Cpu).unwrap();
        let message = |baseline, steps| {
            let map = integrated_gradients(&model, &image, baseline, steps, 0);
            map.unwrap_err().to_string()
        };
        assert!(message(&small, 5).contains("[1, 1, 2, 2], one for all"));
        assert!(message(&image, 0).contains("at least 1 step"));
    }
}
