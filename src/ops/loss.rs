//! Losses for segmentation, on logits: the values before the sigmoid.

use super::memory::written;
use super::on_cuda::on_cuda;
use super::operation::{Input, Operation, Output, compute3, stored};
use super::scalar::Scalar;
use super::simd::Registers;
use super::tape::apply2;
use crate::{Error, Result, Tensor};
use rayon::prelude::*;
use std::mem::MaybeUninit;

/// Keeps the Dice loss defined for an empty image and mask.
const SMOOTH: f64 = 1.0;
/// Elements that one task works on. Sums are always added in this order, so they do not depend on the number of threads.
const CHUNK: usize = 1 << 12;

/// Binary cross-entropy of logits, the mean over all elements, as PyTorch's `binary_cross_entropy_with_logits`:
/// `max(x, 0) - x * y + ln(1 + exp(-|x|))`, which is exact for any logit.
///
/// ```
/// use candle_core::Device;
/// use eosin::Tensor;
/// let loss = eosin::ops::bce_with_logits(&Tensor::new(&[0f32], &Device::Cpu)?, &Tensor::new(&[1f32], &Device::Cpu)?)?;
/// assert!((loss.to_scalar::<f32>()? - 2f32.ln()).abs() < 1e-6);
/// # Ok::<(), eosin::Error>(())
/// ```
///
/// # Errors
/// When the shapes or types differ, or there is no element.
pub fn bce_with_logits(logits: &Tensor, target: &Tensor) -> Result<Tensor> {
    let (cross_entropy, dice) = (1.0, 0.0);
    PixelLoss {
        cross_entropy,
        dice,
    }
    .of("bce_with_logits", logits, target)
}

/// One minus the soft Dice coefficient of each image, the mean over the batch, for (N, ...) logits:
/// `1 - (2 * sum(p * y) + 1) / (sum(p) + sum(y) + 1)` with `p = sigmoid(logits)` (after Milletari et al. 2016, V-Net,
/// section 3, with plain sums in the denominator).
///
/// # Errors
/// When the shapes or types differ, or there is no element.
pub fn dice_loss(logits: &Tensor, target: &Tensor) -> Result<Tensor> {
    let (cross_entropy, dice) = (0.0, 1.0);
    PixelLoss {
        cross_entropy,
        dice,
    }
    .of("dice_loss", logits, target)
}

/// The sum of [`bce_with_logits`] and [`dice_loss`]: the first judges every pixel, the second judges the overlap.
///
/// # Errors
/// When the shapes or types differ, or there is no element.
pub fn bce_dice_loss(logits: &Tensor, target: &Tensor) -> Result<Tensor> {
    let (cross_entropy, dice) = (1.0, 1.0);
    PixelLoss {
        cross_entropy,
        dice,
    }
    .of("bce_dice_loss", logits, target)
}

/// How much each of the two losses counts.
#[derive(Debug, Clone, Copy)]
pub(super) struct PixelLoss {
    pub cross_entropy: f64,
    pub dice: f64,
}

impl PixelLoss {
    fn of(self, name: &str, logits: &Tensor, target: &Tensor) -> Result<Tensor> {
        if logits.dims() != target.dims()
            || logits.dtype() != target.dtype()
            || logits.elem_count() == 0
        {
            return Err(Error::Invalid(format!(
                "{name}: logits {:?} ({}) and target {:?} ({}) must have the same shape and type, and at least one element",
                logits.shape(),
                logits.dtype().as_str(),
                target.shape(),
                target.dtype().as_str()
            )));
        }
        apply2(logits, target, self)
    }

    pub(super) fn of_image<T: Scalar>(self, logits: &[T], targets: &[T]) -> f64 {
        let sums = Sums::of(logits, targets);
        let cross_entropy = sums.cross_entropy / logits.len() as f64;
        let dice = 1.0 - (2.0 * sums.both + SMOOTH) / (sums.either + SMOOTH);
        self.cross_entropy * cross_entropy + self.dice * dice
    }
}

/// The sums over an image: of cross-entropy, of `p * y`, and of `p + y`.
#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    cross_entropy: f64,
    both: f64,
    either: f64,
}

impl std::ops::Add for Sums {
    type Output = Sums;

    fn add(self, other: Sums) -> Sums {
        Sums {
            cross_entropy: self.cross_entropy + other.cross_entropy,
            both: self.both + other.both,
            either: self.either + other.either,
        }
    }
}

impl Sums {
    fn of<T: Scalar>(logits: &[T], targets: &[T]) -> Sums {
        let of_chunk = |(logits, targets): (&[T], &[T])| {
            let (mut cross_entropy, mut both, mut either) = (T::ZERO, T::ZERO, T::ZERO);
            for (&x, &y) in logits.iter().zip(targets) {
                // Not `max`: it would hide NaN.
                let positive = if x < T::ZERO { T::ZERO } else { x };
                cross_entropy +=
                    positive - x * y + (-x.absolute()).exponential().logarithm_plus_one();
                let probability = sigmoid_of(x);
                both += probability * y;
                either += probability + y;
            }
            Sums {
                cross_entropy: cross_entropy.to_f64(),
                both: both.to_f64(),
                either: either.to_f64(),
            }
        };
        let chunks = logits.par_chunks(CHUNK).zip(targets.par_chunks(CHUNK));
        let sums: Vec<Sums> = chunks.map(of_chunk).collect();
        sums.into_iter().fold(Sums::default(), |a, b| a + b)
    }
}

pub(super) fn sigmoid_of<T: Scalar>(x: T) -> T {
    T::ONE / (T::ONE + (-x).exponential())
}

/// The images of a batch.
fn images<'a, T: Scalar>(input: Input<'a>) -> candle_core::Result<std::slice::Chunks<'a, T>> {
    let elements = input.elements::<T>()?;
    let images = input.dims().first().copied().unwrap_or(1);
    Ok(elements.chunks(elements.len() / images))
}

impl Operation<2> for PixelLoss {
    const NAME: &'static str = "loss of pixels";

    on_cuda!(2, pixel_loss);

    fn compute<T: Registers>(&self, [logits, target]: [Input<'_>; 2]) -> Output {
        let logits_of_images = images::<T>(logits)?;
        let count = logits_of_images.len() as f64;
        let images = logits_of_images.zip(images::<T>(target)?);
        let total: f64 = images
            .map(|(logits, targets)| self.of_image(logits, targets))
            .sum();
        stored(vec![T::of(total / count)], ())
    }

    fn gradients(
        &self,
        [logits, target]: [&Tensor; 2],
        _: &Tensor,
        gradient: &Tensor,
    ) -> Result<[Option<Tensor>; 2]> {
        let of = |input: &Tensor, with_respect_to| {
            let operation = PixelLossGradient {
                loss: *self,
                with_respect_to,
            };
            let gradient = || compute3(logits, target, gradient, operation);
            input.track_op().then(gradient).transpose()
        };
        Ok([of(logits, Variable::Logits)?, of(target, Variable::Target)?])
    }
}

/// The derivative with respect to the logits or the target, times the gradient of the loss.
pub(super) struct PixelLossGradient {
    pub loss: PixelLoss,
    pub with_respect_to: Variable,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Variable {
    Logits,
    Target,
}

impl Operation<3> for PixelLossGradient {
    const NAME: &'static str = "gradient of a loss of pixels";

    on_cuda!(3, pixel_loss_gradient);

    fn compute<T: Registers>(&self, [logits, target, gradient]: [Input<'_>; 3]) -> Output {
        let gradient = gradient.elements::<T>()?[0];
        let shape = logits.shape().clone();
        let logits = images::<T>(logits)?;
        let targets = images::<T>(target)?;
        let share = gradient / T::of(logits.len() as f64);
        let result = written(shape.elem_count(), |result| {
            let results = result.chunks_mut(shape.elem_count() / logits.len());
            for (result, (logits, targets)) in results.zip(logits.zip(targets)) {
                self.of_image(logits, targets, share, result);
            }
        });
        stored(result, shape)
    }
}

impl PixelLossGradient {
    /// With `B` the sum of `p * y` and `E` that of `p + y`, the Dice loss changes with one `p` by
    /// `(2 B + 1 - 2 y (E + 1)) / (E + 1)^2`, and likewise with one `y`.
    pub(super) fn of_image<T: Scalar>(
        &self,
        logits: &[T],
        targets: &[T],
        share: T,
        result: &mut [MaybeUninit<T>],
    ) {
        let PixelLoss {
            cross_entropy,
            dice,
        } = self.loss;
        let cross_entropy = T::of(cross_entropy / logits.len() as f64) * share;
        let (mut constant, mut slope) = (T::ZERO, T::ZERO);
        if dice != 0.0 {
            let sums = Sums::of(logits, targets);
            let either = sums.either + SMOOTH;
            constant = T::of(dice * (2.0 * sums.both + SMOOTH) / (either * either)) * share;
            slope = T::of(-2.0 * dice / either) * share;
        }
        result
            .par_chunks_mut(CHUNK)
            .zip(logits.par_chunks(CHUNK).zip(targets.par_chunks(CHUNK)))
            .for_each(|(result, (logits, targets))| {
                for (result, (&x, &y)) in result.iter_mut().zip(logits.iter().zip(targets)) {
                    let p = sigmoid_of(x);
                    result.write(match self.with_respect_to {
                        Variable::Logits => {
                            cross_entropy * (p - y) + (constant + slope * y) * p * (T::ONE - p)
                        }
                        Variable::Target => -cross_entropy * x + constant + slope * p,
                    });
                }
            });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::gradient_check::{assert_gradients, normal};
    use candle_core::Device;

    #[test]
    fn gradients_agree_with_differences() {
        for loss in [bce_with_logits, dice_loss, bce_dice_loss] {
            assert_gradients(
                &[normal(&[2, 1, 3, 4], 1), normal(&[2, 1, 3, 4], 2)],
                |inputs| loss(&inputs[0], &inputs[1]),
            );
        }
    }

    #[test]
    fn extreme_logits_give_finite_losses() {
        let logits = Tensor::new(&[[-1e4f32, 1e4, 0.0]], &Device::Cpu).unwrap();
        let target = Tensor::new(&[[0f32, 1.0, 1.0]], &Device::Cpu).unwrap();
        let bce = bce_with_logits(&logits, &target)
            .unwrap()
            .to_scalar::<f32>()
            .unwrap();
        assert!((bce - 2f32.ln() / 3.0).abs() < 1e-6, "{bce}");
    }

    #[test]
    fn an_empty_mask_and_an_empty_prediction_agree() {
        let logits = Tensor::new(&[[-50f32; 8]], &Device::Cpu).unwrap();
        let target = logits.zeros_like().unwrap();
        assert!(
            dice_loss(&logits, &target)
                .unwrap()
                .to_scalar::<f32>()
                .unwrap()
                .abs()
                < 1e-5
        );
    }

    #[test]
    fn shapes_that_differ_are_refused() {
        let (a, b) = (normal(&[2, 1, 4, 4], 1), normal(&[2, 4, 4], 2));
        let message = bce_with_logits(&a, &b).unwrap_err().to_string();
        assert!(
            message.contains("[2, 1, 4, 4]") && message.contains("[2, 4, 4]"),
            "{message}"
        );
    }
}
