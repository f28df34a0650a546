//! The pixels of a tensor that holds one image.

use crate::{Error, Result, Tensor};
use candle_core::{DType, Device};

/// An image with one number for each pixel, none of which is NaN.
pub(super) struct Plane {
    pub height: usize,
    pub width: usize,
    /// Row by row.
    pub pixels: Vec<f32>,
}

impl Plane {
    /// Of a tensor (H, W) or (1, H, W) of any type. `name` is the function that asks, `what` is what it calls the tensor.
    pub fn read(name: &str, what: &str, tensor: &Tensor) -> Result<Self> {
        let (height, width) = match *tensor.dims() {
            [height, width] | [1, height, width] => (height, width),
            ref shape => {
                return Err(Error::Invalid(format!(
                    "{name}: the {what} must be (H, W) or (1, H, W), but it is {shape:?}; take one image and one channel at a time"
                )));
            }
        };
        let pixels: Vec<f32> = tensor.to_dtype(DType::F32)?.flatten_all()?.to_vec1()?;
        let count = pixels.iter().filter(|pixel| pixel.is_nan()).count();
        if count > 0 {
            return Err(Error::Invalid(format!(
                "{name}: {count} of {} pixels of the {what} are NaN (not a number); find out where they come from",
                pixels.len()
            )));
        }
        Ok(Plane {
            height,
            width,
            pixels,
        })
    }

    /// The pixels that are not 0.
    pub fn inside(&self) -> Vec<bool> {
        self.pixels.iter().map(|&pixel| pixel != 0.0).collect()
    }

    pub fn size(&self) -> (usize, usize) {
        (self.height, self.width)
    }
}

/// Two images belong together only if they have the same size (height, width).
pub(super) fn refuse_other_size(
    name: &str,
    (one, one_size): (&str, (usize, usize)),
    (other, other_size): (&str, (usize, usize)),
) -> Result<()> {
    if one_size == other_size {
        return Ok(());
    }
    Err(Error::Invalid(format!(
        "{name}: the {one} has {} x {} pixels, but the {other} has {} x {}; they must have the same size",
        one_size.0, one_size.1, other_size.0, other_size.1
    )))
}

/// A mask in the shape and on the device of `like`: 1 inside and 0 elsewhere, f32.
pub(super) fn mask_like(like: &Tensor, inside: impl Iterator<Item = bool>) -> Result<Tensor> {
    let pixels: Vec<f32> = inside.map(|inside| f32::from(u8::from(inside))).collect();
    Tensor::from_vec(pixels, like.shape(), &Device::Cpu)?.to_device(like.device())
}
