//! Binary cross-entropy with a weight for each pixel.

use super::activation_functions::softplus;
use super::element_loss::ElementLoss;
use super::loss::sigmoid_of;
use super::scalar::Scalar;
use crate::{Result, Tensor};

/// [`bce_with_logits`](super::bce_with_logits) with a weight for each pixel, such as those of
/// [`morph::border_weights`](crate::morph::border_weights): the mean over all elements of the loss times its weight, as PyTorch's
/// `binary_cross_entropy_with_logits` with `weight`. It is divided by the number of elements, not by the sum of the weights, so
/// weights of 2 double the loss.
///
/// Logits and target are (N, C, H, W), the weights as well, or (N, 1, H, W) if they hold for all channels. No gradient flows to
/// target and weights.
///
/// ```
/// use candle_core::Device;
/// use eosin::Tensor;
/// let (logits, target) = (Tensor::new(&[[0f32, 0.]], &Device::Cpu)?, Tensor::new(&[[1f32, 0.]], &Device::Cpu)?);
/// let weights = Tensor::new(&[[1f32, 3.]], &Device::Cpu)?;
/// let loss = eosin::ops::pixel_weighted_bce_with_logits(&logits, &target, &weights)?;
/// assert!((loss.to_scalar::<f32>()? - 2. * 2f32.ln()).abs() < 1e-6);
/// # Ok::<(), eosin::Error>(())
/// ```
///
/// # Errors
/// When shapes or types do not fit, or there is no element.
pub fn pixel_weighted_bce_with_logits(
    logits: &Tensor,
    target: &Tensor,
    weights: &Tensor,
) -> Result<Tensor> {
    BinaryCrossEntropy.weighted_mean(logits, target, weights)
}

#[derive(Debug, Clone, Copy)]
pub(super) struct BinaryCrossEntropy;

impl ElementLoss for BinaryCrossEntropy {
    const NAME: &'static str = "pixel_weighted_bce_with_logits";

    fn value<T: Scalar>(&self, logit: T, target: T) -> T {
        // Not `max`: it would hide NaN.
        let positive = if logit < T::ZERO { T::ZERO } else { logit };
        positive - logit * target + (-logit.absolute()).exponential().logarithm_plus_one()
    }

    fn derivative<T: Scalar>(&self, logit: T, target: T) -> T {
        sigmoid_of(logit) - target
    }

    fn composed(&self, logits: &Tensor, target: &Tensor) -> Result<Tensor> {
        softplus(logits, 1.0)? - (logits * target)?
    }
}

#[cfg(test)]
mod tests {
    use super::super::element_loss::assert_is_composed;
    use super::*;

    #[test]
    fn values_and_gradients_are_those_of_the_formula() {
        assert_is_composed(BinaryCrossEntropy);
    }
}
