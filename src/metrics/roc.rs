//! The receiver operating characteristic: how many ill patients a score finds, and for how many false alarms.

use super::ranking::Ranking;
use crate::{Result, Tensor};

/// The points of a receiver operating characteristic: at place `i`, an image is called positive if its score is at least
/// `thresholds[i]`. The thresholds fall, from no image called positive to all.
#[derive(Debug, Clone, PartialEq)]
pub struct RocCurve {
    /// Infinity, which no score reaches, then each score that occurs.
    pub thresholds: Vec<f64>,
    /// Of the negative images, the share called positive: 1 - specificity.
    pub false_positive_rate: Vec<f64>,
    /// Of the positive images, the share called positive: the sensitivity, or recall.
    pub true_positive_rate: Vec<f64>,
}

impl RocCurve {
    /// The area under the curve, by trapezes: what [`roc_auc`] computes from ranks.
    pub fn auc(&self) -> f64 {
        let across = self.false_positive_rate.windows(2);
        let up = self.true_positive_rate.windows(2);
        across
            .zip(up)
            .map(|(x, y)| (x[1] - x[0]) * (y[0] + y[1]) / 2.0)
            .sum()
    }
}

/// The receiver operating characteristic. Larger `scores` (N) mean that class 1, the positive one, is more likely; `classes` (N)
/// are 0 and 1. Images with the same score make one point. This is scikit-learn's `roc_curve` with `drop_intermediate=False`.
///
/// ```
/// use candle_core::Device;
/// use eosin::Tensor;
/// let scores = Tensor::new(&[0.1, 0.4, 0.35, 0.8], &Device::Cpu)?;
/// let classes = Tensor::new(&[0u32, 0, 1, 1], &Device::Cpu)?;
/// let curve = eosin::metrics::roc_curve(&scores, &classes)?;
/// assert_eq!(curve.thresholds, [f64::INFINITY, 0.8, 0.4, 0.35, 0.1]);
/// assert_eq!(curve.true_positive_rate, [0., 0.5, 0.5, 1., 1.]);
/// assert_eq!(curve.false_positive_rate, [0., 0., 0.5, 0.5, 1.]);
/// # Ok::<(), eosin::Error>(())
/// ```
///
/// # Errors
/// When the shapes do not match, a score is NaN, a class is neither 0 nor 1, or one of the two has no image. (For one class,
/// scikit-learn warns and gives NaN.)
pub fn roc_curve(scores: &Tensor, classes: &Tensor) -> Result<RocCurve> {
    let ranking = Ranking::new("roc_curve", scores, classes)?;
    let (mut found, mut false_alarms) = (0, 0);
    let mut curve = RocCurve {
        thresholds: vec![f64::INFINITY],
        false_positive_rate: vec![0.0],
        true_positive_rate: vec![0.0],
    };
    for tie in ranking.ties() {
        found += tie.positives;
        false_alarms += tie.negatives;
        curve.thresholds.push(tie.score);
        let rates = (
            false_alarms as f64 / ranking.negatives as f64,
            found as f64 / ranking.positives as f64,
        );
        curve.false_positive_rate.push(rates.0);
        curve.true_positive_rate.push(rates.1);
    }
    Ok(curve)
}

/// The area under [`roc_curve`]: the probability that a positive image has a larger score than a negative one, equal scores
/// counting half (Hanley and McNeil 1982), computed from ranks. 0.5 is what guessing gives.
///
/// ```
/// use candle_core::Device;
/// use eosin::Tensor;
/// let scores = Tensor::new(&[0.1f32, 0.4, 0.35, 0.8], &Device::Cpu)?;
/// let classes = Tensor::new(&[0u32, 0, 1, 1], &Device::Cpu)?;
/// assert_eq!(eosin::metrics::roc_auc(&scores, &classes)?, 0.75);
/// # Ok::<(), eosin::Error>(())
/// ```
///
/// # Errors
/// As [`roc_curve`].
pub fn roc_auc(scores: &Tensor, classes: &Tensor) -> Result<f64> {
    let ranking = Ranking::new("roc_auc", scores, classes)?;
    // A pair counts if the positive image comes before the negative one.
    let (mut pairs, mut positives_before) = (0.0, 0);
    for tie in ranking.ties() {
        pairs += tie.negatives as f64 * (positives_before as f64 + tie.positives as f64 / 2.0);
        positives_before += tie.positives;
    }
    Ok(pairs / (ranking.positives as f64 * ranking.negatives as f64))
}
