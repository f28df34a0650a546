//! Things to play with.

mod convolution;
mod digit;

pub use convolution::{Convolution, convolution};
#[doc(hidden)]
pub use digit::receive_drawing;
pub use digit::{DigitPad, digit_from, digit_pad, drawn_digit};
