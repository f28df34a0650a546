//! How a class's logit changes with each pixel.

use super::target::Target;
use crate::nn::{Module, evaluating};
use crate::{Error, Result, Tensor, Var};

/// The gradient of the target class's logit by each pixel: for `images` (N, C, H, W) a tensor of the same shape. A positive number
/// means that a brighter pixel would raise the logit.
///
/// ```
/// use candle_core::Device;
/// use eosin::explain::input_gradient;
/// use eosin::nn::{self, Layers, Module};
/// use eosin::Tensor;
/// let model = nn::sequential![nn::Flatten, nn::Linear::new(4, 1)].init(42, &Device::Cpu)?;
/// let weight = Tensor::new(&[[2f32, -3., 0., 1.]], &Device::Cpu)?;
/// model.parameters().get("1.weight")?.set(&weight)?;
/// let image = Tensor::new(&[[[[0.5f32, 0.5], [0.5, 0.5]]]], &Device::Cpu)?;
/// let gradient = input_gradient(&model, &image, 0)?;
/// assert_eq!(gradient.flatten_all()?.to_vec1::<f32>()?, [2., -3., 0., 1.]);
/// # Ok::<(), eosin::Error>(())
/// ```
///
/// # Errors
/// When the images do not fit the model, its output is not (N, classes), the class does not exist, its logit is NaN, or no gradient
/// reaches the images.
pub fn input_gradient(
    model: &dyn Module,
    images: &Tensor,
    target: impl Into<Target>,
) -> Result<Tensor> {
    gradient("input_gradient", model, images, &target.into())
}

/// [`input_gradient`] for the function `name`.
pub(super) fn gradient(
    name: &str,
    model: &dyn Module,
    images: &Tensor,
    target: &Target,
) -> Result<Tensor> {
    check_images(name, images)?;
    let images = Var::from_tensor(images)?;
    // Nobody needs the gradients of the parameters. Those of the images flow nevertheless.
    let logits = evaluating(model, || model.forward(&images))?;
    // An image's logit depends on no other image, so the gradient of the sum holds the gradient of each logit.
    let logit = target.logits_of(name, &logits)?.sum_all()?;
    logit.backward()?.remove(&images).ok_or_else(|| {
        Error::Invalid(format!(
            "{name}: no gradient reaches the images: does the model's `forward` call `detach`, or an operation without a gradient \
             such as `round`?"
        ))
    })
}

/// Refuses what is not a batch of images (N, C, H, W).
pub(super) fn check_images(name: &str, images: &Tensor) -> Result<()> {
    match images.rank() {
        4 => Ok(()),
        3 => Err(Error::Invalid(format!(
            "{name}: images must be (N, C, H, W), this tensor is {:?}; make a batch of one image with `image.unsqueeze(0)?`",
            images.shape()
        ))),
        _ => Err(Error::Invalid(format!(
            "{name}: images must be (N, C, H, W), this tensor is {:?}",
            images.shape()
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nn::{self, Layers};
    use candle_core::{DType, Device};

    fn images(count: usize) -> Tensor {
        let pixels = (0..count * 2 * 36).map(|at| ((at * 37 % 101) as f32) / 101.0);
        Tensor::from_vec(pixels.collect(), (count, 2, 6, 6), &Device::Cpu).unwrap()
    }

    fn model() -> nn::Sequential {
        let model = nn::sequential![
            nn::Conv2d::new(2, 4, 3).padding(1),
            nn::BatchNorm2d::new(4),
            nn::Tanh,
            nn::Dropout::new(0.5),
            nn::Flatten,
            nn::Linear::new(4 * 36, 3),
        ];
        model.init(7, &Device::Cpu).unwrap()
    }

    #[test]
    fn it_is_what_a_small_change_of_a_pixel_does_to_the_logit() {
        const STEP: f32 = 1e-2;
        let (model, images) = (model(), images(2));
        let classes = Tensor::new(&[2u32, 0], &Device::Cpu).unwrap();
        let found = input_gradient(&model, &images, &classes).unwrap();
        let pixels: Vec<f32> = images.flatten_all().unwrap().to_vec1().unwrap();
        let found: Vec<f32> = found.flatten_all().unwrap().to_vec1().unwrap();
        for at in (0..pixels.len()).step_by(5) {
            let logit = |step: f32| {
                let mut moved = pixels.clone();
                moved[at] += step;
                let moved = Tensor::from_vec(moved, images.shape(), &Device::Cpu).unwrap();
                let logits: Vec<Vec<f32>> = model.predict(&moved).unwrap().to_vec2().unwrap();
                let image = at / 72;
                logits[image][[2, 0][image]]
            };
            let wanted = (logit(STEP) - logit(-STEP)) / (2.0 * STEP);
            assert!(
                (found[at] - wanted).abs() < 1e-3,
                "pixel {at}: {} is not {wanted}",
                found[at]
            );
        }
    }

    #[test]
    fn the_model_stays_in_its_mode_and_images_do_not_influence_each_other() {
        let (model, both) = (model(), images(2));
        let alone = input_gradient(&model, &both.narrow(0, 1, 1).unwrap(), 1).unwrap();
        let together = input_gradient(&model, &both, 1)
            .unwrap()
            .narrow(0, 1, 1)
            .unwrap();
        let difference = (alone - together)
            .unwrap()
            .abs()
            .unwrap()
            .max_all()
            .unwrap();
        assert!(difference.to_scalar::<f32>().unwrap() < 1e-6);
        let draw = || model.forward(&both).unwrap().to_vec2::<f32>().unwrap();
        assert_ne!(draw(), draw(), "dropout still drops");
    }

    #[test]
    fn mistakes_are_named() {
        let message = |images: &Tensor, target: Target| {
            let model = model();
            input_gradient(&model, images, target)
                .unwrap_err()
                .to_string()
        };
        let device = &Device::Cpu;
        assert!(
            message(&images(1), 3.into())
                .contains("no class 3: the model gives 3 logits, so classes are 0 to 2")
        );
        let classes = Tensor::new(&[0u32, 1, 2], device).unwrap();
        assert!(message(&images(2), (&classes).into()).contains("must be integers (2)"));
        assert!(message(&images(1).squeeze(0).unwrap(), 0.into()).contains("unsqueeze(0)"));
        let broken = (images(1) * f64::NAN).unwrap();
        assert!(message(&broken, 0.into()).contains("1 of 1 images are NaN"));
        let segmenter = nn::sequential![nn::Conv2d::new(2, 1, 1)]
            .init(1, device)
            .unwrap();
        let error = input_gradient(&segmenter, &images(1), 0).unwrap_err();
        assert!(error.to_string().contains("logits (N, classes)"));
        let deaf = nn::sequential![Deaf].init(1, device).unwrap();
        let error = input_gradient(&deaf, &images(1), 0).unwrap_err();
        assert!(error.to_string().contains("no gradient reaches the images"));
    }

    /// A layer through which no gradient flows.
    #[derive(Layers)]
    struct Deaf;

    impl Module for Deaf {
        fn forward(&self, input: &Tensor) -> Result<Tensor> {
            let count = input.dim(0)?;
            Tensor::ones((count, 1), DType::F32, &Device::Cpu)
        }
    }
}
