//! Cut-outs, and shifts by whole pixels.

use super::{Change, Transform};
use crate::{Error, Result};
use rand::Rng;
use rand_chacha::ChaCha8Rng;

/// Adds `padding` pixels of 0 at each edge, then cuts out `size` x `size` pixels at a random place. If that is the size of the
/// images, they move by up to `padding` pixels in each direction.
#[derive(Debug, Clone)]
pub struct RandomCrop {
    size: usize,
    padding: usize,
}

impl RandomCrop {
    /// Cuts out `size` x `size` pixels, without padding.
    pub fn new(size: usize) -> Self {
        RandomCrop { size, padding: 0 }
    }

    /// How many pixels of 0 to add at each edge.
    pub fn padding(mut self, padding: usize) -> Self {
        self.padding = padding;
        self
    }
}

impl Transform for RandomCrop {
    fn draw(&self, height: usize, width: usize, random: &mut ChaCha8Rng) -> Result<Change> {
        let RandomCrop { size, padding } = *self;
        let mut place = |side: usize| match (side + 2 * padding).checked_sub(size) {
            Some(most) => Ok(random.random_range(0..=most)),
            None => Err(Error::Invalid(format!(
                "RandomCrop: {size} x {size} pixels cannot be cut out of an image of {height} x {width} pixels with padding \
                 {padding}"
            ))),
        };
        let (top, left) = (place(height)?, place(width)?);
        Ok(Change::both(move |tensor| {
            let padded = tensor
                .pad_with_zeros(1, padding, padding)?
                .pad_with_zeros(2, padding, padding)?;
            padded.narrow(1, top, size)?.narrow(2, left, size)
        }))
    }
}
