//! Mirror images.

use super::setting::happens;
use super::{Change, Transform};
use crate::{Result, Tensor};
use rand_chacha::ChaCha8Rng;

/// Flips images left to right with probability `p`, by default 0.5.
#[derive(Debug, Clone)]
pub struct RandomHorizontalFlip {
    p: f64,
}

impl RandomHorizontalFlip {
    pub fn new() -> Self {
        RandomHorizontalFlip { p: 0.5 }
    }

    /// The probability of a flip, in `0..=1`.
    pub fn p(mut self, p: f64) -> Self {
        self.p = p;
        self
    }
}

impl Default for RandomHorizontalFlip {
    fn default() -> Self {
        Self::new()
    }
}

impl Transform for RandomHorizontalFlip {
    fn draw(&self, _: usize, _: usize, random: &mut ChaCha8Rng) -> Result<Change> {
        Ok(flip(2, happens("RandomHorizontalFlip", self.p, random)?))
    }
}

/// Flips images top to bottom with probability `p`, by default 0.5.
#[derive(Debug, Clone)]
pub struct RandomVerticalFlip {
    p: f64,
}

impl RandomVerticalFlip {
    pub fn new() -> Self {
        RandomVerticalFlip { p: 0.5 }
    }

    /// The probability of a flip, in `0..=1`.
    pub fn p(mut self, p: f64) -> Self {
        self.p = p;
        self
    }
}

impl Default for RandomVerticalFlip {
    fn default() -> Self {
        Self::new()
    }
}

impl Transform for RandomVerticalFlip {
    fn draw(&self, _: usize, _: usize, random: &mut ChaCha8Rng) -> Result<Change> {
        Ok(flip(1, happens("RandomVerticalFlip", self.p, random)?))
    }
}

fn flip(axis: usize, is_flipped: bool) -> Change {
    Change::both(move |tensor| match is_flipped {
        true => flipped(tensor, &[axis]),
        false => Ok(tensor.clone()),
    })
}

/// A transposed or cropped image is not contiguous, which candle's `flip` requires.
pub(super) fn flipped(tensor: &Tensor, axes: &[usize]) -> Result<Tensor> {
    tensor.contiguous()?.flip(axes)
}
