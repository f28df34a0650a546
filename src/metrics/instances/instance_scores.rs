//! The scores of a whole test set.

use super::average_precision::{CHALLENGE_THRESHOLDS, mean, threat_scores};
use super::matching::Candidates;
use super::object_errors::ObjectErrors;
use super::overlaps::Overlaps;
use crate::morph::LabelMap;
use crate::{Error, Result};
use std::fmt;

/// Gathers what predictions score, image by image. All scores are means over the images, so that an image with three nuclei counts
/// as much as one with three hundred; errors are totals.
///
/// ```
/// use eosin::{metrics::instances::InstanceScores, morph::LabelMap};
/// let truth = LabelMap::new(1, 5, vec![1, 1, 0, 2, 2])?;
/// let mut scores = InstanceScores::new();
/// scores.add(&truth, &truth)?;
/// scores.add(&LabelMap::new(1, 5, vec![1, 1, 1, 1, 1])?, &truth)?;
/// assert_eq!((scores.images(), scores.average_precision()?), (2, 0.5));
/// assert_eq!((scores.merged(), scores.missed()), (1, 0));
/// # Ok::<(), eosin::Error>(())
/// ```
#[derive(Clone, Default)]
pub struct InstanceScores {
    images: Vec<ImageScores>,
    missed: usize,
    false_objects: usize,
    merged: usize,
    split: usize,
}

#[derive(Clone)]
struct ImageScores {
    at_thresholds: Vec<f64>,
    f1: f64,
    dice: f64,
}

impl InstanceScores {
    /// Of no image yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an image.
    ///
    /// # Errors
    /// When the sizes differ.
    pub fn add(&mut self, predicted: &LabelMap, target: &LabelMap) -> Result<()> {
        let overlaps = Overlaps::of("InstanceScores::add", predicted, target)?;
        let candidates = Candidates::of(&overlaps);
        self.images.push(ImageScores {
            at_thresholds: threat_scores(&candidates, &CHALLENGE_THRESHOLDS),
            f1: candidates.matched(0.5).f1(),
            dice: dice(&overlaps),
        });
        let errors = ObjectErrors::of(&overlaps);
        self.missed += errors.missed.len();
        self.false_objects += errors.false_objects.len();
        self.merged += errors.merged.len();
        self.split += errors.split.len();
        Ok(())
    }

    /// How many images were added.
    pub fn images(&self) -> usize {
        self.images.len()
    }

    /// The score of the 2018 Data Science Bowl: the mean of all images' [`average_precision`](super::average_precision()).
    ///
    /// # Errors
    /// When no image was added.
    pub fn average_precision(&self) -> Result<f64> {
        Ok(mean(&self.average_precision_at_thresholds()?))
    }

    /// The average precision of each image, in the order in which they were added: the smallest show where to look.
    pub fn average_precision_of_images(&self) -> Vec<f64> {
        let images = self.images.iter();
        images.map(|image| mean(&image.at_thresholds)).collect()
    }

    /// The mean of `TP / (TP + FP + FN)` at each of the [`CHALLENGE_THRESHOLDS`].
    ///
    /// # Errors
    /// When no image was added.
    pub fn average_precision_at_thresholds(&self) -> Result<Vec<f64>> {
        (0..CHALLENGE_THRESHOLDS.len())
            .map(|place| self.mean(|image| image.at_thresholds[place]))
            .collect()
    }

    /// The mean F1 score of the objects at an IoU above 0.5.
    ///
    /// # Errors
    /// When no image was added.
    pub fn f1(&self) -> Result<f64> {
        self.mean(|image| image.f1)
    }

    /// The mean Dice coefficient of the pixels, whichever object they belong to; 1 for an image in which both maps are empty.
    ///
    /// # Errors
    /// When no image was added.
    pub fn dice(&self) -> Result<f64> {
        self.mean(|image| image.dice)
    }

    /// How many true objects were missed, see [`ObjectErrors`].
    pub fn missed(&self) -> usize {
        self.missed
    }

    /// How many predicted objects are none.
    pub fn false_objects(&self) -> usize {
        self.false_objects
    }

    /// How many predicted objects merge two or more true ones.
    pub fn merged(&self) -> usize {
        self.merged
    }

    /// How many true objects were split.
    pub fn split(&self) -> usize {
        self.split
    }

    fn mean(&self, score: impl Fn(&ImageScores) -> f64) -> Result<f64> {
        if self.images.is_empty() {
            return Err(Error::Invalid(
                "InstanceScores: there is no image to score: call `add` with each predicted and true label map first"
                    .to_owned(),
            ));
        }
        let scores: Vec<f64> = self.images.iter().map(score).collect();
        Ok(mean(&scores))
    }
}

/// All scores in one line.
impl fmt::Debug for InstanceScores {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Ok(precision), Ok(f1), Ok(dice)) = (self.average_precision(), self.f1(), self.dice())
        else {
            return write!(formatter, "no images yet");
        };
        write!(
            formatter,
            "{} images: AP {precision:.3}, F1 at an IoU of 0.5 {f1:.3}, Dice {dice:.3}; objects: {} missed, {} false, \
             {} merged, {} split",
            self.images(),
            self.missed,
            self.false_objects,
            self.merged,
            self.split
        )
    }
}

fn dice(overlaps: &Overlaps) -> f64 {
    let predicted: usize = overlaps.predicted.iter().map(|object| object.pixels).sum();
    let target: usize = overlaps.target.iter().map(|object| object.pixels).sum();
    let both: usize = overlaps.pairs.iter().map(|pair| pair.pixels).sum();
    match predicted + target {
        0 => 1.0,
        sum => 2.0 * both as f64 / sum as f64,
    }
}
