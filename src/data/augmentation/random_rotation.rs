//! Rotating by any angle.

use super::setting::within;
use super::{Change, RandomAffine, Transform};
use crate::Result;
use rand_chacha::ChaCha8Rng;

/// Rotates images about their centre by an angle within `-degrees..=degrees`, as torchvision's `RandomRotation` with bilinear
/// interpolation. The corners that come from outside the image are 0.
///
/// ```
/// use eosin::prelude::*;
/// let tilted = Augment::new(Pneumonia::synthetic(10, 1, 1, 42).train, 1).with(RandomRotation::new(10.0));
/// let (scan, _) = tilted.get(0)?;
/// assert_eq!(scan.dims(), [1, 28, 28]);
/// # Ok::<(), eosin::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct RandomRotation {
    degrees: f64,
}

impl RandomRotation {
    /// The largest angle, in `0..=180`.
    pub fn new(degrees: f64) -> Self {
        RandomRotation { degrees }
    }
}

impl Transform for RandomRotation {
    fn draw(&self, height: usize, width: usize, random: &mut ChaCha8Rng) -> Result<Change> {
        within("RandomRotation", "degrees", self.degrees, 0.0..=180.0)?;
        RandomAffine::new(self.degrees).draw(height, width, random)
    }
}
