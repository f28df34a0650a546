//! How good predicted classes are.
//!
//! A [`ConfusionMatrix`] judges decisions. Curves judge scores: the order in which they put the images, whatever the threshold.

use super::not_a_number::refuse_nan;
use crate::{Error, Result, Tensor};
use candle_core::{D, DType};

/// The share of images whose largest logit is that of their class. `logits` are (N, C), `classes` are integers (N).
///
/// ```
/// use candle_core::Device;
/// use eosin::Tensor;
/// let logits = Tensor::new(&[[2f32, 1.], [0., 3.], [1., 0.]], &Device::Cpu)?;
/// let classes = Tensor::new(&[0u32, 1, 1], &Device::Cpu)?;
/// assert_eq!(eosin::metrics::accuracy(&logits, &classes)?, 2. / 3.);
/// # Ok::<(), eosin::Error>(())
/// ```
///
/// # Errors
/// When the shapes do not match, there is no image, or a logit is NaN.
pub fn accuracy(logits: &Tensor, classes: &Tensor) -> Result<f64> {
    Ok(ConfusionMatrix::from_logits(logits, classes)?.accuracy())
}

/// How often each class was predicted for the images of each class.
///
/// ```
/// use eosin::metrics::ConfusionMatrix;
/// let matrix = ConfusionMatrix::from_classes(2, &[0, 0, 1, 1, 1], &[0, 1, 1, 1, 0])?;
/// assert_eq!(matrix.counts(), [[1, 1], [1, 2]]);
/// assert_eq!((matrix.precision(1), matrix.recall(0)), (2. / 3., 0.5));
/// # Ok::<(), eosin::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfusionMatrix {
    counts: Vec<Vec<usize>>,
}

impl ConfusionMatrix {
    /// From `logits` (N, C) and true `classes`, integers (N). The predicted class is that of the largest logit.
    ///
    /// # Errors
    /// When the shapes do not match, there is no image, a logit is NaN, or a class is not below C.
    pub fn from_logits(logits: &Tensor, classes: &Tensor) -> Result<Self> {
        let (&[count, width], &[labels]) = (logits.dims(), classes.dims()) else {
            return Err(mismatch(logits, classes));
        };
        if count != labels || count == 0 || width == 0 || !classes.dtype().is_int() {
            return Err(mismatch(logits, classes));
        }
        refuse_nan("confusion matrix", "logits", logits)?;
        let predicted: Vec<u32> = logits.argmax(D::Minus1)?.to_vec1()?;
        let classes: Vec<u32> = classes.to_dtype(DType::U32)?.to_vec1()?;
        Self::from_classes(width, &classes, &predicted)
    }

    /// From the true and the predicted class of each image.
    ///
    /// # Errors
    /// When there are not as many true as predicted classes, or none, or one is not below `classes`.
    pub fn from_classes(classes: usize, truth: &[u32], predicted: &[u32]) -> Result<Self> {
        if truth.len() != predicted.len() || truth.is_empty() {
            return Err(Error::Invalid(format!(
                "confusion matrix: {} true and {} predicted classes; give as many of both, and at least one",
                truth.len(),
                predicted.len()
            )));
        }
        let mut counts = vec![vec![0; classes]; classes];
        for (&truth, &predicted) in truth.iter().zip(predicted) {
            let cell = counts
                .get_mut(truth as usize)
                .and_then(|row| row.get_mut(predicted as usize));
            match cell {
                Some(cell) => *cell += 1,
                None => {
                    return Err(Error::Invalid(format!(
                        "confusion matrix: class {} is not below {classes}",
                        truth.max(predicted)
                    )));
                }
            }
        }
        Ok(ConfusionMatrix { counts })
    }

    /// A row for each true class, a column for each predicted class.
    pub fn counts(&self) -> &[Vec<usize>] {
        &self.counts
    }

    /// The share of images whose class was predicted correctly.
    pub fn accuracy(&self) -> f64 {
        let all = self.counts.iter().flatten().sum();
        let right = (0..self.counts.len())
            .map(|class| self.counts[class][class])
            .sum();
        share(right, all)
    }

    /// Of the images predicted as `class`, the share that belong to it; 0 if there are none.
    pub fn precision(&self, class: usize) -> f64 {
        let predicted = self.counts.iter().map(|row| row[class]).sum();
        share(self.counts[class][class], predicted)
    }

    /// Of the images of `class`, the share predicted as such (for a disease: the sensitivity); 0 if there are none.
    pub fn recall(&self, class: usize) -> f64 {
        share(self.counts[class][class], self.counts[class].iter().sum())
    }

    /// The harmonic mean of precision and recall; 0 if both are 0.
    pub fn f1_score(&self, class: usize) -> f64 {
        let row: usize = self.counts[class].iter().sum();
        let column: usize = self.counts.iter().map(|row| row[class]).sum();
        share(2 * self.counts[class][class], row + column)
    }
}

fn share(part: usize, all: usize) -> f64 {
    match all {
        0 => 0.0,
        _ => part as f64 / all as f64,
    }
}

/// A point of a curve: images with a score of at least `threshold` are called positive.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CurvePoint {
    /// Infinite where no image is called positive.
    pub threshold: f64,
    /// Of the negative images, the share called positive.
    pub false_positive_rate: f64,
    /// Of the positive images, the share called positive: the recall.
    pub true_positive_rate: f64,
    /// Of the images called positive, the share that are; 1 if there are none.
    pub precision: f64,
}

/// The receiver operating characteristic: a point for each threshold, from no image called positive to all. Larger `scores` (N)
/// mean that class 1 is more likely; `classes` (N) are 0 and 1.
///
/// Precision and true positive rate of the same points make the precision-recall curve.
///
/// # Errors
/// When the shapes do not match, a score is NaN, or one of the two classes is missing.
pub fn roc_curve(scores: &Tensor, classes: &Tensor) -> Result<Vec<CurvePoint>> {
    let ranking = Ranking::new("roc_curve", scores, classes)?;
    let (mut right, mut wrong) = (0, 0);
    let mut points = vec![CurvePoint {
        threshold: f64::INFINITY,
        false_positive_rate: 0.0,
        true_positive_rate: 0.0,
        precision: 1.0,
    }];
    // Images with the same score pass a threshold together.
    for same in ranking.equal_scores() {
        right += same.iter().filter(|(_, positive)| *positive).count();
        wrong += same.iter().filter(|(_, positive)| !*positive).count();
        points.push(CurvePoint {
            threshold: same[0].0,
            false_positive_rate: share(wrong, ranking.negatives),
            true_positive_rate: share(right, ranking.positives),
            precision: share(right, right + wrong),
        });
    }
    Ok(points)
}

/// The area under [`roc_curve`]: the probability that a positive image has a larger score than a negative one, equal scores
/// counting half (Hanley and McNeil 1982), computed from ranks.
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
    for same in ranking.equal_scores() {
        let right = same.iter().filter(|(_, positive)| *positive).count();
        let wrong = same.len() - right;
        pairs += wrong as f64 * (positives_before as f64 + right as f64 / 2.0);
        positives_before += right;
    }
    Ok(pairs / (ranking.positives as f64 * ranking.negatives as f64))
}

/// The mean precision over the thresholds of [`roc_curve`], each weighted by the recall that it adds:
/// `sum((recall[n] - recall[n - 1]) * precision[n])`, as scikit-learn's `average_precision_score`.
///
/// # Errors
/// As [`roc_curve`].
pub fn average_precision(scores: &Tensor, classes: &Tensor) -> Result<f64> {
    let points = roc_curve(scores, classes)?;
    let steps = points
        .windows(2)
        .map(|pair| (pair[1].true_positive_rate - pair[0].true_positive_rate) * pair[1].precision);
    Ok(steps.sum())
}

/// Images in the order of their scores, the largest first.
struct Ranking {
    /// The score, and whether the image is of class 1.
    scored: Vec<(f64, bool)>,
    positives: usize,
    negatives: usize,
}

impl Ranking {
    fn new(name: &str, scores: &Tensor, classes: &Tensor) -> Result<Self> {
        let refuse = |rule: &str| {
            Error::Invalid(format!(
                "{name}: scores {:?} and classes {:?} ({}): {rule}",
                scores.shape(),
                classes.shape(),
                classes.dtype().as_str()
            ))
        };
        if scores.rank() != 1 || scores.dims() != classes.dims() || !classes.dtype().is_int() {
            return Err(refuse("both must be (N), the classes integers"));
        }
        let numbers: Vec<f64> = scores.to_dtype(DType::F64)?.to_vec1()?;
        let classes: Vec<u32> = classes.to_dtype(DType::U32)?.to_vec1()?;
        refuse_nan(name, "scores", scores)?;
        if classes.iter().any(|&class| class > 1) {
            return Err(refuse("classes must be 0 and 1"));
        }
        let positives = classes.iter().filter(|&&class| class == 1).count();
        let negatives = classes.len() - positives;
        if positives == 0 || negatives == 0 {
            return Err(refuse("there must be images of both classes"));
        }
        let mut scored: Vec<(f64, bool)> = numbers
            .into_iter()
            .zip(classes.into_iter().map(|class| class == 1))
            .collect();
        scored.sort_by(|one, other| other.0.total_cmp(&one.0));
        Ok(Ranking {
            scored,
            positives,
            negatives,
        })
    }

    /// Images with the same score, together.
    fn equal_scores(&self) -> impl Iterator<Item = &[(f64, bool)]> {
        self.scored.chunk_by(|one, other| one.0 == other.0)
    }
}

fn mismatch(logits: &Tensor, classes: &Tensor) -> Error {
    Error::Invalid(format!(
        "confusion matrix: logits {:?} and classes {:?} ({}) must be (N, C) and (N), the classes integers, and N at least 1",
        logits.shape(),
        classes.shape(),
        classes.dtype().as_str()
    ))
}
