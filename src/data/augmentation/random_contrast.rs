//! Harder and softer images.

use super::setting::drawn_around_one;
use super::values::changed;
use super::{Change, Transform};
use crate::Result;
use rand_chacha::ChaCha8Rng;

/// Moves values away from their mean, or towards it, by a factor within `1 - contrast..=1 + contrast`, as torchvision's
/// `ColorJitter(contrast=...)`. Values must be in `0..=1`, and are clipped to that; masks stay.
///
/// The mean is that of all channels alike; torchvision weights red, green and blue by how bright they look.
///
/// ```
/// use eosin::prelude::*;
/// let scans = Augment::new(Pneumonia::synthetic(10, 1, 1, 42).train, 1).with(RandomContrast::new(0.2));
/// assert!(scans.get(0)?.0.max_all()?.to_scalar::<f32>()? <= 1.0);
/// # Ok::<(), eosin::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct RandomContrast {
    contrast: f64,
}

impl RandomContrast {
    /// How far the factor may be from 1, in `0..=1`.
    pub fn new(contrast: f64) -> Self {
        RandomContrast { contrast }
    }
}

impl Transform for RandomContrast {
    fn draw(&self, _: usize, _: usize, random: &mut ChaCha8Rng) -> Result<Change> {
        const NAME: &str = "RandomContrast";
        let factor = drawn_around_one(NAME, "contrast", self.contrast, random)? as f32;
        Ok(Change::image_only(move |image| {
            changed(NAME, image, |values| {
                let mean = values.iter().sum::<f32>() / values.len() as f32;
                for value in values {
                    // The mean has the other share, so that a factor of 1 changes nothing.
                    *value = factor * *value + (1.0 - factor) * mean;
                }
            })
        }))
    }
}
