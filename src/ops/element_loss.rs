//! Losses that judge every element on its own: their mean over all elements, and one in which each has a weight.

use super::memory::written;
use super::operation::{Input, Operation, Output, compute2, compute3, stored};
use super::scalar::Scalar;
use super::simd::Registers;
use super::tape::{apply2, apply3};
use crate::{Error, Result, Tensor};
use rayon::prelude::*;

/// Elements that one task works on. Sums are always added in this order, so they do not depend on the number of threads.
const CHUNK: usize = 1 << 12;

/// The loss of one element.
pub(super) trait ElementLoss: Copy + Send + Sync + 'static {
    const NAME: &'static str;

    fn value<T: Scalar>(&self, output: T, target: T) -> T;

    /// The derivative of the value with respect to the output.
    fn derivative<T: Scalar>(&self, output: T, target: T) -> T;

    /// The values of all elements by operations of tensors: for a GPU, and for tests.
    fn composed(&self, output: &Tensor, target: &Tensor) -> Result<Tensor>;

    /// The mean over all elements.
    fn mean(self, output: &Tensor, target: &Tensor) -> Result<Tensor> {
        check_target(Self::NAME, output, target)?;
        if !output.device().is_cpu() {
            return self.composed(output, target)?.mean_all();
        }
        apply2(output, target, Mean(self))
    }

    /// The mean over all elements of the loss times its weight. The weights have the output's shape, or a single channel.
    fn weighted_mean(self, output: &Tensor, target: &Tensor, weights: &Tensor) -> Result<Tensor> {
        check_target(Self::NAME, output, target)?;
        let weights = &weights_for(Self::NAME, output, weights)?;
        if !output.device().is_cpu() {
            return (self.composed(output, target)? * weights)?.mean_all();
        }
        apply3(output, target, weights, Mean(self))
    }
}

/// Refuses a target that does not fit.
pub(super) fn check_target(name: &str, output: &Tensor, target: &Tensor) -> Result<()> {
    if output.dims() == target.dims() && output.dtype() == target.dtype() && output.elem_count() > 0
    {
        return Ok(());
    }
    Err(Error::Invalid(format!(
        "{name}: the output {:?} ({}) and the target {:?} ({}) must have the same shape and type, and at least one element",
        output.shape(),
        output.dtype().as_str(),
        target.shape(),
        target.dtype().as_str()
    )))
}

/// The weights in the output's shape: a single channel counts for all.
fn weights_for(name: &str, output: &Tensor, weights: &Tensor) -> Result<Tensor> {
    let is_same = |(index, (&weights, &output)): (usize, (&usize, &usize))| {
        weights == output || (index == 1 && weights == 1)
    };
    let mut dims = weights.dims().iter().zip(output.dims()).enumerate();
    if weights.rank() != output.rank() || !dims.all(is_same) || weights.dtype() != output.dtype() {
        return Err(Error::Invalid(format!(
            "{name}: weights {:?} ({}) do not fit the output {:?} ({}): they must have its type and shape, but may have one \
             channel only",
            weights.shape(),
            weights.dtype().as_str(),
            output.shape(),
            output.dtype().as_str()
        )));
    }
    weights.broadcast_as(output.shape())
}

struct Mean<L>(L);

impl<L: ElementLoss> Mean<L> {
    fn compute<T: Scalar>(&self, outputs: &[T], targets: &[T], weights: Option<&[T]>) -> Output {
        let sum_of_chunk = |(chunk, (outputs, targets)): (usize, (&[T], &[T]))| {
            let values = outputs
                .iter()
                .zip(targets)
                .map(|(&x, &y)| self.0.value(x, y));
            let sum = match weights {
                None => values.fold(T::ZERO, |sum, value| sum + value),
                Some(weights) => (values.zip(&weights[chunk * CHUNK..]))
                    .fold(T::ZERO, |sum, (value, &weight)| sum + weight * value),
            };
            sum.to_f64()
        };
        let chunks = outputs.par_chunks(CHUNK).zip(targets.par_chunks(CHUNK));
        let sums: Vec<f64> = chunks.enumerate().map(sum_of_chunk).collect();
        let mean = sums.into_iter().sum::<f64>() / outputs.len() as f64;
        stored(vec![T::of(mean)], ())
    }
}

impl<L: ElementLoss> Operation<2> for Mean<L> {
    const NAME: &'static str = L::NAME;

    fn compute<T: Registers>(&self, [output, target]: [Input<'_>; 2]) -> Output {
        self.compute::<T>(output.elements()?, target.elements()?, None)
    }

    fn gradients(
        &self,
        [output, target]: [&Tensor; 2],
        _: &Tensor,
        gradient: &Tensor,
    ) -> Result<[Option<Tensor>; 2]> {
        let derivative = compute2(output, target, Derivative(self.0))?;
        Ok([Some(derivative.broadcast_mul(gradient)?), None])
    }
}

impl<L: ElementLoss> Operation<3> for Mean<L> {
    const NAME: &'static str = L::NAME;

    fn compute<T: Registers>(&self, [output, target, weights]: [Input<'_>; 3]) -> Output {
        let weights = weights.elements()?;
        self.compute::<T>(output.elements()?, target.elements()?, Some(weights))
    }

    fn gradients(
        &self,
        [output, target, weights]: [&Tensor; 3],
        _: &Tensor,
        gradient: &Tensor,
    ) -> Result<[Option<Tensor>; 3]> {
        let derivative = compute3(output, target, weights, Derivative(self.0))?;
        Ok([Some(derivative.broadcast_mul(gradient)?), None, None])
    }
}

/// The derivatives of the mean with respect to the outputs.
struct Derivative<L>(L);

impl<L: ElementLoss> Derivative<L> {
    fn compute<T: Scalar>(
        &self,
        output: Input<'_>,
        target: Input<'_>,
        weight: impl Fn(usize) -> T + Sync,
    ) -> Output {
        let (outputs, targets) = (output.elements::<T>()?, target.elements::<T>()?);
        let share = T::of(1.0 / outputs.len() as f64);
        let derivatives = written(outputs.len(), |results| {
            let chunks = results.par_chunks_mut(CHUNK).enumerate();
            chunks.for_each(|(chunk, results)| {
                let start = chunk * CHUNK;
                let pairs = outputs[start..].iter().zip(&targets[start..]);
                for (index, (result, (&x, &y))) in results.iter_mut().zip(pairs).enumerate() {
                    result.write(weight(start + index) * self.0.derivative(x, y) * share);
                }
            });
        });
        stored(derivatives, output.shape())
    }
}

impl<L: ElementLoss> Operation<2> for Derivative<L> {
    const NAME: &'static str = L::NAME;

    fn compute<T: Registers>(&self, [output, target]: [Input<'_>; 2]) -> Output {
        self.compute(output, target, |_| T::ONE)
    }
}

impl<L: ElementLoss> Operation<3> for Derivative<L> {
    const NAME: &'static str = L::NAME;

    fn compute<T: Registers>(&self, [output, target, weights]: [Input<'_>; 3]) -> Output {
        let weights = weights.elements::<T>()?;
        self.compute(output, target, |index| weights[index])
    }
}

/// Compares a loss with the one that is composed of operations of tensors: both must agree, and so must gradients and
/// differences.
#[cfg(test)]
pub(super) fn assert_is_composed(loss: impl ElementLoss) {
    use super::gradient_check::{assert_gradients, normal};
    let target = super::sigmoid(&normal(&[2, 2, 3, 4], 2)).unwrap();
    let (output, weights) = (normal(&[2, 2, 3, 4], 1), normal(&[2, 1, 3, 4], 3));
    let number = |tensor: Result<Tensor>| tensor.unwrap().to_scalar::<f64>().unwrap();
    let composed = loss.composed(&output, &target).unwrap();
    let error = number(loss.mean(&output, &target)) - number(composed.mean_all());
    assert!(error.abs() < 1e-12, "{error}");
    let composed = composed.broadcast_mul(&weights).unwrap();
    let weighted = number(loss.weighted_mean(&output, &target, &weights));
    let error = weighted - number(composed.mean_all());
    assert!(error.abs() < 1e-12, "{error}");
    assert_gradients(std::slice::from_ref(&output), |x| loss.mean(&x[0], &target));
    assert_gradients(&[output], |x| loss.weighted_mean(&x[0], &target, &weights));
}

#[cfg(test)]
mod tests {
    use super::super::{bce_with_logits, mse_loss, pixel_weighted_bce_with_logits};
    use super::*;
    use crate::ops::gradient_check::normal;

    #[test]
    fn shapes_that_differ_are_refused() {
        let (output, target) = (normal(&[2, 3, 4, 4], 1), normal(&[2, 3, 4], 2));
        let message = mse_loss(&output, &target, None).unwrap_err().to_string();
        assert!(
            message.contains("[2, 3, 4, 4]") && message.contains("[2, 3, 4]"),
            "{message}"
        );
        for weights in [normal(&[2, 2, 4, 4], 3), normal(&[1, 1, 4, 4], 3), target] {
            let error = pixel_weighted_bce_with_logits(&output, &output, &weights).unwrap_err();
            assert!(error.to_string().contains("do not fit"), "{error}");
        }
    }

    #[test]
    fn many_elements_with_equal_weights_are_their_mean() {
        let (output, target) = (normal(&[3, 1, 50, 70], 1), normal(&[3, 1, 50, 70], 2));
        let number = |tensor: Result<Tensor>| tensor.unwrap().to_scalar::<f64>().unwrap();
        let twice = (output.ones_like().unwrap() * 2.0).unwrap();
        let weighted = number(pixel_weighted_bce_with_logits(&output, &target, &twice));
        assert!((weighted - 2.0 * number(bce_with_logits(&output, &target))).abs() < 1e-12);
    }
}
