//! How good predictions of single objects are: which were found, missed, invented, merged or split.
//!
//! Dice counts pixels, and so does not notice that two nuclei became one; these metrics count objects. All of them compare two
//! [`LabelMap`](crate::morph::LabelMap)s of the same size.

mod aggregated_jaccard;
mod average_precision;
mod instance_scores;
mod iou;
mod matching;
mod object_errors;
mod overlaps;
mod panoptic_quality;

pub use aggregated_jaccard::aggregated_jaccard_index;
pub use average_precision::{
    CHALLENGE_THRESHOLDS, average_precision, average_precision_at_thresholds,
};
pub use instance_scores::InstanceScores;
pub use iou::iou_matrix;
pub use matching::{MatchedPair, Matching, match_instances, match_iou};
pub use object_errors::{ObjectErrors, object_errors};
pub use panoptic_quality::{PanopticQuality, panoptic_quality};

#[cfg(test)]
mod tests;
