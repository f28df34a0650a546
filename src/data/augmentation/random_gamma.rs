//! Lighter and darker greys between the same black and white.

use super::setting::drawn;
use super::values::changed;
use super::{Change, Transform};
use crate::Result;
use rand_chacha::ChaCha8Rng;
use std::ops::RangeInclusive;

/// Raises values to a random power, as torchvision's `adjust_gamma` and Albumentations' `RandomGamma` do: below 1, greys become
/// lighter, above 1 darker, and black and white stay. Values must be in `0..=1`; masks stay.
///
/// ```
/// use eosin::prelude::*;
/// let scans = Augment::new(Pneumonia::synthetic(10, 1, 1, 42).train, 1).with(RandomGamma::new(0.8..=1.25));
/// assert!(scans.get(0)?.0.max_all()?.to_scalar::<f32>()? <= 1.0);
/// # Ok::<(), eosin::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct RandomGamma {
    gamma: RangeInclusive<f64>,
}

impl RandomGamma {
    /// The range of the power. (Albumentations wants percent.)
    pub fn new(gamma: RangeInclusive<f64>) -> Self {
        RandomGamma { gamma }
    }
}

impl Transform for RandomGamma {
    fn draw(&self, _: usize, _: usize, random: &mut ChaCha8Rng) -> Result<Change> {
        let gamma = drawn("RandomGamma", "gamma", &self.gamma, 0.01..=100.0, random)? as f32;
        Ok(Change::image_only(move |image| {
            changed("RandomGamma", image, |values| {
                for value in values {
                    // Rounding may have left a value a little below 0, which has no power.
                    *value = value.max(0.0).powf(gamma);
                }
            })
        }))
    }
}
