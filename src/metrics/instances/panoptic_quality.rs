//! How many objects were recognised, and how well each of them was outlined.

use super::matching::{Candidates, Matching};
use super::overlaps::Overlaps;
use crate::Result;
use crate::morph::LabelMap;

/// Both parts of the panoptic quality, each from 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PanopticQuality {
    /// SQ: the mean IoU of the matched pairs, 0 if there is none.
    pub segmentation_quality: f64,
    /// RQ: the F1 score of the objects, `TP / (TP + FP / 2 + FN / 2)`.
    pub recognition_quality: f64,
}

impl PanopticQuality {
    /// PQ, the product of the two.
    pub fn quality(&self) -> f64 {
        self.segmentation_quality * self.recognition_quality
    }

    fn of(matching: &Matching) -> Self {
        let sum: f64 = matching.pairs.iter().map(|pair| pair.iou).sum();
        let segmentation_quality = match matching.true_positives() {
            // Without any object, nothing is outlined wrongly.
            0 if matching.f1() == 1.0 => 1.0,
            0 => 0.0,
            count => sum / count as f64,
        };
        PanopticQuality {
            segmentation_quality,
            recognition_quality: matching.f1(),
        }
    }
}

/// The panoptic quality of one class (Kirillov et al. 2019, "Panoptic Segmentation", section 4), with matches of an IoU above 0.5.
/// If both maps are empty, where the paper defines no quality, both parts are 1.
///
/// ```
/// use eosin::{metrics::instances::panoptic_quality, morph::LabelMap};
/// let predicted = LabelMap::new(1, 7, vec![1, 1, 1, 0, 0, 2, 2])?;
/// let target = LabelMap::new(1, 7, vec![1, 1, 1, 1, 0, 0, 0])?;
/// let quality = panoptic_quality(&predicted, &target)?;
/// assert_eq!((quality.segmentation_quality, quality.recognition_quality), (0.75, 2. / 3.));
/// assert_eq!(quality.quality(), 0.5);
/// # Ok::<(), eosin::Error>(())
/// ```
///
/// # Errors
/// When the sizes differ.
pub fn panoptic_quality(predicted: &LabelMap, target: &LabelMap) -> Result<PanopticQuality> {
    let overlaps = Overlaps::of("panoptic_quality", predicted, target)?;
    Ok(PanopticQuality::of(&Candidates::of(&overlaps).matched(0.5)))
}
