//! The shape that an image has.

use crate::{Error, Result, Tensor};

/// Channels, height and width of an image (1, H, W) or (3, H, W), which `operation` needs.
pub(crate) fn image_shape(operation: &str, image: &Tensor) -> Result<(usize, usize, usize)> {
    match *image.dims() {
        [channels @ (1 | 3), height, width] if height > 0 && width > 0 => {
            Ok((channels, height, width))
        }
        _ => Err(Error::Invalid(format!(
            "{operation}: an image must be (1, H, W) or (3, H, W), this tensor is {:?}",
            image.shape()
        ))),
    }
}
