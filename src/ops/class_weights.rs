//! Losses in which a rare class counts more, or a frequent one less.

use super::activation_functions::softplus;
use super::cross_entropy::{log_softmax, with_integer_classes};
use crate::{Error, Result, Tensor};

/// [`bce_with_logits`](super::bce_with_logits) in which positive targets count `positive_weight` times, as PyTorch's
/// `binary_cross_entropy_with_logits` with `pos_weight`: `(1 - y) * x + (1 + (w - 1) * y) * ln(1 + exp(-x))`, the mean over all
/// elements. The number of negative images by that of positive ones makes both classes count the same. The probabilities that a
/// model learns are then those of a world with as many ill as healthy people.
///
/// ```
/// use candle_core::Device;
/// use eosin::Tensor;
/// let (logits, target) = (Tensor::new(&[0f32, 0.], &Device::Cpu)?, Tensor::new(&[1f32, 0.], &Device::Cpu)?);
/// let loss = eosin::ops::weighted_bce_with_logits(&logits, &target, 3.)?;
/// assert!((loss.to_scalar::<f32>()? - 2. * 2f32.ln()).abs() < 1e-6);
/// # Ok::<(), eosin::Error>(())
/// ```
///
/// # Errors
/// When the shapes or types differ, there is no element, or the weight is negative or not a number.
pub fn weighted_bce_with_logits(
    logits: &Tensor,
    target: &Tensor,
    positive_weight: f64,
) -> Result<Tensor> {
    const NAME: &str = "weighted_bce_with_logits";
    if logits.dims() != target.dims()
        || logits.dtype() != target.dtype()
        || logits.elem_count() == 0
    {
        return Err(Error::Invalid(format!(
            "{NAME}: logits {:?} ({}) and target {:?} ({}) must have the same shape and type, and at least one element",
            logits.shape(),
            logits.dtype().as_str(),
            target.shape(),
            target.dtype().as_str()
        )));
    }
    if !(positive_weight >= 0.0 && positive_weight.is_finite()) {
        return Err(Error::Invalid(format!(
            "{NAME}: the weight is {positive_weight}; give a number from 0, such as the number of negative images by that of \
             positive ones"
        )));
    }
    let weights = ((target * (positive_weight - 1.0))? + 1.0)?;
    let of_negatives = ((1.0 - target)? * logits)?;
    (of_negatives + (weights * softplus(&logits.neg()?, 1.0)?)?)?.mean_all()
}

/// [`cross_entropy`](super::cross_entropy) in which the images of class c count `weights[c]` times, as PyTorch's with `weight`:
/// the sum over the images by the sum of their weights. `logits` are (N, C), `classes` (N) integers below C, and there are C
/// weights.
///
/// ```
/// use candle_core::Device;
/// use eosin::Tensor;
/// let logits = Tensor::new(&[[0f32, 1.], [0., 1.]], &Device::Cpu)?;
/// let classes = Tensor::new(&[0u32, 1], &Device::Cpu)?;
/// let loss = eosin::ops::weighted_cross_entropy(&logits, &classes, &[3., 1.])?;
/// // The first loss is 1.3133, the second 0.3133: the first counts three times.
/// assert!((loss.to_scalar::<f32>()? - 1.0633).abs() < 1e-4);
/// # Ok::<(), eosin::Error>(())
/// ```
///
/// # Errors
/// As [`cross_entropy`](super::cross_entropy), and when there are not C weights, one is negative or not a number, or all are 0.
pub fn weighted_cross_entropy(
    logits: &Tensor,
    classes: &Tensor,
    weights: &[f64],
) -> Result<Tensor> {
    const NAME: &str = "weighted_cross_entropy";
    let classes = with_integer_classes(NAME, logits, classes)?;
    let are_weights = weights
        .iter()
        .all(|&weight| weight >= 0.0 && weight.is_finite())
        && weights.iter().any(|&weight| weight > 0.0);
    if weights.len() != logits.dim(1)? || !are_weights {
        return Err(Error::Invalid(format!(
            "{NAME}: the weights are {weights:?}; give a number from 0 for each of the {} classes, and not 0 for all",
            logits.dim(1)?
        )));
    }
    let weights = Tensor::new(weights, logits.device())?.to_dtype(logits.dtype())?;
    let weights = weights.index_select(&classes, 0)?;
    let of_classes = log_softmax(logits, 1)?.gather(&classes.unsqueeze(1)?, 1)?;
    let sum = (of_classes.squeeze(1)? * &weights)?.sum_all()?;
    sum.neg()? / weights.sum_all()?
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::gradient_check::{assert_gradients, normal};
    use crate::ops::{bce_with_logits, cross_entropy};
    use candle_core::Device;

    #[test]
    fn gradients_agree_with_differences() {
        let classes = Tensor::new(&[2u32, 0, 1], &Device::Cpu).unwrap();
        assert_gradients(&[normal(&[3, 4], 1)], |inputs| {
            weighted_cross_entropy(&inputs[0], &classes, &[0.5, 2.0, 1.0, 3.0])
        });
        assert_gradients(&[normal(&[5], 1), normal(&[5], 2)], |inputs| {
            weighted_bce_with_logits(&inputs[0], &inputs[1], 2.5)
        });
    }

    #[test]
    fn equal_weights_change_nothing_and_extreme_logits_stay_finite() {
        let number = |loss: Result<Tensor>| loss.unwrap().to_scalar::<f32>().unwrap();
        let logits = Tensor::new(&[-1e4f32, 1e4, 0.0, 1e4], &Device::Cpu).unwrap();
        let target = Tensor::new(&[0f32, 1.0, 1.0, 0.0], &Device::Cpu).unwrap();
        assert_eq!(
            number(weighted_bce_with_logits(&logits, &target, 1.0)),
            number(bce_with_logits(&logits, &target))
        );
        let logits = logits.reshape((2, 2)).unwrap();
        let classes = Tensor::new(&[0u32, 1], &Device::Cpu).unwrap();
        assert_eq!(
            number(weighted_cross_entropy(&logits, &classes, &[7.0, 7.0])),
            number(cross_entropy(&logits, &classes))
        );
    }

    #[test]
    fn what_is_no_weight_is_refused() {
        let (logits, target) = (normal(&[2, 3], 1), normal(&[2, 3], 2));
        for weight in [-1.0, f64::NAN, f64::INFINITY] {
            let error = weighted_bce_with_logits(&logits, &target, weight).unwrap_err();
            assert!(error.to_string().contains("the weight is"), "{error}");
        }
        let classes = Tensor::new(&[1u32, 2], &Device::Cpu).unwrap();
        for weights in [&[1.0, 2.0] as &[f64], &[1.0, -2.0, 1.0], &[0.0; 3]] {
            let error = weighted_cross_entropy(&logits, &classes, weights).unwrap_err();
            assert!(
                error.to_string().contains("each of the 3 classes"),
                "{error}"
            );
        }
    }
}
