//! From logits to probabilities.

use super::operation::{Input, Operation, Output, compute2, stored};
use super::scalar::Scalar;
use super::simd::Registers;
use super::tape::apply1;
use crate::{Result, Tensor};
use candle_core::Shape;
use candle_core::shape::Dim;
use rayon::prelude::*;

/// `exp(x) / sum(exp(x))` along the dimension `dim`, as PyTorch's `softmax(input, dim)`: the result has the shape of `input`, and its
/// elements along `dim` sum to 1. The largest element is subtracted first, so no `exp` overflows.
///
/// (candle's `candle_nn::ops::softmax_last_dim` lets no gradient through.)
///
/// ```
/// use candle_core::Device;
/// use eosin::Tensor;
/// let scores = Tensor::new(&[[1000f32, 1000.], [0., f32::NEG_INFINITY]], &Device::Cpu)?;
/// let probabilities = eosin::ops::softmax(&scores, 1)?;
/// assert_eq!(probabilities.to_vec2::<f32>()?, [[0.5, 0.5], [1.0, 0.0]]);
/// # Ok::<(), eosin::Error>(())
/// ```
///
/// # Errors
/// When the input has no such dimension, or its elements are neither f32 nor f64.
pub fn softmax(input: &Tensor, dim: impl Dim) -> Result<Tensor> {
    let dim = dim.to_index(input.shape(), "softmax")?;
    if !input.device().is_cpu() {
        let largest = input.max_keepdim(dim)?.detach();
        let powers = input.broadcast_sub(&largest)?.exp()?;
        return powers.broadcast_div(&powers.sum_keepdim(dim)?);
    }
    apply1(input, Softmax { dim })
}

#[derive(Clone, Copy)]
struct Softmax {
    dim: usize,
}

impl Softmax {
    /// Elements along the dimension, and the distance from one to the next.
    fn sizes(self, shape: &Shape) -> (usize, usize) {
        let sizes = shape.dims();
        (sizes[self.dim], sizes[self.dim + 1..].iter().product())
    }
}

/// Calls `change` with the indices of each group that sums to 1, in parallel.
fn for_each_group<T: Scalar>(
    result: &mut [T],
    (count, distance): (usize, usize),
    change: impl Fn(&mut [T], usize, &dyn Fn(usize) -> usize) + Sync,
) {
    let block = (count * distance).max(1);
    result
        .par_chunks_mut(block)
        .enumerate()
        .for_each(|(number, result)| {
            for offset in 0..distance {
                change(result, number * block, &|index| index * distance + offset);
            }
        });
}

impl Operation<1> for Softmax {
    const NAME: &'static str = "softmax";

    fn compute<T: Registers>(&self, [input]: [Input<'_>; 1]) -> Output {
        let sizes = self.sizes(input.shape());
        let mut result = input.elements::<T>()?.to_vec();
        for_each_group(&mut result, sizes, |result, _, at| {
            let mut largest = result[at(0)];
            for index in 1..sizes.0 {
                let x = result[at(index)];
                // NaN, once there, stays.
                if x > largest || x.is_not_a_number() {
                    largest = x;
                }
            }
            let mut sum = T::ZERO;
            for index in 0..sizes.0 {
                let power = (result[at(index)] - largest).exponential();
                result[at(index)] = power;
                sum += power;
            }
            for index in 0..sizes.0 {
                result[at(index)] = result[at(index)] / sum;
            }
        });
        stored(result, input.shape())
    }

    fn gradients(
        &self,
        _: [&Tensor; 1],
        result: &Tensor,
        gradient: &Tensor,
    ) -> Result<[Option<Tensor>; 1]> {
        Ok([Some(compute2(result, gradient, SoftmaxGradient(*self))?)])
    }
}

/// `y * (dy - sum(y * dy))`, from the result `y` and its gradient `dy`.
struct SoftmaxGradient(Softmax);

impl Operation<2> for SoftmaxGradient {
    const NAME: &'static str = "gradient of softmax";

    fn compute<T: Registers>(&self, [result, gradient]: [Input<'_>; 2]) -> Output {
        let sizes = self.0.sizes(result.shape());
        let values = result.elements::<T>()?;
        let mut gradients = gradient.elements::<T>()?.to_vec();
        for_each_group(&mut gradients, sizes, |gradients, start, at| {
            let mut sum = T::ZERO;
            for index in 0..sizes.0 {
                sum += values[start + at(index)] * gradients[at(index)];
            }
            for index in 0..sizes.0 {
                let value = values[start + at(index)];
                gradients[at(index)] = value * (gradients[at(index)] - sum);
            }
        });
        stored(gradients, result.shape())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::gradient_check::{assert_gradients, normal};
    use candle_core::{D, Device};

    #[test]
    fn it_is_the_definition_along_any_dimension_and_gradients_agree_with_differences() {
        for dim in 0..3 {
            let input = normal(&[2, 3, 4], 1);
            assert_gradients(std::slice::from_ref(&input), |inputs| {
                softmax(&inputs[0], dim)
            });
            let powers = input.exp().unwrap();
            let sums = powers.sum_keepdim(dim).unwrap();
            let wanted = powers.broadcast_div(&sums).unwrap();
            let error = (softmax(&input, dim).unwrap() - wanted).unwrap();
            let error = error.abs().unwrap().max_all().unwrap();
            assert!(error.to_scalar::<f64>().unwrap() < 1e-15);
        }
    }

    #[test]
    fn nan_stays_in_its_row_and_a_missing_dimension_is_an_error() {
        let input = Tensor::new(&[[1f32, f32::NAN], [0., 0.]], &Device::Cpu).unwrap();
        let rows = softmax(&input, D::Minus1)
            .unwrap()
            .to_vec2::<f32>()
            .unwrap();
        assert!(rows[0].iter().all(|x| x.is_nan()), "{rows:?}");
        assert_eq!(rows[1], [0.5, 0.5]);
        assert!(softmax(&input, 2).is_err());
    }
}
