//! Cut-outs, and shifts by whole pixels.

use super::{Change, Transform};
use crate::ops::reflect_pad2d;
use crate::{Error, Result};
use rand::Rng;
use rand_chacha::ChaCha8Rng;

/// Adds `padding` pixels at each edge, then cuts out `size` x `size` pixels at a random place, as torchvision's `RandomCrop`. If that
/// is the size of the images, they move by up to `padding` pixels in each direction.
///
/// ```
/// use eosin::prelude::*;
/// let nuclei = Nuclei::synthetic(10, 42, &data::nuclei::Options::new(32));
/// let crops = Augment::new(nuclei, 1).with(RandomCrop::new(48).pad_if_needed().reflect());
/// assert_eq!(crops.get(0)?.0.dims(), [3, 48, 48]);
/// # Ok::<(), eosin::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct RandomCrop {
    size: usize,
    padding: usize,
    pad_if_needed: bool,
    reflect: bool,
}

impl RandomCrop {
    /// Cuts out `size` x `size` pixels, without padding.
    pub fn new(size: usize) -> Self {
        RandomCrop {
            size,
            padding: 0,
            pad_if_needed: false,
            reflect: false,
        }
    }

    /// How many pixels to add at each edge.
    pub fn padding(mut self, padding: usize) -> Self {
        self.padding = padding;
        self
    }

    /// Adds as many pixels as an image lacks to `size`, at both edges, so that any place of the crop may show the image.
    pub fn pad_if_needed(mut self) -> Self {
        self.pad_if_needed = true;
        self
    }

    /// Pads by the mirror image instead of 0, as torchvision's `padding_mode="reflect"`: an edge between image and black is something
    /// that no microscope shows. A mask is mirrored with its image. In a label map, an object and its mirror image have the same number.
    pub fn reflect(mut self) -> Self {
        self.reflect = true;
        self
    }

    /// How many pixels to add at both edges of a side.
    fn added(&self, side: usize) -> usize {
        let padded = side + 2 * self.padding;
        match self.pad_if_needed {
            true => self.padding + self.size.saturating_sub(padded),
            false => self.padding,
        }
    }
}

impl Transform for RandomCrop {
    fn draw(&self, height: usize, width: usize, random: &mut ChaCha8Rng) -> Result<Change> {
        let RandomCrop { size, padding, .. } = *self;
        let (above, beside) = (self.added(height), self.added(width));
        let mut place = |side: usize, added: usize| match (side + 2 * added).checked_sub(size) {
            Some(most) => Ok(random.random_range(0..=most)),
            None => Err(Error::Invalid(format!(
                "RandomCrop: {size} x {size} pixels cannot be cut out of an image of {height} x {width} pixels with padding \
                 {padding}; use `.pad_if_needed()`"
            ))),
        };
        let (top, left) = (place(height, above)?, place(width, beside)?);
        let is_reflected = self.reflect;
        Ok(Change::both(move |tensor| {
            let padded = match is_reflected {
                true => reflect_pad2d(tensor, (above, above), (beside, beside))?,
                false => tensor
                    .pad_with_zeros(1, above, above)?
                    .pad_with_zeros(2, beside, beside)?,
            };
            padded.narrow(1, top, size)?.narrow(2, left, size)
        }))
    }
}
