//! Losses for segmentation, on logits: the numbers before the sigmoid.

use super::on_cuda::on_cuda;
use super::scalar::Scalar;
use super::sigmoid;
use super::storage::{by_type, elements};
use crate::{Error, Result};
use candle_core::{CpuStorage, CustomOp2, Layout, Shape, Tensor};
use rayon::prelude::*;

/// Keeps the Dice loss defined for an empty image and mask.
const SMOOTH: f64 = 1.0;

fn check(name: &str, logits: &Tensor, target: &Tensor) -> Result<()> {
    if logits.dims() == target.dims() && logits.dtype() == target.dtype() {
        return Ok(());
    }
    Err(Error::Invalid(format!(
        "{name}: logits {:?} ({}) and target {:?} ({}) must have the same shape and type",
        logits.shape(),
        logits.dtype().as_str(),
        target.shape(),
        target.dtype().as_str()
    )))
}

/// Binary cross-entropy of logits, the mean over all elements, as PyTorch's `binary_cross_entropy_with_logits`:
/// `max(x, 0) - x * y + ln(1 + exp(-|x|))`, which is exact for any logit.
///
/// ```
/// use candle_core::{Device, Tensor};
/// let loss = eosin::ops::bce_with_logits(&Tensor::new(&[0f32], &Device::Cpu)?, &Tensor::new(&[1f32], &Device::Cpu)?)?;
/// assert!((loss.to_scalar::<f32>()? - 2f32.ln()).abs() < 1e-6);
/// # Ok::<(), eosin::Error>(())
/// ```
///
/// # Errors
/// When the shapes or types differ.
pub fn bce_with_logits(logits: &Tensor, target: &Tensor) -> Result<Tensor> {
    check("bce_with_logits", logits, target)?;
    Ok(logits
        .contiguous()?
        .apply_op2(&target.contiguous()?, Bce)?
        .mean_all()?)
}

/// One minus the soft Dice coefficient of each image, the mean over the batch, for (N, ...) logits:
/// `1 - (2 * sum(p * y) + 1) / (sum(p) + sum(y) + 1)` with `p = sigmoid(logits)` (after Milletari et al. 2016, V-Net,
/// section 3, with plain sums in the denominator).
///
/// # Errors
/// When the shapes or types differ.
pub fn dice_loss(logits: &Tensor, target: &Tensor) -> Result<Tensor> {
    check("dice_loss", logits, target)?;
    let probabilities = sigmoid(logits)?.flatten_from(1)?;
    let target = target.flatten_from(1)?;
    let both = ((&probabilities * &target)?.sum(1)? * 2.0)?;
    let either = (probabilities.sum(1)? + target.sum(1)?)?;
    let dice = ((both + SMOOTH)? / (either + SMOOTH)?)?;
    Ok(dice.affine(-1.0, 1.0)?.mean_all()?)
}

/// The sum of [`bce_with_logits`] and [`dice_loss`]: the first judges every pixel, the second the overlap.
///
/// # Errors
/// When the shapes or types differ.
pub fn bce_dice_loss(logits: &Tensor, target: &Tensor) -> Result<Tensor> {
    Ok((bce_with_logits(logits, target)? + dice_loss(logits, target)?)?)
}

/// The loss of each element.
pub(super) struct Bce;

/// Its derivative by the logit: `(sigmoid(x) - y) * gradient`.
pub(super) struct BceGradient;

fn pairwise<T: Scalar>(
    logits: (&CpuStorage, &Layout),
    target: (&CpuStorage, &Layout),
    function: impl Fn(T, T) -> T + Sync,
) -> candle_core::Result<(CpuStorage, Shape)> {
    let (xs, ys) = (
        elements::<T>(logits.0, logits.1)?,
        elements::<T>(target.0, target.1)?,
    );
    let result: Vec<T> = xs
        .par_iter()
        .zip(ys)
        .with_min_len(1 << 12)
        .map(|(&x, &y)| function(x, y))
        .collect();
    Ok((T::to_cpu_storage_owned(result), logits.1.shape().clone()))
}

impl CustomOp2 for Bce {
    fn name(&self) -> &'static str {
        "bce-with-logits"
    }

    on_cuda!(2, bce);

    fn cpu_fwd(
        &self,
        logits: &CpuStorage,
        logits_layout: &Layout,
        target: &CpuStorage,
        target_layout: &Layout,
    ) -> candle_core::Result<(CpuStorage, Shape)> {
        fn run<T: Scalar>(
            logits: (&CpuStorage, &Layout),
            target: (&CpuStorage, &Layout),
        ) -> candle_core::Result<(CpuStorage, Shape)> {
            pairwise::<T>(logits, target, |x, y| {
                // Not `max`: it would hide NaN.
                let positive = if x < T::ZERO { T::ZERO } else { x };
                positive - x * y + (-x.absolute()).exponential().logarithm_plus_one()
            })
        }
        by_type!(
            "bce_with_logits",
            logits,
            run((logits, logits_layout), (target, target_layout))
        )
    }

    fn bwd(
        &self,
        logits: &Tensor,
        target: &Tensor,
        _result: &Tensor,
        gradient: &Tensor,
    ) -> candle_core::Result<(Option<Tensor>, Option<Tensor>)> {
        let derivative = logits.apply_op2_no_bwd(target, &BceGradient)?;
        let for_target = (gradient * logits.neg()?)?;
        Ok((Some((derivative * gradient)?), Some(for_target)))
    }
}

impl CustomOp2 for BceGradient {
    fn name(&self) -> &'static str {
        "bce-with-logits-gradient"
    }

    on_cuda!(2, bce_gradient);

    fn cpu_fwd(
        &self,
        logits: &CpuStorage,
        logits_layout: &Layout,
        target: &CpuStorage,
        target_layout: &Layout,
    ) -> candle_core::Result<(CpuStorage, Shape)> {
        fn run<T: Scalar>(
            logits: (&CpuStorage, &Layout),
            target: (&CpuStorage, &Layout),
        ) -> candle_core::Result<(CpuStorage, Shape)> {
            pairwise::<T>(logits, target, |x, y| {
                T::ONE / (T::ONE + (-x).exponential()) - y
            })
        }
        by_type!(
            "bce_with_logits",
            logits,
            run((logits, logits_layout), (target, target_layout))
        )
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
    fn shapes_that_differ_are_told() {
        let (a, b) = (normal(&[2, 1, 4, 4], 1), normal(&[2, 4, 4], 2));
        let message = bce_with_logits(&a, &b).unwrap_err().to_string();
        assert!(
            message.contains("[2, 1, 4, 4]") && message.contains("[2, 4, 4]"),
            "{message}"
        );
    }
}
