//! How good predictions are.

mod segmentation;

pub use segmentation::{dice, iou, pixel_accuracy};
