//! What lies around an image, for windows that reach beyond it.

use super::reflect_pad::mirrored;
use crate::{Error, Result, Tensor};

/// What a window finds outside an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Border {
    /// Black.
    #[default]
    Zeros,
    /// The image in a mirror at its edge, as PyTorch's `padding_mode="reflect"`: 3 2 **1 2 3** 2 1. The edge itself is not repeated.
    Reflect,
}

impl Border {
    /// An image, or a batch of images (..., H, W), with so much around it that each of its pixels is the centre of a patch of
    /// `patch` x `patch` pixels: (..., H + patch - 1, W + patch - 1).
    ///
    /// The centre of a patch is the pixel in row and column `patch / 2`, counted from 0. A patch of 32 has 16 rows above its
    /// centre and 15 below, and the patch around pixel (r, c) begins at (r, c) of the result.
    ///
    /// ```
    /// use candle_core::Device;
    /// use eosin::Tensor;
    /// use eosin::ops::Border;
    /// let row = Tensor::new(&[[1f32, 2., 3.], [4., 5., 6.]], &Device::Cpu)?;
    /// let padded = Border::Reflect.pad(&row, 3)?;
    /// assert_eq!(padded.to_vec2::<f32>()?[1], [2., 1., 2., 3., 2.]);
    /// # Ok::<(), eosin::Error>(())
    /// ```
    ///
    /// # Errors
    /// When the patch is empty, or reaches further beyond a reflected image than the image is large.
    pub fn pad(self, images: &Tensor, patch: usize) -> Result<Tensor> {
        let ([.., height, width], true) = (images.dims(), patch > 0) else {
            return Err(Error::Invalid(format!(
                "pad: images {:?} and patches of {patch} x {patch} pixels: images must be (..., H, W), and a patch needs a pixel",
                images.shape()
            )));
        };
        let before = (patch / 2) as isize;
        let columns = images.rank() - 1;
        let rows = self.cut(images, columns - 1, -before, height + patch - 1)?;
        self.cut(&rows, columns, -before, width + patch - 1)
    }

    /// `length` rows (or columns, the dimension `along`) of an image from `start` on, which may begin before the image and end after.
    pub(crate) fn cut(
        self,
        image: &Tensor,
        along: usize,
        start: isize,
        length: usize,
    ) -> Result<Tensor> {
        let size = image.dim(along)?;
        let end = start + length as isize;
        let before = (-start).max(0) as usize;
        let after = (end - size as isize).max(0) as usize;
        if before == 0 && after == 0 {
            return image.narrow(along, start as usize, length);
        }
        match self {
            Border::Zeros => {
                let first = start.clamp(0, size as isize) as usize;
                let inside = image.narrow(
                    along,
                    first,
                    (end.clamp(0, size as isize) as usize).saturating_sub(first),
                )?;
                inside.pad_with_zeros(along, before.min(length), after.min(length))
            }
            Border::Reflect if before.max(after) < size => {
                let inside = start.max(0) as usize;
                let place = |at: usize| mirrored(at + inside, before, size) as u32;
                let places: Vec<u32> = (0..length).map(place).collect();
                image.index_select(&Tensor::new(places, image.device())?, along)
            }
            Border::Reflect => Err(Error::Invalid(format!(
                "reflect: {} pixels beyond the edge of an image with {size} rows or columns, but a mirror shows at most {}; take \
                 smaller patches, larger images, or `Border::Zeros`",
                before.max(after),
                size.saturating_sub(1)
            ))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use candle_core::Device;

    #[test]
    fn an_even_patch_has_one_row_more_before_its_centre_than_after() {
        let image = Tensor::new(&[[1f32, 2.], [3., 4.], [5., 6.]], &Device::Cpu).unwrap();
        let zeros = Border::Zeros.pad(&image, 4).unwrap();
        assert_eq!(zeros.dims(), [6, 5]);
        assert_eq!(
            zeros.to_vec2::<f32>().unwrap()[1..4],
            [[0.; 5], [0., 0., 1., 2., 0.], [0., 0., 3., 4., 0.]]
        );
        let wide = Tensor::new(&[[1f32, 2., 3.]; 3], &Device::Cpu).unwrap();
        let mirrored = Border::Reflect.pad(&wide, 4).unwrap();
        assert_eq!(
            mirrored.to_vec2::<f32>().unwrap(),
            vec![vec![3., 2., 1., 2., 3., 2.]; 6]
        );
    }

    #[test]
    fn a_mirror_shows_no_more_than_the_image_and_says_so() {
        let image = Tensor::new(&[[1f32, 2.], [3., 4.]], &Device::Cpu).unwrap();
        assert!(Border::Reflect.pad(&image, 3).is_ok());
        let message = Border::Reflect.pad(&image, 4).unwrap_err().to_string();
        assert!(
            message.contains("2 pixels beyond") && message.contains("at most 1"),
            "{message}"
        );
        assert!(Border::Zeros.pad(&image, 0).is_err());
        assert_eq!(Border::Zeros.pad(&image, 9).unwrap().dims(), [10, 10]);
    }
}
