//! Things to play with.

mod component_data;
mod convolution;
mod digit;
mod instance_scores;
mod kernel_gallery;
mod kernels;
mod label_explorer;
mod label_outlines;
mod occlusion;
mod rising_water;
mod sliding_patch;
mod threshold;

pub use convolution::{Convolution, convolution};
#[doc(hidden)]
pub use digit::receive_drawing;
pub use digit::{DigitPad, digit_from, digit_pad, drawn_digit};
pub use instance_scores::{InstanceScores, instance_scores};
pub use kernel_gallery::kernel_gallery;
pub use kernels::{kernel, kernel_names};
pub use label_explorer::{LabelExplorer, label_explorer};
pub use occlusion::{Occlusion, occlusion};
pub use rising_water::{RisingWater, rising_water};
pub use sliding_patch::{SlidingPatch, sliding_patch};
pub use threshold::{Threshold, threshold};
