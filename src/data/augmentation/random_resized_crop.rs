//! Cut-outs of random size, all enlarged to the same one.

use super::setting::{check_range, drawn};
use super::{Change, Places, Transform};
use crate::{Error, Result};
use rand::Rng;
use rand_chacha::ChaCha8Rng;
use std::ops::RangeInclusive;

/// Cuts out a rectangle of random size and shape, and resizes it to `size` x `size` pixels, as torchvision's `RandomResizedCrop`
/// with `antialias=False`.
///
/// ```
/// use eosin::prelude::*;
/// let crop = RandomResizedCrop::new(24).scale(0.6..=1.0);
/// let scans = Augment::new(Pneumonia::synthetic(10, 1, 1, 42).train, 1).with(crop);
/// assert_eq!(scans.get(0)?.0.dims(), [1, 24, 24]);
/// # Ok::<(), eosin::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct RandomResizedCrop {
    size: usize,
    scale: RangeInclusive<f64>,
    ratio: RangeInclusive<f64>,
}

impl RandomResizedCrop {
    /// Gives images of `size` x `size` pixels.
    pub fn new(size: usize) -> Self {
        RandomResizedCrop {
            size,
            scale: 0.08..=1.0,
            ratio: 0.75..=4.0 / 3.0,
        }
    }

    /// Which share of the image's area to cut out, within `0..=1`; by default `0.08..=1.0`, which may lose what you look for.
    pub fn scale(mut self, scale: RangeInclusive<f64>) -> Self {
        self.scale = scale;
        self
    }

    /// The width of the rectangle as a multiple of its height, by default 3/4 to 4/3.
    pub fn ratio(mut self, ratio: RangeInclusive<f64>) -> Self {
        self.ratio = ratio;
        self
    }

    /// Height and width of a rectangle that fits into the image.
    fn rectangle(
        &self,
        height: usize,
        width: usize,
        random: &mut ChaCha8Rng,
    ) -> Result<(usize, usize)> {
        check_range("RandomResizedCrop", "ratio", &self.ratio, 0.01..=100.0)?;
        // Half as wide and twice as wide are equally likely, so what is drawn is the logarithm.
        let logarithms = self.ratio.start().ln()..=self.ratio.end().ln();
        for _ in 0..10 {
            let scale = drawn("RandomResizedCrop", "scale", &self.scale, 0.0..=1.0, random)?;
            let ratio = random.random_range(logarithms.clone()).exp();
            let area = scale * (height * width) as f64;
            let (high, wide) = ((area / ratio).sqrt().round(), (area * ratio).sqrt().round());
            if (1.0..=height as f64).contains(&high) && (1.0..=width as f64).contains(&wide) {
                return Ok((high as usize, wide as usize));
            }
        }
        // The largest one with a ratio of the range.
        let ratio = (width as f64 / height as f64).clamp(*self.ratio.start(), *self.ratio.end());
        let high = (width as f64 / ratio).round().min(height as f64);
        let wide = (height as f64 * ratio).round().min(width as f64);
        Ok((high.max(1.0) as usize, wide.max(1.0) as usize))
    }
}

impl Transform for RandomResizedCrop {
    fn draw(&self, height: usize, width: usize, random: &mut ChaCha8Rng) -> Result<Change> {
        let size = self.size;
        if size == 0 {
            return Err(Error::Invalid(
                "RandomResizedCrop: size is 0, an image needs at least one pixel".to_owned(),
            ));
        }
        let (high, wide) = self.rectangle(height, width, random)?;
        let top = random.random_range(0..=height - high);
        let left = random.random_range(0..=width - wide);
        Ok(Change::Resample(places((top, left), (high, wide), size)))
    }
}

/// Where the pixels of a cut-out come from, whose top left corner and sides are given, after it is resized to `size` x `size`.
pub(super) fn places(
    (top, left): (usize, usize),
    (high, wide): (usize, usize),
    size: usize,
) -> Places {
    // The centre of pixel 0 is half a pixel from the edge, in both images; beyond the outermost centres is nothing to mix with.
    let source = |at: usize, first: usize, side: usize| {
        let place = (at as f64 + 0.5) * side as f64 / size as f64 - 0.5;
        first as f64 + place.clamp(0.0, side as f64 - 1.0)
    };
    Places::new((size, size), |row, column| {
        (source(row, top, high), source(column, left, wide))
    })
}
