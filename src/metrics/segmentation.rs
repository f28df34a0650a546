//! Overlap of predicted and true masks.
//!
//! Each function takes logits and target masks of the same shape (N, ...). A pixel is predicted if its probability is above one
//! half, that is, if its logit is above zero. The result is the mean over the images.

use super::not_a_number::refuse_nan;
use crate::{Error, Result, Tensor};
use candle_core::DType;

/// Pixel counts of one image.
struct Counts {
    both: f64,
    predicted: f64,
    target: f64,
    all: f64,
}

fn mean_over_images(
    name: &str,
    logits: &Tensor,
    target: &Tensor,
    score: impl Fn(Counts) -> f64,
) -> Result<f64> {
    if logits.dims() != target.dims() || logits.rank() < 2 || logits.dim(0)? == 0 {
        return Err(Error::Invalid(format!(
            "{name}: logits {:?} and target {:?} must have the same shape (N, ...)",
            logits.shape(),
            target.shape()
        )));
    }
    refuse_nan(name, "logits", logits)?;
    refuse_nan(name, "pixels of the target", target)?;
    // In double precision: single precision counts no further than 2^24, a volume of 256 x 256 x 256.
    let predicted = logits.flatten_from(1)?.gt(0f64)?.to_dtype(DType::F64)?;
    let target = target.flatten_from(1)?.gt(0.5)?.to_dtype(DType::F64)?;
    let count = |mask: &Tensor| -> Result<Vec<f64>> { mask.sum(1)?.to_vec1() };
    let (both, all) = (count(&(&predicted * &target)?)?, predicted.dim(1)? as f64);
    let (predicted, target) = (count(&predicted)?, count(&target)?);
    let scores = both
        .iter()
        .zip(&predicted)
        .zip(&target)
        .map(|((&both, &predicted), &target)| {
            score(Counts {
                both,
                predicted,
                target,
                all,
            })
        });
    Ok(scores.sum::<f64>() / both.len() as f64)
}

/// The Dice coefficient `2 |A and B| / (|A| + |B|)` (Dice 1945), 1 if both are empty.
///
/// ```
/// use candle_core::Device;
/// use eosin::Tensor;
/// let logits = Tensor::new(&[[1f32, 1., -1., -1.]], &Device::Cpu)?;
/// let target = Tensor::new(&[[1f32, 0., 0., 0.]], &Device::Cpu)?;
/// assert_eq!(eosin::metrics::dice(&logits, &target)?, 2. / 3.);
/// # Ok::<(), eosin::Error>(())
/// ```
///
/// # Errors
/// When the shapes differ, or a logit or a pixel of the target is NaN.
pub fn dice(logits: &Tensor, target: &Tensor) -> Result<f64> {
    mean_over_images("dice", logits, target, |counts| {
        match counts.predicted + counts.target {
            0.0 => 1.0,
            sum => 2.0 * counts.both / sum,
        }
    })
}

/// Intersection over union `|A and B| / |A or B|` (Jaccard index), 1 if both are empty.
///
/// # Errors
/// When the shapes differ, or a logit or a pixel of the target is NaN.
pub fn iou(logits: &Tensor, target: &Tensor) -> Result<f64> {
    mean_over_images("iou", logits, target, |counts| {
        match counts.predicted + counts.target - counts.both {
            0.0 => 1.0,
            union => counts.both / union,
        }
    })
}

/// The share of pixels that are predicted correctly.
///
/// # Errors
/// When the shapes differ, or a logit or a pixel of the target is NaN.
pub fn pixel_accuracy(logits: &Tensor, target: &Tensor) -> Result<f64> {
    mean_over_images("pixel_accuracy", logits, target, |counts| {
        let wrong = counts.predicted + counts.target - 2.0 * counts.both;
        1.0 - wrong / counts.all
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use candle_core::Device;

    #[test]
    fn scores_are_those_of_the_definitions_image_by_image() {
        let logits =
            Tensor::new(&[[1f32, 2., -1., -1.], [-1., -1., -1., -1.]], &Device::Cpu).unwrap();
        let target = Tensor::new(&[[1f32, 0., 1., 0.], [0., 0., 0., 0.]], &Device::Cpu).unwrap();
        assert_eq!(dice(&logits, &target).unwrap(), (0.5 + 1.0) / 2.0);
        assert_eq!(iou(&logits, &target).unwrap(), (1.0 / 3.0 + 1.0) / 2.0);
        assert_eq!(pixel_accuracy(&logits, &target).unwrap(), (0.5 + 1.0) / 2.0);
        assert!(
            dice(&logits, &target.t().unwrap())
                .unwrap_err()
                .to_string()
                .contains("same shape")
        );
    }
}
