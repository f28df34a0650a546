//! Precision and recall over all thresholds: more telling than an ROC curve where the positive class is rare.

use super::ranking::Ranking;
use crate::{Result, Tensor};

/// The points of a precision-recall curve: at place `i`, an image is called positive if its score is at least `thresholds[i]`. The
/// thresholds fall, from no image called positive to all, so that the last precision is the share of positive images.
#[derive(Debug, Clone, PartialEq)]
pub struct PrecisionRecallCurve {
    /// Infinity, which no score reaches, then each score that occurs.
    pub thresholds: Vec<f64>,
    /// Of the images called positive, the share that are (the positive predictive value); 1 where none is called positive.
    pub precision: Vec<f64>,
    /// Of the positive images, the share called positive (the sensitivity).
    pub recall: Vec<f64>,
}

impl PrecisionRecallCurve {
    /// The mean precision over the thresholds, each weighted by the recall that it adds:
    /// `sum((recall[n] - recall[n - 1]) * precision[n])`, as scikit-learn's `average_precision_score`.
    pub fn average_precision(&self) -> f64 {
        let added = self.recall.windows(2).map(|recall| recall[1] - recall[0]);
        let steps = added.zip(self.precision.iter().skip(1));
        steps.map(|(recall, precision)| recall * precision).sum()
    }
}

/// Precision and recall at all thresholds. Larger `scores` (N) mean that class 1, the positive one, is more likely; `classes` (N)
/// are 0 and 1. These are the values of scikit-learn's `precision_recall_curve` in the opposite order, that of
/// [`roc_curve`](super::roc_curve), and with the threshold that no score reaches.
///
/// ```
/// use candle_core::Device;
/// use eosin::Tensor;
/// let scores = Tensor::new(&[0.1, 0.4, 0.35, 0.8], &Device::Cpu)?;
/// let classes = Tensor::new(&[0u32, 0, 1, 1], &Device::Cpu)?;
/// let curve = eosin::metrics::precision_recall_curve(&scores, &classes)?;
/// assert_eq!(curve.precision, [1., 1., 0.5, 2. / 3., 0.5]);
/// assert_eq!(curve.recall, [0., 0.5, 0.5, 1., 1.]);
/// # Ok::<(), eosin::Error>(())
/// ```
///
/// # Errors
/// When the shapes do not match, a score is NaN, a class is neither 0 nor 1, or one of the two has no image. (For one class,
/// scikit-learn warns, or draws a curve that says nothing.)
pub fn precision_recall_curve(scores: &Tensor, classes: &Tensor) -> Result<PrecisionRecallCurve> {
    curve("precision_recall_curve", scores, classes)
}

/// The area under [`precision_recall_curve`] in steps: [`PrecisionRecallCurve::average_precision`]. Guessing gives the share of
/// positive images.
///
/// ```
/// use candle_core::Device;
/// use eosin::Tensor;
/// let scores = Tensor::new(&[0.1f32, 0.4, 0.35, 0.8], &Device::Cpu)?;
/// let classes = Tensor::new(&[0u32, 0, 1, 1], &Device::Cpu)?;
/// assert!((eosin::metrics::average_precision(&scores, &classes)? - 5. / 6.).abs() < 1e-9);
/// # Ok::<(), eosin::Error>(())
/// ```
///
/// # Errors
/// As [`precision_recall_curve`].
pub fn average_precision(scores: &Tensor, classes: &Tensor) -> Result<f64> {
    Ok(curve("average_precision", scores, classes)?.average_precision())
}

fn curve(name: &str, scores: &Tensor, classes: &Tensor) -> Result<PrecisionRecallCurve> {
    let ranking = Ranking::new(name, scores, classes)?;
    let (mut found, mut called) = (0, 0);
    let mut curve = PrecisionRecallCurve {
        thresholds: vec![f64::INFINITY],
        precision: vec![1.0],
        recall: vec![0.0],
    };
    for tie in ranking.ties() {
        found += tie.positives;
        called += tie.positives + tie.negatives;
        curve.thresholds.push(tie.score);
        curve.precision.push(found as f64 / called as f64);
        curve.recall.push(found as f64 / ranking.positives as f64);
    }
    Ok(curve)
}
