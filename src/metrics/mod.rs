//! How good predictions are.
//!
//! A [`ConfusionMatrix`] and [`Counts`] judge decisions. Curves judge scores: the order in which they put the images, whatever
//! the threshold. Calibration judges probabilities: whether of all images with a probability of 80 %, 80 % are ill. [`instances`]
//! counts objects: which were found, missed, merged and split.

mod auc_interval;
mod calibration;
mod classification;
mod counts;
pub mod instances;
mod not_a_number;
mod precision_recall;
mod ranking;
mod roc;
mod segmentation;
mod spearman;
mod temperature;
mod two_classes;

pub use auc_interval::{Estimate, auc_with_interval};
pub use calibration::{
    Reliability, ReliabilityBin, brier_score, expected_calibration_error, reliability,
};
pub use classification::{ConfusionMatrix, accuracy};
pub use counts::Counts;
pub use precision_recall::{PrecisionRecallCurve, average_precision, precision_recall_curve};
pub use roc::{RocCurve, roc_auc, roc_curve};
pub use segmentation::{dice, iou, pixel_accuracy};
pub use spearman::spearman;
pub use temperature::fit_temperature;
