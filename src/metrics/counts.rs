//! How good yes-or-no decisions are, such as "ill" or "healthy".

use super::ConfusionMatrix;
use super::two_classes::{rounded_as, with_classes};
use crate::{Error, Result, Tensor};

/// How often decisions between two classes were right and wrong. Class 1 is the positive one: what one looks for, such as a
/// disease.
///
/// A rate is NaN (not a number) if there is no image that it could judge: without a single ill patient, nobody knows how many a
/// test would find. scikit-learn's functions (and those of [`ConfusionMatrix`]) give 0 in its place; with
/// `zero_division=nan`, scikit-learn's give NaN, too.
///
/// ```
/// use candle_core::Device;
/// use eosin::{Tensor, metrics::Counts};
/// let predicted = Tensor::new(&[1u32, 1, 0, 0, 0], &Device::Cpu)?;
/// let truth = Tensor::new(&[1u32, 0, 1, 0, 0], &Device::Cpu)?;
/// let counts = Counts::of(&predicted, &truth)?;
/// assert_eq!((counts.true_positives, counts.true_negatives), (1, 2));
/// assert_eq!((counts.sensitivity(), counts.specificity()), (0.5, 2. / 3.));
/// # Ok::<(), eosin::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    /// Positive images that were called positive.
    pub true_positives: usize,
    /// Positive images that were missed.
    pub false_negatives: usize,
    /// Negative images that were called positive: false alarms.
    pub false_positives: usize,
    /// Negative images that were called negative.
    pub true_negatives: usize,
}

impl Counts {
    /// From `predicted` and true classes, both integers (N), 0 or 1.
    ///
    /// # Errors
    /// When the shapes do not match, there is no image, or a class is neither 0 nor 1.
    pub fn of(predicted: &Tensor, truth: &Tensor) -> Result<Self> {
        let images = with_classes("Counts::of", "predicted classes", predicted, truth)?;
        if let Some((class, _)) = images.iter().find(|(class, _)| ![0.0, 1.0].contains(class)) {
            return Err(Error::Invalid(format!(
                "Counts::of: {class} was predicted, which is not a class: classes must be 0 and 1; `Counts::at_threshold` takes \
                 scores"
            )));
        }
        Ok(Self::count(&images, 1.0))
    }

    /// From scores (N) and true classes, integers (N). An image is called positive if its score is at least `threshold`, which is
    /// first rounded to the precision of the scores, as in a comparison of PyTorch's.
    ///
    /// ```
    /// use candle_core::Device;
    /// use eosin::{Tensor, metrics::Counts};
    /// let scores = Tensor::new(&[0.1f32, 0.9, 0.4], &Device::Cpu)?;
    /// let truth = Tensor::new(&[0u32, 1, 1], &Device::Cpu)?;
    /// assert_eq!(Counts::at_threshold(&scores, &truth, 0.5)?.sensitivity(), 0.5);
    /// assert_eq!(Counts::at_threshold(&scores, &truth, 0.4)?.sensitivity(), 1.);
    /// # Ok::<(), eosin::Error>(())
    /// ```
    ///
    /// # Errors
    /// When the shapes do not match, there is no image, a score or the threshold is NaN, or a class is neither 0 nor 1.
    pub fn at_threshold(scores: &Tensor, truth: &Tensor, threshold: f64) -> Result<Self> {
        let name = "Counts::at_threshold";
        let images = with_classes(name, "scores", scores, truth)?;
        if threshold.is_nan() {
            return Err(Error::Invalid(format!(
                "{name}: the threshold is NaN (not a number), and no score is at least that; give a number"
            )));
        }
        Ok(Self::count(&images, rounded_as(scores, threshold)?))
    }

    fn count(images: &[(f64, bool)], threshold: f64) -> Self {
        let count = |called: bool, positive: bool| {
            let same = images
                .iter()
                .filter(|image| (image.0 >= threshold, image.1) == (called, positive));
            same.count()
        };
        Counts {
            true_positives: count(true, true),
            false_negatives: count(false, true),
            false_positives: count(true, false),
            true_negatives: count(false, false),
        }
    }

    /// The share of images that were decided correctly.
    pub fn accuracy(&self) -> f64 {
        let right = self.true_positives + self.true_negatives;
        ratio(right, right + self.false_positives + self.false_negatives)
    }

    /// Of the positive images, the share that was found: `TP / (TP + FN)`. Also called recall, or true positive rate.
    pub fn sensitivity(&self) -> f64 {
        ratio(
            self.true_positives,
            self.true_positives + self.false_negatives,
        )
    }

    /// Of the negative images, the share that was called negative: `TN / (TN + FP)`. Also called true negative rate.
    pub fn specificity(&self) -> f64 {
        ratio(
            self.true_negatives,
            self.true_negatives + self.false_positives,
        )
    }

    /// Of the images called positive, the share that are: `TP / (TP + FP)`. Also called precision. It depends on how frequent the
    /// positive class is: in a screening, a value that was measured in a hospital does not hold.
    pub fn positive_predictive_value(&self) -> f64 {
        ratio(
            self.true_positives,
            self.true_positives + self.false_positives,
        )
    }

    /// Of the images called negative, the share that are: `TN / (TN + FN)`. It depends on how frequent the positive class is.
    pub fn negative_predictive_value(&self) -> f64 {
        ratio(
            self.true_negatives,
            self.true_negatives + self.false_negatives,
        )
    }

    /// The harmonic mean of [sensitivity](Self::sensitivity) and
    /// [positive predictive value](Self::positive_predictive_value), `2 TP / (2 TP + FP + FN)`. For masks, this is the Dice
    /// coefficient. NaN only if no image is positive and none was called positive.
    pub fn f1(&self) -> f64 {
        let twice = 2 * self.true_positives;
        ratio(twice, twice + self.false_positives + self.false_negatives)
    }

    /// The mean of [sensitivity](Self::sensitivity) and [specificity](Self::specificity): 0.5 for who always gives the same
    /// answer, however frequent it is. NaN if one of the classes has no image.
    pub fn balanced_accuracy(&self) -> f64 {
        (self.sensitivity() + self.specificity()) / 2.0
    }

    /// The correlation of predicted and true classes, from -1 (always wrong) to 1 (always right; Matthews 1975):
    /// `(TP TN - FP FN) / sqrt((TP + FP) (TP + FN) (TN + FP) (TN + FN))`. By convention 0 if only one class was predicted, which
    /// says nothing about the other; NaN if one of the classes has no image, where scikit-learn gives 0.
    pub fn matthews_correlation(&self) -> f64 {
        let [tp, fn_, fp, tn] = [
            self.true_positives,
            self.false_negatives,
            self.false_positives,
            self.true_negatives,
        ]
        .map(|count| count as f64);
        let (of_truth, of_predicted) = ((tp + fn_) * (tn + fp), (tp + fp) * (tn + fn_));
        match (of_truth, of_predicted) {
            (0.0, _) => f64::NAN,
            (_, 0.0) => 0.0,
            _ => (tp * tn - fp * fn_) / (of_truth.sqrt() * of_predicted.sqrt()),
        }
    }
}

impl ConfusionMatrix {
    /// The counts of one class against all others: an image is positive if it is of `class`.
    ///
    /// ```
    /// use eosin::metrics::ConfusionMatrix;
    /// let matrix = ConfusionMatrix::from_classes(2, &[0, 0, 1, 1], &[0, 1, 1, 1])?;
    /// assert_eq!(matrix.one_against_rest(1)?.specificity(), 0.5);
    /// # Ok::<(), eosin::Error>(())
    /// ```
    ///
    /// # Errors
    /// When there is no such class.
    pub fn one_against_rest(&self, class: usize) -> Result<Counts> {
        let counts = self.counts();
        if class >= counts.len() {
            return Err(Error::Invalid(format!(
                "one_against_rest: there is no class {class}: the confusion matrix has {}, counted from 0",
                counts.len()
            )));
        }
        let all: usize = counts.iter().flatten().sum();
        let positives: usize = counts[class].iter().sum();
        let called: usize = counts.iter().map(|row| row[class]).sum();
        let true_positives = counts[class][class];
        Ok(Counts {
            true_positives,
            false_negatives: positives - true_positives,
            false_positives: called - true_positives,
            true_negatives: all + true_positives - positives - called,
        })
    }
}

/// NaN if there is nothing to judge.
fn ratio(part: usize, all: usize) -> f64 {
    part as f64 / all as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use candle_core::Device;

    fn classes(numbers: &[u32]) -> Tensor {
        Tensor::new(numbers, &Device::Cpu).unwrap()
    }

    #[test]
    fn rates_are_those_of_their_definitions() {
        let counts = Counts {
            true_positives: 380,
            false_negatives: 10,
            false_positives: 70,
            true_negatives: 164,
        };
        for (rate, wanted) in [
            (counts.sensitivity(), 380. / 390.),
            (counts.specificity(), 164. / 234.),
            (counts.positive_predictive_value(), 380. / 450.),
            (counts.negative_predictive_value(), 164. / 174.),
            (counts.f1(), 760. / 840.),
            (counts.accuracy(), 544. / 624.),
            (counts.balanced_accuracy(), (380. / 390. + 164. / 234.) / 2.),
        ] {
            assert_eq!(rate, wanted);
        }
    }

    #[test]
    fn without_images_to_judge_there_is_no_rate() {
        let all_healthy = Counts::of(&classes(&[0, 0]), &classes(&[0, 0])).unwrap();
        assert_eq!(all_healthy.specificity(), 1.0);
        for rate in [
            all_healthy.sensitivity(),
            all_healthy.positive_predictive_value(),
            all_healthy.f1(),
            all_healthy.balanced_accuracy(),
            all_healthy.matthews_correlation(),
        ] {
            assert!(rate.is_nan());
        }
        let always_ill = Counts::of(&classes(&[1, 1, 1]), &classes(&[0, 1, 1])).unwrap();
        assert!(always_ill.negative_predictive_value().is_nan());
        assert_eq!(always_ill.balanced_accuracy(), 0.5);
        assert_eq!(always_ill.matthews_correlation(), 0.0);
    }

    #[test]
    fn a_score_equal_to_the_threshold_is_positive_in_every_precision() {
        let truth = classes(&[1, 1, 0]);
        let scores = Tensor::new(&[0.9f32, 0.3, 0.1], &Device::Cpu).unwrap();
        for scores in [
            scores.clone(),
            scores.to_dtype(candle_core::DType::F16).unwrap(),
        ] {
            for (threshold, found) in [(0.9, 1), (0.3, 2), (0.1, 2)] {
                let counts = Counts::at_threshold(&scores, &truth, threshold).unwrap();
                assert_eq!(counts.true_positives, found);
            }
        }
    }

    #[test]
    fn a_class_of_a_confusion_matrix_is_counted_against_all_others() {
        let (truth, predicted) = ([0, 0, 1, 1, 2, 2, 2], [0, 1, 1, 2, 2, 2, 0]);
        let matrix = ConfusionMatrix::from_classes(3, &truth, &predicted).unwrap();
        for class in 0..3 {
            let of_class = |all: &[u32]| {
                classes(
                    &all.iter()
                        .map(|&one| u32::from(one == class))
                        .collect::<Vec<_>>(),
                )
            };
            assert_eq!(
                matrix.one_against_rest(class as usize).unwrap(),
                Counts::of(&of_class(&predicted), &of_class(&truth)).unwrap()
            );
        }
        assert!(matrix.one_against_rest(3).is_err());
    }

    #[test]
    fn what_cannot_be_counted_is_told() {
        let truth = classes(&[0, 1]);
        let half = Tensor::new(&[0.5f32, 1.0], &Device::Cpu).unwrap();
        let nan = Tensor::new(&[f32::NAN, 1.0], &Device::Cpu).unwrap();
        for (error, reason) in [
            (Counts::of(&half, &truth), "at_threshold"),
            (Counts::of(&classes(&[0, 2]), &truth), "2 was predicted"),
            (Counts::of(&classes(&[1]), &truth), "both must be (N)"),
            (
                Counts::of(&classes(&[]), &classes(&[])),
                "at least one image",
            ),
            (
                Counts::of(&truth, &classes(&[0, 2])),
                "classes must be 0 and 1",
            ),
            (
                Counts::at_threshold(&nan, &truth, 0.5),
                "1 of 2 scores are NaN",
            ),
            (
                Counts::at_threshold(&half, &truth, f64::NAN),
                "the threshold is NaN",
            ),
        ] {
            let message = error.unwrap_err().to_string();
            assert!(message.contains(reason), "{message}");
        }
    }
}
