//! Images with holes.

use super::{Change, Transform};
use crate::{Error, Result, Tensor};
use candle_core::DType;
use rand::Rng;
use rand_chacha::ChaCha8Rng;

/// Covers squares of an image, so that a network does not rely on one place alone: cutout (DeVries and Taylor 2017), which
/// Albumentations calls `CoarseDropout`. Masks stay.
///
/// Any pixel may be the middle of a square, so squares near an edge are cut off; the paper found this to be better.
///
/// ```
/// use eosin::prelude::*;
/// let scans = Augment::new(Pneumonia::synthetic(10, 1, 1, 42).train, 1).with(CoarseDropout::new(1, 8));
/// assert_eq!(scans.get(0)?.0.min_all()?.to_scalar::<f32>()?, 0.0);
/// # Ok::<(), eosin::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct CoarseDropout {
    holes: usize,
    size: usize,
    fill: f32,
}

impl CoarseDropout {
    /// Covers `holes` squares of `size` x `size` pixels with 0.
    pub fn new(holes: usize, size: usize) -> Self {
        CoarseDropout {
            holes,
            size,
            fill: 0.0,
        }
    }

    /// The value that covers the squares. In the paper, it is the mean of all images.
    pub fn fill(mut self, fill: f32) -> Self {
        self.fill = fill;
        self
    }
}

impl Transform for CoarseDropout {
    fn draw(&self, height: usize, width: usize, random: &mut ChaCha8Rng) -> Result<Change> {
        let CoarseDropout { holes, size, fill } = *self;
        if !fill.is_finite() {
            return Err(Error::Invalid(format!(
                "CoarseDropout: fill is {fill}, it must be a number"
            )));
        }
        let mut covered = vec![false; height * width];
        // From half a square before the middle on.
        let side = |middle: usize, most: usize| {
            let end = (middle + size).saturating_sub(size / 2);
            middle.saturating_sub(size / 2)..end.min(most)
        };
        for _ in 0..holes {
            let columns = side(random.random_range(0..width), width);
            for row in side(random.random_range(0..height), height) {
                covered[row * width..][columns.clone()].fill(true);
            }
        }
        Ok(Change::image_only(move |image| {
            let mut values: Vec<f32> = image.to_dtype(DType::F32)?.flatten_all()?.to_vec1()?;
            for plane in values.chunks_mut(height * width) {
                for (value, _) in plane
                    .iter_mut()
                    .zip(&covered)
                    .filter(|(_, covered)| **covered)
                {
                    *value = fill;
                }
            }
            Tensor::from_vec(values, image.shape(), image.device())?.to_dtype(image.dtype())
        }))
    }
}
