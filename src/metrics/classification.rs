//! How good predicted classes are.

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

fn mismatch(logits: &Tensor, classes: &Tensor) -> Error {
    Error::Invalid(format!(
        "confusion matrix: logits {:?} and classes {:?} ({}) must be (N, C) and (N), the classes integers, and N at least 1",
        logits.shape(),
        classes.shape(),
        classes.dtype().as_str()
    ))
}
