//! A digit that the learner draws.

use crate::display::{Bundle, Show, show_result};
use crate::{Error, Result, Tensor};
use candle_core::Device;
use serde_json::json;
use std::sync::Mutex;

/// The sides of MNIST's images.
const SIDE: usize = 28;
const PIXELS: usize = SIDE * SIDE;

/// What was drawn last, in this process.
static DRAWN: Mutex<Option<Vec<u8>>> = Mutex::new(None);

/// A pad to draw a digit on: see [`digit_pad`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DigitPad;

/// Shows a pad on which you draw a digit, with the mouse, a finger or the arrow keys. In JupyterLab its button *Read it* hands the
/// drawing to [`drawn_digit`] and runs the cell below; elsewhere it gives you a line with [`digit_from`] to copy.
///
/// The drawing is made as MNIST's images are: fitted into 20 x 20 pixels, with its centre of mass in the middle of 28 x 28.
///
/// ```
/// eosin::visual::digit_pad();
/// ```
pub fn digit_pad() -> DigitPad {
    DigitPad
}

impl DigitPad {
    /// Shows the pad as a cell's result; evcxr calls this.
    pub fn evcxr_display(&self) {
        show_result(self);
    }
}

impl Show for DigitPad {
    fn bundle(&self) -> Result<Bundle> {
        let text =
            "A pad for drawing a digit. It needs a page that runs scripts, such as JupyterLab.";
        Ok(Bundle::text(text).with_component("digit-pad", json!({})))
    }
}

/// The digit that was drawn last on a [`digit_pad`], as (1, 1, 28, 28) with values from 0 (black) to 1.
///
/// ```
/// use eosin::prelude::*;
/// let error = drawn_digit().unwrap_err();
/// assert!(error.to_string().contains("nothing is drawn yet"));
/// ```
///
/// # Errors
/// When nothing is drawn yet.
pub fn drawn_digit() -> Result<Tensor> {
    let drawn = DRAWN
        .lock()
        .unwrap_or_else(|poisoned| poisoned.into_inner());
    match drawn.as_deref() {
        Some(pixels) => digit_from(pixels),
        None => Err(Error::Invalid(
            "drawn_digit: nothing is drawn yet; draw on a pad that `digit_pad()` shows, and press Read it".to_owned(),
        )),
    }
}

/// A digit from 784 bytes, 28 rows of 28 from the top, 0 for black and 255 for white, as (1, 1, 28, 28) with values of 0 to 1.
///
/// ```
/// use eosin::prelude::*;
/// let black = digit_from(&[0; 784])?;
/// assert_eq!(black.dims(), [1, 1, 28, 28]);
/// # Ok::<(), eosin::Error>(())
/// ```
///
/// # Errors
/// When there are more or fewer bytes.
pub fn digit_from(pixels: &[u8]) -> Result<Tensor> {
    if pixels.len() != PIXELS {
        return Err(Error::Invalid(format!(
            "digit_from: a digit has {PIXELS} pixels (28 rows of 28), these are {}",
            pixels.len()
        )));
    }
    let levels: Vec<f32> = pixels.iter().map(|&byte| f32::from(byte) / 255.0).collect();
    Tensor::from_vec(levels, (1, 1, SIDE, SIDE), &Device::Cpu)
}

/// Keeps a drawing, two hexadecimal digits a pixel: JupyterLab's extension calls this.
///
/// # Errors
/// When it is no drawing.
#[doc(hidden)]
pub fn receive_drawing(hexadecimal: &str) -> Result<()> {
    let pairs = hexadecimal.as_bytes().chunks(2);
    let pixels: Option<Vec<u8>> = pairs
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok())
        .collect();
    let pixels = pixels
        .filter(|pixels| pixels.len() == PIXELS)
        .ok_or_else(|| {
            Error::Invalid(format!(
                "a drawing is {PIXELS} pixels of two hexadecimal digits each"
            ))
        })?;
    *DRAWN
        .lock()
        .unwrap_or_else(|poisoned| poisoned.into_inner()) = Some(pixels);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_drawn_comes_back_as_a_tensor_and_nothing_else_is_taken() {
        let mut drawing = "00".repeat(PIXELS - 1);
        assert!(receive_drawing(&drawing).is_err());
        assert!(receive_drawing(&format!("{drawing}xy")).is_err());
        drawing.push_str("ff");
        receive_drawing(&drawing).unwrap();
        let digit = drawn_digit().unwrap();
        assert_eq!(digit.dims(), [1, 1, SIDE, SIDE]);
        let levels: Vec<f32> = digit.flatten_all().unwrap().to_vec1().unwrap();
        assert_eq!(levels[PIXELS - 1], 1.0);
        assert_eq!(levels.iter().sum::<f32>(), 1.0);
    }
}
