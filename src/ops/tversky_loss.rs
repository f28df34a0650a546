//! A loss of overlap that weighs what is missed against what is found in vain.

use super::activation_functions::sigmoid;
use super::element_loss::check_target;
use super::memory::written;
use super::operation::{Input, Operation, Output, compute2, stored};
use super::scalar::Scalar;
use super::simd::Registers;
use super::tape::apply2;
use crate::{Error, Result, Tensor};
use rayon::prelude::*;

/// One minus the Tversky index of each image, the mean over the batch, for (N, ...) logits (Salehi et al. 2017, "Tversky loss
/// function for image segmentation", eq. 3): `1 - (TP + s) / (TP + alpha * FP + beta * FN + s)`, where with `p =
/// sigmoid(logits)` the true positives TP are `sum(p * y)`, the false ones FP `sum(p * (1 - y))`, and the false negatives FN
/// `sum((1 - p) * y)`.
///
/// `beta` above `alpha` punishes missed pixels more: the paper recommends 0.3 and 0.7. With 0.5 each it is
/// [`dice_loss`](super::dice_loss), therefore s is 0.5. No gradient flows to the target.
///
/// ```
/// use candle_core::Device;
/// use eosin::Tensor;
/// use eosin::ops::{dice_loss, tversky_loss};
/// let (logits, target) = (Tensor::new(&[[2f32, -1.]], &Device::Cpu)?, Tensor::new(&[[1f32, 1.]], &Device::Cpu)?);
/// let number = |loss: eosin::Result<Tensor>| loss?.to_scalar::<f32>();
/// let dice = number(dice_loss(&logits, &target))?;
/// assert!((number(tversky_loss(&logits, &target, 0.5, 0.5))? - dice).abs() < 1e-6);
/// assert!(number(tversky_loss(&logits, &target, 0.3, 0.7))? > dice);
/// # Ok::<(), eosin::Error>(())
/// ```
///
/// # Errors
/// When the shapes or types differ, there is no element, or `alpha` or `beta` is negative.
pub fn tversky_loss(logits: &Tensor, target: &Tensor, alpha: f64, beta: f64) -> Result<Tensor> {
    const NAME: &str = "tversky_loss";
    check_target(NAME, logits, target)?;
    if !(alpha >= 0.0 && beta >= 0.0 && alpha.is_finite() && beta.is_finite()) {
        return Err(Error::Invalid(format!(
            "{NAME}: alpha is {alpha} and beta {beta}; give numbers from 0, such as 0.3 and 0.7"
        )));
    }
    let tversky = Tversky {
        alpha,
        beta,
        smooth: 0.5,
        regions: logits.dims().first().copied().unwrap_or(1),
    };
    tversky.of(&sigmoid(logits)?, target)
}

/// The loss of probabilities.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tversky {
    pub alpha: f64,
    pub beta: f64,
    /// Keeps the loss defined where nothing is there and nothing is found.
    pub smooth: f64,
    /// How many parts, one behind the other, have an overlap each.
    pub regions: usize,
}

impl Tversky {
    pub fn of(self, probabilities: &Tensor, target: &Tensor) -> Result<Tensor> {
        if probabilities.device().is_cpu() {
            return apply2(probabilities, target, self);
        }
        let in_regions = |tensor: &Tensor| tensor.reshape((self.regions, ()));
        let (p, y) = (in_regions(probabilities)?, in_regions(target)?);
        let both = (&p * &y)?.sum(1)?;
        let below = (&both * (1.0 - self.alpha - self.beta))?;
        let below = ((below + (p.sum(1)? * self.alpha)?)? + (y.sum(1)? * self.beta)?)?;
        let index = ((both + self.smooth)? / (below + self.smooth)?)?;
        1.0 - index.mean_all()?
    }

    /// Numerator and denominator of a region's index: `TP + s` and `TP + alpha * FP + beta * FN + s`.
    fn fraction<T: Scalar>(&self, probabilities: &[T], targets: &[T]) -> (f64, f64) {
        let (mut both, mut found, mut true_ones) = (0.0, 0.0, 0.0);
        for (p, y) in probabilities.iter().zip(targets) {
            let (p, y) = (p.to_f64(), y.to_f64());
            both += p * y;
            found += p;
            true_ones += y;
        }
        let numerator = both + self.smooth;
        (
            numerator,
            numerator + self.alpha * (found - both) + self.beta * (true_ones - both),
        )
    }

    /// The elements of each region.
    fn regions<'a, T: Scalar>(
        &self,
        input: Input<'a>,
    ) -> candle_core::Result<rayon::slice::Chunks<'a, T>> {
        let elements = input.elements::<T>()?;
        Ok(elements.par_chunks(elements.len() / self.regions))
    }
}

impl Operation<2> for Tversky {
    const NAME: &'static str = "tversky_loss";

    fn compute<T: Registers>(&self, [probabilities, target]: [Input<'_>; 2]) -> Output {
        let regions = self
            .regions::<T>(probabilities)?
            .zip(self.regions::<T>(target)?);
        let losses: Vec<f64> = regions
            .map(|(probabilities, targets)| {
                let (numerator, denominator) = self.fraction(probabilities, targets);
                1.0 - numerator / denominator
            })
            .collect();
        let mean = losses.into_iter().sum::<f64>() / self.regions as f64;
        stored(vec![T::of(mean)], ())
    }

    fn gradients(
        &self,
        [probabilities, target]: [&Tensor; 2],
        _: &Tensor,
        gradient: &Tensor,
    ) -> Result<[Option<Tensor>; 2]> {
        let derivative = compute2(probabilities, target, TverskyGradient(*self))?;
        Ok([Some(derivative.broadcast_mul(gradient)?), None])
    }
}

/// With the fraction `n / d`, the loss changes with one p by `(n * (alpha + (1 - alpha - beta) * y) - d * y) / d^2`.
struct TverskyGradient(Tversky);

impl Operation<2> for TverskyGradient {
    const NAME: &'static str = "gradient of tversky_loss";

    fn compute<T: Registers>(&self, [probabilities, target]: [Input<'_>; 2]) -> Output {
        let Tversky {
            alpha,
            beta,
            regions,
            ..
        } = self.0;
        let shape = probabilities.shape();
        let inputs = self
            .0
            .regions::<T>(probabilities)?
            .zip(self.0.regions::<T>(target)?);
        let derivatives = written(shape.elem_count(), |results| {
            let results = results.par_chunks_mut(shape.elem_count() / regions);
            results
                .zip(inputs)
                .for_each(|(results, (probabilities, targets))| {
                    let (numerator, denominator) = self.0.fraction(probabilities, targets);
                    let share = 1.0 / (denominator * denominator * regions as f64);
                    let constant = T::of(numerator * alpha * share);
                    let slope = T::of((numerator * (1.0 - alpha - beta) - denominator) * share);
                    for (result, &y) in results.iter_mut().zip(targets) {
                        result.write(constant + slope * y);
                    }
                });
        });
        stored(derivatives, shape)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::dice_loss;
    use crate::ops::gradient_check::{assert_gradients, normal};

    #[test]
    fn gradients_agree_with_differences() {
        let (logits, target) = (
            normal(&[2, 1, 3, 4], 1),
            sigmoid(&normal(&[2, 1, 3, 4], 2)).unwrap(),
        );
        for (alpha, beta) in [(0.3, 0.7), (1.0, 2.0), (0.0, 0.5)] {
            assert_gradients(std::slice::from_ref(&logits), |x| {
                tversky_loss(&x[0], &target, alpha, beta)
            });
        }
    }

    #[test]
    fn with_a_half_each_it_is_the_dice_loss() {
        let (logits, target) = (
            normal(&[3, 1, 5, 4], 1),
            sigmoid(&normal(&[3, 1, 5, 4], 2)).unwrap(),
        );
        let losses = [
            dice_loss(&logits, &target),
            tversky_loss(&logits, &target, 0.5, 0.5),
        ];
        let [dice, tversky] = losses.map(|loss| loss.unwrap().to_scalar::<f64>().unwrap());
        assert!((dice - tversky).abs() < 1e-12, "{tversky}, not {dice}");
        assert!(tversky_loss(&logits, &target, -0.1, 0.5).is_err());
    }
}
