//! Losses of numbers rather than classes, such as distances.

use super::element_loss::ElementLoss;
use super::scalar::Scalar;
use crate::{Error, Result, Tensor};

/// The mean of `|x - y|`, as PyTorch's `l1_loss`.
///
/// With weights, (N, C, H, W) like output and target or (N, 1, H, W), it is the sum of `w * |x - y|` by the sum of the weights,
/// also as in PyTorch. So a mask makes it the mean over the pixels of the mask. If all weights are 0, so is the loss, where
/// PyTorch's is NaN. No gradient flows to target and weights.
///
/// ```
/// use candle_core::Device;
/// use eosin::Tensor;
/// use eosin::ops::l1_loss;
/// let (output, target) = (Tensor::new(&[[1f32, 5.]], &Device::Cpu)?, Tensor::new(&[[0f32, 2.]], &Device::Cpu)?);
/// assert_eq!(l1_loss(&output, &target, None)?.to_scalar::<f32>()?, 2.);
/// let mask = Tensor::new(&[[0f32, 1.]], &Device::Cpu)?;
/// assert_eq!(l1_loss(&output, &target, Some(&mask))?.to_scalar::<f32>()?, 3.);
/// # Ok::<(), eosin::Error>(())
/// ```
///
/// # Errors
/// When shapes or types do not fit, or there is no element.
pub fn l1_loss(output: &Tensor, target: &Tensor, weights: Option<&Tensor>) -> Result<Tensor> {
    weighed(SmoothL1 { beta: 0.0 }, output, target, weights)
}

/// The mean of `(x - y)^2`, as PyTorch's `mse_loss`. Weights are those of [`l1_loss`].
///
/// # Errors
/// When shapes or types do not fit, or there is no element.
pub fn mse_loss(output: &Tensor, target: &Tensor, weights: Option<&Tensor>) -> Result<Tensor> {
    weighed(SquaredError, output, target, weights)
}

/// The mean of `(x - y)^2 / (2 * beta)` where `|x - y|` is below `beta`, and `|x - y| - beta / 2` elsewhere, as PyTorch's
/// `smooth_l1_loss` (Girshick 2015, "Fast R-CNN", eq. 3): gentle with small errors, and not ruled by a few large ones. Weights
/// are those of [`l1_loss`], which this loss is if `beta` is 0.
///
/// # Errors
/// When shapes or types do not fit, there is no element, or `beta` is negative.
pub fn smooth_l1_loss(
    output: &Tensor,
    target: &Tensor,
    beta: f64,
    weights: Option<&Tensor>,
) -> Result<Tensor> {
    if !(beta >= 0.0 && beta.is_finite()) {
        return Err(Error::Invalid(format!(
            "smooth_l1_loss: beta is {beta}; give a number from 0, such as 1"
        )));
    }
    weighed(SmoothL1 { beta }, output, target, weights)
}

/// The sum of the weighted losses by the sum of the weights, or the mean without weights.
fn weighed(
    loss: impl ElementLoss,
    output: &Tensor,
    target: &Tensor,
    weights: Option<&Tensor>,
) -> Result<Tensor> {
    let Some(weights) = weights else {
        return loss.mean(output, target);
    };
    // So small that it changes nothing, except that 0 by 0 is 0.
    let mean = weights.mean_all()?.maximum(f32::MIN_POSITIVE)?;
    loss.weighted_mean(output, target, &weights.broadcast_div(&mean)?)
}

#[derive(Debug, Clone, Copy)]
pub(super) struct SmoothL1 {
    pub beta: f64,
}

impl ElementLoss for SmoothL1 {
    const NAME: &'static str = "smooth_l1_loss";

    fn value<T: Scalar>(&self, output: T, target: T) -> T {
        let (error, beta) = ((output - target).absolute(), T::of(self.beta));
        if error < beta {
            error * error / (beta + beta)
        } else {
            error - beta * T::of(0.5)
        }
    }

    fn derivative<T: Scalar>(&self, output: T, target: T) -> T {
        let (error, beta) = (output - target, T::of(self.beta));
        if error.absolute() < beta {
            error / beta
        } else if error > T::ZERO {
            T::ONE
        } else if error < T::ZERO {
            -T::ONE
        } else {
            // 0 or NaN.
            error
        }
    }

    fn composed(&self, output: &Tensor, target: &Tensor) -> Result<Tensor> {
        let error = (output - target)?.abs()?;
        if self.beta == 0.0 {
            return Ok(error);
        }
        let small = error.minimum(self.beta)?;
        (error - &small)? + (small.sqr()? / (2.0 * self.beta))?
    }
}

#[derive(Debug, Clone, Copy)]
struct SquaredError;

impl ElementLoss for SquaredError {
    const NAME: &'static str = "mse_loss";

    fn value<T: Scalar>(&self, output: T, target: T) -> T {
        let error = output - target;
        error * error
    }

    fn derivative<T: Scalar>(&self, output: T, target: T) -> T {
        T::of(2.0) * (output - target)
    }

    fn composed(&self, output: &Tensor, target: &Tensor) -> Result<Tensor> {
        (output - target)?.sqr()
    }
}

#[cfg(test)]
mod tests {
    use super::super::element_loss::assert_is_composed;
    use super::*;
    use candle_core::Device;

    #[test]
    fn values_and_gradients_are_those_of_the_formulas() {
        assert_is_composed(SquaredError);
        for beta in [0.0, 0.7, 5.0] {
            assert_is_composed(SmoothL1 { beta });
        }
    }

    #[test]
    fn a_mask_chooses_pixels_and_an_empty_one_gives_zero() {
        let row = |numbers: [f32; 3]| Tensor::new(&[numbers], &Device::Cpu).unwrap();
        let (output, target) = (row([1.0, 5.0, -7.0]), row([0.0, 3.0, 0.0]));
        let loss = |mask| {
            let loss = mse_loss(&output, &target, Some(&row(mask))).unwrap();
            loss.to_scalar::<f32>().unwrap()
        };
        assert!((loss([1.0, 1.0, 0.0]) - 2.5).abs() < 1e-6);
        assert_eq!(loss([0.0; 3]), 0.0);
        assert!(smooth_l1_loss(&output, &target, -1.0, None).is_err());
    }
}
