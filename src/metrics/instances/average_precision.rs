//! The score of the 2018 Data Science Bowl.

use super::matching::{Candidates, check_threshold};
use super::overlaps::Overlaps;
use crate::Result;
use crate::morph::LabelMap;

/// The thresholds of the challenge: 0.5, 0.55, 0.6, and so on up to 0.95. A match needs an IoU above.
pub const CHALLENGE_THRESHOLDS: [f64; 10] = [0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95];

/// The score that the 2018 Data Science Bowl gives an image (Caicedo et al. 2019, Nature Methods 16, 1247): the mean of
/// `TP / (TP + FP + FN)` over the [`CHALLENGE_THRESHOLDS`], from 0 to 1. It is 1 if both maps are empty, and 0 if only one is.
///
/// The challenge calls this average precision. It has nothing to do with the area under a precision-recall curve,
/// [`metrics::average_precision`](crate::metrics::average_precision).
///
/// ```
/// use eosin::{metrics::instances::average_precision, morph::LabelMap};
/// let predicted = LabelMap::new(1, 8, vec![1, 1, 1, 0, 0, 2, 2, 2])?;
/// let target = LabelMap::new(1, 8, vec![1, 1, 1, 1, 0, 2, 2, 2])?;
/// // An IoU of 0.75 is enough for five of the thresholds, one of 1 for all ten.
/// let score = average_precision(&predicted, &target)?;
/// assert!((score - (5. * 1. + 5. / 3.) / 10.).abs() < 1e-12);
/// # Ok::<(), eosin::Error>(())
/// ```
///
/// # Errors
/// When the sizes differ.
pub fn average_precision(predicted: &LabelMap, target: &LabelMap) -> Result<f64> {
    let overlaps = Overlaps::of("average_precision", predicted, target)?;
    Ok(mean(&threat_scores(
        &Candidates::of(&overlaps),
        &CHALLENGE_THRESHOLDS,
    )))
}

/// `TP / (TP + FP + FN)` for each of the `thresholds`, which are from 0 up to but not 1; a match needs an IoU above.
///
/// ```
/// use eosin::{metrics::instances::average_precision_at_thresholds, morph::LabelMap};
/// let predicted = LabelMap::new(1, 4, vec![1, 1, 1, 0])?;
/// let target = LabelMap::new(1, 4, vec![1, 1, 1, 1])?;
/// assert_eq!(average_precision_at_thresholds(&predicted, &target, &[0.5, 0.75])?, [1., 0.]);
/// # Ok::<(), eosin::Error>(())
/// ```
///
/// # Errors
/// When the sizes differ, or a threshold is not from 0 up to but not 1.
pub fn average_precision_at_thresholds(
    predicted: &LabelMap,
    target: &LabelMap,
    thresholds: &[f64],
) -> Result<Vec<f64>> {
    let name = "average_precision_at_thresholds";
    for &threshold in thresholds {
        check_threshold(name, threshold)?;
    }
    let overlaps = Overlaps::of(name, predicted, target)?;
    Ok(threat_scores(&Candidates::of(&overlaps), thresholds))
}

pub(super) fn threat_scores(candidates: &Candidates, thresholds: &[f64]) -> Vec<f64> {
    let score = |&threshold: &f64| candidates.matched(threshold).threat_score();
    thresholds.iter().map(score).collect()
}

/// The mean of at least one number.
pub(super) fn mean(numbers: &[f64]) -> f64 {
    numbers.iter().sum::<f64>() / numbers.len() as f64
}
