//! Cross-entropy of logits and classes.

use super::on_cuda::on_cuda;
use super::operation::{Input, Operation, Output, compute2, stored};
use super::scalar::Scalar;
use super::simd::Registers;
use super::tape::apply2;
use crate::{Error, Result, Tensor};
use candle_core::DType;

/// The mean of `-ln(softmax(logits)[class])`: `logits` (N, C) and `classes` (N) of integers below C, as PyTorch's
/// `cross_entropy`, which is its `log_softmax` followed by its `nll_loss`. The largest logit is subtracted first, so that no
/// exponential overflows.
///
/// ```
/// use candle_core::Device;
/// use eosin::Tensor;
/// let logits = Tensor::new(&[[0f32, 0.]], &Device::Cpu)?;
/// let loss = eosin::ops::cross_entropy(&logits, &Tensor::new(&[1u32], &Device::Cpu)?)?;
/// assert!((loss.to_scalar::<f32>()? - 2f32.ln()).abs() < 1e-6);
/// # Ok::<(), eosin::Error>(())
/// ```
///
/// On a GPU the classes are not checked, since that would mean waiting for them: a class that is not below C makes the loss NaN.
///
/// # Errors
/// When the shapes do not fit, there is no row, or (on the CPU) a class is not below C.
pub fn cross_entropy(logits: &Tensor, classes: &Tensor) -> Result<Tensor> {
    let classes = with_integer_classes("cross_entropy", logits, classes)?;
    apply2(&logits.contiguous()?, &classes, CrossEntropy)
}

/// `x - ln(sum(exp(x)))` along a dimension, as PyTorch's `log_softmax`. The largest `x` is subtracted first, so that no
/// exponential overflows.
///
/// # Errors
/// When there is no such dimension.
pub fn log_softmax(logits: &Tensor, axis: usize) -> Result<Tensor> {
    let shifted = logits.broadcast_sub(&logits.max_keepdim(axis)?.detach())?;
    shifted.broadcast_sub(&shifted.exp()?.sum_keepdim(axis)?.log()?)
}

/// The mean of `-log_probabilities[class]`: (N, C) and `classes` (N) of integers below C, as PyTorch's `nll_loss`.
/// After [`log_softmax`] along dimension 1 it is [`cross_entropy`].
///
/// # Errors
/// As [`cross_entropy`].
pub fn nll_loss(log_probabilities: &Tensor, classes: &Tensor) -> Result<Tensor> {
    let classes = with_integer_classes("nll_loss", log_probabilities, classes)?;
    let of_classes = log_probabilities.gather(&classes.unsqueeze(1)?, 1)?;
    of_classes.mean_all()?.neg()
}

/// The classes as u32, if they fit: logits (N, C), classes (N).
pub(super) fn with_integer_classes(
    name: &str,
    logits: &Tensor,
    classes: &Tensor,
) -> Result<Tensor> {
    let misfit = match (logits.dims(), classes.dims()) {
        (&[count, _], &[labels]) => (count != labels || count == 0 || !classes.dtype().is_int())
            .then_some("there must be one class, an integer, for each row of logits"),
        _ => Some("the logits must be (N, C), the classes (N)"),
    };
    classes_below(name, logits, classes, misfit)
}

/// The classes as u32, unless a `misfit` says what is wrong with their shapes or types, or one is not below the number of classes,
/// dimension 1 of the logits.
pub(super) fn classes_below(
    name: &str,
    logits: &Tensor,
    classes: &Tensor,
    misfit: Option<&str>,
) -> Result<Tensor> {
    let refuse = |rule: &str| {
        Err(Error::Invalid(format!(
            "{name}: logits {:?} do not fit classes {:?} ({}): {rule}",
            logits.shape(),
            classes.shape(),
            classes.dtype().as_str()
        )))
    };
    if let Some(rule) = misfit {
        return refuse(rule);
    }
    let classes = classes.to_dtype(DType::U32)?.contiguous()?;
    if classes.device().is_cpu() {
        let count = logits.dim(1)?;
        let largest = classes.max_all()?.to_scalar::<u32>()?;
        if largest as usize >= count {
            return refuse(&format!("class {largest} is not below {count}"));
        }
    }
    Ok(classes)
}

pub(super) struct CrossEntropy;

/// The largest element, and the sum of all exponentials after it is subtracted; NaN makes the sum NaN.
pub(super) fn largest_and_sum<T: Scalar>(row: &[T]) -> (T, T) {
    let largest = row
        .iter()
        .fold(row[0], |best, &x| if x > best { x } else { best });
    let sum = row
        .iter()
        .fold(T::ZERO, |sum, &x| sum + (x - largest).exponential());
    (largest, sum)
}

impl Operation<2> for CrossEntropy {
    const NAME: &'static str = "cross_entropy";

    on_cuda!(2, cross_entropy);

    fn compute<T: Registers>(&self, [logits, classes]: [Input<'_>; 2]) -> Output {
        let logits = logits.elements::<T>()?;
        let classes = classes.elements::<u32>()?;
        let mut total = 0.0;
        for (row, &class) in logits.chunks(logits.len() / classes.len()).zip(classes) {
            let (largest, sum) = largest_and_sum(row);
            total += sum.to_f64().ln() - (row[class as usize] - largest).to_f64();
        }
        let mean = T::of(total / classes.len() as f64);
        stored(vec![mean], ())
    }

    fn gradients(
        &self,
        [logits, classes]: [&Tensor; 2],
        _: &Tensor,
        gradient: &Tensor,
    ) -> Result<[Option<Tensor>; 2]> {
        let derivative = compute2(logits, classes, CrossEntropyGradient)?;
        Ok([Some(derivative.broadcast_mul(gradient)?), None])
    }
}

/// `(softmax(logits) - 1 at the class) / N`.
pub(super) struct CrossEntropyGradient;

impl Operation<2> for CrossEntropyGradient {
    const NAME: &'static str = "gradient of cross_entropy";

    on_cuda!(2, cross_entropy_gradient);

    fn compute<T: Registers>(&self, [logits, classes]: [Input<'_>; 2]) -> Output {
        let mut numbers = logits.elements::<T>()?.to_vec();
        let classes = classes.elements::<u32>()?;
        let width = numbers.len() / classes.len();
        let share = T::of(1.0 / classes.len() as f64);
        for (row, &class) in numbers.chunks_mut(width).zip(classes) {
            let (largest, sum) = largest_and_sum(row);
            for x in row.iter_mut() {
                *x = (*x - largest).exponential() / sum * share;
            }
            row[class as usize] += -share;
        }
        stored(numbers, logits.shape().clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::gradient_check::{assert_gradients, normal};
    use candle_core::Device;

    #[test]
    fn gradients_agree_with_differences_and_large_logits_stay_finite() {
        let classes = Tensor::new(&[2u32, 0, 1], &Device::Cpu).unwrap();
        assert_gradients(&[normal(&[3, 4], 1)], |inputs| {
            cross_entropy(&inputs[0], &classes)
        });
        let logits = Tensor::new(&[[1e4f32, 0.], [0., 1e4]], &Device::Cpu).unwrap();
        let loss = cross_entropy(&logits, &Tensor::new(&[0u8, 0], &Device::Cpu).unwrap());
        assert_eq!(loss.unwrap().to_scalar::<f32>().unwrap(), 5e3);
    }

    #[test]
    fn classes_that_do_not_fit_are_refused() {
        let message = |classes: &Tensor| {
            cross_entropy(&normal(&[2, 3], 1), classes)
                .unwrap_err()
                .to_string()
        };
        let classes = Tensor::new(&[1u32, 3], &Device::Cpu).unwrap();
        assert!(message(&classes).contains("class 3 is not below 3"));
        assert!(message(&normal(&[2], 1)).contains("an integer"));
        assert!(message(&Tensor::new(&[1u32], &Device::Cpu).unwrap()).contains("one class"));
    }
}
