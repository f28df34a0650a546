//! How good predictions are.

mod classification;
mod not_a_number;
mod segmentation;
mod spearman;

pub use classification::{
    ConfusionMatrix, CurvePoint, accuracy, average_precision, roc_auc, roc_curve,
};
pub use segmentation::{dice, iou, pixel_accuracy};
pub use spearman::spearman;
