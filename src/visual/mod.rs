//! Things to play with.

mod convolution;
mod digit;
mod kernel_gallery;
mod kernels;
mod threshold;

pub use convolution::{Convolution, convolution};
#[doc(hidden)]
pub use digit::receive_drawing;
pub use digit::{DigitPad, digit_from, digit_pad, drawn_digit};
pub use kernel_gallery::kernel_gallery;
pub use kernels::{kernel, kernel_names};
pub use threshold::{Threshold, threshold};
