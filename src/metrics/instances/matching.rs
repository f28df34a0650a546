//! Which predicted object is which true one.

use super::overlaps::Overlaps;
use crate::morph::LabelMap;
use crate::{Error, Result};

/// A predicted object and the true one that it was matched with.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MatchedPair {
    /// The number of the predicted object.
    pub predicted: u32,
    /// The number of the true object.
    pub target: u32,
    /// Intersection over union of the two.
    pub iou: f64,
}

/// Which objects were found (true positives), invented (false positives) and missed (false negatives).
///
/// All rates are 1 if there is no object at all, predicted or true: nothing was there, and nothing was found. A rate that no
/// object gives is 0 otherwise, as the precision of a prediction without objects.
#[derive(Debug, Clone, PartialEq)]
pub struct Matching {
    /// The true positives, in the order of the predicted numbers.
    pub pairs: Vec<MatchedPair>,
    /// The numbers of predicted objects without a partner: the false positives.
    pub unmatched_predicted: Vec<u32>,
    /// The numbers of true objects without a partner: the false negatives.
    pub unmatched_target: Vec<u32>,
}

impl Matching {
    /// How many predicted objects are true ones.
    pub fn true_positives(&self) -> usize {
        self.pairs.len()
    }

    /// How many predicted objects are no true ones.
    pub fn false_positives(&self) -> usize {
        self.unmatched_predicted.len()
    }

    /// How many true objects were not found.
    pub fn false_negatives(&self) -> usize {
        self.unmatched_target.len()
    }

    /// Of the predicted objects, the share that is true: `TP / (TP + FP)`.
    pub fn precision(&self) -> f64 {
        self.rate(1.0, 1.0, 0.0)
    }

    /// Of the true objects, the share that was found: `TP / (TP + FN)`.
    pub fn recall(&self) -> f64 {
        self.rate(1.0, 0.0, 1.0)
    }

    /// The harmonic mean of precision and recall, `2 TP / (2 TP + FP + FN)`.
    pub fn f1(&self) -> f64 {
        self.rate(2.0, 1.0, 1.0)
    }

    /// `TP / (TP + FP + FN)`, which the 2018 Data Science Bowl calls precision; also called critical success index.
    pub fn threat_score(&self) -> f64 {
        self.rate(1.0, 1.0, 1.0)
    }

    /// Weighted true positives as a share of all that are counted.
    fn rate(&self, true_positive: f64, false_positive: f64, false_negative: f64) -> f64 {
        let found = true_positive * self.true_positives() as f64;
        let wrong = false_positive * self.false_positives() as f64
            + false_negative * self.false_negatives() as f64;
        let is_empty =
            self.pairs.len() + self.unmatched_predicted.len() + self.unmatched_target.len() == 0;
        match found + wrong {
            _ if is_empty => 1.0,
            0.0 => 0.0,
            all => found / all,
        }
    }
}

/// Matches predicted with true objects whose intersection over union is *above* `threshold`, a number from 0 up to but not 1.
///
/// From a threshold of 0.5 on, an object has at most one partner: two objects that do not overlap cannot both share more than half
/// of their union with a third. Below that, the pair with the largest IoU is matched first (of equal ones, that with the smallest
/// numbers), then the next whose objects are both free. In rare cases another choice would match one pair more.
///
/// The comparison is strict, as in the rules of the 2018 Data Science Bowl; StarDist's `matching` also takes what equals the
/// threshold.
///
/// ```
/// use eosin::{metrics::instances::match_instances, morph::LabelMap};
/// let predicted = LabelMap::new(1, 8, vec![1, 1, 1, 0, 2, 0, 0, 0])?;
/// let target = LabelMap::new(1, 8, vec![5, 5, 5, 5, 0, 0, 6, 6])?;
/// let matching = match_instances(&predicted, &target, 0.5)?;
/// assert_eq!((matching.pairs[0].target, matching.pairs[0].iou), (5, 0.75));
/// assert_eq!((matching.unmatched_predicted, matching.unmatched_target), (vec![2], vec![6]));
/// # Ok::<(), eosin::Error>(())
/// ```
///
/// # Errors
/// When the sizes differ, or the threshold is not from 0 up to but not 1.
pub fn match_instances(
    predicted: &LabelMap,
    target: &LabelMap,
    threshold: f64,
) -> Result<Matching> {
    let name = "match_instances";
    check_threshold(name, threshold)?;
    Ok(Candidates::of(&Overlaps::of(name, predicted, target)?).matched(threshold))
}

/// Matches as [`match_instances`] does, from a matrix of IoUs with a row for each predicted object and a column for each true one,
/// such as [`iou_matrix`](super::iou_matrix) gives. The objects are numbered from 1.
///
/// ```
/// use eosin::metrics::instances::match_iou;
/// let matching = match_iou(&[[0.8, 0.1], [0., 0.45], [0., 0.3]], 0.5)?;
/// assert_eq!((matching.true_positives(), matching.false_positives(), matching.false_negatives()), (1, 2, 1));
/// assert_eq!(matching.threat_score(), 0.25);
/// # Ok::<(), eosin::Error>(())
/// ```
///
/// # Errors
/// When the rows are not equally long, an IoU is not in `0..=1`, or the threshold is not from 0 up to but not 1.
pub fn match_iou(iou: &[impl AsRef<[f64]>], threshold: f64) -> Result<Matching> {
    let rows: Vec<&[f64]> = iou.iter().map(AsRef::as_ref).collect();
    check_threshold("match_iou", threshold)?;
    Ok(Candidates::of_matrix(&rows)?.matched(threshold))
}

/// Refuses what no IoU can be compared with.
pub(super) fn check_threshold(operation: &str, threshold: f64) -> Result<()> {
    match (0.0..1.0).contains(&threshold) {
        true => Ok(()),
        false => Err(Error::Invalid(format!(
            "{operation}: the threshold is {threshold}; an IoU is at most 1, and must be above the threshold, so give a number \
             from 0 up to but not 1, such as 0.5"
        ))),
    }
}

/// Pairs that could be matched, the largest IoU first.
pub(super) struct Candidates {
    predicted: Vec<u32>,
    target: Vec<u32>,
    /// Places in the two lists, and the IoU.
    pairs: Vec<(usize, usize, f64)>,
}

impl Candidates {
    pub fn of(overlaps: &Overlaps) -> Self {
        let pairs = overlaps.pairs.iter();
        Self::sorted(
            overlaps.predicted.iter().map(|object| object.id).collect(),
            overlaps.target.iter().map(|object| object.id).collect(),
            pairs
                .map(|pair| (pair.predicted, pair.target, overlaps.iou(pair)))
                .collect(),
        )
    }

    fn of_matrix(rows: &[&[f64]]) -> Result<Self> {
        let columns = rows.first().map_or(0, |row| row.len());
        let mut pairs = Vec::new();
        for (predicted, row) in rows.iter().enumerate() {
            if row.len() != columns {
                return Err(Error::Invalid(format!(
                    "match_iou: row {predicted} has {} numbers, but row 0 has {columns}: each row needs one for each true object",
                    row.len()
                )));
            }
            for (target, &iou) in row.iter().enumerate() {
                if !(0.0..=1.0).contains(&iou) {
                    return Err(Error::Invalid(format!(
                        "match_iou: {iou} in row {predicted}, column {target} is no intersection over union: it must be from \
                         0 to 1"
                    )));
                }
                pairs.push((predicted, target, iou));
            }
        }
        let numbers = |count: usize| (1..).take(count).collect();
        Ok(Self::sorted(numbers(rows.len()), numbers(columns), pairs))
    }

    fn sorted(predicted: Vec<u32>, target: Vec<u32>, mut pairs: Vec<(usize, usize, f64)>) -> Self {
        // A stable sort: of equal ones, the smallest numbers stay first.
        pairs.sort_by(|one, other| other.2.total_cmp(&one.2));
        Candidates {
            predicted,
            target,
            pairs,
        }
    }

    pub fn matched(&self, threshold: f64) -> Matching {
        let mut free_predicted = vec![true; self.predicted.len()];
        let mut free_target = vec![true; self.target.len()];
        let mut pairs = Vec::new();
        for &(predicted, target, iou) in &self.pairs {
            if is_above(iou, threshold) && free_predicted[predicted] && free_target[target] {
                free_predicted[predicted] = false;
                free_target[target] = false;
                pairs.push(MatchedPair {
                    predicted: self.predicted[predicted],
                    target: self.target[target],
                    iou,
                });
            }
        }
        pairs.sort_by_key(|pair| pair.predicted);
        let unmatched = |ids: &[u32], free: &[bool]| {
            let left = ids.iter().zip(free).filter(|(_, free)| **free);
            left.map(|(&id, _)| id).collect()
        };
        Matching {
            pairs,
            unmatched_predicted: unmatched(&self.predicted, &free_predicted),
            unmatched_target: unmatched(&self.target, &free_target),
        }
    }
}

/// Whether an IoU is above a threshold. Thresholds that were added up, such as 0.5 + 0.05 + 0.05, are off by a rounding error, and
/// an IoU of 3/5 must not be above one of them. An IoU is a fraction of pixels, so any that truly is above is so by far more.
fn is_above(iou: f64, threshold: f64) -> bool {
    const ROUNDING: f64 = 1e-12;
    iou > threshold + ROUNDING
}
