//! Lighter and darker images.

use super::setting::drawn_around_one;
use super::values::changed;
use super::{Change, Transform};
use crate::Result;
use rand_chacha::ChaCha8Rng;

/// Multiplies images by a factor within `1 - brightness..=1 + brightness`, as torchvision's `ColorJitter(brightness=...)`. Values
/// must be in `0..=1`, and are clipped to that; masks stay.
///
/// ```
/// use eosin::prelude::*;
/// let jitter = RandomBrightness::new(0.2);
/// let scans = Augment::new(Pneumonia::synthetic(10, 1, 1, 42).train, 1).with(jitter);
/// assert!(scans.get(0)?.0.max_all()?.to_scalar::<f32>()? <= 1.0);
/// # Ok::<(), eosin::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct RandomBrightness {
    brightness: f64,
}

impl RandomBrightness {
    /// How far the factor may be from 1, in `0..=1`.
    pub fn new(brightness: f64) -> Self {
        RandomBrightness { brightness }
    }
}

impl Transform for RandomBrightness {
    fn draw(&self, _: usize, _: usize, random: &mut ChaCha8Rng) -> Result<Change> {
        const NAME: &str = "RandomBrightness";
        let factor = drawn_around_one(NAME, "brightness", self.brightness, random)? as f32;
        Ok(Change::image_only(move |image| {
            changed(NAME, image, |values| {
                for value in values {
                    *value *= factor;
                }
            })
        }))
    }
}
