//! Cross-entropy that cares little for what is easy.

use super::activation_functions::{sigmoid, softplus};
use super::element_loss::ElementLoss;
use super::loss::sigmoid_of;
use super::pixel_weights::BinaryCrossEntropy;
use super::scalar::Scalar;
use crate::{Error, Result, Tensor};

/// The focal loss of logits, the mean over all elements (Lin et al. 2017, "Focal Loss for Dense Object Detection", eq. 5):
/// binary cross-entropy times `(1 - p)^gamma`, where p is the probability that the model gives to the truth. So an element
/// counts the less, the surer the model is of it, and the many easy pixels of the background do not drown the few difficult
/// ones. With `gamma` 0 it is [`bce_with_logits`](super::bce_with_logits); the paper takes 2.
///
/// With `alpha`, ones count `alpha` times and zeros `1 - alpha` times; the paper takes 0.25. This is torchvision's
/// `sigmoid_focal_loss` with `reduction="mean"`, in which an alpha of -1 means none. No gradient flows to the target.
///
/// ```
/// use candle_core::Device;
/// use eosin::Tensor;
/// use eosin::ops::{bce_with_logits, focal_loss};
/// let (logits, target) = (Tensor::new(&[3f32, 0.], &Device::Cpu)?, Tensor::new(&[1f32, 1.], &Device::Cpu)?);
/// let easy = |loss: eosin::Result<Tensor>| loss?.to_scalar::<f32>();
/// assert_eq!(easy(focal_loss(&logits, &target, 0., None))?, easy(bce_with_logits(&logits, &target))?);
/// // At a logit of 0 the probability is 0.5: that element counts a quarter, the other one a 445th.
/// assert!((easy(focal_loss(&logits, &target, 2., None))? - 0.0867).abs() < 1e-4);
/// # Ok::<(), eosin::Error>(())
/// ```
///
/// # Errors
/// When the shapes or types differ, there is no element, `gamma` is negative, or `alpha` is not in `0..=1`.
pub fn focal_loss(
    logits: &Tensor,
    target: &Tensor,
    gamma: f64,
    alpha: Option<f64>,
) -> Result<Tensor> {
    if !(gamma >= 0.0 && gamma.is_finite()) {
        return Err(Error::Invalid(format!(
            "focal_loss: gamma is {gamma}; give a number from 0, such as 2"
        )));
    }
    if let Some(alpha) = alpha.filter(|alpha| !(0.0..=1.0).contains(alpha)) {
        return Err(Error::Invalid(format!(
            "focal_loss: alpha is {alpha}; give the weight of ones as a number from 0 to 1, such as Some(0.25), or None"
        )));
    }
    FocalLoss { gamma, alpha }.mean(logits, target)
}

#[derive(Debug, Clone, Copy)]
struct FocalLoss {
    gamma: f64,
    alpha: Option<f64>,
}

impl FocalLoss {
    fn weight<T: Scalar>(&self, target: T) -> T {
        self.alpha.map_or(T::ONE, |alpha| {
            T::of(alpha) * target + T::of(1.0 - alpha) * (T::ONE - target)
        })
    }
}

/// One minus the probability that the model gives to the truth.
fn doubt<T: Scalar>(probability: T, target: T) -> T {
    probability * (T::ONE - target) + (T::ONE - probability) * target
}

impl ElementLoss for FocalLoss {
    const NAME: &'static str = "focal_loss";

    fn value<T: Scalar>(&self, logit: T, target: T) -> T {
        let doubt = doubt(sigmoid_of(logit), target);
        let cross_entropy = BinaryCrossEntropy.value(logit, target);
        self.weight(target) * cross_entropy * doubt.power(T::of(self.gamma))
    }

    fn derivative<T: Scalar>(&self, logit: T, target: T) -> T {
        let p = sigmoid_of(logit);
        let doubt = doubt(p, target);
        let gamma = T::of(self.gamma);
        let of_cross_entropy = (p - target) * doubt.power(gamma);
        // Without a doubt the power may be infinite, but what it is multiplied by vanishes faster.
        let of_power = if doubt > T::ZERO {
            let slope = (T::ONE - target - target) * p * (T::ONE - p);
            BinaryCrossEntropy.value(logit, target) * gamma * doubt.power(gamma - T::ONE) * slope
        } else {
            T::ZERO
        };
        self.weight(target) * (of_cross_entropy + of_power)
    }

    fn composed(&self, logits: &Tensor, target: &Tensor) -> Result<Tensor> {
        let p = sigmoid(logits)?;
        let doubt = ((&p + target)? - ((p * target)? * 2.0))?;
        let cross_entropy = (softplus(logits, 1.0)? - (logits * target)?)?;
        let focal = (cross_entropy * doubt.powf(self.gamma)?)?;
        match self.alpha {
            None => Ok(focal),
            Some(alpha) => focal * target.affine(2.0 * alpha - 1.0, 1.0 - alpha)?,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::element_loss::assert_is_composed;
    use super::*;
    use candle_core::Device;

    #[test]
    fn values_and_gradients_are_those_of_the_formula() {
        for (gamma, alpha) in [
            (2.0, Some(0.25)),
            (0.0, None),
            (1.5, None),
            (0.5, Some(0.9)),
        ] {
            assert_is_composed(FocalLoss { gamma, alpha });
        }
    }

    #[test]
    fn extreme_logits_give_finite_losses_and_gradients() {
        let logits = [-1e4f32, 1e4, 1e4, -1e4].map(|x| Tensor::new(&[x], &Device::Cpu).unwrap());
        let targets = [0f32, 1.0, 0.0, 1.0];
        for gamma in [0.0, 0.5, 1.0, 2.0] {
            let loss = FocalLoss { gamma, alpha: None };
            for (logits, target) in logits.iter().zip(targets) {
                let target = Tensor::new(&[target], &Device::Cpu).unwrap();
                let found = loss
                    .mean(logits, &target)
                    .unwrap()
                    .to_scalar::<f32>()
                    .unwrap();
                let logit = logits.to_vec1::<f32>().unwrap()[0];
                let target = target.to_vec1::<f32>().unwrap()[0];
                assert_eq!(
                    found,
                    if (logit > 0.0) == (target > 0.5) {
                        0.0
                    } else {
                        1e4
                    }
                );
                assert!(loss.derivative(logit, target).is_finite());
            }
        }
    }

    #[test]
    fn parameters_out_of_range_are_refused() {
        let x = Tensor::new(&[1f32], &Device::Cpu).unwrap();
        for (gamma, alpha) in [
            (-1.0, None),
            (f64::NAN, None),
            (2.0, Some(1.5)),
            (2.0, Some(f64::NAN)),
        ] {
            assert!(
                focal_loss(&x, &x, gamma, alpha).is_err(),
                "{gamma}, {alpha:?}"
            );
        }
    }
}
